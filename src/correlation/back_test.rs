//! [`back_test`]: what rules would have raised, had they been in force.

use super::{Change, Engine, Ground, RuleName, RuleSet, Situation, Taken};
use crate::{
    signal::Signal,
    time::{Date, TimeWindow, Timestamp},
};

/// What rules would have raised in a time.
#[derive(Debug, Clone, PartialEq)]
pub struct BackTest {
    /// By rule, in the order of the rules.
    pub rules: Vec<RuleTold>,
    /// The Mondays of the weeks that are told, in Paris; the first and the last may be in part outside of the time.
    pub weeks: Vec<Date>,
    /// Those that opened in the time, by the instant at which they did. One that is open at the end is as it then was.
    pub situations: Vec<Situation>,
    /// Signals that some rule listens to.
    pub heard: u64,
    /// Signals that no rule listens to.
    pub unheard: u64,
}

/// What one rule would have raised.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTold {
    /// Which.
    pub rule: RuleName,
    /// How many situations opened in each week.
    pub by_week: Vec<usize>,
    /// How long those that are over lasted, from their opening to their last signal, in seconds: the middle one.
    pub median_s: Option<f64>,
    /// How many were open at the end.
    pub open: usize,
}

impl RuleTold {
    /// How many situations opened.
    #[must_use]
    pub fn raised(&self) -> usize {
        self.by_week.iter().sum()
    }
}

/// Lets `signals`, in any order, go through rules up to the end of `window`, and tells of the situations that opened in it.
///
/// Signals before the window are heard too, so that what began before it is known.
#[must_use]
pub fn back_test(
    rules: &RuleSet,
    ground: &Ground,
    mut signals: Vec<Signal>,
    window: (Timestamp, Timestamp),
) -> BackTest {
    let (from, to) = window;
    let in_time = TimeWindow { from: Some(from), to: Some(to) };
    signals.retain(|signal| signal.at < to);
    signals.sort_by_key(|signal| signal.at);
    let mut engine = Engine::new(rules.clone(), ground.clone());
    let (mut changes, mut over) = (Vec::new(), Vec::new());
    let (mut heard, mut unheard) = (0, 0);
    for signal in &signals {
        match engine.take(signal, &mut changes) {
            Taken::Unheard => unheard += 1,
            Taken::Waits | Taken::TooLate => heard += 1,
        }
        keep_over(&mut changes, &mut over);
    }
    engine.advance(to, &mut changes);
    keep_over(&mut changes, &mut over);
    over.extend(engine.open_situations());
    over.retain(|situation: &Situation| in_time.contains(situation.opened_at));
    over.sort_by(|a, b| {
        (a.opened_at, &a.rule, &a.subject).cmp(&(b.opened_at, &b.rule, &b.subject))
    });
    let weeks = weeks(from, to);
    let rules = rules.rules.iter().map(|rule| told(&rule.name, &weeks, &over)).collect();
    BackTest { rules, weeks, situations: over, heard, unheard }
}

/// Of the changes, the situations that are over.
fn keep_over(changes: &mut Vec<Change>, over: &mut Vec<Situation>) {
    over.extend(changes.drain(..).filter_map(|change| match change {
        Change::Closed(situation) => Some(situation),
        Change::Opened(_) | Change::Updated(_) => None,
    }));
}

fn told(rule: &RuleName, weeks: &[Date], situations: &[Situation]) -> RuleTold {
    let mut by_week = vec![0; weeks.len()];
    let (mut lasted_s, mut open) = (Vec::new(), 0);
    for situation in situations.iter().filter(|situation| situation.rule == *rule) {
        if let Ok(week) = weeks.binary_search(&monday(situation.opened_at)) {
            by_week[week] += 1;
        }
        match situation.closed {
            Some(_) => lasted_s.push(situation.last_at.seconds_since(situation.opened_at)),
            None => open += 1,
        }
    }
    lasted_s.sort_by(f64::total_cmp);
    let middle = |at: usize| lasted_s.get(at).copied();
    let half = lasted_s.len() / 2;
    let median_s = match lasted_s.len() % 2 {
        1 => middle(half),
        _ => half.checked_sub(1).and_then(middle).zip(middle(half)).map(|(a, b)| (a + b) / 2.0),
    };
    RuleTold { rule: rule.clone(), by_week, median_s, open }
}

fn monday(at: Timestamp) -> Date {
    let date = Date::of(at);
    date.plus_days(-(date.weekday() as i32))
}

/// The Mondays from the week of `from` to that of the last instant before `to`.
fn weeks(from: Timestamp, to: Timestamp) -> Vec<Date> {
    let last = monday(Timestamp::from_unix_ms(to.unix_ms() - 1).unwrap_or(to));
    std::iter::successors(Some(monday(from)), |week| {
        Some(week.plus_days(7)).filter(|next| next > week)
    })
    .take_while(|week| *week <= last)
    .collect()
}
