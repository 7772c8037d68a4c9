//! [`Region`]: the box of `bbox`, in the system of `bbox-crs`.

use geo::{Coord, Geometry, Intersects as _, Rect};

use super::frame::Frame;
use crate::{
    geo::{Bbox, LonLat},
    http::Problem,
};

/// What a box of another system may bulge beyond the corners that are tried, in degrees.
const BULGE_DEG: f64 = 0.01;
/// What a coordinate may move when it is told to 7 decimals, with room.
pub const ROUNDED_DEG: f64 = 1e-6;
/// Points that are tried along each edge of such a box.
const EDGE_POINTS: u32 = 32;

/// A box in some system: a feature is in it when the two share a point there.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    frame: Frame,
    /// Two where it lies across the antimeridian.
    boxes: Vec<Rect<f64>>,
}

impl Region {
    /// Reads four numbers, or six of which heights are passed over, in the order of axes of the system.
    ///
    /// # Errors
    ///
    /// 422 that says what `bbox` must be.
    pub fn parse(text: &str, frame: Frame) -> Result<Self, Problem> {
        let refused = |reason: &str| Problem::field("bbox", text, reason);
        let numbers: Option<Vec<f64>> = text
            .split(',')
            .map(|number| number.trim().parse().ok().filter(|number: &f64| number.is_finite()))
            .collect();
        let [a, b, c, d] = match numbers.as_deref() {
            Some(&[a, b, c, d] | &[a, b, _, c, d, _]) => [a, b, c, d],
            _ => return Err(refused("must be four numbers, or six with heights")),
        };
        let [x_low, y_low, x_high, y_high] =
            if frame.is_latitude_first() { [b, a, d, c] } else { [a, b, c, d] };
        if y_low > y_high {
            return Err(refused("the lower corner must come first"));
        }
        let rect = |x_low, x_high| Rect::new((x_low, y_low), (x_high, y_high));
        if !frame.is_in_degrees() {
            return match x_low > x_high {
                true => Err(refused("the lower corner must come first")),
                false => Ok(Self { frame, boxes: vec![rect(x_low, x_high)] }),
            };
        }
        for (lon, lat) in [(x_low, y_low), (x_high, y_high)] {
            LonLat::new(lon, lat).map_err(|fault| Problem::field("bbox", text, fault))?;
        }
        let boxes = match x_low > x_high {
            true => vec![rect(x_low, 180.0), rect(-180.0, x_high)],
            false => vec![rect(x_low, x_high)],
        };
        Ok(Self { frame, boxes })
    }

    /// Whether a feature with that shape, of WGS 84 degrees, is in it. One without a shape is, as the standard has it.
    pub fn has(&self, shape: Option<&Geometry<f64>>) -> bool {
        let Some(shape) = shape else { return true };
        let shares = |shape: &Geometry<f64>| self.boxes.iter().any(|rect| shape.intersects(rect));
        if self.frame.is_in_degrees() {
            return shares(shape);
        }
        self.frame.projected(shape).is_ok_and(|shape| shares(&shape))
    }

    /// A box in WGS 84 that has all of it; none where that is not a single one.
    pub fn around(&self) -> Option<Bbox> {
        let [rect] = self.boxes[..] else { return None };
        let corner = |coord: Coord<f64>| LonLat::new(coord.x, coord.y).ok();
        if self.frame.is_in_degrees() {
            let [low, high] = [corner(rect.min())?, corner(rect.max())?];
            return grown(Bbox::new(low, high).ok()?, ROUNDED_DEG);
        }
        let crs = self.frame.crs().ok()?;
        let along = (0..=EDGE_POINTS).map(|at| f64::from(at) / f64::from(EDGE_POINTS));
        let edges = along.flat_map(|part| {
            let x = rect.min().x + part * rect.width();
            let y = rect.min().y + part * rect.height();
            let (low, high) = (rect.min(), rect.max());
            [(x, low.y), (x, high.y), (low.x, y), (high.x, y)].map(Coord::from)
        });
        let edges: Option<Vec<LonLat>> = edges.map(|coord| crs.to_wgs_84(coord).ok()).collect();
        grown(Bbox::around(edges?)?, BULGE_DEG)
    }
}

/// The box with so much more on each side.
pub fn grown(bbox: Bbox, by_deg: f64) -> Option<Bbox> {
    let (west, south) = (bbox.west() - by_deg, bbox.south() - by_deg);
    let (east, north) = (bbox.east() + by_deg, bbox.north() + by_deg);
    let low = LonLat::new(west.max(-180.0), south.max(-90.0)).ok()?;
    let high = LonLat::new(east.min(180.0), north.min(90.0)).ok()?;
    Bbox::new(low, high).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::point;
    use proptest::prelude::*;

    fn refused(text: &str, frame: Frame) -> String {
        Region::parse(text, frame).unwrap_err().to_string()
    }

    #[test]
    fn a_box_has_four_numbers_or_six_in_the_order_of_the_axes() {
        let paris: Geometry<f64> = point!(x: 2.35, y: 48.85).into();
        for (text, frame) in [
            ("2,48,3,49", Frame::Crs84),
            ("2,48,0,3,49,100", Frame::Crs84),
            ("48,2,49,3", Frame::Wgs84),
            ("650000,6860000,655000,6863000", Frame::Lambert93),
            ("170,-10,3,60", Frame::Crs84),
        ] {
            assert!(Region::parse(text, frame).unwrap().has(Some(&paris)), "{text}");
            assert!(Region::parse(text, frame).unwrap().has(None), "{text}");
        }
        let elsewhere = Region::parse("2,48,3,49", Frame::Wgs84).unwrap();
        assert!(!elsewhere.has(Some(&paris)));
        for text in
            ["", "2,48,3", "2,48,3,49,5", "2,48,3,x", "2,48,3,inf", "2,49,3,48", "2,48,3,91"]
        {
            assert!(refused(text, Frame::Crs84).starts_with("bbox"), "{text}");
        }
        assert!(refused("9,0,8,1", Frame::Lambert93).contains("lower corner"));
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_box_is_in_the_box_around_it(
            x in 100_000.0..1_200_000.0_f64, y in 6_100_000.0..7_100_000.0_f64,
            width in 0.0..400_000.0_f64, height in 0.0..400_000.0_f64,
            across in 0.0..=1.0_f64, up in 0.0..=1.0_f64,
        ) {
            let text = format!("{x},{y},{},{}", x + width, y + height);
            let region = Region::parse(&text, Frame::Lambert93).unwrap();
            let inside = Coord { x: x + across * width, y: y + up * height };
            let position = Frame::Lambert93.crs().unwrap().to_wgs_84(inside);
            if let (Some(around), Ok(position)) = (region.around(), position) {
                prop_assert!(around.contains(position), "{text} {position:?}");
            }
        }
    }
}
