//! Rates, neighbours, hot spots and false discoveries: laws, small cases by hand, and what is refused.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::*;
use crate::geo::{LocalPlane, LonLat, geodesic_distance_m};

const FEW: Permutations = Permutations { count: 99, seed: 1 };

/// A chain of zones, each next to the one before.
fn chain(zones: usize) -> Weights {
    let near =
        |zone: usize| (0..zones).filter(|other| other.abs_diff(zone) == 1).collect::<Vec<_>>();
    Weights::from_neighbours(&(0..zones).map(near).collect::<Vec<_>>()).unwrap()
}

fn metres(x: f64, y: f64) -> Coord<f64> {
    LocalPlane::at(LonLat::new(2.35, 48.85).unwrap()).to_degrees(Coord { x, y })
}

fn zone(corners_m: &[(f64, f64)]) -> MultiPolygon<f64> {
    let ring: Vec<Coord<f64>> = corners_m.iter().map(|(x, y)| metres(*x, *y)).collect();
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring), vec![])])
}

#[test]
fn nothing_seen_is_not_nothing_there() {
    let rate = rate(0, 40, Confidence::NINETY_FIVE).unwrap().unwrap();
    assert_eq!((rate.per_1000, rate.interval.lower), (0.0, 0.0));
    assert!((rate.interval.upper - 3.688_879 / 0.04).abs() < 1e-3);
    assert_eq!(super::rate(3, 0, Confidence::NINETY_FIVE), Ok(None), "no dwellings: unknown");
    assert!(poisson_interval(COUNT_MAX + 1, Confidence::NINETY_FIVE).is_err());
    let most = poisson_interval(COUNT_MAX, Confidence::NINETY_FIVE).unwrap();
    assert!(most.contains(COUNT_MAX as f64) && most.upper / most.lower < 1.002);
}

#[test]
fn few_dwellings_do_not_look_worst() {
    let counts = [1, 40, 60, 55, 300, 5];
    let dwellings = [3, 400, 500, 600, 1000, 0];
    let shrunk = shrunk(&counts, &dwellings).unwrap();
    let worst = (0..5).max_by(|a, b| shrunk[*a].unwrap().total_cmp(&shrunk[*b].unwrap()));
    assert_eq!(worst, Some(4), "not the zone with 3 dwellings: {shrunk:?}");
    assert_eq!(shrunk[5], None, "no dwellings: unknown");
}

#[test]
fn zones_that_differ_by_chance_alone_get_the_rate_of_the_whole() {
    let shrunk = shrunk(&[10, 11, 9, 10], &[100, 100, 100, 100]).unwrap();
    assert!(shrunk.iter().all(|rate| (rate.unwrap() - 100.0).abs() < 1e-9), "{shrunk:?}");
    assert_eq!(super::shrunk(&[1, 2], &[0, 0]), Err(Unfit::TooFew { found: 0, needed: 1 }));
    let nothing = shrunk_locally(&[0, 0, 0], &[5, 5, 5], &chain(3)).unwrap();
    assert_eq!(nothing, [Some(0.0); 3]);
}

#[test]
fn zones_touch_through_the_noise_of_another_program_and_in_the_middle_of_a_border() {
    let noise = 0.02;
    let zones = [
        zone(&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]),
        // Its corner is 2 cm off.
        zone(&[(100.0 + noise, 0.0), (200.0, 0.0), (200.0, 100.0), (100.0, 100.0 - noise)]),
        // Its corners meet the middle of the northern border of the first.
        zone(&[(20.0, 100.0), (60.0, 100.0), (60.0, 160.0), (20.0, 160.0)]),
        // Touches the second at a corner alone.
        zone(&[(200.0, 100.0), (300.0, 100.0), (300.0, 200.0), (200.0, 200.0)]),
        // 5 m away from the last: an island.
        zone(&[(305.0, 100.0), (400.0, 100.0), (400.0, 200.0), (305.0, 200.0)]),
    ];
    let weights = touching(&zones, 0.1).unwrap();
    let found: Vec<&[u32]> = (0..5).map(|at| weights.neighbours(at)).collect();
    assert_eq!(found, [&[1, 2][..], &[0, 3], &[0], &[1], &[]]);
    assert_eq!(weights.islands(), [4]);
    assert_eq!(touching(&zones, 6.0).unwrap().islands(), [0_usize; 0]);
}

