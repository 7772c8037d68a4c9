//! Incidents that go with signals, that do not, and that only seem to.

use super::{
    engine_tests::{ground, instant, signal},
    *,
};
use crate::{
    signal::Signal,
    statistics::{Dependence, adjusted},
};

const DAY: f64 = 24.0 * 60.0;
/// Eight weeks, so that each hour of the week comes eight times.
const DAYS: u32 = 56;

/// What each evening from ten o'clock on brings.
fn evenings(of: impl Fn(u32) -> Vec<(f64, &'static str)>) -> Vec<Signal> {
    let on = |day: u32| {
        of(day).into_iter().map(move |(minutes, said)| (f64::from(day) * DAY + minutes, said))
    };
    (0..DAYS).flat_map(on).map(|(minutes, said)| signal(minutes, said)).collect()
}

fn found(signals: &[Signal], with: &[&str], unit: Unit) -> Vec<Association> {
    let with: Vec<Selector> = with.iter().map(|text| text.parse().unwrap()).collect();
    // From midnight in Paris.
    let midnight = -23.0 * 60.0;
    let window = (instant(midnight), instant(midnight + f64::from(DAYS) * DAY));
    associate(signals, &with, &ground(), unit, window).unwrap()
}

#[test]
fn three_times_as_many_are_three_times_as_many() {
    // One incident at ten on each evening, three where something lasts for an hour, every fourth evening.
    let signals = evenings(|day| match day % 4 {
        0 => vec![
            (0.0, "everywhere school_holidays.on"),
            (1.0, "A incident.OCC-HAL"),
            (2.0, "B incident.OCC-HAL"),
            (3.0, "C incident.OCC-CAV"),
        ],
        _ => vec![(1.0, "A incident.OCC-HAL")],
    });
    let [pair] = &found(&signals, &["school_holidays.on"], Unit::Hour)[..] else { panic!() };
    assert_eq!((pair.family.as_str(), pair.units_with), ("OCC", 14));
    // 84 in all; 1.5 are to be expected at ten on any evening.
    assert_eq!((pair.inside.events, pair.outside.events), (42, 42));
    assert!(
        (pair.inside.exposure - 21.0).abs() < 1e-9 && (pair.outside.exposure - 63.0).abs() < 1e-9
    );
    let ratio = pair.ratio.unwrap();
    assert!((ratio.ratio.unwrap() - 3.0).abs() < 1e-9 && ratio.interval.lower > 1.9);
    assert_eq!(pair.finding(), Finding::GoesWithMore);
    let by_day = &found(&signals, &["school_holidays.on"], Unit::Day)[0];
    assert!((by_day.ratio.unwrap().ratio.unwrap() - 3.0).abs() < 1e-9, "{by_day:?}");
}

#[test]
fn what_only_comes_at_a_busy_hour_or_on_a_busy_site_goes_with_nothing() {
    // All incidents come at ten, on A and seldom on B; so do the signals, in every second week.
    let signals = evenings(|day| {
        let mut said = vec![(1.0, "A incident.NUI-MUS"), (2.0, "A incident.NUI-MUS")];
        if day % 7 == 3 {
            said.push((3.0, "B incident.NUI-MUS"));
        }
        if day / 7 % 2 == 0 {
            said.extend([(0.0, "everywhere school_holidays.on"), (4.0, "A noise.level 90")]);
        }
        said
    });
    for pair in found(&signals, &["school_holidays.on", "noise.level >= 85"], Unit::Hour) {
        assert_eq!(pair.units_with, 28);
        assert_eq!(pair.finding(), Finding::NotToldApart, "{pair:?}");
        assert!((pair.ratio.unwrap().ratio.unwrap() - 1.0).abs() < 0.05, "{pair:?}");
    }
}

#[test]
fn a_signal_on_a_site_is_held_against_the_incidents_there_and_fewer_are_told_too() {
    // A door on A is forced every second evening: then there is nothing on A, and all the more on B.
    let signals = evenings(|day| match day % 2 {
        0 => {
            vec![(0.0, "A doors.forced"), (1.0, "B incident.OCC-HAL"), (2.0, "B incident.OCC-HAL")]
        }
        _ => {
            vec![(1.0, "A incident.OCC-HAL"), (2.0, "A incident.OCC-HAL"), (3.0, "D doors.forced")]
        }
    });
    let [pair, high] = &found(&signals, &["doors.forced", "noise.level > 200"], Unit::Hour)[..]
    else {
        panic!()
    };
    assert_eq!((pair.inside.events, pair.units_with), (0, 56));
    assert!((pair.inside.exposure - 28.0).abs() < 1e-9, "{pair:?}");
    assert_eq!(pair.finding(), Finding::GoesWithFewer);
    assert_eq!((high.finding(), high.p_adjusted), (Finding::TooFew, None));
}

#[test]
fn the_more_pairs_are_tested_the_less_is_a_finding() {
    let families = ["A incident.A-1", "A incident.B-1", "A incident.C-1", "A incident.D-1"];
    let signals = evenings(|day| {
        let mut said: Vec<(f64, &str)> = families.iter().map(|said| (1.0, *said)).collect();
        if day % 4 == 0 {
            said.extend([(0.0, "everywhere school_holidays.on"), (2.0, families[0])]);
        }
        said
    });
    let pairs = found(&signals, &["school_holidays.on"], Unit::Hour);
    let p: Vec<Option<f64>> = pairs.iter().map(|pair| pair.ratio.map(|ratio| ratio.p)).collect();
    let told: Vec<Option<f64>> = pairs.iter().map(|pair| pair.p_adjusted).collect();
    assert_eq!(told, adjusted(&p, Dependence::Positive).unwrap());
    assert!(told[0].unwrap() > 1.9 * p[0].unwrap(), "{told:?} of {p:?}");
}

#[test]
fn time_that_is_too_long_is_refused_and_none_finds_nothing() {
    let with = ["noise.alive".parse().unwrap()];
    let (from, to) = (instant(0.0), instant(30.0 * 366.0 * DAY));
    assert!(associate(&[], &with, &ground(), Unit::Hour, (from, to)).is_err());
    assert_eq!(associate(&[], &with, &ground(), Unit::Day, (from, from)), Ok(vec![]));
}
