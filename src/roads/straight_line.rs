//! [`StraightLine`]: travel times where there is no road graph.

use super::{Route, TravelTime};
use crate::{
    geo::{LonLat, geodesic_distance_m},
    time::Timestamp,
};

/// As if streets led everywhere at one speed: the geodesic, made longer by a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StraightLine {
    /// Speed along the streets, metres a second.
    pub speed_m_per_s: f64,
    /// How much longer streets are than the straight line.
    pub detour: f64,
}

impl Default for StraightLine {
    /// 20 km/h, as cars do in Paris at night from door to door, and streets 1.35 times as long as the line:
    /// `docs/roads.md` measures both on real extracts.
    fn default() -> Self {
        Self { speed_m_per_s: 20.0 / 3.6, detour: 1.35 }
    }
}

impl StraightLine {
    /// Seconds for a straight line of that length.
    #[must_use]
    pub fn time_s(&self, line_m: f64) -> f64 {
        line_m * self.detour / self.speed_m_per_s
    }
}

impl TravelTime for StraightLine {
    fn to(&self, target: LonLat, from: &[LonLat], _at: Timestamp) -> Vec<Option<f64>> {
        from.iter().map(|from| Some(self.time_s(geodesic_distance_m(*from, target)))).collect()
    }

    fn route(&self, from: LonLat, target: LonLat, _at: Timestamp) -> Option<Route> {
        let line_m = geodesic_distance_m(from, target);
        Some(Route {
            time_s: self.time_s(line_m),
            walk_s: 0.0,
            drive_m: line_m * self.detour,
            walk_m: 0.0,
            drive: vec![from, target],
            walk: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_line_takes_longer_in_proportion() {
        let target = LonLat::new(2.36, 48.85).unwrap();
        let from = [LonLat::new(2.36, 48.86).unwrap(), LonLat::new(2.36, 48.87).unwrap()];
        let at = "2026-11-24T02:05:00Z".parse().unwrap();
        let line = StraightLine { speed_m_per_s: 10.0, detour: 1.5 };

        let times_s = line.to(target, &from, at);

        let route = line.route(from[0], target, at).unwrap();
        assert_eq!(times_s[0], Some(route.time_s));
        assert_eq!(route.time_s, route.distance_m() / 10.0);
        let ratio = times_s[1].unwrap() / times_s[0].unwrap();
        assert!((ratio - 2.0).abs() < 1e-4, "{ratio}");
    }
}
