//! What rules of each sort find, in time and on the ground, and what late or repeated signals change.

use super::*;
use crate::{
    geo::LonLat,
    import::rules,
    signal::{RawPlace, RawSignal, Signal, Sources},
    stock::LandlordId,
    time::Timestamp,
};

/// Three sites 100 m apart along a street, and one 5 km off. The first two are of one landlord.
pub(super) fn ground() -> Ground {
    let site = |code: &str, landlord: &str, lon: f64| {
        let landlord = LandlordId::of_name(landlord).unwrap();
        (code.parse().unwrap(), landlord, LonLat::new(lon, 48.88).unwrap())
    };
    let metres = 1.0 / 73_300.0; // degrees of longitude at 48.88° N
    Ground::new([
        site("A", "rivp", 2.365),
        site("B", "rivp", 2.365 + 100.0 * metres),
        site("C", "elogie", 2.365 + 200.0 * metres),
        site("D", "elogie", 2.365 + 5_000.0 * metres),
    ])
}

pub(super) fn rules(text: &str) -> RuleSet {
    let canal =
        "[territories]\ncanal = 'POLYGON((2.36 48.87, 2.37 48.87, 2.37 48.89, 2.36 48.89))'\n";
    rules::parse(&format!("lateness = '5 min'\n{canal}{text}"), &Sources::shipped()).unwrap()
}

/// A signal so many minutes after ten in the evening: `A doors.forced`, `A noise.level 90`, or on `2.365,48.88`.
pub(super) fn signal(minutes: f64, said: &str) -> Signal {
    let mut words = said.split(' ');
    let (place, name) = (words.next().unwrap(), words.next().unwrap());
    let value = words.next().map(|value| value.parse().unwrap());
    let (source, kind) = name.split_once('.').unwrap();
    if source == "incident" {
        let (kind, site) = (kind.parse().unwrap(), place.parse().unwrap());
        return Signal::of_incident(kind, site, instant(minutes), said);
    }
    let at = instant(minutes).to_string();
    let place = match place.split_once(',') {
        Some((lon, lat)) => RawPlace::Point(lon.parse().unwrap(), lat.parse().unwrap()),
        None if place == "everywhere" => RawPlace::Everywhere,
        None => RawPlace::Site(place),
    };
    let until = (source == "school_holidays").then(|| instant(minutes + 60.0).to_string());
    let until = until.as_deref();
    let raw = RawSignal { source, kind, place, at: &at, until, value, reference: None };
    Sources::shipped().check(&raw).unwrap()
}

pub(super) fn instant(minutes: f64) -> Timestamp {
    let ten: Timestamp = "2026-11-24T22:00:00Z".parse().unwrap();
    Timestamp::from_unix_ms(ten.unix_ms() + (minutes * 60_000.0) as i64).unwrap()
}

/// What becomes of situations when the signals come in this order, up to `until` minutes after ten.
fn told(rules: &RuleSet, signals: &[(f64, &str)], until: f64) -> Vec<String> {
    let mut engine = Engine::new(rules.clone(), ground());
    let mut changes = Vec::new();
    for (minutes, said) in signals {
        engine.take(&signal(*minutes, said), &mut changes);
    }
    engine.advance(instant(until), &mut changes);
    let minutes = |at: Timestamp| at.seconds_since(instant(0.0)) / 60.0;
    let in_words = |change: &Change| {
        let situation = change.situation();
        let Situation { rule, subject, opened_at, times, .. } = situation;
        let opened = minutes(*opened_at);
        match change {
            Change::Opened(_) => format!("{rule} opens on {subject} at {opened}"),
            Change::Updated(_) => format!("{rule} on {subject}: {times} times"),
            Change::Closed(Situation { closed: Some((at, by)), .. }) => {
                format!("{rule} closes on {subject} at {} by {by:?}, {times} times", minutes(*at))
            }
            Change::Closed(_) => "closes at no time".to_owned(),
        }
    };
    changes.iter().map(in_words).collect()
}

#[test]
fn so_many_within_a_time_open_one_situation_that_goes_on_and_ends() {
    let rules = rules(
        "[[rule]]\nname = 'loud'\ncount = { of = 'noise.level >= 85', at_least = 3, within = '10 min' }\ncloses_after = '20 min'",
    );
    let signals = [
        (0.0, "A noise.level 90"),
        (1.0, "B noise.level 90"),
        (4.0, "A noise.level 70"),
        (5.0, "A noise.level 85"),
        (10.0, "A noise.level 91"),
        (12.0, "A noise.level 92"),
        (30.0, "A noise.level 92"),
    ];
    assert_eq!(
        told(&rules, &signals, 60.0),
        [
            "loud opens on site A at 10",
            "loud on site A: 2 times",
            "loud closes on site A at 32 by Quiet, 2 times"
        ]
    );
    assert_eq!(told(&rules, &signals, 32.0).len(), 2, "at the very instant it is still open");
}

