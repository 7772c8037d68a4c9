//! Density, near repeats, series, classes and comparisons: against slow twins, and what is refused.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::geo::LonLat;

const FEW: Permutations = Permutations { count: 99, seed: 1 };

fn polygon(ring: &[(f64, f64)], hole: &[(f64, f64)]) -> MultiPolygon<f64> {
    let holes = if hole.is_empty() { vec![] } else { vec![LineString::from(hole.to_vec())] };
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring.to_vec()), holes)])
}

/// Σ squares around the mean.
fn squares(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// −2 ln L of a Poisson mean, less what no cut changes.
fn deviance(values: &[f64]) -> f64 {
    let total: f64 = values.iter().sum();
    if total == 0.0 { 0.0 } else { 2.0 * total * (values.len() as f64 / total).ln() }
}

/// The least cost of all ways to cut `series`, by trying every last stretch of every beginning.
fn least_cost(series: &[f64], penalty: f64, stretch_min: usize, cost: fn(&[f64]) -> f64) -> f64 {
    let mut least = vec![f64::INFINITY; series.len() + 1];
    least[0] = 0.0;
    for end in 1..=series.len() {
        for start in 0..end {
            if end - start >= stretch_min {
                least[end] = least[end].min(least[start] + cost(&series[start..end]) + penalty);
            }
        }
    }
    least[series.len()]
}

#[test]
fn all_of_an_event_is_somewhere() {
    let grid = Grid::new(Coord { x: -500.0, y: -500.0 }, 5.0, 200, 200).unwrap();
    for (kernel, bandwidth_m) in [(Kernel::Quartic, 150.0), (Kernel::Gaussian, 60.0)] {
        let smoothing = Smoothing { kernel, bandwidth_m };
        let density = density(&[Coord { x: 3.0, y: -7.0 }], &grid, smoothing).unwrap();
        let total: f64 = density.iter().map(|per_km2| per_km2 * 25e-6).sum();
        assert!((total - 1.0).abs() < 1e-4, "{kernel:?} {total}");
    }
}

#[test]
fn the_share_inside_is_the_kernel_summed_over_the_polygon() {
    let study = polygon(
        &[(0.0, 0.0), (200.0, 20.0), (180.0, 160.0), (90.0, 70.0), (10.0, 150.0)],
        &[(40.0, 30.0), (80.0, 30.0), (60.0, 60.0)],
    );
    let fine = Grid::new(Coord { x: -0.17, y: -0.11 }, 0.3, 670, 540).unwrap();
    let inside: Vec<Coord<f64>> = {
        let smoothing = Smoothing { kernel: Kernel::Quartic, bandwidth_m: 1.0 };
        let shares = mass_inside(&fine, smoothing, &study).unwrap();
        (0..fine.cells())
            .filter(|cell| shares[*cell].is_some())
            .map(|cell| fine.centre(cell))
            .collect()
    };
    let grid = Grid::new(Coord { x: -10.0, y: 0.0 }, 20.0, 11, 8).unwrap();
    for (kernel, bandwidth_m) in [(Kernel::Quartic, 60.0), (Kernel::Gaussian, 25.0)] {
        let shares = mass_inside(&grid, Smoothing { kernel, bandwidth_m }, &study).unwrap();
        let mut checked = 0;
        for (cell, share) in shares.iter().enumerate() {
            let Some(share) = share else { continue };
            let at = grid.centre(cell);
            let square = |to: &Coord<f64>| {
                ((to.x - at.x).powi(2) + (to.y - at.y).powi(2)) / bandwidth_m.powi(2)
            };
            let summed: f64 = inside
                .iter()
                .map(|to| kernel.density(square(to)) * 0.09 / bandwidth_m.powi(2))
                .sum();
            assert!((share - summed).abs() < 2e-3, "{kernel:?} {cell}: {share} {summed}");
            checked += 1;
        }
        assert!(checked > 20);
    }
}

#[test]
fn beyond_a_straight_border_lies_the_marginal_of_the_quartic_kernel() {
    let far = 1e4;
    let study = polygon(&[(0.0, -far), (far, -far), (far, far), (0.0, far)], &[]);
    let grid = Grid::new(Coord { x: 0.0, y: 0.0 }, 10.0, 12, 1).unwrap();
    let smoothing = Smoothing { kernel: Kernel::Quartic, bandwidth_m: 100.0 };
    let shares = mass_inside(&grid, smoothing, &study).unwrap();
    for (cell, share) in shares.iter().enumerate() {
        let distance = ((cell as f64 + 0.5) / 10.0).min(1.0);
        // 16/(5π) (1 − x²)^(5/2), from the border outwards.
        let (steps, width) = (100_000, (1.0 - distance) / 100_000.0);
        let at = |step: i32| distance + (f64::from(step) + 0.5) * width;
        let beyond: f64 = (0..steps).map(|step| (1.0 - at(step).powi(2)).powf(2.5) * width).sum();
        let expected = 1.0 - beyond * 16.0 / (5.0 * std::f64::consts::PI);
        assert!((share.unwrap() - expected).abs() < 1e-8, "{cell}: {share:?} {expected}");
    }
}

#[test]
fn an_even_spread_stays_even_up_to_the_edge() {
    let study = polygon(&[(0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 400.0)], &[]);
    let grid = Grid::new(Coord { x: 0.0, y: 0.0 }, 20.0, 20, 20).unwrap();
    let events: Vec<Coord<f64>> = (0..40_000)
        .map(|at| Coord { x: f64::from(at % 200) * 2.0 + 1.0, y: f64::from(at / 200) * 2.0 + 1.0 })
        .collect();
    let smoothing = Smoothing { kernel: Kernel::Gaussian, bandwidth_m: 50.0 };
    let corrected = density_inside(&events, &grid, smoothing, &study).unwrap();
    assert!(corrected.iter().all(|cell| (cell.unwrap() / 250_000.0 - 1.0).abs() < 1e-3));
    let raw = density(&events, &grid, smoothing).unwrap();
    assert!(raw[0] < 0.4 * 250_000.0, "without it a corner loses three quarters");
}

#[test]
fn a_grid_or_a_bandwidth_that_cannot_be_computed_is_refused() {
    let at = Coord { x: 0.0, y: 0.0 };
    assert!(Grid::new(at, 0.0, 1, 1).is_err());
    assert!(Grid::new(at, 1.0, 0, 1).is_err());
    assert!(Grid::new(at, 1.0, usize::MAX, 2).is_err());
    assert!(Grid::new(Coord { x: f64::NAN, y: 0.0 }, 1.0, 1, 1).is_err());
    let grid = Grid::new(at, 1.0, 2000, 2000).unwrap();
    let wide = Smoothing { kernel: Kernel::Gaussian, bandwidth_m: 1e5 };
    assert!(matches!(density(&[at; 1000], &grid, wide), Err(Unfit::TooMany { .. })));
    let nan = Smoothing { kernel: Kernel::Quartic, bandwidth_m: f64::NAN };
    assert!(density(&[at], &grid, nan).is_err());
    let far = density(
        &[Coord { x: 9e8, y: -9e8 }],
        &grid,
        Smoothing { kernel: Kernel::Quartic, bandwidth_m: 5.0 },
    );
    assert!(far.unwrap().iter().all(|density| *density == 0.0));
}

#[test]
fn repeats_are_found_where_they_were_put_and_not_where_times_are_all_one() {
    let places: Vec<LonLat> =
        (0..60).map(|at| LonLat::new(2.3 + 0.01 * f64::from(at / 2), 48.85).unwrap()).collect();
    let repeated: Vec<f64> = (0..60).map(|at| f64::from(at / 2) * 13.0 % 97.0).collect();
    let near = Near { distance_m: 100.0, days: 0.0 };
    let found = near_repeat(&places, &repeated, near, FEW).unwrap();
    assert_eq!((found.pairs, found.pairs_in_place), (30, 30));
    assert!(found.ratio.unwrap() > 10.0 && found.p == 0.01, "{found:?}");
    let one_day = near_repeat(&places, &[4.0; 60], near, FEW).unwrap();
    assert_eq!((one_day.ratio, one_day.p), (Some(1.0), 1.0));
    let far = Near { distance_m: 1e-3, days: 1.0 };
    let apart: Vec<LonLat> = places.iter().step_by(2).copied().collect();
    assert_eq!(near_repeat(&apart, &repeated[..30], far, FEW).unwrap().ratio, None);
    assert!(
        near_repeat(&places, &repeated, Near { distance_m: 1.0, days: f64::NAN }, FEW).is_err()
    );
    assert!(near_repeat(&places[..1], &repeated[..1], near, FEW).is_err());
}

#[test]
fn series_that_cannot_be_cut_are_refused() {
    let search = Search { model: Model::Poisson, penalty: 1.0, stretch_min: 3 };
    assert_eq!(change_points(&[1.0, 2.0], search), Err(Unfit::TooFew { found: 2, needed: 3 }));
    assert_eq!(change_points(&[1.0, -1.0, 2.0], search), Err(Unfit::NotFinite { at: 1 }));
    assert!(change_points(&[1.0; 9], Search { penalty: 0.0, ..search }).is_err());
    assert_eq!(change_points(&[0.0; 9], search), Ok(vec![]));
    assert_eq!(default_penalty(&[0.0; 9], Model::Poisson), Ok(None));
    assert_eq!(change_points(&[0.0, 0.0, 0.0, 50.0, 50.0, 50.0], search), Ok(vec![3]));
}

#[test]
fn a_series_without_a_change_is_left_whole() {
    // Sums of a hundred draws of one chance in ten: their variance is 9 for a mean of 10.
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    let mut draw = || (0..100).filter(|_| dice.random_range(0..10) == 0).count() as f64;
    let found = (0..60).filter(|_| {
        let series: Vec<f64> = (0..200).map(|_| draw()).collect();
        let penalty = default_penalty(&series, Model::Poisson).unwrap().unwrap();
        let search = Search { model: Model::Poisson, penalty, stretch_min: 7 };
        !change_points(&series, search).unwrap().is_empty()
    });
    assert!(found.count() <= 2);
}

#[test]
fn seasons_need_two_periods_and_odd_windows() {
    let weekly: Vec<f64> = (0..70).map(|day| f64::from(day) + 5.0 * f64::from(day % 7)).collect();
    let parts = decompose(&weekly, 7, 7, Outliers::Count).unwrap();
    assert!(parts.remainder.iter().all(|left| left.abs() < 1e-6));
    for (period, window) in [(1, 7), (36, 7), (7, 8), (7, 5), (7, 71)] {
        assert!(decompose(&weekly, period, window, Outliers::Count).is_err(), "{period} {window}");
    }
    let flat = decompose(&[4.0; 20], 5, 7, Outliers::AreSetAside).unwrap();
    assert!(flat.trend.iter().all(|trend| (trend - 4.0).abs() < 1e-9));
}

#[test]
fn a_trend_needs_something_that_varies() {
    let x: Vec<f64> = (0..20).map(f64::from).collect();
    let line: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
    let found = trend(&x, &line, Confidence::NINETY_FIVE).unwrap().unwrap();
    assert!((found.slope - 2.0).abs() < 1e-12 && (found.intercept - 1.0).abs() < 1e-12);
    assert!(found.slope_interval.contains(2.0));
    assert_eq!(trend(&x, &[3.0; 20], Confidence::NINETY_FIVE), Ok(None));
    assert_eq!(trend(&[3.0; 20], &x, Confidence::NINETY_FIVE), Ok(None));
    assert!(trend(&x, &x[1..], Confidence::NINETY_FIVE).is_err());
}

#[test]
fn ties_few_values_and_unknown_ones_have_a_class_or_none() {
    let values = [Some(2.0), None, Some(2.0), Some(5.0), Some(2.0)];
    for cut in [
        Cut::Quantiles(4),
        Cut::EqualIntervals(2),
        Cut::NaturalBreaks(4),
        Cut::Manual(vec![2.0, 9.0]),
    ] {
        let classes = classify(&values, &cut).unwrap();
        assert_eq!(classes.of[1], None, "{cut:?}");
        assert_eq!(classes.of[0], classes.of[2], "{cut:?}");
        assert!(classes.of[3] > classes.of[0], "{cut:?}");
        assert_eq!(classes.counts.iter().sum::<usize>(), 4);
        assert!(classes.upper.windows(2).all(|pair| pair[0] < pair[1]), "{cut:?}");
    }
    let same = [Some(1.0), Some(1.0)];
    for cut in [Cut::Quantiles(5), Cut::EqualIntervals(5), Cut::NaturalBreaks(5)] {
        assert_eq!(classify(&same, &cut).unwrap().upper, [1.0], "{cut:?}");
    }
    let beyond = classify(&values, &Cut::Manual(vec![1.0, 3.0])).unwrap();
    assert_eq!((beyond.upper, beyond.counts), (vec![1.0, 3.0, 5.0], vec![0, 3, 1]));
    assert_eq!(classify(&[None], &Cut::Quantiles(3)), Err(Unfit::TooFew { found: 0, needed: 1 }));
    assert_eq!(
        classify(&[None, Some(f64::NAN)], &Cut::Quantiles(3)),
        Err(Unfit::NotFinite { at: 1 })
    );
    for cut in [
        Cut::Quantiles(0),
        Cut::NaturalBreaks(21),
        Cut::Manual(vec![3.0, 3.0]),
        Cut::Manual(vec![]),
    ] {
        assert!(classify(&values, &cut).is_err(), "{cut:?}");
    }
}

#[test]
fn rates_without_events_have_an_end_that_nothing_bounds() {
    let of = |events, exposure| Exposed { events, exposure };
    let ratio = |first, second| rate_ratio(first, second, Confidence::NINETY_FIVE);
    let found = ratio(of(4, 10.0), of(0, 10.0)).unwrap().unwrap();
    assert_eq!((found.ratio, found.interval.upper), (None, f64::INFINITY));
    assert!((found.p - 0.125).abs() < 1e-12, "2 of 16 ways");
    assert_eq!(ratio(of(0, 1.0), of(0, 2.0)), Ok(None));
    assert!(ratio(of(1, 0.0), of(1, 1.0)).is_err());
    assert!(ratio(of(1, f64::NAN), of(1, 1.0)).is_err());
    assert!(ratio(of(EXACT_MAX, 1.0), of(1, 1.0)).is_err());
    assert_eq!(fisher_exact(Table { first: [0, 0], second: [0, 0] }), Ok(1.0));
    let tea = fisher_exact(Table { first: [3, 1], second: [1, 3] }).unwrap();
    assert!((tea - 34.0 / 70.0).abs() < 1e-12, "Fisher's tea: {tea}");
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[5.0, 7.0, 9.0]).unwrap().rho, 1.0);
    assert_eq!(spearman(&[1.0, 1.0, 1.0], &[5.0, 7.0, 9.0]), Err(Unfit::NoVariance));
}

