//! `vigie doctor`: is everything well, and if not, what to do.

use std::io::{self, Write as _};

use anyhow::bail;
use serde::Serialize;

use super::{StoreArgs, tell_json};
use crate::{
    app::{NIGHTS_MAX, system_clock},
    crs::Crs,
    mailing::Mailing,
    store::{Finding, Grade, StoreUrl},
    time::{Date, Timestamp},
};

/// A point in Lambert 93 and where it is, from the EPSG registry's parameters by PROJ 9: Paris, Pont au Change.
const LAMBERT_93: (f64, f64) = (652_469.02, 6_862_035.26);
const LAMBERT_93_LON_LAT: (f64, f64) = (2.3522, 48.8566);
/// Largest difference that is not a fault, in degrees: 0.1 m.
const TOLERANCE_DEG: f64 = 1e-6;
/// Days in which a report was given up, or nights whose report it was, that are looked at.
const DAYS_LOOKED_AT: i32 = 7;
/// Years in which a clock is believed.
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i16> = 2026..=2099;

/// The options of `vigie doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Say what was found as JSON.
    #[arg(long, env = "VIGIE_DOCTOR_JSON")]
    json: bool,
}

#[derive(Debug, Serialize)]
struct FindingTold<'a> {
    check: &'a str,
    grade: &'static str,
    found: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When anything fails, or standard output cannot be written.
pub fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    let mut findings = args.store.url()?.examine(system_clock);
    // Opening a store of an older program would change its schema.
    if findings.iter().all(|finding| finding.grade == Grade::Ok || finding.check != "schema") {
        findings.extend(mailings(&args.store.url()?));
    }
    findings.extend([clock(system_clock()), proj()]);
    tell(&findings, args.json)?;
    match findings.iter().filter(|finding| finding.grade == Grade::Fail).count() {
        0 => Ok(()),
        failed => bail!("{failed} of {} checks failed", findings.len()),
    }
}

/// Which reports of the last nights did not reach their mailbox; nothing where the store cannot be read, which another
/// finding says.
fn mailings(store: &StoreUrl) -> Option<Finding> {
    let last = Date::of(system_clock());
    let first = last.plus_days(-DAYS_LOOKED_AT);
    let mut sent =
        store.open_existing().ok()?.mailings(last.plus_days(1 - NIGHTS_MAX), last).ok()?;
    // An old one that was given up of late is news.
    sent.retain(|one| one.key.night >= first || Date::of(one.changed_at) >= first);
    if sent.is_empty() {
        return None;
    }
    let failed = |one: &&Mailing| one.state.is_failure();
    // Whoever has had it sent again has seen to it.
    let again = |one: &&Mailing| !sent.iter().any(|other| is_later_copy(other, one));
    let failed: Vec<&Mailing> = sent.iter().filter(failed).filter(again).collect();
    if failed.is_empty() {
        return Some(Finding::ok("mailings", format!("{} reports, none failed", sent.len())));
    }
    let each = failed.iter().map(|one| format!("{} of {}", one.key.landlord, one.key.night));
    let found = format!("not sent: {}", each.collect::<Vec<_>>().join(", "));
    let advice = "see `vigie report sent`, set the mailbox right, and have it sent with `vigie report send --again`";
    Some(Finding::warn("mailings", found, advice))
}

fn is_later_copy(other: &Mailing, one: &Mailing) -> bool {
    let (other, one) = (&other.key, &one.key);
    (&other.landlord, other.night) == (&one.landlord, one.night) && other.ordinal > one.ordinal
}

fn clock(now: Timestamp) -> Finding {
    let (year, ..) = now.paris_date();
    if PLAUSIBLE_YEARS.contains(&year) {
        return Finding::ok("clock", now);
    }
    let advice = "set the clock of this machine, by NTP: it dates every incident";
    Finding::fail("clock", format!("it says {now}"), advice)
}

fn proj() -> Finding {
    let (x, y) = LAMBERT_93;
    let advice = "look for a proj.db of another PROJ: unset PROJ_DATA and PROJ_LIB";
    let answer = "EPSG:2154".parse::<Crs>().and_then(|crs| crs.to_wgs_84(geo::Coord { x, y }));
    match answer {
        Ok(at) => {
            let (lon, lat) = LAMBERT_93_LON_LAT;
            let found = format!("EPSG:2154 ({x}, {y}) is ({:.6}, {:.6})", at.lon(), at.lat());
            let off_deg = (at.lon() - lon).abs().max((at.lat() - lat).abs());
            if off_deg <= TOLERANCE_DEG {
                return Finding::ok("proj", found);
            }
            Finding::fail("proj", format!("{found}, should be ({lon}, {lat})"), advice)
        }
        Err(fault) => Finding::fail("proj", fault, advice),
    }
}

fn tell(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    if json {
        let told = findings.iter().map(|finding| FindingTold {
            check: finding.check,
            grade: finding.grade.as_str(),
            found: &finding.found,
            advice: finding.advice.as_deref(),
        });
        return tell_json(&told.collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    for Finding { check, grade, found, advice } in findings {
        writeln!(out, "{:<5} {check:<10} {found}", grade.as_str())?;
        if let Some(advice) = advice {
            writeln!(out, "{:<16} → {advice}", "")?;
        }
    }
    Ok(())
}
