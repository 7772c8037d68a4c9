//! Which site a building belongs to when its source does not say: the nearest within 50 m.

use geo::{Coord, Intersects};
use rstar::{AABB, RTree, primitives::GeomWithData};

use super::{Footprint, Site, SiteCode};
use crate::geo::LocalPlane;

/// Farthest that a building may stand from its site, in metres.
pub const JOIN_DISTANCE_M_MAX: f64 = 50.0;

/// Finds the site of a footprint among the sites of the stock.
pub struct SiteFinder<'a> {
    sites: &'a [Site],
    tree: RTree<GeomWithData<rstar::primitives::Rectangle<[f64; 2]>, usize>>,
}

impl<'a> SiteFinder<'a> {
    /// A finder over `sites`. O(n log n).
    #[must_use]
    pub fn new(sites: &'a [Site]) -> Self {
        let boxes = sites.iter().enumerate().map(|(index, site)| {
            let (low, high) = match &site.outline {
                Some(outline) => {
                    let b = outline.bbox();
                    ([b.west(), b.south()], [b.east(), b.north()])
                }
                None => {
                    let at = [site.position.lon(), site.position.lat()];
                    (at, at)
                }
            };
            GeomWithData::new(rstar::primitives::Rectangle::from_corners(low, high), index)
        });
        Self { sites, tree: RTree::bulk_load(boxes.collect()) }
    }

    /// The nearest site to `footprint` within [`JOIN_DISTANCE_M_MAX`], with the metres between them;
    /// 0 where they touch. Ties go to the lower code.
    #[must_use]
    pub fn nearest(&self, footprint: &Footprint) -> Option<(&'a SiteCode, f64)> {
        let b = footprint.bbox();
        let plane = LocalPlane::at(footprint.position());
        let margin = plane.to_degrees(Coord { x: JOIN_DISTANCE_M_MAX, y: JOIN_DISTANCE_M_MAX });
        let origin = footprint.position();
        let (dx, dy) = (margin.x - origin.lon(), margin.y - origin.lat());
        let reach =
            AABB::from_corners([b.west() - dx, b.south() - dy], [b.east() + dx, b.north() + dy]);
        self.tree
            .locate_in_envelope_intersecting(reach)
            .map(|found| &self.sites[found.data])
            .map(|site| (&site.code, distance_m(site, footprint)))
            .filter(|(_, distance_m)| *distance_m <= JOIN_DISTANCE_M_MAX)
            .min_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(b.0)))
    }
}

/// Metres between a site and a footprint; 0 where they share a point.
fn distance_m(site: &Site, footprint: &Footprint) -> f64 {
    let Some(outline) = &site.outline else {
        return footprint.distance_m(site.position);
    };
    if outline.polygons().intersects(footprint.polygons()) {
        return 0.0;
    }
    let corners = |a: &Footprint, b: &Footprint| {
        a.corners().map(|corner| b.distance_m(corner)).fold(f64::INFINITY, f64::min)
    };
    // Two polygons that do not touch are nearest at a corner of one of them.
    corners(outline, footprint).min(corners(footprint, outline))
}
