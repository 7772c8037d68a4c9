//! [`Ways`]: the travel times that a run stands on, by its own seconds; and [`Trip`], a way in time.

use crate::{
    geo::{LonLat, geodesic_distance_m},
    roads::{Route, StraightLine, TravelTime},
    time::Timestamp,
};

/// How patrols get about in a run. Where the roads know no way, the straight line stands in.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    /// What knows the roads.
    pub roads: &'a dyn TravelTime,
    /// When the run begins.
    pub begin: Timestamp,
}

/// A way in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trip {
    /// How long it takes, seconds.
    pub duration_s: f64,
    /// Where it leads: points, each with the seconds from its beginning; never empty.
    pub course: Vec<(f64, LonLat)>,
}

impl Ways<'_> {
    /// Seconds from each of `origins` to `target` for who leaves at `at_s`.
    #[must_use]
    pub fn seconds_to(&self, target: LonLat, origins: &[LonLat], at_s: f64) -> Vec<f64> {
        let known = self.roads.to(target, origins, self.instant(at_s));
        let straight_s =
            |from: &LonLat| StraightLine::default().time_s(geodesic_distance_m(*from, target));
        known
            .into_iter()
            .zip(origins)
            .map(|(s, from)| s.unwrap_or_else(|| straight_s(from)))
            .collect()
    }

    /// The way of who leaves at `at_s`.
    #[must_use]
    pub fn trip(&self, from: LonLat, target: LonLat, at_s: f64) -> Trip {
        let at = self.instant(at_s);
        let route = self.roads.route(from, target, at);
        let route = route.or_else(|| StraightLine::default().route(from, target, at));
        route.map_or_else(|| Trip::standing(target), |route| Trip::along(from, &route))
    }

    fn instant(&self, at_s: f64) -> Timestamp {
        self.begin.plus_seconds(at_s as i64)
    }
}

impl Trip {
    fn standing(place: LonLat) -> Self {
        Self { duration_s: 0.0, course: vec![(0.0, place)] }
    }

    /// Along a route: from where one stands, at one speed by car, then at one on foot.
    fn along(from: LonLat, route: &Route) -> Self {
        let drive: Vec<LonLat> = std::iter::once(from).chain(route.drive.iter().copied()).collect();
        let mut course = Vec::with_capacity(drive.len() + route.walk.len());
        let mut began_s = 0.0;
        for (line, takes_s) in [(&drive, route.time_s - route.walk_s), (&route.walk, route.walk_s)]
        {
            let legs_m = line.windows(2).map(|leg| geodesic_distance_m(leg[0], leg[1]));
            let legs_m: Vec<f64> = legs_m.collect();
            let whole_m = legs_m.iter().sum::<f64>().max(f64::MIN_POSITIVE);
            let mut so_far_m = 0.0;
            course.extend(line.first().map(|first| (began_s, *first)));
            for (leg_m, to) in legs_m.iter().zip(&line[1.min(line.len())..]) {
                so_far_m += leg_m;
                course.push((began_s + takes_s * so_far_m / whole_m, *to));
            }
            began_s += takes_s;
        }
        Self { duration_s: route.time_s, course }
    }

    /// Where one is `elapsed_s` seconds after its beginning.
    #[must_use]
    pub fn position(&self, elapsed_s: f64) -> LonLat {
        let next = self.course.partition_point(|(at_s, _)| *at_s <= elapsed_s);
        if next == 0 || next == self.course.len() {
            return self.course[next.min(self.course.len() - 1)].1;
        }
        let ((from_s, from), (to_s, to)) = (self.course[next - 1], self.course[next]);
        let share = (elapsed_s - from_s) / (to_s - from_s);
        let between = |a: f64, b: f64| a + (b - a) * share;
        LonLat::new(between(from.lon(), to.lon()), between(from.lat(), to.lat())).unwrap_or(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::town::at_m;

    #[test]
    fn one_is_on_the_way_in_proportion_to_the_time_by_car_and_then_on_foot() {
        let route = Route {
            time_s: 50.0,
            walk_s: 30.0,
            drive_m: 200.0,
            walk_m: 30.0,
            drive: vec![at_m(0.0, 0.0), at_m(100.0, 0.0), at_m(200.0, 0.0)],
            walk: vec![at_m(200.0, 0.0), at_m(200.0, 30.0)],
        };

        let trip = Trip::along(at_m(0.0, 0.0), &route);

        let cases = [
            (-1.0, (0.0, 0.0)),
            (0.0, (0.0, 0.0)),
            (5.0, (50.0, 0.0)),
            (15.0, (150.0, 0.0)),
            (20.0, (200.0, 0.0)),
            (35.0, (200.0, 15.0)),
            (99.0, (200.0, 30.0)),
        ];
        for (elapsed_s, (east, north)) in cases {
            let off_m = geodesic_distance_m(trip.position(elapsed_s), at_m(east, north));
            assert!(off_m < 0.01, "{off_m} m off after {elapsed_s} s");
        }
    }
}
