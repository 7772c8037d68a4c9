//! [`Evening`]: the demo as it runs: the engine of the simulation, beside whoever uses the demo.
//!
//! The engine decides as it does in a study; what it decides is asked of the server as commands, like anybody's. Each
//! step begins by looking at what is so ([`Evening::look`]): whatever somebody else has done is followed. A call that
//! a person has touched is that person's: its patrol goes on reading, driving and reporting, but nobody of the demo
//! sends another or closes it, until it has been left alone for [`LEFT_ALONE_S`].

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    calls::{Call, Caller},
    following::{Followed, Key},
    ground::Ground,
    plan::dice,
    reports, rhythm,
};
use crate::{
    geo::LonLat,
    incident::{Action, ActorRole, Command, Incident, IncidentId, Nomenclature, Status},
    patrol::{Patrol, PatrolId, PositionFix},
    simulation::{
        Between, CallIx, Crew, CrewIx, Engine, Hand, Lognormal, Pace, Policy, Preemption, Rules,
        Step, Told, Ways,
    },
    time::Timestamp,
    twin::Snapshot,
};

/// Shortest and longest mean time between two calls, seconds: about six times as fast as in life, so that a visitor
/// sees some, and so that half of the patrols stay free to be sent.
const BETWEEN_CALLS_S: [f64; 2] = [30.0, 60.0];
/// With so many incidents open nobody of the demo calls: whatever visitors do, the board can be read.
const OPEN_MAX: usize = 30;
/// After how long without anybody's hand a call that a person has touched is the demo's again, seconds.
pub(super) const LEFT_ALONE_S: f64 = 600.0;
/// Radius that a patrol's receiver tells, metres.
const ACCURACY_M: f64 = 8.0;
/// How long patrols stop at each site of their round, seconds.
const ROUND_STOP_S: f64 = 40.0;
/// How long things take in the demo: less than in life, as calls come more often, but long enough that a visitor
/// may be faster than the demo's desk. They drive as fast as in life.
pub(super) const PACE: Pace = Pace {
    take_up: around(20.0, 0.4),
    assign: around(20.0, 0.4),
    acknowledge: around(6.0, 0.3),
    depart: around(8.0, 0.3),
    traffic: around(1.0, 0.0),
    on_site: &[],
    on_site_else: around(120.0, 0.35),
    report: around(25.0, 0.4),
    close: around(30.0, 0.4),
};

const fn around(median: f64, sigma: f64) -> Lognormal {
    Lognormal { median, sigma }
}

/// What an evening stands on.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Which evening.
    pub seed: u64,
    /// How patrols get about, and when the evening begins.
    pub ways: Ways<'a>,
    /// Where calls come from.
    pub grounds: &'a [Ground],
    /// Where patrols go on their rounds.
    pub places: &'a [LonLat],
    /// How urgent kinds are.
    pub nomenclature: &'a Nomenclature,
    /// How patrols are chosen.
    pub policy: Policy,
}

/// The demo as it runs.
pub struct Evening<'a> {
    pub(super) setting: Setting<'a>,
    pub(super) engine: Engine<'a>,
    pub(super) patrols: Vec<PatrolId>,
    pub(super) followed: BTreeMap<Key, Followed>,
    pub(super) calls: u32,
    pub(super) dice: ChaCha8Rng,
    caller: Caller<'a>,
    until_call_s: f64,
    pub(super) now_s: f64,
}

/// What happens in a step, to be asked of the server.
#[derive(Debug, Default, PartialEq)]
pub struct Happenings {
    /// Where the patrols on duty are now.
    pub fixes: Vec<PositionFix>,
    /// Calls that come in.
    pub calls: Vec<Call>,
    /// What is done about incidents, in the order of time.
    pub steps: Vec<(IncidentId, Command)>,
}

impl<'a> Evening<'a> {
    /// The evening of `patrols`, whose crews are `crews`. What is open in `snapshot` is the demo's own, of its last run
    /// or of its history.
    #[must_use]
    pub fn begin(
        setting: Setting<'a>,
        patrols: &[Patrol],
        crews: Vec<Crew>,
        snapshot: &Snapshot,
    ) -> Self {
        let Setting { seed, ways, grounds, places, policy, .. } = setting;
        let rules = Rules {
            ways,
            policy,
            between: Between::Round { places, stop_s: ROUND_STOP_S },
            preemption: Preemption::Never,
            seed,
        };
        let mut evening = Self {
            setting,
            engine: Engine::new(rules, crews),
            patrols: patrols.iter().map(|patrol| patrol.id.clone()).collect(),
            followed: BTreeMap::new(),
            calls: 0,
            dice: dice(seed ^ ways.begin.unix_ms() as u64, "evening"),
            caller: Caller::new(seed, grounds),
            until_call_s: BETWEEN_CALLS_S[0] / 2.0,
            now_s: 0.0,
        };
        evening.look(snapshot, Hand::Engine);
        evening
    }

    /// Looks at what is so, and lets time pass until `now`.
    pub fn step(&mut self, snapshot: &Snapshot, now: Timestamp) -> Happenings {
        let elapsed_s = now.seconds_since(self.setting.ways.begin) - self.now_s;
        self.now_s += elapsed_s.max(0.0);
        let steps = self.look(snapshot, Hand::Desk);
        let mut happenings = Happenings { steps, ..Happenings::default() };
        for step in self.engine.advance(self.now_s) {
            self.ask(&step, &mut happenings.steps);
        }
        self.until_call_s -= elapsed_s;
        if self.until_call_s <= 0.0 && self.open() < OPEN_MAX {
            self.until_call_s = mean_between_calls_s(now) * self.dice.random_range(0.6..1.4);
            happenings.calls.extend(self.caller.one(now, &mut self.dice));
        }
        happenings.fixes = self.fixes(snapshot, now);
        happenings
    }

