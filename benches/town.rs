//! A made-up town for benches: as dense as a real one, the same at every run.

#![allow(dead_code, reason = "each bench uses its part")]

use geo::{Coord, LineString, MultiPolygon, Polygon};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vigie::{
    geo::LonLat,
    stock::{Building, Footprint, Landlord, Site, StockChange},
};

/// South-west corner of the town, degrees.
const ORIGIN: Coord<f64> = Coord { x: 2.25, y: 48.80 };
/// Degrees of longitude and latitude of a metre there.
const METRE: Coord<f64> = Coord { x: 1.0 / 73_300.0, y: 1.0 / 111_200.0 };
/// From one building to the next, in metres.
const PITCH_M: f64 = 30.0;
/// Buildings of a site.
const BUILDINGS_OF_SITE: usize = 7;
/// Landlords of the town.
const LANDLORDS: usize = 12;

/// A generator of that seed.
pub fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A town of `side` × `side` buildings, each of 5 to 13 corners, one in eight around a courtyard.
pub fn stock(side: usize) -> StockChange {
    let mut random = random(1);
    let landlords: Vec<Landlord> =
        (0..LANDLORDS).map(|n| Landlord::named(&format!("Landlord {n}")).unwrap()).collect();
    let mut change = StockChange { landlords, ..StockChange::default() };
    for n in 0..side * side {
        let center = Coord { x: (n % side) as f64 + 0.5, y: (n / side) as f64 + 0.5 } * PITCH_M;
        let footprint = footprint(center, &mut random);
        let site = format!("S-{}", n / BUILDINGS_OF_SITE);
        if n % BUILDINGS_OF_SITE == 0 {
            change.sites.push(Site {
                code: site.parse().unwrap(),
                landlord: change.landlords[(n / BUILDINGS_OF_SITE) % LANDLORDS].id.clone(),
                name: format!("Résidence {n}"),
                dwellings: 170,
                position: footprint.position(),
                outline: None,
                address: None,
            });
        }
        change.buildings.push(Building {
            id: format!("B-{n}").parse().unwrap(),
            site: Some(site.parse().unwrap()),
            site_was_given: true,
            footprint,
            height_m: None,
            levels: Some(6),
            dwellings: None,
            halls: Vec::new(),
        });
    }
    change
}

/// A position anywhere in a town of that side.
pub fn position(side: usize, random: &mut impl Rng) -> LonLat {
    let reach_m = side as f64 * PITCH_M;
    let at = Coord { x: random.random_range(0.0..reach_m), y: random.random_range(0.0..reach_m) };
    degrees(at).try_into().unwrap()
}

fn footprint(center: Coord<f64>, random: &mut impl Rng) -> Footprint {
    let corners = random.random_range(4..=12);
    let size_m = random.random_range(7.0..14.0);
    let ring = |radius_m: f64| -> LineString<f64> {
        let corner = |n: usize| {
            let (sin, cos) = (std::f64::consts::TAU * n as f64 / corners as f64).sin_cos();
            degrees(center + Coord { x: cos, y: sin } * radius_m)
        };
        (0..corners).chain([0]).map(corner).collect()
    };
    let holes = if random.random_ratio(1, 8) { vec![ring(size_m * 0.4)] } else { Vec::new() };
    Footprint::new(MultiPolygon::new(vec![Polygon::new(ring(size_m), holes)])).unwrap()
}

fn degrees(at_m: Coord<f64>) -> Coord<f64> {
    Coord { x: ORIGIN.x + at_m.x * METRE.x, y: ORIGIN.y + at_m.y * METRE.y }
}
