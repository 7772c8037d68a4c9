//! The figures of `vigie::statistics` equal those of PySAL, SciPy, statsmodels and ruptures on the same data.
//!
//! One Python process (`tests/pysal/reference.py`, in the environment that `make target/pysal/.installed` makes)
//! gets the made data as JSON and answers with what the libraries make of it.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::{Value, json};
use vigie::{
    geo::{LocalPlane, LonLat},
    statistics::{
        Confidence, Cut, Dependence, Exposed, Grid, Kernel, Known, Model, Near, Outliers,
        Permutations, Quadrant, Search, Smoothing, Surroundings, Table, Transform, Weights,
        adjusted, change_points, classify, decompose, default_penalty, density, fisher_exact,
        local_g, local_moran, mass_inside, moran, near_repeat, nearest, poisson_interval,
        rate_ratio, shrunk, shrunk_locally, spearman, touching, trend, within,
    },
};

use crate::support::shared_data;

mod made;
use made::{GRID, ISLAND, Made, PENALTIES, STRETCH_MIN, made};

#[test]
fn hot_spots_are_those_of_esda() {
    let (made, expected) = (made(), figure("autocorrelation"));
    let weights = Weights::from_neighbours(&made.near).unwrap();
    same_hot_spots(&made.values, &weights, expected);

    // The same z by row-standardised weights. Those of esda differ: it takes the sum of weights, 1, for the sum of
    // their squares, 1 / count.
    let rows = weights.clone().transformed(Transform::RowStandardised);
    let hot = local_g(&made.values, &weights, Surroundings::WithItself).unwrap();
    assert_eq!(local_g(&made.values, &rows, Surroundings::WithItself).unwrap(), hot);
    for (zone, esda) in numbers(&expected["gi_star_rows_z"]).into_iter().enumerate() {
        if zone == ISLAND {
            continue; // To esda an island has no weights to standardise.
        }
        let around = (weights.neighbours(zone).len() + 1) as f64;
        let of_all = made.values.len() as f64;
        let shrunk = ((of_all - around) / (of_all - 1.0) / around).sqrt();
        close("row-standardised z", esda, hot[zone].unwrap().z * shrunk);
    }
}

#[test]
fn global_and_local_moran_are_those_of_esda() {
    let (made, expected) = (made(), figure("autocorrelation"));
    let weights = Weights::from_neighbours(&made.near).unwrap();
    assert_eq!(weights.islands(), [ISLAND]);
    same_moran(&made.values, &weights, expected);
}

#[test]
fn intervals_and_shrunk_rates_are_those_of_scipy_and_esda() {
    let (made, expected) = (made(), figure("rates"));
    let weights = Weights::from_neighbours(&made.near).unwrap();
    for (count, interval) in made.counts.iter().zip(list(&expected["intervals"])) {
        let found = poisson_interval(*count, Confidence::NINETY_FIVE).unwrap();
        close("lower end", found.lower, number(&interval[0]));
        close("upper end", found.upper, number(&interval[1]));
    }
    all_close(
        "shrunk",
        &known(shrunk(&made.counts, &made.dwellings).unwrap()),
        &expected["shrunk"],
    );
    let locally = shrunk_locally(&made.counts, &made.dwellings, &weights).unwrap();
    for (locally, expected) in known(locally).into_iter().zip(numbers(&expected["shrunk_locally"]))
    {
        // esda divides 0 by 0 where nothing happened in the whole neighbourhood.
        close("shrunk locally", locally, if expected.is_nan() { 0.0 } else { expected });
    }
}

#[test]
fn neighbours_are_those_of_geodesics_and_of_libpysal() {
    let (made, expected) = (made(), figure("neighbours"));
    let found = nearest(&made.positions, 8).unwrap();
    same_neighbours("nearest", &found, &expected["nearest"]);
    same_neighbours("within", &within(&made.positions, 250.0).unwrap(), &expected["within"]);
    let zones: Vec<_> =
        made.squares.iter().map(|ring| polygon(std::slice::from_ref(ring))).collect();
    same_neighbours("touching", &touching(&zones, 0.1).unwrap(), &expected["touching"]);
}

#[test]
fn false_discoveries_are_held_down_as_by_statsmodels() {
    let (made, expected) = (made(), figure("false_discovery"));
    same_adjusted(&made.p, expected);
}