#[test]
fn a_sequence_is_in_order_and_within_its_time() {
    let rules = rules(
        "[[rule]]\nname = 'lift'\nsequence = { steps = ['lifts.stopped', 'lifts.trapped', 'incident.*'], within = '1 h' }\ncloses_on = 'lifts.restarted'",
    );
    let found = |signals: &[(f64, &str)]| told(&rules, signals, 59.0);
    let whole = [(0.0, "A lifts.stopped"), (5.0, "A lifts.trapped"), (9.0, "A incident.NUI-MUS")];
    assert_eq!(found(&whole)[0], "lift opens on site A at 9");
    assert!(found(&[whole[0], (4.0, "A incident.NUI-MUS"), whole[1]]).is_empty(), "out of order");
    let elsewhere = [whole[0], (5.0, "B lifts.trapped"), whole[2]];
    assert!(found(&elsewhere).is_empty(), "on another site");
    assert!(found(&[whole[0], whole[1], (61.0, "A incident.NUI-MUS")]).is_empty(), "too late");
    let at_once = [(5.0, "A lifts.stopped"), whole[1], (5.0, "A incident.NUI-MUS")];
    assert!(found(&at_once).is_empty(), "what comes at one instant is in no order");
    // A sequence may begin again before it is complete: the later beginning counts.
    let again = [
        whole[0],
        (50.0, "A lifts.stopped"),
        (55.0, "A lifts.trapped"),
        (100.0, "A incident.OCC-HAL"),
    ];
    assert_eq!(told(&rules, &again, 110.0), ["lift opens on site A at 100"]);
    let closed =
        [whole[0], whole[1], whole[2], (20.0, "A lifts.restarted"), (21.0, "A incident.OCC-HAL")];
    assert_eq!(
        found(&closed),
        ["lift opens on site A at 9", "lift closes on site A at 20 by Signal, 1 times"],
        "what was before the end has no say after it"
    );
}

#[test]
fn no_report_in_a_quarter_of_an_hour_is_told_when_it_has_passed() {
    let rules = rules(
        "[[rule]]\nname = 'silent'\nabsence = { after = 'lifts.alive', no = 'lifts.alive', within = '15 min' }\n[[rule]]\nname = 'unanswered'\nabsence = { after = 'doors.forced', no = ['incident.*', 'doors.closed'], within = '15 min' }",
    );
    let alive = [(0.0, "A lifts.alive"), (15.0, "A lifts.alive"), (40.0, "A lifts.alive")];
    assert!(told(&rules, &alive[..2], 30.0).is_empty(), "at the very instant it may still come");
    assert_eq!(
        told(&rules, &alive, 50.0),
        ["silent opens on site A at 30", "silent closes on site A at 40 by Signal, 1 times"]
    );
    let forced = [(0.0, "A doors.forced"), (3.0, "A doors.forced")];
    let answered = [forced[0], forced[1], (14.0, "A incident.OCC-HAL")];
    assert_eq!(told(&rules, &forced, 16.0), ["unanswered opens on site A at 15"]);
    assert!(told(&rules, &answered, 40.0).is_empty());
    let by_another = [forced[0], (14.0, "B incident.OCC-HAL")];
    assert_eq!(told(&rules, &by_another, 16.0).len(), 1, "an answer elsewhere is none");
}

#[test]
fn signals_near_one_another_in_metres_and_minutes_are_together() {
    let rules = rules(
        "[[rule]]\nname = 'near'\non = 'everywhere'\ntogether = { of = ['doors.forced', 'noise.level > 80'], within_m = 150, within = '10 min' }",
    );
    let found = |signals: &[(f64, &str)]| told(&rules, signals, 15.0).len();
    assert_eq!(found(&[(0.0, "A doors.forced"), (9.0, "B noise.level 81")]), 1, "100 m");
    assert_eq!(found(&[(0.0, "B noise.level 81"), (9.0, "A doors.forced")]), 1, "either first");
    assert_eq!(found(&[(0.0, "A doors.forced"), (9.0, "C noise.level 81")]), 0, "200 m");
    assert_eq!(found(&[(0.0, "A doors.forced"), (9.0, "D noise.level 81")]), 0, "5 km");
    assert_eq!(found(&[(0.0, "A doors.forced"), (11.0, "B noise.level 81")]), 0, "11 min");
    assert_eq!(found(&[(0.0, "A doors.forced"), (9.0, "A doors.forced")]), 0, "one of each");
    let on_the_street = [(0.0, "A doors.forced"), (9.0, "2.366,48.88 noise.level 81")];
    assert_eq!(found(&on_the_street), 1, "73 m off, on no site");
}

