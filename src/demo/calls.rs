//! Calls: what is reported in a window of time, on which sites, of which kinds.

use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    ground::Ground,
    plan::{dice, lot},
    rhythm::{self, Beat, KINDS},
};
use crate::{
    incident::{Channel, KindCode, Status},
    stock::{BuildingId, SiteCode},
    time::Timestamp,
};

/// Incidents in a year.
pub const CALLS_PER_YEAR: f64 = 50_000.0;
const HOUR_S: i64 = 3600;
const YEAR_HOURS: i64 = 8766;
const WEEK_S: i64 = 7 * 24 * HOUR_S;
/// How often something happens again where something has just happened.
const REPEAT: f64 = 0.16;
/// How far back such a repeat looks, in calls: about three days.
const REPEAT_CALLS: usize = 400;
/// After this, a patrol has seen to it, seconds.
const OPEN_S_MAX: f64 = 3.0 * 3600.0;

/// What is reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What it is.
    pub kind: KindCode,
    /// How it comes in.
    pub channel: Channel,
    /// How far it has got.
    pub status: Status,
    /// When it is reported.
    pub reported_at: Timestamp,
    /// On which site.
    pub site: SiteCode,
    /// In which of its buildings.
    pub building: Option<BuildingId>,
}

/// Where and of which beat a call is, before it is written out.
#[derive(Debug, Clone, Copy)]
struct Spot {
    ground: usize,
    building: Option<usize>,
    kind: usize,
}

/// What draws calls on given grounds: some sites are worse than others, and stay so.
#[derive(Debug)]
pub struct Caller<'a> {
    seed: u64,
    grounds: &'a [Ground],
    kinds: Vec<KindCode>,
    /// For each ground, how often something happens there in an ordinary week, in any unit.
    habit: Vec<f64>,
    /// The week that `reach` is for.
    week: i64,
    /// Sums of `habit` with what the week adds.
    reach: Vec<f64>,
}

impl<'a> Caller<'a> {
    /// Calls on `grounds`.
    #[must_use]
    pub fn new(seed: u64, grounds: &'a [Ground]) -> Self {
        let habit = grounds.iter().enumerate().map(|(row, ground)| {
            f64::from(ground.dwellings).powf(0.9) * (1.1 * bell(seed, row as i64, 30)).exp()
        });
        let kinds = KINDS.iter().filter_map(|kind| kind.0.parse().ok()).collect();
        Self { seed, grounds, kinds, habit: habit.collect(), week: i64::MIN, reach: Vec::new() }
    }

    /// What is reported from `from` until `to`, in the order of time: [`CALLS_PER_YEAR`] in the year before `to`.
    /// All of it is over, but for the newest few.
    ///
    /// About a second for a million calls.
    #[must_use]
    pub fn history(&mut self, from: Timestamp, to: Timestamp) -> Vec<Call> {
        if self.grounds.is_empty() || to <= from {
            return Vec::new();
        }
        let hours = (to.seconds_since(from) / HOUR_S as f64).ceil() as i64;
        let hour = |i: i64| to.plus_seconds((i - hours) * HOUR_S);
        let strengths: Vec<[f64; 6]> = (0..hours).map(|i| rhythm::strengths(hour(i))).collect();
        let strength = |of: &[f64; 6]| of.iter().sum::<f64>();
        let whole: f64 = strengths.iter().map(strength).sum();
        let year = if hours >= YEAR_HOURS {
            strengths[(hours - YEAR_HOURS) as usize..].iter().map(strength).sum::<f64>()
        } else {
            (1..=YEAR_HOURS)
                .map(|i| strength(&rhythm::strengths(to.plus_seconds(-i * HOUR_S))))
                .sum()
        };
        let count = (CALLS_PER_YEAR * whole / year).round() as usize;
        let mut dice = dice(self.seed ^ from.unix_ms() as u64, "calls");
        let mut calls: Vec<Call> = Vec::with_capacity(count);
        let mut spots: Vec<Spot> = Vec::with_capacity(count);
        let (mut i, mut before) = (0, 0.0);
        for at in ascending(count, &mut dice) {
            let at = at * whole;
            while i + 1 < strengths.len() && before + strength(&strengths[i]) < at {
                before += strength(&strengths[i]);
                i += 1;
            }
            let share = ((at - before) / strength(&strengths[i])).clamp(0.0, 1.0);
            let at_ms = hour(i as i64).unix_ms() + (share * 3_600_000.0) as i64;
            let Ok(at) = Timestamp::from_unix_ms(at_ms.clamp(from.unix_ms(), to.unix_ms() - 1))
            else {
                continue;
            };
            let (spot, call) = self.call(at, &strengths[i], &spots, &mut dice);
            spots.push(spot);
            calls.push(call);
        }
        leave_open(&mut calls, to);
        calls
    }

    /// One call now, of the kinds that this hour has.
    #[must_use]
    pub fn one(&mut self, at: Timestamp, dice: &mut ChaCha8Rng) -> Option<Call> {
        if self.grounds.is_empty() {
            return None;
        }
        let (_, call) = self.call(at, &rhythm::strengths(at), &[], dice);
        Some(Call { status: Status::Received, ..call })
    }

