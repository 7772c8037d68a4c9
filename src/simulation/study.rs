//! [`study`]: evenings repeated, each under every policy.

use std::ops::Range;

use rand::Rng as _;

use super::{
    Between, CallIx, Comparison, CrewPlan, Engine, Measures, Pace, Policy, PolicyOutcome,
    Preemption, Record, Reported, Rules, Scenario, Subject, Ways, dice,
};

/// Most calls that a study lives through, over all its replications and policies: some minutes of work.
pub const CALLS_MAX: usize = 10_000_000;

/// What is studied.
#[derive(Clone)]
pub struct Study<'a> {
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// How many times an evening is repeated.
    pub replications: u32,
    /// The policies that are compared; the first is the base.
    pub policies: &'a [Policy],
    /// How patrols get about, and when the run begins.
    pub ways: Ways<'a>,
    /// How long things take.
    pub pace: Pace,
    /// Which crews there are.
    pub plan: CrewPlan<'a>,
    /// What crews do between calls.
    pub between: Between<'a>,
    /// Whether a crew may be called off.
    pub preemption: Preemption,
    /// Calls reported in it are measured, in seconds since the beginning of the run: what comes before warms the
    /// run up, what comes after keeps crews as busy as they would be.
    pub window_s: Range<f64>,
}

/// Why a study is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StudyError {
    /// Too much work.
    #[error(
        "{calls} calls in {replications} replications under {policies} policies are more than {CALLS_MAX}"
    )]
    TooLarge {
        /// Calls in the first evening.
        calls: usize,
        /// Replications that were asked for.
        replications: u32,
        /// Policies that were asked for.
        policies: usize,
    },
}

/// Runs every policy on the same evenings. `calls_of` gives what is reported in each replication; `each` sees every
/// run as it is done.
///
/// # Errors
///
/// [`StudyError::TooLarge`] when it would not end.
pub fn study(
    study: &Study<'_>,
    mut calls_of: impl FnMut(u32) -> Vec<Reported>,
    mut each: impl FnMut(u32, Policy, &Record),
) -> Result<Comparison, StudyError> {
    let policies = study.policies.iter();
    let mut outcomes: Vec<PolicyOutcome> =
        policies.map(|policy| PolicyOutcome { policy: *policy, runs: Vec::new() }).collect();
    let runs = study.replications as usize * outcomes.len();
    for replication in 0..study.replications {
        let reported = calls_of(replication);
        let calls = reported.len();
        if calls.saturating_mul(runs) > CALLS_MAX {
            let (replications, policies) = (study.replications, outcomes.len());
            return Err(StudyError::TooLarge { calls, replications, policies });
        }
        let draw = (study.seed, replication);
        let scenario = Scenario::draw(draw, &study.pace, &study.plan, reported);
        for outcome in &mut outcomes {
            let record = run(study, replication, &scenario, outcome.policy);
            each(replication, outcome.policy, &record);
            outcome.runs.push(Measures::of(&record, &scenario, &study.window_s));
        }
    }
    Ok(Comparison { policies: outcomes })
}

/// One evening under one policy, until everything is over.
fn run(study: &Study<'_>, replication: u32, scenario: &Scenario, policy: Policy) -> Record {
    let rules = Rules {
        ways: study.ways,
        policy,
        between: study.between,
        preemption: study.preemption,
        seed: dice(study.seed, replication, Subject::Rounds).next_u64(),
    };
    let mut engine = Engine::new(rules, scenario.crews.clone());
    for (row, call) in scenario.calls.iter().enumerate() {
        engine.call(CallIx(row as u32), call.clone());
    }
    Record::of(scenario, &engine.finish())
}