#[test]
fn kernel_density_is_that_of_scipy() {
    let (made, expected) = (made(), figure("density"));
    let grid =
        Grid::new(Coord { x: -900.0, y: -700.0 }, GRID.cell_m, GRID.columns, GRID.rows).unwrap();
    let smoothing = Smoothing { kernel: Kernel::Gaussian, bandwidth_m: GRID.bandwidth_m };
    let found = density(&made.events_m, &grid, smoothing).unwrap();
    let expected = numbers(expected);
    let most = expected.iter().copied().fold(0.0, f64::max);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-6 * most, "{found} {expected}");
    }
}

#[test]
fn the_mass_beside_a_straight_border_is_that_of_owen_as_scipy_has_it() {
    // A corner between two axes, seen from (a h, b h): what the kernel leaves inside is a product of normals.
    let smoothing = Smoothing { kernel: Kernel::Gaussian, bandwidth_m: 100.0 };
    let grid = Grid::new(Coord { x: 0.0, y: 0.0 }, 20.0, 20, 20).unwrap();
    let far = 1e6;
    let quarter = polygon(&[vec![[0.0, 0.0], [far, 0.0], [far, far], [0.0, far], [0.0, 0.0]]]);
    let shares = mass_inside(&grid, smoothing, &quarter).unwrap();
    let normals = numbers(figure("normal_below"));
    for (cell, share) in shares.iter().enumerate() {
        let (column, row) = (cell % 20, cell / 20);
        close("mass inside", share.unwrap(), normals[column] * normals[row]);
    }
}

#[test]
fn near_repeats_are_those_of_pointpats() {
    let (made, expected) = (made(), numbers(figure("near_repeat")));
    let near = Near { distance_m: 120.0, days: 3.0 };
    let permutations = Permutations { count: 999, seed: 1 };
    let found = near_repeat(&made.positions, &made.days, near, permutations).unwrap();
    let counts = [found.pairs, found.pairs_in_place, found.pairs_in_time];
    for (found, expected) in counts.into_iter().zip(&expected) {
        close("pairs", found as f64, *expected);
    }
    close("expected", found.expected, expected[3]);
    assert!(
        (found.p - expected[4]).abs() < monte_carlo(expected[4], 999.0),
        "{} {}",
        found.p,
        expected[4]
    );
}

#[test]
fn change_points_are_those_of_ruptures() {
    let (made, expected) = (made(), figure("change_points"));
    let squares = |cuts: &[usize]| {
        let ends = [&[0], cuts, &[made.daily.len()]].concat();
        let stretches = ends.windows(2).map(|ends| &made.daily[ends[0]..ends[1]]);
        let square = |stretch: &[f64]| {
            let mean = stretch.iter().sum::<f64>() / stretch.len() as f64;
            stretch.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        };
        stretches.map(square).sum::<f64>()
    };
    for (penalty, expected) in PENALTIES.iter().zip(list(expected)) {
        for (stretch_min, expected) in [1, STRETCH_MIN].into_iter().zip(list(expected)) {
            let search = Search { model: Model::LeastSquares, penalty: *penalty, stretch_min };
            let found = change_points(&made.daily, search).unwrap();
            let expected: Vec<usize> = serde_json::from_value(expected.clone()).unwrap();
            // With a least length, ruptures may drop a start too early and miss the best cut: then ours is better.
            let cost = |cuts: &[usize]| squares(cuts) + penalty * cuts.len() as f64;
            let better = stretch_min > 1 && cost(&found) < cost(&expected) - 1e-6;
            assert!(found == expected || better, "{penalty} {stretch_min}: {found:?} {expected:?}");
        }
    }
    let penalty = default_penalty(&made.daily, Model::Poisson).unwrap().unwrap();
    let search = Search { model: Model::Poisson, penalty, stretch_min: STRETCH_MIN };
    let found = change_points(&made.daily, search).unwrap();
    assert_eq!(found.len(), 2, "the two changes that were made: {found:?}");
    assert!(found[0].abs_diff(120) < 6 && found[1].abs_diff(260) < 6, "{found:?}");
}

#[test]
fn seasons_and_trends_are_those_of_statsmodels_and_scipy() {
    let (made, expected) = (made(), figure("seasons"));
    for (name, outliers) in [("plain", Outliers::Count), ("robust", Outliers::AreSetAside)] {
        let found = decompose(&made.daily, 7, 13, outliers).unwrap();
        all_close("seasonal", &found.seasonal, &expected[name][0]);
        all_close("trend", &found.trend, &expected[name][1]);
        all_close("remainder", &found.remainder, &expected[name][2]);
    }
    let line = trend(&made.weeks, &made.weekly, Confidence::NINETY_FIVE).unwrap().unwrap();
    let found = [line.slope, line.intercept, line.slope_interval.lower, line.slope_interval.upper];
    all_close("Theil-Sen", &found, figure("trends"));
}

