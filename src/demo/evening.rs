//! [`Evening`]: the demo as it runs: patrols drive, calls come in, patrols are sent.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    calls::{Call, Caller},
    fleet::Fleet,
    ground::Ground,
    plan::dice,
    rhythm,
    street_graph::StreetGraph,
};
use crate::{
    patrol::{Patrol, PositionFix},
    time::Timestamp,
};

/// Shortest and longest mean time between two calls, seconds: faster than in life, so that a visitor sees some.
const BETWEEN_CALLS_S: [f64; 2] = [20.0, 40.0];
/// How often a patrol is sent at once.
const SENT: f64 = 0.75;

/// The demo as it runs. Only [`Evening::step`] changes it.
#[derive(Debug)]
pub struct Evening<'a> {
    streets: &'a StreetGraph,
    grounds: &'a [Ground],
    caller: Caller<'a>,
    fleet: Fleet,
    until_call_s: f64,
    dice: ChaCha8Rng,
}

/// What happened in a step.
#[derive(Debug, Default, PartialEq)]
pub struct Happenings {
    /// Where the patrols on duty are now.
    pub fixes: Vec<PositionFix>,
    /// Patrols that are now busy, or available again.
    pub patrols: Vec<Patrol>,
    /// Calls that came in.
    pub calls: Vec<Call>,
}

impl<'a> Evening<'a> {
    /// The evening of `fleet` on `streets`, with calls from `grounds`. It begins at `now`.
    #[must_use]
    pub fn begin(
        seed: u64,
        now: Timestamp,
        streets: &'a StreetGraph,
        grounds: &'a [Ground],
        fleet: Fleet,
    ) -> Self {
        let dice = dice(seed ^ now.unix_ms() as u64, "evening");
        let caller = Caller::new(seed, grounds);
        Self { streets, grounds, caller, fleet, until_call_s: BETWEEN_CALLS_S[0] / 2.0, dice }
    }

    /// Lets `elapsed_s` seconds pass until `now`.
    pub fn step(&mut self, now: Timestamp, elapsed_s: f64) -> Happenings {
        let mut happenings = Happenings {
            patrols: self.fleet.drive(self.streets, elapsed_s, &mut self.dice),
            ..Happenings::default()
        };
        self.until_call_s -= elapsed_s;
        if self.until_call_s <= 0.0 {
            self.until_call_s = mean_between_calls_s(now) * self.dice.random_range(0.6..1.4);
            if let Some(call) = self.caller.one(now, &mut self.dice) {
                let ground = self.grounds.iter().find(|ground| ground.site == call.site);
                if let Some(ground) = ground.filter(|_| self.dice.random_bool(SENT)) {
                    happenings.patrols.extend(self.fleet.send(self.streets, ground.position));
                }
                happenings.calls.push(call);
            }
        }
        happenings.fixes = self.fleet.fixes(self.streets, now);
        happenings
    }
}

/// The busier the hour is in life, the shorter.
fn mean_between_calls_s(now: Timestamp) -> f64 {
    let strength: f64 = rhythm::strengths(now).iter().sum();
    let even: f64 = rhythm::KINDS.iter().map(|kind| kind.2).sum();
    (30.0 * even / strength.max(1.0)).clamp(BETWEEN_CALLS_S[0], BETWEEN_CALLS_S[1])
}
