//! [`Course`]: the lines that journeys draw.

use super::{
    Road,
    ground::Foothold,
    segment::{NodeIx, Segment, SegmentIx, Segments, leg_m, length_m},
};
use crate::geo::LonLat;

/// Where segments lie.
#[derive(Clone, Copy)]
pub(super) struct Course<'a> {
    pub(super) segments: &'a Segments,
    pub(super) roads: &'a [Road],
}

impl Course<'_> {
    /// The line of a drive along `legs` (segments, and whether each is driven against its points), and its
    /// metres. It starts the part `start` along the first segment, and ends the part `end` along the last one, or
    /// at its end where there is none.
    pub(super) fn drive(
        &self,
        legs: &[(SegmentIx, bool)],
        start: f64,
        end: Option<f64>,
    ) -> (Vec<LonLat>, f64) {
        let mut line: Vec<LonLat> = Vec::new();
        for (index, (segment, against)) in legs.iter().enumerate() {
            let ahead = |along: f64| if *against { 1.0 - along } else { along };
            let from = if index == 0 { ahead(start) } else { 0.0 };
            let to = match end {
                Some(end) if index + 1 == legs.len() => ahead(end),
                _ => 1.0,
            };
            let part = self.part(&self.segments.all[*segment as usize], *against, from, to);
            line.extend(part.into_iter().skip(usize::from(index > 0)));
        }
        let drive_m = length_m(line.iter().copied());
        (line, drive_m)
    }

    /// The line of a walk along whole segments, each entered at a node, then along the segment of `hold` to it,
    /// and over the ground to `place`. The last of `way` is the segment of `hold`, if there is one.
    pub(super) fn walk(
        &self,
        way: &[(SegmentIx, NodeIx)],
        hold: Option<&Foothold>,
        place: LonLat,
    ) -> Vec<LonLat> {
        let mut line: Vec<LonLat> = Vec::new();
        for (index, (segment, entered_at)) in way.iter().enumerate() {
            let segment = &self.segments.all[*segment as usize];
            let is_last = index + 1 == way.len();
            // A segment that comes back to its own node is entered by the end that is nearer to the foothold.
            let against = match hold.filter(|_| is_last && segment.from == segment.to) {
                Some(hold) => hold.along > 0.5,
                None => segment.from != *entered_at,
            };
            let ahead = |along: f64| if against { 1.0 - along } else { along };
            let to = hold.filter(|_| is_last).map_or(1.0, |hold| ahead(hold.along));
            line.extend(
                self.part(segment, against, 0.0, to).into_iter().skip(usize::from(index > 0)),
            );
        }
        line.extend(hold.filter(|_| way.is_empty()).map(|hold| hold.position));
        line.push(place);
        line
    }

    /// The part of a segment between two fractions of it, in the direction of travel: two positions at least.
    fn part(&self, segment: &Segment, against: bool, from: f64, to: f64) -> Vec<LonLat> {
        let points = &self.roads[segment.road as usize].points;
        let mut line: Vec<LonLat> = points
            [segment.points.start as usize..segment.points.end as usize]
            .iter()
            .map(|point| point.position)
            .collect();
        if against {
            line.reverse();
        }
        if from <= 0.0 && to >= 1.0 {
            return line;
        }
        let (from_m, to_m) = (from * segment.length_m, to.max(from) * segment.length_m);
        let mut part = vec![at(&line, from_m)];
        let mut so_far_m = 0.0;
        for leg in line.windows(2) {
            so_far_m += leg_m(leg[0], leg[1]);
            if so_far_m > from_m && so_far_m < to_m {
                part.push(leg[1]);
            }
        }
        part.push(at(&line, to_m));
        part
    }
}

/// The position so many metres along a line.
fn at(line: &[LonLat], along_m: f64) -> LonLat {
    let mut left_m = along_m;
    for leg in line.windows(2) {
        let leg_m = leg_m(leg[0], leg[1]);
        if left_m <= leg_m && leg_m > 0.0 {
            let part = left_m / leg_m;
            let between = |a: f64, b: f64| a + (b - a) * part;
            let (lon, lat) =
                (between(leg[0].lon(), leg[1].lon()), between(leg[0].lat(), leg[1].lat()));
            return LonLat::new(lon, lat).unwrap_or(leg[0]);
        }
        left_m -= leg_m;
    }
    line[line.len() - 1]
}