    /// Where the patrols on duty are at `now`.
    #[must_use]
    pub fn fixes(&self, snapshot: &Snapshot, now: Timestamp) -> Vec<PositionFix> {
        let on_duty =
            self.patrols.iter().enumerate().filter(|(_, id)| self.is_on_duty(snapshot, id));
        on_duty
            .map(|(row, id)| PositionFix {
                patrol: id.clone(),
                position: self.engine.position(CrewIx(row as u32), self.now_s),
                recorded_at: now,
                accuracy_m: Some(ACCURACY_M),
            })
            .collect()
    }

    /// A call of the demo's own has become an incident.
    pub fn received(&mut self, incident: &Incident, snapshot: &Snapshot) {
        self.adopt(incident, snapshot, Hand::Engine);
    }

    /// A step of the demo's own was taken, and the incident is now as told.
    pub fn stepped(&mut self, incident: &Incident) {
        let keys = self.keys_of(incident.id);
        for key in keys {
            let Some(followed) = self.followed.get_mut(&key) else { continue };
            // Where somebody came between, there is more than this one step: the next look finds it.
            if incident.steps.len() == followed.steps + 1 {
                followed.steps += 1;
            }
        }
    }

    /// A step of the demo's own was refused: the next look takes in what is so instead.
    pub fn refused(&mut self, incident: IncidentId) {
        for key in self.keys_of(incident) {
            if let Some(followed) = self.followed.get_mut(&key) {
                followed.is_doubtful = true;
            }
        }
    }

    /// How many incidents the demo follows.
    #[must_use]
    pub fn open(&self) -> usize {
        self.followed.len()
    }

    /// What the server is asked for what the engine has decided.
    fn ask(&mut self, step: &Step, steps: &mut Vec<(IncidentId, Command)>) {
        let Some((key, followed)) = self.followed.iter().find(|(_, one)| one.call == step.call)
        else {
            return;
        };
        let (key, kind) = (key.clone(), followed.kind.clone());
        let second = key.second.clone();
        let action = match step.status {
            Status::Qualified => Action::Qualified,
            Status::Assigned => Action::Assigned,
            Status::Acknowledged => Action::Acknowledged,
            Status::EnRoute => Action::EnRoute,
            Status::OnSite => Action::OnSite,
            Status::Cleared => Action::Cleared,
            // Who came second writes no report and closes nothing.
            Status::Reported | Status::Closed if second.is_some() => return,
            Status::Reported => Action::Reported,
            _ => Action::Closed,
        };
        let of_crew = step.status > Status::Assigned && step.status < Status::Reported;
        let crew = step.crew.map(|crew| self.patrols[crew.0 as usize].clone());
        let command = Command {
            actor: match step.status {
                Status::Assigned => ActorRole::Dispatcher,
                Status::Qualified | Status::Closed => ActorRole::Operator,
                _ => ActorRole::Patrol,
            },
            at: Some(self.instant(step.at_s)),
            patrol: crew.filter(|_| of_crew || action == Action::Assigned),
            report: (action == Action::Reported).then(|| reports::report(&kind, &mut self.dice)),
            ..plain(action)
        };
        steps.push((key.incident, command));
        if step.status == Status::Qualified
            && let Some(ending) = reports::ending(&kind, &mut self.dice)
        {
            let command = Command {
                actor: ActorRole::Operator,
                reason: ending.reason,
                partner: ending.partner,
                ..plain(ending.action)
            };
            steps.push((key.incident, command));
            // The engine has no crew sent to it: the next look finds it over, or sends one after all.
            self.hold(step.call, step.at_s);
        }
    }

    /// Has the engine wait for what becomes of a call.
    fn hold(&mut self, call: CallIx, at_s: f64) {
        if let Some(followed) = self.followed.values_mut().find(|one| one.call == call) {
            let told = Told { hand: Hand::Desk, status: Status::Qualified, ..followed.told };
            followed.is_doubtful = true;
            self.engine.follow(call, told, at_s);
        }
    }

    fn keys_of(&self, incident: IncidentId) -> Vec<Key> {
        let from = Key { incident, second: None };
        let rows = self.followed.range(from..).take_while(|(key, _)| key.incident == incident);
        rows.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn instant(&self, at_s: f64) -> Timestamp {
        let begin_ms = self.setting.ways.begin.unix_ms();
        let at = Timestamp::from_unix_ms(begin_ms + (at_s * 1000.0) as i64);
        at.unwrap_or(self.setting.ways.begin)
    }
}

/// A command that says no more than what and, for most, by the system.
pub(super) const fn plain(action: Action) -> Command {
    Command {
        action,
        actor: ActorRole::System,
        at: None,
        patrol: None,
        reason: None,
        duplicate_of: None,
        partner: None,
        override_reason: None,
        report: None,
        remark: None,
    }
}

/// The busier the hour is in life, the shorter.
fn mean_between_calls_s(now: Timestamp) -> f64 {
    let strength: f64 = rhythm::strengths(now).iter().sum();
    let even: f64 = rhythm::KINDS.iter().map(|kind| kind.2).sum();
    (45.0 * even / strength.max(1.0)).clamp(BETWEEN_CALLS_S[0], BETWEEN_CALLS_S[1])
}