#[test]
fn classes_are_those_of_mapclassify() {
    let (made, expected) = (made(), figure("classes"));
    same_classes(&made.values, 5, expected);
}

#[test]
fn comparisons_of_two_rates_are_those_of_scipy() {
    let (made, expected) = (made(), figure("rate_ratios"));
    for (pair, expected) in made.pairs.iter().zip(list(expected)) {
        let (a, exposed_a, b, exposed_b) = *pair;
        let first = Exposed { events: a, exposure: exposed_a };
        let second = Exposed { events: b, exposure: exposed_b };
        let found = rate_ratio(first, second, Confidence::NINETY_FIVE).unwrap().unwrap();
        close("p", found.p, number(&expected[0]));
        close("lower end", found.interval.lower, number(&expected[1]));
        let upper = expected[2].as_f64().unwrap_or(f64::INFINITY);
        assert!(found.interval.upper == upper || (found.interval.upper / upper - 1.0).abs() < 1e-6);
    }
    for (table, expected) in made.tables.iter().zip(numbers(figure("fisher"))) {
        let [first, second] = *table;
        close("Fisher", fisher_exact(Table { first, second }).unwrap(), expected);
    }
    let found = spearman(&made.values, &made.others).unwrap();
    all_close("Spearman", &[found.rho, found.p], figure("correlations"));
}

/// The 992 tracts of Paris, their real borders and poverty rates; skipped, which is said, where they are not there.
#[test]
fn on_the_real_tracts_of_paris_all_is_the_same() {
    if real_folder().is_none() {
        return;
    }
    let real = &reference()["real"];
    let zones: Vec<_> = list(&real["zones"]).iter().map(multi_polygon).collect();
    assert_eq!(zones.len(), 992);
    let weights = touching(&zones, 0.5).unwrap();
    same_neighbours("touching", &weights, &real["touching"]);

    let poverty: Vec<Option<f64>> = list(&real["poverty"]).iter().map(Value::as_f64).collect();
    let known = Known::of(&poverty, &weights).unwrap();
    assert_eq!(known.values.len(), 631, "as many have a poverty rate that is not suppressed");
    same_hot_spots(&known.values, &known.weights, &real["autocorrelation"]);
    same_moran(&known.values, &known.weights, &real["autocorrelation"]);
    same_classes(&known.values, 5, &real["classes"]);
    let hot = local_g(&known.values, &known.weights, Surroundings::WithItself).unwrap();
    let p: Vec<f64> = hot.iter().map(|zone| zone.unwrap().p).collect();
    same_adjusted(&p, &real["fdr"]);
}

fn same_hot_spots(values: &[f64], weights: &Weights, expected: &Value) {
    for (name, surroundings) in
        [("gi_star", Surroundings::WithItself), ("gi", Surroundings::NeighboursAlone)]
    {
        let found = local_g(values, weights, surroundings).unwrap();
        let (z, p) = (list(&expected[name]["z"]), list(&expected[name]["p_one_sided"]));
        assert_eq!(found.len(), z.len());
        for ((found, z), p) in found.iter().zip(z).zip(p) {
            assert_eq!(found.is_none(), z.is_null(), "{name} {found:?} {z}");
            let Some(found) = found else { continue };
            close(name, found.z, number(z));
            close(name, found.p / 2.0, number(p));
        }
    }
}

fn same_moran(values: &[f64], weights: &Weights, expected: &Value) {
    for (name, transform) in [("B", Transform::Binary), ("R", Transform::RowStandardised)] {
        let found = moran(values, &weights.clone().transformed(transform)).unwrap().unwrap();
        let (normal, random) = (found.normality, found.randomisation);
        let found = [found.i, found.expected, normal.variance, normal.z, normal.p];
        let found = [&found[..], &[random.variance, random.z, random.p]].concat();
        all_close(name, &found, &expected["moran"][name]);
    }
    let rows = weights.clone().transformed(Transform::RowStandardised);
    let found = local_moran(values, &rows, Permutations { count: 9999, seed: 2 }).unwrap();
    let expected = &expected["local_moran"];
    let (i, quadrant) = (numbers(&expected["i"]), list(&expected["quadrant"]));
    let mut beyond_chance = 0;
    for (zone, found) in found.iter().enumerate() {
        assert_eq!(found.is_none(), weights.neighbours(zone).is_empty(), "an island has none");
        let Some(found) = found else { continue };
        close("local I", found.i, i[zone]);
        let number_of = match found.quadrant {
            Quadrant::HighHigh => 1,
            Quadrant::LowHigh => 2,
            Quadrant::LowLow => 3,
            Quadrant::HighLow => 4,
        };
        assert_eq!(json!(number_of), quadrant[zone]);
        let p = number(&expected["p_directed"][zone]);
        beyond_chance += usize::from((found.p / 2.0 - p).abs() > monte_carlo(p, 9999.0));
    }
    // Nine in 10,000 lie beyond 3.3 standard deviations by chance.
    assert!(
        beyond_chance <= 4 + values.len() / 300,
        "{beyond_chance} p-values differ by more than chance"
    );
}