#[test]
fn zones_that_are_none_are_refused() {
    let empty = MultiPolygon::<f64>::new(vec![]);
    assert_eq!(touching(&[empty], 0.1), Err(UnfitZones::Empty(0)));
    let off = MultiPolygon::new(vec![Polygon::new(
        LineString::from(vec![(0.0, 0.0), (1.0, 95.0), (1.0, 0.0)]),
        vec![],
    )]);
    assert!(matches!(touching(&[off], 0.1), Err(UnfitZones::Corner { zone: 0, .. })));
    assert!(touching(&[], f64::NAN).is_err());
    assert!(touching(&[], 0.1).unwrap().is_empty());
}

#[test]
fn lists_that_are_no_neighbours_are_refused() {
    let lists = |lists: &[&[usize]]| {
        Weights::from_neighbours(&lists.iter().map(|list| list.to_vec()).collect::<Vec<_>>())
    };
    assert_eq!(lists(&[&[0]]), Err(InvalidNeighbours::Itself(0)));
    assert_eq!(lists(&[&[2], &[]]), Err(InvalidNeighbours::Unknown { zone: 0, neighbour: 2 }));
    assert_eq!(lists(&[&[1, 1], &[]]), Err(InvalidNeighbours::Twice { zone: 0, neighbour: 1 }));
    assert!(nearest(&[LonLat::new(0.0, 0.0).unwrap()], 1).is_err());
    assert!(within(&[], -1.0).is_err());
}

#[test]
fn unknown_zones_stay_apart() {
    let values = [Some(1.0), None, Some(3.0), Some(9.0), Some(4.0)];
    let known = Known::of(&values, &chain(5)).unwrap();
    assert_eq!(known.values, [1.0, 3.0, 9.0, 4.0]);
    assert_eq!(known.weights.islands(), [0], "its only neighbour is not known");
    assert_eq!(
        known.back(vec![Some(1), Some(2), None, Some(4)]),
        [Some(1), None, Some(2), None, Some(4)]
    );
}

#[test]
fn a_block_of_high_values_is_hot_and_high_among_high() {
    let values: Vec<f64> = (0..40)
        .map(|zone| if (10..16).contains(&zone) { 9.0 } else { f64::from(zone % 3) })
        .collect();
    let hot = local_g(&values, &chain(40), Surroundings::WithItself).unwrap();
    assert!(hot[12].unwrap().z > 3.0 && hot[12].unwrap().p < 0.003);
    let rows = chain(40).transformed(Transform::RowStandardised);
    let lisa = local_moran(&values, &rows, FEW).unwrap();
    assert_eq!(lisa[12].unwrap().quadrant, Quadrant::HighHigh);
    assert_eq!(lisa, local_moran(&values, &rows, FEW).unwrap(), "the same seed, the same p");
    assert!(moran(&values, &rows).unwrap().unwrap().randomisation.z > 3.0);
}

#[test]
fn figures_that_are_not_defined_are_none_and_never_a_number_that_is_none() {
    let all_of_five: Vec<Vec<usize>> =
        (0..5).map(|a| (0..5).filter(|b| *b != a).collect()).collect();
    let everyone = Weights::from_neighbours(&all_of_five).unwrap();
    let values = [1.0, 2.0, 3.0, 4.0, 5.5];
    assert_eq!(local_g(&values, &everyone, Surroundings::WithItself).unwrap(), [None; 5]);
    assert_eq!(moran(&values, &everyone).unwrap(), None, "every arrangement is the same");
    let alone = Weights::from_neighbours(&vec![vec![]; 5]).unwrap();
    assert_eq!(local_g(&values, &alone, Surroundings::NeighboursAlone).unwrap(), [None; 5]);
    assert_eq!(local_moran(&values, &alone, FEW).unwrap(), [None; 5]);
    assert_eq!(moran(&values, &alone).unwrap(), None);
    // Without the one that differs nothing varies.
    let one = local_g(&[7.0, 7.0, 7.0, 9.0], &chain(4), Surroundings::NeighboursAlone).unwrap();
    assert!(one[3].is_none() && one[0].is_some());
    assert_eq!(moran(&[3.0; 5], &chain(5)), Err(Unfit::NoVariance));
    assert_eq!(
        local_g(&[1.0, f64::NAN, 2.0], &chain(3), Surroundings::WithItself),
        Err(Unfit::NotFinite { at: 1 })
    );
    assert_eq!(moran(&[1.0], &chain(1)), Err(Unfit::TooFew { found: 1, needed: 4 }));
    assert!(local_moran(&values, &everyone, Permutations { count: 0, seed: 0 }).is_err());
}

