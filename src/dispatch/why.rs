//! The sentence that tells an operator why a patrol has its rank.

use std::fmt::Write;

use super::{PassedOver, Ranked, Reason, nearest::Overtaken};
use crate::{patrol::Availability, roads::Route};

/// Why `ranked` stands where it does: its distance, the age of its position, and what is odd about it.
pub(super) fn why(
    ranked: &Ranked<'_>,
    before: Option<&Ranked<'_>>,
    passed_over: &[PassedOver<'_>],
    overtaken: Option<&Overtaken<'_>>,
) -> String {
    let mut text = String::with_capacity(160);
    // Writing to a String does not fail.
    let _ = match ranked.eta_s {
        Some(eta_s) => by_road(&mut text, ranked, before, eta_s),
        None => by_line(&mut text, ranked, before),
    };
    let _ = write!(text, ", position {} s old", whole(ranked.position_age_s));
    if ranked.is_stale {
        text.push_str(" and not to be trusted");
    }
    if let Some(Overtaken { state, line_m, later_s }) = overtaken.filter(|_| before.is_none()) {
        let (who, line_m, later_s) = (&state.patrol.callsign, whole(*line_m), whole(*later_s));
        let _ =
            write!(text, "; {who} is nearer by line ({line_m} m) but {later_s} s later by road");
    }
    for left in passed_over.iter().filter(|left| is_between(left, before, ranked)) {
        let _ = write!(text, "; {} is nearer but ", left.state.patrol.callsign);
        for (index, reason) in left.reasons.iter().enumerate() {
            text.push_str(if index > 0 { " and " } else { "" });
            text.push_str(words(reason));
        }
    }
    text.push('.');
    text
}

fn by_line(
    text: &mut String,
    ranked: &Ranked<'_>,
    before: Option<&Ranked<'_>>,
) -> std::fmt::Result {
    let status = status(ranked);
    match before {
        None => write!(text, "Nearest {status} patrol by straight line: ")?,
        Some(_) => write!(text, "No. {} by straight line, {status}: ", ranked.rank)?,
    }
    write!(text, "{} m away", whole(ranked.line_m))?;
    if let Some(before) = before {
        let farther_m = whole(ranked.line_m - before.line_m);
        write!(text, ", {farther_m} m farther than {}", before.state.patrol.callsign)?;
    }
    Ok(())
}

fn by_road(
    text: &mut String,
    ranked: &Ranked<'_>,
    before: Option<&Ranked<'_>>,
    eta_s: f64,
) -> std::fmt::Result {
    let status = status(ranked);
    match before {
        None => write!(text, "Nearest {status} patrol by road: {} s", whole(eta_s))?,
        Some(_) => write!(text, "No. {} by road, {status}: {} s", ranked.rank, whole(eta_s))?,
    }
    if let Some(first_s) = before.and_then(|before| before.eta_s) {
        let callsign = before.map_or("", |before| &before.state.patrol.callsign);
        write!(text, ", {} s after {callsign}", whole(eta_s - first_s))?;
    }
    let Some(Route { drive_m, walk_m, .. }) = &ranked.route else {
        let line_m = whole(ranked.line_m);
        return write!(text, ", estimated by line ({line_m} m), since it is off the known roads");
    };
    if *drive_m == 0.0 {
        return write!(text, ", {} m on foot", whole(*walk_m));
    }
    write!(text, ", {:.1} km by car", drive_m / 1000.0)?;
    if whole(*walk_m) > 0 { write!(text, " and {} m on foot", whole(*walk_m)) } else { Ok(()) }
}

fn status(ranked: &Ranked<'_>) -> &'static str {
    match ranked.availability {
        Availability::Available => "available",
        Availability::Busy => "busy",
        Availability::OffDuty => "off-duty",
    }
}

const fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::OffDuty => "off duty",
        Reason::Turned => "just taken from another incident",
        Reason::Busy => "busy",
        Reason::PositionOff => "with its position switched off",
        Reason::NoPosition => "without a position",
        Reason::TooFew => "too few",
        Reason::Stale => "of a position too old",
    }
}

/// Whether one that was left out would stand between two ranks.
fn is_between(left: &PassedOver<'_>, before: Option<&Ranked<'_>>, ranked: &Ranked<'_>) -> bool {
    match (ranked.eta_s, left.eta_s) {
        (Some(eta_s), Some(left_s)) => {
            (before.and_then(|before| before.eta_s).unwrap_or(0.0)..eta_s).contains(&left_s)
        }
        (None, None) => left.distance_m.is_some_and(|left_m| {
            (before.map_or(0.0, |before| before.line_m)..ranked.line_m).contains(&left_m)
        }),
        _ => false,
    }
}

/// The nearest whole number: an integer is written ten times faster than a rounded fraction.
fn whole(value: f64) -> u64 {
    value.round() as u64
}