proptest! {
    #[test]
    fn changes_are_the_best_there_are(
        series in prop::collection::vec(0_u8..12, 5..40), penalty in 0.1..30.0_f64, stretch_min in 1_usize..5,
    ) {
        let series: Vec<f64> = series.into_iter().map(f64::from).collect();
        for (model, cost) in [(Model::LeastSquares, squares as fn(&[f64]) -> f64), (Model::Poisson, deviance)] {
            let found = change_points(&series, Search { model, penalty, stretch_min }).unwrap();
            let ends = [&[0], &found[..], &[series.len()]].concat();
            prop_assert!(ends.windows(2).all(|ends| ends[1] - ends[0] >= stretch_min));
            let costs: f64 = ends.windows(2).map(|ends| cost(&series[ends[0]..ends[1]]) + penalty).sum();
            prop_assert!((costs - least_cost(&series, penalty, stretch_min, cost)).abs() < 1e-6);
        }
    }

    #[test]
    fn natural_breaks_are_the_best_there_are(values in prop::collection::vec(0_u8..60, 1..40), count in 1_usize..7) {
        let known: Vec<Option<f64>> = values.iter().map(|value| Some(f64::from(*value))).collect();
        let classes = classify(&known, &Cut::NaturalBreaks(count)).unwrap();
        let mut sorted: Vec<f64> = values.iter().copied().map(f64::from).collect();
        sorted.sort_by(f64::total_cmp);
        let of = |class: usize| -> Vec<f64> {
            known.iter().zip(&classes.of).filter(|(_, of)| **of == Some(class)).filter_map(|(value, _)| *value).collect()
        };
        let found: f64 = (0..classes.upper.len()).map(|class| squares(&of(class))).sum();
        // The least with so many classes, by the last class of each beginning.
        let n = sorted.len();
        let mut least: Vec<f64> = (0..=n).map(|end| if end == 0 { 0.0 } else { squares(&sorted[..end]) }).collect();
        for _ in 1..count {
            let before = least.clone();
            for end in 1..=n {
                least[end] = (0..end).map(|start| before[start] + squares(&sorted[start..end])).fold(before[end], f64::min);
            }
        }
        prop_assert!((found - least[n]).abs() < 1e-6, "{found} {}", least[n]);
    }

    #[test]
    fn owen_is_the_same_on_both_sides_of_one(h in 0.01..5.0_f64, a in 1.001..50.0_f64) {
        // By halves of [0, a] summed finely, which needs no identity.
        let steps = 20_000;
        let width = a / f64::from(steps);
        let at = |x: f64| (-h * h * (1.0 + x * x) / 2.0).exp() / (1.0 + x * x);
        let summed: f64 = (0..steps).map(|step| at((f64::from(step) + 0.5) * width)).sum::<f64>() * width;
        prop_assert!((kernel::owen_t(h, a) - summed / std::f64::consts::TAU).abs() < 1e-8);
    }

    #[test]
    fn no_input_gives_a_number_that_is_none(
        a in prop::collection::vec(prop_oneof![any::<f64>(), -5.0..5.0_f64, Just(0.0), Just(1e60)], 0..24),
        b in prop::collection::vec(prop_oneof![-5.0..5.0_f64, Just(2.0)], 24),
        events in (0_u64..40, 0_u64..40), exposures in (any::<f64>(), 1e-3..1e3_f64), count in 0_usize..8,
    ) {
        let b = &b[..a.len()];
        let lists: Vec<Vec<usize>> = (0..a.len()).map(|at| (0..a.len()).filter(|other| *other != at && (at * other) % 3 == 0).collect()).collect();
        let weights = Weights::from_neighbours(&lists).unwrap();
        let fine = |value: f64| prop_assert_ok(!value.is_nan());
        if let Ok(found) = local_g(&a, &weights, Surroundings::NeighboursAlone) {
            for found in found.iter().flatten() { fine(found.z)?; fine(found.p)?; }
        }
        if let Ok(Some(found)) = moran(&a, &weights) {
            for value in [found.i, found.normality.z, found.randomisation.z, found.randomisation.p] { fine(value)?; }
        }
        if let Ok(found) = local_moran(&a, &weights, Permutations { count: 9, seed: 0 }) {
            for found in found.iter().flatten() { fine(found.i)?; prop_assert!((0.0..=1.0).contains(&found.p)); }
        }
        if let Ok(found) = spearman(&a, b) { fine(found.rho)?; fine(found.p)?; }
        if let Ok(Some(found)) = trend(&a, b, Confidence::NINETY_FIVE) {
            for value in [found.slope, found.intercept, found.slope_interval.lower, found.slope_interval.upper] { fine(value)?; }
        }
        if let Ok(found) = decompose(&a, count, 7, Outliers::AreSetAside) {
            for value in found.seasonal.iter().chain(&found.trend).chain(&found.remainder) { fine(*value)?; }
        }
        for model in [Model::Poisson, Model::LeastSquares] {
            if let Ok(Some(penalty)) = default_penalty(&a, model) { fine(penalty)?; }
            let _ = change_points(&a, Search { model, penalty: 2.0, stretch_min: count });
        }
        let known: Vec<Option<f64>> = a.iter().map(|value| (*value != 0.0).then_some(*value)).collect();
        for cut in [Cut::Quantiles(count), Cut::EqualIntervals(count), Cut::NaturalBreaks(count), Cut::Manual(a.clone())] {
            if let Ok(found) = classify(&known, &cut) {
                prop_assert!(found.of.iter().flatten().all(|class| *class < found.upper.len()));
            }
        }
        let exposed = [Exposed { events: events.0, exposure: exposures.0 }, Exposed { events: events.1, exposure: exposures.1 }];
        if let Ok(Some(found)) = rate_ratio(exposed[0], exposed[1], Confidence::NINETY_FIVE) {
            for value in [found.p, found.interval.lower, found.interval.upper] { fine(value)?; }
        }
        let p = fisher_exact(Table { first: events.into(), second: [events.1, count as u64] }).unwrap();
        prop_assert!((0.0..=1.0).contains(&p));
    }
}

fn prop_assert_ok(fine: bool) -> Result<(), TestCaseError> {
    prop_assert!(fine, "not a number");
    Ok(())
}