#[test]
fn a_thousand_tests_of_nothing_discover_nothing() {
    let p: Vec<Option<f64>> = (1..=1000).map(|at| Some(f64::from(at) / 1000.0)).collect();
    assert!(adjusted(&p, Dependence::Positive).unwrap().iter().all(|p| p.unwrap() > 0.99));
    assert_eq!(adjusted(&[Some(1.5)], Dependence::Any), Err(Unfit::NotFinite { at: 0 }));
    assert_eq!(adjusted(&[], Dependence::Any), Ok(vec![]));
}

proptest! {
    #[test]
    fn the_nearest_are_those_of_all_pairs(
        places in prop::collection::vec((-180.0..180.0_f64, -89.0..89.0_f64), 5..40),
        near_each_other in any::<bool>(), reach_m in 50.0..3e6_f64,
    ) {
        let scale = if near_each_other { 1e-4 } else { 1.0 };
        let positions: Vec<LonLat> =
            places.iter().map(|(lon, lat)| LonLat::new(lon * scale, lat * scale).unwrap()).collect();
        let distances = |from: usize| {
            let mut all: Vec<(f64, u32)> = (0..positions.len()).filter(|to| *to != from)
                .map(|to| (geodesic_distance_m(positions[from], positions[to]), to as u32)).collect();
            all.sort_by(|a, b| a.partial_cmp(b).unwrap());
            all
        };
        let (nearest, within) = (nearest(&positions, 4).unwrap(), within(&positions, reach_m).unwrap());
        for at in 0..positions.len() {
            let mut first: Vec<u32> = distances(at)[..4].iter().map(|found| found.1).collect();
            first.sort_unstable();
            prop_assert_eq!(nearest.neighbours(at), &first[..]);
            let mut inside: Vec<u32> = distances(at).iter().filter(|found| found.0 <= reach_m).map(|found| found.1).collect();
            inside.sort_unstable();
            prop_assert_eq!(within.neighbours(at), &inside[..]);
        }
    }

    #[test]
    fn hot_spots_do_not_depend_on_the_unit(
        values in prop::collection::vec(-50.0..50.0_f64, 6..30), factor in 1e-20..1e20_f64,
    ) {
        let weights = chain(values.len());
        let stretched: Vec<f64> = values.iter().map(|value| value * factor).collect();
        let both = [&values, &stretched].map(|values| local_g(values, &weights, Surroundings::WithItself).unwrap());
        for (one, other) in both[0].iter().zip(&both[1]) {
            prop_assert!((one.unwrap().z - other.unwrap().z).abs() < 1e-6);
        }
        let both = [&values, &stretched].map(|values| moran(values, &weights).unwrap().unwrap());
        prop_assert!((both[0].i - both[1].i).abs() < 1e-6);
    }

    #[test]
    fn discoveries_keep_the_order_and_lie_between_p_and_one(p in prop::collection::vec(0.0..=1.0_f64, 1..60)) {
        let some: Vec<Option<f64>> = p.iter().copied().map(Some).collect();
        let (bh, by) = (adjusted(&some, Dependence::Positive).unwrap(), adjusted(&some, Dependence::Any).unwrap());
        for at in 0..p.len() {
            let (bh, by) = (bh[at].unwrap(), by[at].unwrap());
            prop_assert!(p[at] <= bh + 1e-12 && bh <= by + 1e-12 && by <= 1.0);
        }
    }
}
