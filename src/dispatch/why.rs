//! The sentence that tells an operator why a patrol has its rank.

use std::fmt::Write;

use super::{PassedOver, Ranked, Reason};
use crate::patrol::Availability;

/// Why `ranked` stands where it does: its distance, the age of its position, and what is odd about it.
pub(super) fn why(
    ranked: &Ranked<'_>,
    before: Option<&Ranked<'_>>,
    passed_over: &[PassedOver<'_>],
) -> String {
    let mut text = String::with_capacity(128);
    let status = match ranked.state.patrol.availability {
        Availability::Available => "available",
        Availability::Busy => "busy",
        Availability::OffDuty => "off-duty",
    };
    // Writing to a String does not fail.
    let _ = match before {
        None => write!(text, "Nearest {status} patrol by straight line: "),
        Some(_) => write!(text, "No. {} by straight line, {status}: ", ranked.rank),
    };
    let _ = write!(text, "{} m away", whole(ranked.distance_m));
    if let Some(before) = before {
        let _ = write!(
            text,
            ", {} m farther than {}",
            whole(ranked.distance_m - before.distance_m),
            before.state.patrol.callsign
        );
    }
    let _ = write!(text, ", position {} s old", whole(ranked.position_age_s));
    let floor_m = before.map_or(0.0, |before| before.distance_m);
    let nearer = passed_over
        .iter()
        .filter(|left| left.distance_m.is_some_and(|m| (floor_m..ranked.distance_m).contains(&m)));
    for left in nearer {
        let reason = match left.reason {
            Reason::Busy => "busy",
            Reason::OffDuty => "off duty",
            Reason::NoPosition => "without a position",
        };
        let _ = write!(text, "; {} is nearer but {reason}", left.state.patrol.callsign);
    }
    text.push('.');
    text
}

/// The nearest whole number: an integer is written ten times faster than a rounded fraction.
fn whole(value: f64) -> u64 {
    value.round() as u64
}
