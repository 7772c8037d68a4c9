//! The engine beside the plain way: every rule looks back at all signals, for each signal, by the words of its definition.

use proptest::prelude::*;

use super::{
    engine_tests::{ground, instant, rules, signal},
    *,
};
use crate::{
    geo::{LonLat, geodesic_distance_m},
    signal::{Signal, SignalPlace},
    time::Timestamp,
};

const RULES: &str = "
[[rule]]
name = 'count'
count = { of = ['noise.*', 'noise.level >= 85'], at_least = 3, within = '4 min' }
closes_after = '5 min'
closes_on = 'doors.closed'
[[rule]]
name = 'sequence'
on = 'landlord'
sequence = { steps = ['doors.*', 'noise.level < 100', 'doors.forced'], within = '5 min' }
closes_after = '4 min'
closes_on = 'lifts.restarted'
[[rule]]
name = 'silence'
absence = { after = 'lifts.alive', no = 'lifts.alive', within = '3 min' }
closes_after = '6 min'
[[rule]]
name = 'absence'
on = 'territory'
territories = 'canal'
absence = { after = ['doors.forced', 'noise.level > 90'], no = ['doors.closed', 'lifts.*'], within = '2 min' }
closes_after = '1 min'
closes_on = 'lifts.restarted'
[[rule]]
name = 'together'
on = 'everywhere'
sites = ['A', 'B', 'C']
together = { of = ['doors.forced', 'noise.level > 80', 'lifts.*'], within_m = 150, within = '3 min' }
closes_after = '2 min'
closes_on = 'doors.closed'
";

const SAID: [&str; 9] = [
    "doors.forced",
    "doors.held_open",
    "doors.closed",
    "noise.level 79",
    "noise.level 95",
    "noise.alive",
    "lifts.alive",
    "lifts.alive",
    "lifts.restarted",
];

fn lists(rule: &Rule) -> (&[Selector], &[Selector]) {
    match &rule.condition {
        Condition::Count { of, .. } | Condition::Together { of, .. } => (of, &[]),
        Condition::Sequence { steps, .. } => (steps, &[]),
        Condition::Absence { after, no, .. } => (after, no),
    }
}

fn takes(selector: &Selector, signal: &Signal) -> bool {
    selector.takes(&signal.source, &signal.kind)
        && selector.value.is_none_or(|bound| bound.holds(signal.value))
}

fn any(selectors: &[Selector], signal: &Signal) -> bool {
    selectors.iter().any(|selector| takes(selector, signal))
}

/// What a signal is about, of the rules above.
fn subject(rule: &Rule, signal: &Signal) -> Option<Subject> {
    let SignalPlace::Site(code) = &signal.place else { return None };
    let landlord = if ["A", "B"].contains(&code.as_str()) { "rivp" } else { "elogie" };
    let is_in = rule.narrowing.sites.is_empty() || rule.narrowing.sites.contains(code);
    match rule.on {
        Scope::Site => Some(Subject::Site(code.clone())),
        Scope::Landlord => {
            Some(Subject::Landlord(crate::stock::LandlordId::of_name(landlord).unwrap()))
        }
        Scope::Territory => {
            (code.as_str() != "D").then(|| Subject::Territory("canal".parse().unwrap()))
        }
        Scope::Everywhere => is_in.then_some(Subject::Everywhere),
    }
}

fn position(signal: &Signal) -> LonLat {
    let SignalPlace::Site(code) = &signal.place else { panic!("on a site") };
    let ground = ground();
    ground.sites[ground.site(code).unwrap() as usize].position
}

fn seconds(from: &Signal, to: &Signal) -> f64 {
    to.at.seconds_since(from.at)
}

/// Whether a sequence of `steps` ends with `last`, the first of them no earlier than `within_s` before it.
fn ends(
    steps: &[Selector],
    before: &[&Signal],
    last: &Signal,
    end: &Signal,
    within_s: f64,
) -> bool {
    let Some((step, earlier)) = steps.split_last() else { return false };
    if !takes(step, last) || seconds(last, end) > within_s {
        return false;
    }
    let mut candidates = before.iter().enumerate().filter(|(_, one)| one.at < last.at);
    earlier.is_empty()
        || candidates.any(|(at, one)| ends(earlier, &before[..at], one, end, within_s))
}

/// Whether the condition is met with the last of `known`; never that of an absence.
fn is_met(
    rule: &Rule,
    known: &[&Signal],
    settled_at: Option<Timestamp>,
    nearby: &[&Signal],
) -> bool {
    let (last, before) = known.split_last().unwrap();
    let within_s = rule.condition.within().seconds() as f64;
    match &rule.condition {
        Condition::Count { of, at_least, .. } => {
            let counts = |one: &&&Signal| any(of, one) && seconds(one, last) <= within_s;
            any(of, last) && known.iter().filter(counts).count() >= *at_least as usize
        }
        Condition::Sequence { steps, .. } => ends(steps, before, last, last, within_s),
        Condition::Absence { .. } => false,
        Condition::Together { of, within_m, .. } => {
            let near = |one: &&&Signal| {
                seconds(one, last) <= within_s
                    && settled_at.is_none_or(|settled| one.at > settled)
                    && geodesic_distance_m(position(one), position(last)) <= *within_m
            };
            let found =
                |selector: &Selector| nearby.iter().filter(near).any(|one| takes(selector, one));
            (0..of.len()).any(|own| {
                takes(&of[own], last)
                    && (0..of.len()).all(|other| other == own || found(&of[other]))
            })
        }
    }
}

