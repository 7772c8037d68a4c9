//! When calls come, and of which kind: the rhythm of an ordinary and of an extraordinary week.
//!
//! The figures are made up in the likeness of what landlords' security services publish: evenings and
//! week-ends, summer, 14 July and New Year's Eve.

use crate::{incident::KindCode, time::Timestamp};

/// When a kind of incident happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// People gather: from the afternoon until past midnight.
    Evening,
    /// People sleep, or try to.
    Night,
    /// Caretakers and tenants find what is broken.
    Day,
    /// At any hour.
    Steady,
    /// Patrols on their own initiative.
    Round,
    /// Fireworks.
    Fireworks,
}

impl Beat {
    pub(super) const ALL: [Self; 6] =
        [Self::Evening, Self::Night, Self::Day, Self::Steady, Self::Round, Self::Fireworks];
}

/// Each kind with its beat and its share, in parts.
pub(super) const KINDS: [(&str, Beat, f64); 37] = [
    ("OCC-HAL", Beat::Evening, 160.0),
    ("OCC-ESC", Beat::Evening, 58.0),
    ("OCC-CAV", Beat::Evening, 32.0),
    ("OCC-EXT", Beat::Evening, 100.0),
    ("NUI-MUS", Beat::Evening, 46.0),
    ("NUI-FUM", Beat::Evening, 18.0),
    ("NUI-MOT", Beat::Evening, 36.0),
    ("USA-STU", Beat::Evening, 42.0),
    ("USA-CON", Beat::Evening, 40.0),
    ("USA-ALC", Beat::Evening, 26.0),
    ("PER-MEN", Beat::Evening, 14.0),
    ("OCC-TOI", Beat::Evening, 6.0),
    ("NUI-VOI", Beat::Night, 64.0),
    ("OCC-ABR", Beat::Night, 22.0),
    ("BIE-VEH", Beat::Night, 14.0),
    ("BIE-INC", Beat::Night, 7.0),
    ("BIE-VOL", Beat::Night, 8.0),
    ("PER-AGR", Beat::Night, 10.0),
    ("PER-VIF", Beat::Night, 9.0),
    ("INT-LOG", Beat::Night, 7.0),
    ("TEC-POR", Beat::Day, 40.0),
    ("TEC-ECL", Beat::Day, 18.0),
    ("ENV-ENC", Beat::Day, 34.0),
    ("ENV-VEH", Beat::Day, 20.0),
    ("BIE-DEG", Beat::Day, 30.0),
    ("BIE-TAG", Beat::Day, 12.0),
    ("INT-SIT", Beat::Day, 7.0),
    ("MIS-CON", Beat::Day, 16.0),
    ("NUI-ANI", Beat::Day, 10.0),
    ("TEC-ASC", Beat::Steady, 12.0),
    ("TEC-EAU", Beat::Steady, 13.0),
    ("TEC-GAZ", Beat::Steady, 3.0),
    ("PER-MAL", Beat::Steady, 10.0),
    ("PER-AGT", Beat::Steady, 4.0),
    ("RON-PRE", Beat::Round, 70.0),
    ("MIS-SEC", Beat::Round, 18.0),
    ("NUI-PYR", Beat::Fireworks, 14.0),
];

/// The kinds of incident that are called in.
#[must_use]
pub fn kinds() -> Vec<KindCode> {
    KINDS.iter().filter_map(|(code, ..)| code.parse().ok()).collect()
}

/// The day of a beat, hour by hour from midnight; 1 is as much as in an even day.
const fn hours(beat: Beat) -> [f64; 24] {
    match beat {
        Beat::Evening => [
            2.3, 1.2, 0.55, 0.28, 0.15, 0.10, 0.10, 0.12, 0.15, 0.2, 0.25, 0.35, //
            0.45, 0.5, 0.55, 0.65, 0.85, 1.1, 1.45, 1.9, 2.5, 2.9, 3.05, 2.8,
        ],
        Beat::Night => [
            2.7, 2.2, 1.6, 1.1, 0.8, 0.6, 0.5, 0.45, 0.4, 0.4, 0.4, 0.45, //
            0.5, 0.5, 0.5, 0.5, 0.6, 0.7, 0.8, 1.0, 1.3, 1.8, 2.4, 2.8,
        ],
        Beat::Day => [
            0.15, 0.1, 0.05, 0.05, 0.1, 0.3, 0.8, 1.7, 2.4, 2.4, 2.1, 1.8, //
            1.2, 1.4, 1.7, 1.7, 1.6, 1.4, 1.1, 0.8, 0.5, 0.35, 0.25, 0.2,
        ],
        Beat::Steady => [
            0.6, 0.45, 0.4, 0.35, 0.35, 0.45, 0.8, 1.1, 1.2, 1.2, 1.2, 1.2, //
            1.2, 1.2, 1.1, 1.1, 1.2, 1.4, 1.5, 1.4, 1.3, 1.1, 0.9, 0.7,
        ],
        Beat::Round => [
            2.6, 1.9, 1.0, 0.3, 0.05, 0.0, 0.0, 0.0, 0.1, 0.2, 0.2, 0.2, //
            0.2, 0.3, 0.4, 0.6, 0.9, 1.2, 1.6, 2.1, 2.5, 2.7, 2.7, 2.8,
        ],
        Beat::Fireworks => [
            2.5, 1.1, 0.4, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.1, 0.2, //
            0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.4, 2.0, 3.2, 4.2, 4.4, 4.0,
        ],
    }
}

