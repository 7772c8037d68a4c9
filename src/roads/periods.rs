//! [`Periods`]: hours of the week in which cars are equally fast everywhere.

use super::{Network, RoadClass};
use crate::time::{HourOfWeek, Timestamp};

/// How fast cars are on each class of roads, in hundredths of the limit, by [`RoadClass`].
pub(super) type Percents = [u8; RoadClass::COUNT];

/// The distinct periods of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Periods {
    of_hour: [u8; HourOfWeek::COUNT],
    /// In the order in which they first come in the week.
    pub(super) distinct: Vec<Percents>,
}

impl Periods {
    /// The periods that the speeds of a network make.
    pub(super) fn of(network: &Network) -> Self {
        let speeds = RoadClass::ALL.map(|class| network.speeds_of(class));
        let mut periods = Self { of_hour: [0; HourOfWeek::COUNT], distinct: Vec::new() };
        for hour in HourOfWeek::every() {
            let percents = speeds.map(|speeds| speeds.percent[hour.index()]);
            let known = periods.distinct.iter().position(|known| *known == percents);
            let period = known.unwrap_or_else(|| {
                periods.distinct.push(percents);
                periods.distinct.len() - 1
            });
            periods.of_hour[hour.index()] = period as u8; // at most 168
        }
        periods
    }

    /// The period at an instant.
    pub(super) fn at(&self, at: Timestamp) -> usize {
        usize::from(self.of_hour[at.hour_of_week().index()])
    }
}