    fn call(
        &mut self,
        at: Timestamp,
        strengths: &[f64; 6],
        before: &[Spot],
        dice: &mut ChaCha8Rng,
    ) -> (Spot, Call) {
        let beat = Beat::ALL[pick(strengths, dice.random())];
        let spot = self.spot(at, beat, before, dice);
        let ground = &self.grounds[spot.ground];
        let beat = KINDS[spot.kind].1;
        let call = Call {
            kind: self.kinds[spot.kind].clone(),
            channel: Channel::ALL[pick(&rhythm::channels(beat), dice.random())],
            status: ended(&self.kinds[spot.kind], dice),
            reported_at: at,
            site: ground.site.clone(),
            building: spot.building.map(|row| ground.buildings[row].0.clone()),
        };
        (spot, call)
    }

    fn spot(&mut self, at: Timestamp, beat: Beat, before: &[Spot], dice: &mut ChaCha8Rng) -> Spot {
        let kind = kind_of(beat, dice);
        if !before.is_empty() && dice.random_bool(REPEAT) {
            // Nearer in time is likelier.
            let back =
                (dice.random::<f64>().powi(2) * before.len().min(REPEAT_CALLS) as f64) as usize;
            let known = before[before.len() - 1 - back];
            let same = KINDS[known.kind].1 == beat && dice.random_bool(0.5);
            return Spot { kind: if same { known.kind } else { kind }, ..known };
        }
        self.reach(at.unix_ms().div_euclid(1000 * WEEK_S));
        let ticket = dice.random::<f64>() * self.reach.last().copied().unwrap_or(0.0);
        let ground = self.reach.partition_point(|sum| *sum <= ticket).min(self.grounds.len() - 1);
        Spot { ground, building: self.building(ground, dice), kind }
    }

    fn building(&self, ground: usize, dice: &mut ChaCha8Rng) -> Option<usize> {
        let buildings = &self.grounds[ground].buildings;
        let weights = buildings.iter().enumerate().map(|(row, (_, dwellings))| {
            let habit = (0.8 * bell(self.seed, (ground as i64) << 16 | row as i64, 40)).exp();
            f64::from(dwellings + 1) * habit
        });
        let weights: Vec<f64> = weights.collect();
        (!weights.is_empty()).then(|| pick(&weights, dice.random()))
    }

    /// Sums up how often something happens on each ground in `week`.
    fn reach(&mut self, week: i64) {
        if self.week == week {
            return;
        }
        self.week = week;
        let seed = self.seed;
        let mut sum = 0.0;
        let of_week = self.habit.iter().enumerate().map(|(row, habit)| {
            sum += habit * heat(seed, row as i64, week);
            sum
        });
        self.reach = of_week.collect();
    }
}

/// How much more happens on a ground in a week than it is used to: some have a few hot weeks in a half-year.
fn heat(seed: u64, ground: i64, week: i64) -> f64 {
    let half_year = week.div_euclid(26);
    let draw = |salt: i64| lot(seed, [50 + salt, ground, half_year]);
    let (first, weeks) = ((draw(1) * 20.0) as i64, 3 + (draw(2) * 5.0) as i64);
    let hot = draw(0) < 0.14 && (first..first + weeks).contains(&week.rem_euclid(26));
    if hot { 2.5 + 4.0 * draw(3) } else { 1.0 }
}

/// `count` numbers in [0, 1), ascending, as if drawn and sorted: sums of exponential gaps
/// (Devroye 1986, Non-Uniform Random Variate Generation, V.3.1).
fn ascending(count: usize, dice: &mut ChaCha8Rng) -> Vec<f64> {
    let mut sum = 0.0;
    let mut next = || {
        sum += -(1.0 - dice.random::<f64>()).ln();
        sum
    };
    let sums: Vec<f64> = (0..count).map(|_| next()).collect();
    let whole = next();
    sums.into_iter().map(|sum| sum / whole).collect()
}

/// A number about 0 with a standard deviation of 1, the same for the same key (Box and Muller 1958).
fn bell(seed: u64, row: i64, salt: i64) -> f64 {
    let (a, b) = (lot(seed, [salt, row, 0]), lot(seed, [salt, row, 1]));
    (-2.0 * (1.0 - a).ln()).sqrt() * (2.0 * PI * b).cos()
}

/// The row that `ticket`, a share of 1, falls on.
fn pick(weights: &[f64], ticket: f64) -> usize {
    let mut left = ticket * weights.iter().sum::<f64>();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    found.unwrap_or(weights.len() - 1)
}

fn kind_of(beat: Beat, dice: &mut ChaCha8Rng) -> usize {
    let shares = KINDS.map(|kind| if kind.1 == beat { kind.2 } else { 0.0 });
    pick(&shares, dice.random())
}

/// How an incident of that kind ended.
fn ended(kind: &KindCode, dice: &mut ChaCha8Rng) -> Status {
    let passed_on = matches!(
        kind.as_str(),
        "BIE-INC" | "BIE-VOL" | "PER-AGR" | "PER-VIF" | "PER-MAL" | "TEC-GAZ" | "OCC-ABR"
    );
    match dice.random_range(0..100) {
        0..45 if passed_on => Status::HandedOver,
        92..97 => Status::NoAction,
        97..100 => Status::Cancelled,
        _ => Status::Closed,
    }
}

/// Leaves the newest calls, if they are fresh, for whoever comes on duty now.
fn leave_open(calls: &mut [Call], now: Timestamp) {
    const STATES: [Status; 6] = [
        Status::Received,
        Status::Received,
        Status::Qualified,
        Status::Qualified,
        Status::Qualified,
        Status::Qualified,
    ];
    let fresh =
        calls.iter_mut().rev().take_while(|call| now.seconds_since(call.reported_at) < OPEN_S_MAX);
    fresh.zip(STATES).for_each(|(call, status)| call.status = status);
}
