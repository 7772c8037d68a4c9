//! [`locate`] against its slow twin: every footprint, one after the other.

use proptest::prelude::*;

use super::{CANDIDATES_MAX, Located, Method, NEAR_TIE_M, NEAREST_DISTANCE_M_MAX, locate};
use crate::{
    geo::LonLat,
    stock::Building,
    twin::{
        Snapshot, StockIndex,
        town::{at_m, building, center, courtyard, site, square, town},
    },
};

/// Site and building in words, or `-`.
fn told(stock: &StockIndex, located: &Located) -> (String, String, Method) {
    let site = located.site.map_or("-".to_owned(), |ix| stock.site(ix).code.to_string());
    let id = located.building.map_or("-".to_owned(), |ix| stock.building(ix).id.to_string());
    (site, id, located.method)
}

#[track_caller]
fn check(snapshot: &Snapshot, position: LonLat, expected: (&str, &str, Method), distance_m: f64) {
    let located = locate(snapshot.stock(), position);
    let (site, id, method) = told(snapshot.stock(), &located);
    assert_eq!((site.as_str(), id.as_str(), method), expected);
    let off_m = located.distance_m.unwrap_or(f64::INFINITY) - distance_m;
    assert!(method == Method::None || off_m.abs() < 1e-3, "{located:?}");
}

fn two_sites() -> Snapshot {
    town(
        vec![site("A", "one", 10, center()), site("BARE", "two", 5, at_m(500.0, 0.0))],
        vec![
            building("a1", "A", vec![courtyard(0.0, 0.0, 40.0), square(60.0, 0.0, 10.0)]),
            building("x0", "", vec![square(0.0, 100.0, 20.0)]),
        ],
    )
}

#[test]
fn inside_means_within_the_walls_or_on_them_and_not_in_the_courtyard() {
    let town = two_sites();
    check(&town, at_m(5.0, 5.0), ("A", "a1", Method::Inside), 0.0);
    check(&town, at_m(65.0, 5.0), ("A", "a1", Method::Inside), 0.0);
    check(&town, at_m(0.0, 0.0), ("A", "a1", Method::Inside), 0.0);
    check(&town, at_m(20.0, 20.0), ("A", "a1", Method::Nearest), 10.0);
}

#[test]
fn outside_the_nearest_wall_within_50_m_counts() {
    let town = two_sites();
    check(&town, at_m(-30.0, 20.0), ("A", "a1", Method::Nearest), 30.0);
    check(&town, at_m(-49.99, 20.0), ("A", "a1", Method::Nearest), 49.99);
    check(&town, at_m(-50.01, 20.0), ("-", "-", Method::None), 0.0);
    check(&town, at_m(10.0, 95.0), ("-", "x0", Method::Nearest), 5.0);
}

#[test]
fn a_site_without_buildings_is_found_by_its_point() {
    let town = two_sites();
    check(&town, at_m(510.0, 0.0), ("BARE", "-", Method::Nearest), 10.0);
    check(&town, at_m(560.0, 0.0), ("-", "-", Method::None), 0.0);
}

#[test]
fn of_two_that_are_as_near_the_one_with_a_site_wins_then_the_lower_id() {
    let two = |first: Building, second: Building| {
        town(vec![site("A", "one", 10, at_m(900.0, 0.0))], vec![first, second])
    };
    let overlap = || vec![square(0.0, 0.0, 20.0)];
    let inside = at_m(10.0, 10.0);
    let snapshot = two(building("a", "", overlap()), building("b", "A", overlap()));
    check(&snapshot, inside, ("A", "b", Method::Inside), 0.0);
    let snapshot = two(building("d", "A", overlap()), building("c", "A", overlap()));
    check(&snapshot, inside, ("A", "c", Method::Inside), 0.0);
    let located = locate(snapshot.stock(), inside);
    assert_eq!(located.candidates.len(), 2, "both contain the point");
    assert_eq!(located.candidates[0].building, located.building, "the winner comes first");
}

#[test]
fn a_wall_that_is_a_hair_away_does_not_make_a_tie_with_being_inside() {
    let snapshot = town(
        vec![site("A", "one", 10, at_m(900.0, 0.0))],
        vec![
            building("a", "A", vec![square(0.000_01, 0.0, 20.0)]),
            building("b", "", vec![square(-20.0, 0.0, 20.000_005)]),
        ],
    );
    check(&snapshot, at_m(0.0, 10.0), ("-", "b", Method::Inside), 0.0);
}

#[test]
fn at_the_ends_of_the_globe_nothing_breaks() {
    for (lon, lat) in [(0.0, 90.0), (180.0, -90.0), (180.0, 0.0), (-180.0, 48.0)] {
        let pole = LonLat::new(lon, lat).unwrap();
        assert_eq!(locate(two_sites().stock(), pole).method, Method::None);
    }
    let edge = LonLat::new(180.0, 10.0).unwrap();
    let snapshot = town(vec![site("A", "one", 1, edge)], Vec::new());
    check(&snapshot, edge, ("A", "-", Method::Inside), 0.0);
}

/// Every place, nearest first by the rules, from the definition.
fn slow(stock: &StockIndex, position: LonLat) -> Vec<(f64, String)> {
    let mut found: Vec<(f64, bool, String)> = stock
        .buildings()
        .iter()
        .map(|building| {
            let distance_m = building.footprint.distance_m(position);
            (distance_m, building.site.is_none(), building.id.to_string())
        })
        .filter(|(distance_m, ..)| *distance_m <= NEAREST_DISTANCE_M_MAX)
        .collect();
    let best_m = found.iter().map(|found| found.0).fold(f64::INFINITY, f64::min);
    found.retain(|(distance_m, ..)| *distance_m <= best_m + NEAR_TIE_M);
    found.sort_by(|a, b| a.partial_cmp(b).unwrap());
    found.into_iter().map(|(distance_m, _, id)| (distance_m, id)).collect()
}

prop_compose! {
    fn shapes()(
        west in -100.0..100.0, south in -100.0..100.0, side in 1.0..60.0, kind in 0..3,
    ) -> Vec<geo::Polygon<f64>> {
        match kind {
            0 => vec![square(west, south, side)],
            1 => vec![courtyard(west, south, side)],
            _ => vec![square(west, south, side), courtyard(west + side + 1.0, south, side)],
        }
    }
}

proptest! {
    #[test]
    fn locate_agrees_with_a_look_at_every_footprint(
        shapes in proptest::collection::vec((shapes(), any::<bool>()), 0..24),
        points in proptest::collection::vec((-200.0..200.0, -200.0..200.0), 1..20),
    ) {
        let site = site("A", "one", 10, at_m(9000.0, 0.0));
        let buildings = shapes.into_iter().enumerate().map(|(n, (shapes, on_site))| {
            building(&format!("b{n:02}"), if on_site { "A" } else { "" }, shapes)
        });
        let snapshot = town(vec![site], buildings.collect());
        let stock = snapshot.stock();
        for (east, north) in points {
            let position = at_m(east, north);
            let located = locate(stock, position);
            let expected = slow(stock, position);
            prop_assert_eq!(told(stock, &located).1, expected.first().map_or("-", |best| &best.1));
            let candidates = if expected.len() > 1 { expected.len().min(CANDIDATES_MAX) } else { 0 };
            prop_assert_eq!(located.candidates.len(), candidates);
            for (candidate, (distance_m, _)) in located.candidates.iter().zip(&expected) {
                prop_assert!((candidate.distance_m - distance_m).abs() < 1e-3);
            }
        }
    }
}