#[test]
fn a_rule_is_on_a_site_a_landlord_a_territory_or_everywhere() {
    let twice = |on: &str| {
        let rule =
            "[[rule]]\nname = 'a'\ncount = { of = 'doors.forced', at_least = 2, within = '1 h' }\n";
        told(
            &rules(&format!("{rule}{on}")),
            &[
                (0.0, "A doors.forced"),
                (1.0, "B doors.forced"),
                (2.0, "C doors.forced"),
                (3.0, "D doors.forced"),
            ],
            8.0,
        )
    };
    assert!(twice("on = 'site'").is_empty());
    assert_eq!(
        twice("on = 'landlord'"),
        ["a opens on landlord rivp at 1", "a opens on landlord elogie at 3"]
    );
    assert_eq!(
        twice("on = 'territory'\nterritories = 'canal'"),
        ["a opens on territory canal at 1", "a on territory canal: 2 times"]
    );
    assert_eq!(twice("on = 'everywhere'")[0], "a opens on everywhere at 1");
    assert_eq!(twice("on = 'everywhere'\nsites = ['B', 'D']"), ["a opens on everywhere at 3"]);
    assert_eq!(twice("on = 'everywhere'\nlandlords = 'Élogie'"), ["a opens on everywhere at 3"]);
    let both = twice("on = 'everywhere'\nlandlords = 'elogie'\nterritories = 'canal'");
    assert!(both.is_empty(), "places are narrowed by each list");
}

#[test]
fn what_must_last_lasts_where_and_when_the_signal_comes() {
    let rules = rules(
        "[[rule]]\nname = 'a'\nduring = 'school_holidays.on'\ncount = { of = 'doors.forced', at_least = 1, within = '1 s' }",
    );
    let holidays = (0.0, "everywhere school_holidays.on");
    assert_eq!(told(&rules, &[holidays, (59.0, "A doors.forced")], 62.0).len(), 1);
    assert_eq!(told(&rules, &[(0.0, "A doors.forced"), holidays], 9.0).len(), 1, "at one instant");
    assert!(told(&rules, &[holidays, (60.0, "A doors.forced")], 62.0).is_empty(), "they are over");
    assert!(told(&rules, &[(59.0, "A doors.forced")], 62.0).is_empty(), "there are none");
}

#[test]
fn what_is_late_counts_up_to_the_lateness_and_what_comes_twice_counts_once() {
    let rules = rules(
        "[[rule]]\nname = 'a'\ncount = { of = 'doors.forced', at_least = 2, within = '10 min' }",
    );
    let mut engine = Engine::new(rules, ground());
    let mut changes = Vec::new();
    let mut take = |minutes, said| engine.take(&signal(minutes, said), &mut changes);
    assert_eq!(take(10.0, "A doors.forced"), Taken::Waits);
    assert_eq!(take(10.0, "A doors.forced"), Taken::Waits);
    assert_eq!(take(20.0, "A lifts.alive"), Taken::Unheard);
    assert_eq!(take(14.9, "A doors.forced"), Taken::TooLate);
    assert_eq!(take(15.0, "B doors.forced"), Taken::Waits);
    assert_eq!(take(15.0, "A doors.forced"), Taken::Waits);
    assert!(changes.is_empty(), "one door was told of twice, and the other waits");
    engine.advance(instant(15.1), &mut changes);
    assert_eq!(changes.len(), 1);
    assert_eq!(engine.open_situations(), [changes[0].situation().clone()]);
    engine.advance(instant(15.0), &mut changes);
    assert_eq!(engine.take(&signal(15.0, "A doors.forced"), &mut changes), Taken::TooLate);
}

#[test]
fn history_tells_how_often_a_rule_would_have_raised_each_week() {
    let rules = rules(
        "[[rule]]\nname = 'a'\ncount = { of = 'doors.forced', at_least = 1, within = '1 min' }\ncloses_after = '1 h'\n[[rule]]\nname = 'b'\ncount = { of = 'lifts.trapped', at_least = 1, within = '1 min' }",
    );
    let day = 24.0 * 60.0;
    let at = |days: f64, said| signal(days * day, said);
    let signals = vec![
        at(14.0, "A doors.forced"), // out of order
        at(-9.0, "A doors.forced"), // before the time
        at(0.0, "A doors.forced"),
        at(0.02, "A doors.forced"),
        at(1.0, "A doors.forced"),
        at(1.0, "A noise.alive"),
        at(15.0, "A lifts.trapped"), // after it
    ];
    let window = (instant(-day), instant(14.01 * day));
    let test = back_test(&rules, &ground(), signals, window);
    assert_eq!((test.heard, test.unheard), (5, 1));
    let weeks: Vec<String> = test.weeks.iter().map(ToString::to_string).collect();
    assert_eq!(weeks, ["2026-11-23", "2026-11-30", "2026-12-07"]);
    assert_eq!(test.rules[0].by_week, [2, 0, 1]);
    assert_eq!((test.rules[0].raised(), test.rules[0].open), (3, 1));
    assert_eq!(test.rules[0].median_s, Some(864.0), "28.8 min and no time at all");
    assert_eq!((test.rules[1].raised(), test.rules[1].median_s), (0, None));
    assert_eq!(test.situations[0].opened_at, instant(0.0));
    assert_eq!(test.situations[2].closed, None);
}
