//! [`Crew`]: who can be sent, and [`Whereabouts`]: where they are while they drive.

use std::{cell::OnceCell, ops::Range};

use super::{Trip, Ways};
use crate::geo::LonLat;

/// A crew, by its ordinal among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrewIx(pub u32);

/// A crew as a run begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Crew {
    /// Agents aboard.
    pub agents: u8,
    /// Where it begins.
    pub position: LonLat,
    /// When it is on duty, in seconds since the beginning of the run; it finishes what it has begun.
    pub duty_s: Vec<Range<f64>>,
}

impl Crew {
    /// Whether it is on duty at `at_s`.
    #[must_use]
    pub fn is_on_duty(&self, at_s: f64) -> bool {
        self.duty_s.iter().any(|shift| shift.contains(&at_s))
    }
}

/// Where a crew is: at a place, or on its way to it.
#[derive(Debug, Clone)]
pub(super) struct Whereabouts {
    place: LonLat,
    way: Option<Way>,
}

/// A way that is under way. Its course is looked up only when somebody asks in the middle of it: a study asks for
/// a hundred durations before it asks for one course.
#[derive(Debug, Clone)]
struct Way {
    from: LonLat,
    began_s: f64,
    ends_s: f64,
    trip: OnceCell<Trip>,
}

impl Whereabouts {
    pub(super) const fn at(place: LonLat) -> Self {
        Self { place, way: None }
    }

    /// Where the crew is at `at_s`.
    pub(super) fn position(&self, ways: &Ways<'_>, at_s: f64) -> LonLat {
        match &self.way {
            Some(way) if at_s < way.ends_s => {
                let trip = way.trip.get_or_init(|| ways.trip(way.from, self.place, way.began_s));
                let share = (at_s - way.began_s) / (way.ends_s - way.began_s);
                trip.position(trip.duration_s * share)
            }
            _ => self.place,
        }
    }

    /// Stays where it is at `at_s`.
    pub(super) fn stop(&mut self, ways: &Ways<'_>, at_s: f64) {
        *self = Self::at(self.position(ways, at_s));
    }

    /// Leaves for `place` at `at_s`, and takes `factor` times as long as the free road would. Returns when it is there.
    pub(super) fn leave(
        &mut self,
        ways: &Ways<'_>,
        at_s: f64,
        (place, factor): (LonLat, f64),
    ) -> f64 {
        let from = self.position(ways, at_s);
        let ends_s = at_s + ways.seconds_to(place, &[from], at_s)[0] * factor;
        let way = Way { from, began_s: at_s, ends_s, trip: OnceCell::new() };
        *self = Self { place, way: Some(way) };
        ends_s
    }
}