fn same_classes(values: &[f64], count: usize, expected: &Value) {
    let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    for (name, cut) in [
        ("quantiles", Cut::Quantiles(count)),
        ("equal_intervals", Cut::EqualIntervals(count)),
        ("natural_breaks", Cut::NaturalBreaks(count)),
    ] {
        let found = classify(&values, &cut).unwrap();
        all_close(name, &found.upper, &expected[name]["upper"]);
        assert_eq!(json!(found.of), expected[name]["of"], "{name}");
    }
}

fn same_adjusted(p: &[f64], expected: &Value) {
    let p: Vec<Option<f64>> = p.iter().copied().map(Some).collect();
    for (name, dependence) in [("bh", Dependence::Positive), ("by", Dependence::Any)] {
        all_close(name, &known(adjusted(&p, dependence).unwrap()), &expected[name]);
    }
}

fn same_neighbours(what: &str, found: &Weights, expected: &Value) {
    assert_eq!(found.len(), list(expected).len());
    for (zone, expected) in list(expected).iter().enumerate() {
        assert_eq!(json!(found.neighbours(zone)), *expected, "{what} of {zone}");
    }
}

/// How far two estimates of a p-value by as many draws may be apart by chance (3.3 standard deviations of their
/// difference).
fn monte_carlo(p: f64, draws: f64) -> f64 {
    3.3 * (2.0 * p * (1.0 - p) / draws).sqrt() + 2.0 / draws
}

fn close(what: &str, found: f64, expected: f64) {
    let most = 1e-6 * expected.abs() + 1e-9;
    assert!((found - expected).abs() <= most, "{what}: {found} where {expected} is expected");
}

fn all_close(what: &str, found: &[f64], expected: &Value) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} {expected:?}");
    found.iter().zip(&expected).for_each(|(found, expected)| close(what, *found, *expected));
}

fn known(values: Vec<Option<f64>>) -> Vec<f64> {
    values.into_iter().map(Option::unwrap).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
}

fn polygon(rings: &[Vec<[f64; 2]>]) -> MultiPolygon<f64> {
    let mut rings = rings.iter().map(|ring| LineString::from(ring.clone()));
    MultiPolygon::new(vec![Polygon::new(rings.next().unwrap(), rings.collect())])
}

fn multi_polygon(parts: &Value) -> MultiPolygon<f64> {
    let parts: Vec<Vec<Vec<[f64; 2]>>> = serde_json::from_value(parts.clone()).unwrap();
    MultiPolygon::new(parts.iter().flat_map(|rings| polygon(rings).0).collect())
}

fn figure(name: &str) -> &'static Value {
    &reference()[name]
}

/// Where the tracts and their incomes are; says so where they are not.
fn real_folder() -> Option<PathBuf> {
    shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv")?;
    Some(shared_data("contours-iris-paris.gpkg")?.parent()?.to_owned())
}

/// What the libraries say, asked once for all tests.
fn reference() -> &'static Value {
    static ANSWER: OnceLock<Result<Value, String>> = OnceLock::new();
    ANSWER.get_or_init(ask).as_ref().unwrap_or_else(|failure| panic!("{failure}"))
}

fn ask() -> Result<Value, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut python = Command::new(root.join("target/pysal/bin/python"));
    python.arg(root.join("tests/pysal/reference.py"));
    if let Some(folder) = real_folder() {
        python.arg(folder);
    }
    let piped = python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut python = piped.map_err(|error| {
        format!("`make target/pysal/.installed` installs the libraries of reference: {error}")
    })?;
    let asked = made().as_json().to_string();
    // Where it fails before it has read all, its own words say why.
    let _ = python.stdin.take().unwrap().write_all(asked.as_bytes());
    let output = python.wait_with_output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

#[test]
fn a_plane_of_metres_and_true_metres_agree_on_the_made_town() {
    let Made { positions, places_m, .. } = made();
    let plane = LocalPlane::at(LonLat::new(2.35, 48.85).unwrap());
    for (position, place_m) in positions.iter().zip(places_m) {
        let back = plane.to_plane_m((*position).into());
        assert!((back.x - place_m.x).hypot(back.y - place_m.y) < 1e-6);
    }
}
