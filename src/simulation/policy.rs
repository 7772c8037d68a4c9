//! [`Policy`]: which of the crews that could go is sent.

use super::{Call, CrewIx, Ways};
use crate::geo::{LonLat, geodesic_distance_m};

/// Which of the crews that could go is sent. Ties go to the first of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The nearest by straight line.
    Line,
    /// The nearest by time on the road.
    Road,
    /// Any, by lot: what dispatching without looking at the map would be.
    Random,
    /// The first of the table: a control that loads crews as unevenly as can be.
    Fixed,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 4] = [Self::Line, Self::Road, Self::Random, Self::Fixed];

    /// Its name on the command line and in results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Road => "road",
            Self::Random => "random",
            Self::Fixed => "fixed",
        }
    }

    /// The policy of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == name)
    }

    /// Which of `able`, each with where it is at `at_s`, goes to `call`; `None` where nobody is able.
    pub(super) fn choose(
        self,
        ways: &Ways<'_>,
        call: &Call,
        able: &[(CrewIx, LonLat)],
        at_s: f64,
    ) -> Option<CrewIx> {
        let target = call.reported.position;
        let costs: Vec<f64> = match self {
            _ if able.is_empty() => return None,
            Self::Line => able.iter().map(|(_, from)| geodesic_distance_m(*from, target)).collect(),
            Self::Road => {
                let origins: Vec<LonLat> = able.iter().map(|(_, from)| *from).collect();
                ways.seconds_to(target, &origins, at_s)
            }
            Self::Random => return Some(able[(call.lot % able.len() as u64) as usize].0),
            Self::Fixed => return Some(able[0].0),
        };
        let ranked = able.iter().zip(costs);
        ranked.min_by(|a, b| a.1.total_cmp(&b.1)).map(|((crew, _), _)| *crew)
    }
}