/// The situations of a rule on one subject, from the signals on it in order, up to `end`.
fn situations(
    rule: &Rule,
    subject: &Subject,
    signals: &[&Signal],
    end: Timestamp,
) -> Vec<(Timestamp, u64, Option<Timestamp>)> {
    let (main, answers) = lists(rule);
    let within_s = rule.condition.within().seconds();
    let closes_after = |last: Timestamp| last.plus_seconds(rule.closes_after.seconds());
    let mut told = Vec::new();
    // Opened at, last at, times.
    let mut open: Option<(Timestamp, Timestamp, u64)> = None;
    let (mut since, mut settled_at, mut asked): (usize, _, Option<Timestamp>) = (0, None, None);
    let meet = |open: &mut Option<(Timestamp, Timestamp, u64)>, at| match open {
        Some((_, last, times)) => (*last, *times) = (at, *times + 1),
        None => *open = Some((at, at, 1)),
    };
    for ix in 0..=signals.len() {
        let now = signals.get(ix).map_or(end, |signal| signal.at);
        // What is due before now, in order of time.
        loop {
            let runs_out = asked.map(|at: Timestamp| at.plus_seconds(within_s));
            let quiet = open.map(|(_, last, _)| closes_after(last));
            match [runs_out, quiet].into_iter().flatten().filter(|due| *due < now).min() {
                None => break,
                Some(due) if runs_out == Some(due) => {
                    asked = None;
                    meet(&mut open, due);
                }
                Some(due) => {
                    let (opened_at, _, times) = open.take().unwrap();
                    told.push((opened_at, times, Some(due)));
                }
            }
        }
        let Some(signal) = signals.get(ix) else { break };
        if any(&rule.closes_on, signal) {
            if let Some((opened_at, _, times)) = open.take() {
                told.push((opened_at, times, Some(signal.at)));
            }
            (since, settled_at, asked) = (ix, Some(signal.at), None);
        }
        if is_met(rule, &signals[since..=ix], settled_at, &signals[..ix]) {
            meet(&mut open, signal.at);
        }
        if any(answers, signal) {
            asked = None;
        }
        let at_once = signals[since..ix].iter().any(|one| one.at == signal.at && any(answers, one));
        let is_absence = matches!(rule.condition, Condition::Absence { .. });
        let asks = is_absence && any(main, signal) && (any(answers, signal) || !at_once);
        if asks && asked.is_none() {
            asked = Some(signal.at);
        }
    }
    told.extend(open.map(|(opened_at, _, times)| (opened_at, times, None)));
    assert!(told.iter().all(|(at, ..)| *at < end), "{subject}");
    told
}

fn by_looking_at_all(rules: &RuleSet, signals: &[Signal], end: Timestamp) -> Vec<String> {
    let mut sorted: Vec<&Signal> = signals.iter().filter(|signal| signal.at < end).collect();
    sorted.sort_by_key(|signal| (signal.at, signal.id));
    sorted.dedup();
    let mut all = Vec::new();
    for rule in &rules.rules {
        let mut subjects: Vec<Subject> =
            sorted.iter().filter_map(|one| subject(rule, one)).collect();
        subjects.sort();
        subjects.dedup();
        for on in subjects {
            let here: Vec<&Signal> = sorted
                .iter()
                .copied()
                .filter(|one| subject(rule, one).as_ref() == Some(&on))
                .collect();
            for (opened_at, times, over) in situations(rule, &on, &here, end) {
                all.push(format!("{} {on} {opened_at} {times} {over:?}", rule.name));
            }
        }
    }
    all.sort();
    all
}

fn by_the_engine(rules: &RuleSet, arriving: &[Signal], end: Timestamp) -> Vec<String> {
    let mut engine = Engine::new(rules.clone(), ground());
    let mut changes = Vec::new();
    for signal in arriving {
        assert_ne!(engine.take(signal, &mut changes), Taken::TooLate);
    }
    engine.advance(end, &mut changes);
    let closed = changes.iter().filter(|change| matches!(change, Change::Closed(_)));
    let closed = closed.map(|change| change.situation().clone());
    let mut all: Vec<String> = closed
        .chain(engine.open_situations())
        .map(|one| {
            let over = one.closed.map(|(at, _)| at);
            format!("{} {} {} {} {over:?}", one.rule, one.subject, one.opened_at, one.times)
        })
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Signals to the half minute, so that many come at one instant; late by 5 minutes at most, as the rules allow.
    #[test]
    fn in_any_order_within_the_lateness_signals_make_the_situations_of_the_definitions(
        said in prop::collection::vec((0..60_u32, 0..SAID.len(), 0..4_usize, 0..300_000_i64), 1..150),
    ) {
        let rules = rules(RULES);
        let mut arriving: Vec<(i64, Signal)> = said
            .iter()
            .map(|(half_minutes, what, site, late_ms)| {
                let site = ["A", "B", "C", "D"][*site];
                let one = signal(f64::from(*half_minutes) / 2.0, &format!("{site} {}", SAID[*what]));
                (one.at.unix_ms() + late_ms, one)
            })
            .collect();
        let end = instant(45.0);
        arriving.sort_by_key(|(_, signal)| (signal.at, signal.id));
        let in_order: Vec<Signal> = arriving.iter().map(|(_, signal)| signal.clone()).collect();
        arriving.sort_by_key(|(arrives_ms, _)| *arrives_ms);
        let mut late: Vec<Signal> = arriving.into_iter().map(|(_, signal)| signal).collect();
        let plain = by_looking_at_all(&rules, &in_order, end);
        prop_assert_eq!(&by_the_engine(&rules, &in_order, end), &plain);
        prop_assert_eq!(&by_the_engine(&rules, &late, end), &plain);
        // A source that sends each signal twice changes nothing.
        late = late.into_iter().flat_map(|one| [one.clone(), one]).collect();
        prop_assert_eq!(&by_the_engine(&rules, &late, end), &plain);
    }
}