/// How much of `beat` the hour from `hour` has, against an even hour of an ordinary week.
pub(super) fn strength(beat: Beat, hour: Timestamp) -> f64 {
    let of_week = hour.hour_of_week().index();
    let (day, of_day) = (of_week / 24, of_week % 24);
    // Until five in the morning it is still the evening before.
    let evening = if of_day < 5 { (day + 6) % 7 } else { day };
    let (_, month, _) = hour.paris_date();
    hours(beat)[of_day] * week(beat, day, evening) * season(beat, month) * feast(beat, hour, of_day)
}

/// Monday is 0.
const fn week(beat: Beat, day: usize, evening: usize) -> f64 {
    match (beat, day, evening) {
        (Beat::Evening | Beat::Night | Beat::Fireworks, _, 4 | 5) => 1.45,
        (Beat::Evening | Beat::Night, _, 3 | 6) => 1.05,
        (Beat::Evening | Beat::Night, ..) => 0.82,
        (Beat::Day, 5, _) => 0.7,
        (Beat::Day, 6, _) => 0.4,
        _ => 1.0,
    }
}

fn season(beat: Beat, month: i8) -> f64 {
    const OUTDOORS: [f64; 12] =
        [0.74, 0.78, 0.88, 0.98, 1.10, 1.24, 1.28, 1.16, 1.06, 0.96, 0.86, 0.84];
    match beat {
        Beat::Evening => OUTDOORS[usize::from(month.unsigned_abs()).clamp(1, 12) - 1],
        Beat::Fireworks if matches!(month, 6 | 7) => 1.8,
        Beat::Fireworks if matches!(month, 10 | 12) => 1.2,
        Beat::Fireworks => 0.5,
        _ => 1.0,
    }
}

/// Nights that are unlike others: 21 June, 13 and 14 July, 31 October, New Year's Eve.
fn feast(beat: Beat, hour: Timestamp, of_day: usize) -> f64 {
    let evening = if of_day < 5 { hour.plus_seconds(-5 * 3600) } else { hour };
    let (_, month, day) = evening.paris_date();
    if of_day > 4 && of_day < 17 {
        return 1.0;
    }
    match ((month, day), beat) {
        ((7, 13), Beat::Fireworks) => 24.0,
        ((7, 14) | (12, 31), Beat::Fireworks) => 34.0,
        ((7, 12 | 15) | (10, 31), Beat::Fireworks) => 8.0,
        ((7, 13 | 14) | (12, 31) | (6, 21), Beat::Evening | Beat::Night) => 1.9,
        ((10, 31), Beat::Evening) => 1.5,
        _ => 1.0,
    }
}

/// How much of everything the hour from `hour` has, in parts of [`KINDS`].
pub(super) fn strengths(hour: Timestamp) -> [f64; 6] {
    Beat::ALL.map(|beat| {
        let shares = KINDS.iter().filter(|kind| kind.1 == beat).map(|kind| kind.2);
        shares.sum::<f64>() * strength(beat, hour)
    })
}

/// Channels of a beat, in the order of [`crate::incident::Channel::ALL`]: parts of a hundred.
pub(super) const fn channels(beat: Beat) -> [f64; 5] {
    match beat {
        Beat::Evening => [62.0, 22.0, 8.0, 7.0, 1.0],
        Beat::Night => [80.0, 8.0, 4.0, 7.0, 1.0],
        Beat::Day => [32.0, 10.0, 46.0, 9.0, 3.0],
        Beat::Steady => [56.0, 4.0, 12.0, 8.0, 20.0],
        Beat::Round => [0.0, 88.0, 2.0, 10.0, 0.0],
        Beat::Fireworks => [70.0, 14.0, 4.0, 12.0, 0.0],
    }
}
