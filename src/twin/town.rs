//! Small made-up towns for the tests of questions: folded from facts, as in production.

use geo::{Coord, MultiPolygon, Polygon};

use super::Snapshot;
use crate::{
    event::{Fact, Seq},
    geo::{LocalPlane, LonLat},
    stock::{Building, Footprint, Landlord, Site, StockChange},
};

/// The middle of every town.
pub(crate) fn center() -> LonLat {
    LonLat::new(2.3615, 48.8553).unwrap()
}

/// The position so many metres east and north of the middle.
pub(crate) fn at_m(east: f64, north: f64) -> LonLat {
    LocalPlane::at(center()).to_degrees(Coord { x: east, y: north }).try_into().unwrap()
}

/// The ring of corners given in metres east and north of the middle.
fn ring(corners_m: &[(f64, f64)]) -> geo::LineString<f64> {
    corners_m.iter().map(|(x, y)| Coord::from(at_m(*x, *y))).collect()
}

/// A square with its south-west corner there, in metres.
pub(crate) fn square(west: f64, south: f64, side: f64) -> Polygon<f64> {
    let (east, north) = (west + side, south + side);
    Polygon::new(ring(&[(west, south), (east, south), (east, north), (west, north)]), Vec::new())
}

/// A square with a courtyard of half its side in the middle.
pub(crate) fn courtyard(west: f64, south: f64, side: f64) -> Polygon<f64> {
    let (shell, _) = square(west, south, side).into_inner();
    let (yard, _) = square(west + side / 4.0, south + side / 4.0, side / 2.0).into_inner();
    Polygon::new(shell, vec![yard])
}

/// A building of those polygons on a site, or on none where `site` is empty.
pub(crate) fn building(id: &str, site: &str, polygons: Vec<Polygon<f64>>) -> Building {
    Building {
        id: id.parse().unwrap(),
        site: (!site.is_empty()).then(|| site.parse().unwrap()),
        site_was_given: true,
        footprint: Footprint::new(MultiPolygon::new(polygons)).unwrap(),
        height_m: None,
        levels: None,
        dwellings: None,
        halls: Vec::new(),
    }
}

/// A site of that landlord.
pub(crate) fn site(code: &str, landlord: &str, dwellings: u32, position: LonLat) -> Site {
    Site {
        code: code.parse().unwrap(),
        landlord: Landlord::named(landlord).unwrap().id,
        name: format!("Résidence {code}"),
        dwellings,
        position,
        outline: None,
        address: None,
    }
}

/// A town of these sites and buildings, with the landlords that its sites name.
pub(crate) fn town(sites: Vec<Site>, buildings: Vec<Building>) -> Snapshot {
    let landlords =
        sites.iter().map(|site| Landlord::named(site.landlord.as_str()).unwrap()).collect();
    let change = StockChange { landlords, sites, buildings, ..StockChange::default() };
    let mut snapshot = Snapshot::default();
    snapshot.apply([Fact::StockChanged(change)], Seq(1));
    snapshot
}
