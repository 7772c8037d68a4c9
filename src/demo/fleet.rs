//! [`Fleet`]: the demo's patrols, driving along the streets.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{plan::dice, street_graph::StreetGraph};
use crate::{
    geo::{LocalPlane, LonLat},
    patrol::{Availability, Patrol, PatrolId, PositionFix},
    time::Timestamp,
};

/// Patrols of the demo.
pub const PATROLS: usize = 30;
/// Of those, the last ones are off duty.
const OFF_DUTY: usize = 3;
/// Of those on duty, the first ones are on an intervention when the demo starts.
const BUSY: usize = 5;
/// Slowest and fastest that a patrol drives on its round, metres a second: 20 and 40 km/h.
const ROUND_M_PER_S: [f64; 2] = [5.6, 11.1];
/// Speed on the way to an incident, metres a second: 40 km/h.
const ERRAND_M_PER_S: f64 = 11.1;
/// Shortest and longest time on site, seconds: less than in life, so that a visitor sees the end.
const ON_SITE_S: [f64; 2] = [90.0, 300.0];
/// Radius that a patrol's receiver tells, metres.
const ACCURACY_M: f64 = 8.0;

/// The patrols of the demo.
#[derive(Debug, Clone)]
pub struct Fleet {
    cars: Vec<Car>,
}

#[derive(Debug, Clone)]
struct Car {
    patrol: Patrol,
    from: u32,
    to: u32,
    driven_m: f64,
    speed_m_per_s: f64,
    errand: Errand,
}

/// What a patrol is doing.
#[derive(Debug, Clone, PartialEq)]
enum Errand {
    /// On its round.
    Round,
    /// On its way to an incident: the nodes to come, last one first.
    Way(Vec<u32>),
    /// At one.
    OnSite { left_s: f64 },
    /// Not working.
    OffDuty,
}

/// Whether `patrol` is one of the demo's.
#[must_use]
pub fn is_of_the_demo(patrol: &Patrol) -> bool {
    (1..=PATROLS).any(|number| {
        patrol.callsign == format!("TANGO {number}")
            && patrol.id.as_str() == format!("TANGO-{number}")
    })
}

impl Fleet {
    /// The patrols at the start of their shift, each where it was last, or somewhere on the streets.
    #[must_use]
    pub fn muster(
        seed: u64,
        streets: &StreetGraph,
        last: impl Fn(&PatrolId) -> Option<LonLat>,
    ) -> Self {
        let mut dice = dice(seed, "fleet");
        let mut cars = Vec::new();
        for number in 1..=PATROLS {
            let Ok(id) = format!("TANGO-{number}").parse::<PatrolId>() else { continue };
            let (availability, errand) = if number > PATROLS - OFF_DUTY {
                (Availability::OffDuty, Errand::OffDuty)
            } else if number % 5 == 2 && number < BUSY * 5 {
                (Availability::Busy, Errand::OnSite { left_s: dice.random_range(30.0..240.0) })
            } else {
                (Availability::Available, Errand::Round)
            };
            let anywhere = dice.random_range(0..streets.len().max(1)) as u32;
            let node = last(&id).and_then(|last| streets.nearest(last)).unwrap_or(anywhere);
            let crew = Some(dice.random_range(2..=4));
            let patrol = Patrol { id, callsign: format!("TANGO {number}"), availability, crew };
            let speed_m_per_s = dice.random_range(ROUND_M_PER_S[0]..ROUND_M_PER_S[1]);
            cars.push(Car { patrol, from: node, to: node, driven_m: 0.0, speed_m_per_s, errand });
        }
        Self { cars }
    }

    /// Every patrol as it is now.
    pub fn patrols(&self) -> impl Iterator<Item = &Patrol> {
        self.cars.iter().map(|car| &car.patrol)
    }

    /// Where every patrol on duty is.
    #[must_use]
    pub fn fixes(&self, streets: &StreetGraph, recorded_at: Timestamp) -> Vec<PositionFix> {
        let on_duty = self.cars.iter().filter(|car| car.errand != Errand::OffDuty);
        on_duty
            .filter_map(|car| {
                let position = car.position(streets)?;
                Some(PositionFix {
                    patrol: car.patrol.id.clone(),
                    position,
                    recorded_at,
                    accuracy_m: Some(ACCURACY_M),
                })
            })
            .collect()
    }

    /// Sends the nearest available patrol to `target`; it is busy from now on. `None` where all are.
    pub fn send(&mut self, streets: &StreetGraph, target: LonLat) -> Option<Patrol> {
        let goal = streets.nearest(target)?;
        let plane = LocalPlane::at(target);
        let free = self.cars.iter_mut().filter(|car| car.errand == Errand::Round);
        let distance_m = |car: &&mut Car| {
            car.position(streets).map_or(f64::INFINITY, |p| plane.distance_m(p.into()))
        };
        let nearest = free.min_by(|a, b| distance_m(a).total_cmp(&distance_m(b)))?;
        nearest.errand = Errand::Way(streets.way(nearest.to, goal));
        nearest.speed_m_per_s = ERRAND_M_PER_S;
        nearest.patrol.availability = Availability::Busy;
        Some(nearest.patrol.clone())
    }

    /// Lets `elapsed_s` seconds pass. Returns the patrols whose availability has changed.
    pub fn drive(
        &mut self,
        streets: &StreetGraph,
        elapsed_s: f64,
        dice: &mut ChaCha8Rng,
    ) -> Vec<Patrol> {
        if streets.is_empty() {
            return Vec::new();
        }
        let cars = self.cars.iter_mut();
        cars.filter_map(|car| car.drive(streets, elapsed_s, dice).then(|| car.patrol.clone()))
            .collect()
    }
}

impl Car {
    fn position(&self, streets: &StreetGraph) -> Option<LonLat> {
        if streets.is_empty() {
            return None;
        }
        let (from, to) = (streets.position(self.from), streets.position(self.to));
        let whole_m = self.leg_m(streets);
        let t = if whole_m > 0.0 { (self.driven_m / whole_m).clamp(0.0, 1.0) } else { 0.0 };
        let between = |a: f64, b: f64| a + (b - a) * t;
        LonLat::new(between(from.lon(), to.lon()), between(from.lat(), to.lat())).ok()
    }

    fn leg_m(&self, streets: &StreetGraph) -> f64 {
        let legs = streets.legs_from(self.from).iter();
        legs.filter(|leg| leg.to == self.to).map(|leg| leg.length_m).next().unwrap_or(0.0)
    }

    /// Returns whether its availability has changed.
    fn drive(&mut self, streets: &StreetGraph, elapsed_s: f64, dice: &mut ChaCha8Rng) -> bool {
        match &mut self.errand {
            Errand::OffDuty => return false,
            Errand::OnSite { left_s } => {
                *left_s -= elapsed_s;
                if *left_s > 0.0 {
                    return false;
                }
                self.errand = Errand::Round;
                self.patrol.availability = Availability::Available;
                return true;
            }
            Errand::Round | Errand::Way(_) => {}
        }
        self.driven_m += self.speed_m_per_s * elapsed_s;
        loop {
            let leg_m = self.leg_m(streets);
            if self.driven_m < leg_m {
                return false;
            }
            let Some(next) = self.next_node(streets, dice) else {
                // Arrived, or nowhere to go on to: it stands at the end of its leg.
                (self.from, self.driven_m) = (self.to, 0.0);
                return false;
            };
            self.driven_m -= leg_m;
            (self.from, self.to) = (self.to, next);
            if leg_m == 0.0 && self.leg_m(streets) == 0.0 {
                return false;
            }
        }
    }

    fn next_node(&mut self, streets: &StreetGraph, dice: &mut ChaCha8Rng) -> Option<u32> {
        if let Errand::Way(way) = &mut self.errand {
            let next = way.pop();
            if next.is_none() {
                self.errand =
                    Errand::OnSite { left_s: dice.random_range(ON_SITE_S[0]..ON_SITE_S[1]) };
            }
            return next;
        }
        self.speed_m_per_s = dice.random_range(ROUND_M_PER_S[0]..ROUND_M_PER_S[1]);
        let legs = streets.legs_from(self.to);
        let onwards = legs.iter().filter(|leg| leg.to != self.from);
        let weight = |rank: u8| 1.0 / f64::from(rank.clamp(1, 3)); // main streets more often
        let mut ticket =
            dice.random::<f64>() * onwards.clone().map(|leg| weight(leg.rank)).sum::<f64>();
        let taken = onwards.clone().find(|leg| {
            ticket -= weight(leg.rank);
            ticket <= 0.0
        });
        // At a dead end it turns round.
        taken.or_else(|| legs.first()).map(|leg| leg.to)
    }
}
