//! What stands out is found, what chance makes is not, and nothing depends on what is not told.

use geo::MultiPolygon;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{
    EVENTS_MAX, Finding, HotSpots, Neighbourhood, Standing, Step, Zone, find::found, hot_spots,
    repeats, repeats::permutations, surface, weekly,
};
use crate::{
    event::{Fact, Seq},
    geo::LonLat,
    heatmap::CellShape,
    incident::{Channel, Incident, IncidentId, Status},
    statistics::{Known, Permutations},
    stock::{LandlordId, StockChange},
    time::Timestamp,
    tract::{Tract, TractKind},
    twin::{
        Selection, Snapshot,
        town::{at_m, site, square, town},
    },
};

const SIDE: usize = 10;

/// Squares of 200 m, 10 × 10.
struct Lattice(Vec<Vec<LonLat>>);

impl Lattice {
    fn new() -> Self {
        let ring = |n: usize| {
            let (west, south) = ((n % SIDE) as f64 * 200.0, (n / SIDE) as f64 * 200.0);
            let corners = [(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0), (0.0, 0.0)];
            corners.map(|(x, y)| at_m(west + x, south + y)).to_vec()
        };
        Self((0..SIDE * SIDE).map(ring).collect())
    }

    fn shapes(&self) -> Vec<CellShape<'_>> {
        self.0.iter().map(|ring| CellShape::Ring(ring)).collect()
    }
}

fn zones<'a>(shapes: &'a [CellShape<'a>], known: &[(Option<u64>, u64)]) -> Vec<Zone<'a>> {
    let zone = |(shape, (count, dwellings)): (&'a CellShape<'a>, &(Option<u64>, u64))| Zone {
        id: "zone",
        shape,
        count: *count,
        dwellings: *dwellings,
    };
    shapes.iter().zip(known).map(zone).collect()
}

fn find<'a>(zones: &[Zone<'a>]) -> HotSpots<'a> {
    hot_spots(zones, &Neighbourhood::Touching.among(zones).unwrap(), 1).unwrap()
}

/// How many events there are where `mean` are expected (Knuth).
fn poisson(mean: f64, dice: &mut ChaCha8Rng) -> u64 {
    let (limit, mut product, mut count) = ((-mean).exp(), 1.0, 0);
    loop {
        product *= dice.random::<f64>();
        if product <= limit {
            return count;
        }
        count += 1;
    }
}

fn is_planted(n: usize) -> bool {
    (2..5).contains(&(n % SIDE)) && (2..5).contains(&(n / SIDE))
}

#[test]
fn a_planted_hot_spot_is_found_and_few_dwellings_with_a_call_are_none() {
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    let lattice = Lattice::new();
    let mut known: Vec<(Option<u64>, u64)> = (0..SIDE * SIDE)
        .map(|n| {
            let rate = if is_planted(n) { 0.2 } else { 0.05 };
            (Some(poisson(200.0 * rate, &mut dice)), 200)
        })
        .collect();
    // One call in four dwellings, far from what is planted: 250 per 1,000.
    known[SIDE * SIDE - 1] = (Some(1), 4);
    let shapes = lattice.shapes();

    let found = find(&zones(&shapes, &known));

    let middle = &found.findings[3 * SIDE + 3];
    assert_eq!(middle.standing, Standing::Hot, "{middle:?}");
    assert!(middle.gathering.unwrap().z > 3.0 && middle.likeness.unwrap().p_adjusted <= 0.05);
    let far = |n: usize| !(1..6).contains(&(n % SIDE)) || !(1..6).contains(&(n / SIDE));
    let of_far = found.findings.iter().enumerate().filter(|(n, _)| far(*n));
    assert_eq!(of_far.filter(|(_, one)| one.standing == Standing::Hot).count(), 0);
    let few = found.findings.last().unwrap();
    assert_eq!(few.rate.unwrap().per_1000, 250.0);
    assert!(few.smoothed_per_1000.unwrap() < 100.0, "{few:?}");
    assert!(few.rate.unwrap().interval.lower < 10.0);
    assert!(found.moran.unwrap().randomisation.p < 0.001);
    assert_eq!(found.tested, SIDE * SIDE);
}

#[test]
fn where_everybody_calls_as_often_next_to_nothing_stands_out() {
    const TOWNS: usize = 300;
    let mut dice = ChaCha8Rng::seed_from_u64(4);
    let lattice = Lattice::new();
    let shapes = lattice.shapes();
    let neighbours = Neighbourhood::Touching.among(&zones(&shapes, &[(None, 0); 100])).unwrap();
    // Equal risk; and risks that differ from zone to zone, but do not gather.
    for spread in [0.0, 0.5] {
        let mut with_any = 0;
        for _ in 0..TOWNS {
            let mut zone = || {
                let dwellings = dice.random_range(20..400_u64);
                let risk = 0.05 * (1.0 + spread * (2.0 * dice.random::<f64>() - 1.0));
                (Some(poisson(dwellings as f64 * risk, &mut dice)), dwellings)
            };
            let known: Vec<(Option<u64>, u64)> = (0..SIDE * SIDE).map(|_| zone()).collect();
            // Standings come from Gi*, which takes no permutations.
            let once = |_: &Known| Permutations { count: 1, seed: 1 };
            let found = found(&zones(&shapes, &known), &neighbours, once).unwrap();
            let stands = |one: &Finding<'_>| matches!(one.standing, Standing::Hot | Standing::Cold);
            with_any += usize::from(found.findings.iter().any(stands));
        }
        let share = with_any as f64 / TOWNS as f64;
        eprintln!("risks that differ by {spread}: something stands out in {share} of the towns");
        assert!(share <= 0.06, "spread {spread}: {share} of the towns have a spot by chance");
    }
}

#[test]
fn what_is_not_known_is_left_out_and_is_nobodys_neighbour() {
    let lattice = Lattice::new();
    let shapes = lattice.shapes();
    let mut known: Vec<(Option<u64>, u64)> =
        (0..100).map(|n| (Some(if is_planted(n) { 40 } else { 10 + n as u64 % 3 }), 200)).collect();
    known[0] = (None, 200);
    known[1] = (Some(7), 0);
    // 99 is surrounded by zones of which nothing is known.
    for around in [88, 89, 98] {
        known[around] = (None, 200);
    }
    let with = find(&zones(&shapes, &known));
    let standing = |n: usize| with.findings[n].standing;

    assert_eq!(
        [standing(0), standing(1), standing(99)],
        [Standing::NotTold, Standing::NoDwellings, Standing::Alone]
    );
    assert_eq!(with.findings[10].neighbours, 3, "of five, one is not told and one is empty");
    assert_eq!(with.tested, 94);
    assert!(with.findings[0].rate.is_none() && with.findings[1].rate.is_none());

    let few: Vec<(Option<u64>, u64)> = (0..100).map(|n| (Some(n).filter(|n| *n < 7), 50)).collect();
    let few = find(&zones(&shapes, &few));
    assert_eq!(few.count(Standing::TooFewZones), 7);
    assert_eq!((few.tested, few.moran), (0, None));
}

/// A town of sites 150 m apart, in a row.
fn row_of_sites(count: usize) -> Snapshot {
    let at = |n: usize| at_m(n as f64 * 150.0, 0.0);
    let landlord = |n: usize| if n.is_multiple_of(2) { "one" } else { "two" };
    town((0..count).map(|n| site(&format!("S-{n}"), landlord(n), 50, at(n))).collect(), Vec::new())
}

fn start() -> Timestamp {
    // A Wednesday.
    "2025-01-01T12:00:00Z".parse().unwrap()
}

/// Days after the start, and the site.
fn record(snapshot: &mut Snapshot, events: &[(f64, usize)]) {
    let facts = events.iter().enumerate().map(|(n, (day, site))| {
        Fact::IncidentRecorded(Incident {
            id: IncidentId::new(uuid::Uuid::from_u128(n as u128)),
            kind: "OCC-HAL".parse().unwrap(),
            channel: if n % 2 == 0 { Channel::Call } else { Channel::Patrol },
            status: Status::Closed,
            reported_at: start().plus_seconds((day * 86_400.0) as i64),
            site: format!("S-{site}").parse().unwrap(),
            building: None,
            steps: vec![],
        })
    });
    snapshot.apply(facts.collect::<Vec<_>>(), Seq(2));
}

#[test]
fn a_week_series_has_whole_weeks_and_tells_since_when_there_are_more() {
    let mut snapshot = row_of_sites(2);
    // Five days before the first Monday; then 5 a week, and 15 from the 20th week on.
    let mut events = vec![(0.0, 0)];
    for week in 0..40 {
        let many = if week < 20 { 5 } else { 15 };
        events.extend(
            (0..many + week % 2).map(|n| (5.0 + f64::from(week) * 7.0 + f64::from(n) * 0.4, 0)),
        );
    }
    record(&mut snapshot, &events);
    let now = start().plus_seconds(86_400 * (5 + 40 * 7 + 3));

    let series = weekly(&snapshot, &Selection::default(), now).unwrap();

    assert_eq!(series.step, Step::Week);
    assert_eq!(series.points[0].from.to_string(), "2024-12-29T23:00:00Z");
    assert_eq!(series.points.len(), 41);
    assert_eq!(series.points[0].count, Some(1));
    assert_eq!(series.points[1..4].iter().map(|p| p.count.unwrap()).collect::<Vec<_>>(), [5, 6, 5]);
    let sum: u64 = series.points.iter().map(|point| point.count.unwrap()).sum();
    assert_eq!(sum as usize, events.len());
    let changes = series.changes.unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].from, series.points[21].from);
    assert!(changes[0].before < 6.0 && changes[0].after > 15.0);

    let window = crate::time::TimeWindow {
        from: Some(start().plus_seconds(86_400 * 6)),
        to: Some(start().plus_seconds(86_400 * 30)),
    };
    let cut = weekly(&snapshot, &Selection { window, ..Selection::default() }, now).unwrap();
    let starts: Vec<String> = cut.points.iter().map(|point| point.from.to_string()).collect();
    assert_eq!(starts, ["2025-01-12T23:00:00Z", "2025-01-19T23:00:00Z"], "no part of a week");
    assert!(cut.changes.is_none(), "too short");

    let other =
        Selection { landlords: vec![LandlordId::of_name("two").unwrap()], ..Selection::default() };
    assert_eq!(weekly(&snapshot, &other, now).unwrap().points, []);
}

#[test]
fn repeats_that_were_planted_are_found_and_others_are_not() {
    let mut dice = ChaCha8Rng::seed_from_u64(8);
    let any: Vec<(f64, usize)> =
        (0..200).map(|_| (dice.random_range(0.0..300.0), dice.random_range(0..40))).collect();
    let again = any.iter().step_by(3).map(|(day, site)| (day + 2.0, *site));
    let planted: Vec<(f64, usize)> = any.iter().copied().chain(again).collect();

    let tables = [any, planted].map(|events| {
        let mut snapshot = row_of_sites(40);
        record(&mut snapshot, &events);
        repeats(&snapshot, &Selection::default(), 1).unwrap()
    });

    let least = |at: usize| tables[at].p_adjusted.iter().copied().fold(1.0, f64::min);
    assert!(least(0) > 0.05, "{:?}", tables[0].table);
    assert!(least(1) <= 0.05);
    // At the same site within a week.
    assert!(tables[1].table[1].ratio.unwrap() > 2.0, "{:?}", tables[1].table[1]);
    assert_eq!((tables[0].events, tables[0].left_out), (200, 0));
    let mut snapshot = row_of_sites(40);
    let many: Vec<(f64, usize)> =
        (0..2 * EVENTS_MAX + 7).map(|n| (n as f64 / 20.0, n * 7 % 40)).collect();
    record(&mut snapshot, &many);
    let last = repeats(&snapshot, &Selection::default(), 1).unwrap();
    assert_eq!((last.events, last.left_out), (EVENTS_MAX, EVENTS_MAX + 7));
    assert_eq!(last.from, Some(start().plus_seconds((many[EVENTS_MAX + 7].0 * 86_400.0) as i64)));
    let none = repeats(&row_of_sites(2), &Selection::default(), 1).unwrap();
    assert_eq!((none.table.len(), none.events, none.from), (0, 0, None));
}

#[test]
fn times_are_dealt_out_less_often_where_incidents_lie_dense() {
    let place = |n: usize, apart: f64| LonLat::new(2.0 + n as f64 * apart, 48.85).unwrap();
    let events = |apart: f64| -> Vec<(Timestamp, LonLat)> {
        (0..EVENTS_MAX).map(|n| (start(), place(n, apart))).collect()
    };
    assert_eq!(permutations(&events(0.0001)), 499, "7 m apart, a hundred within 400 m");
    assert_eq!(permutations(&events(0.0)), 199, "all on one site");
    assert_eq!(permutations(&[]), 499);
}

#[test]
fn a_surface_holds_what_happened_and_is_even_up_to_the_edge_of_what_is_watched() {
    let mut snapshot = row_of_sites(9);
    record(&mut snapshot, &(0..90).map(|n| (f64::from(n), n as usize % 9)).collect::<Vec<_>>());

    let all = surface(&snapshot, &Selection::default(), 200.0).unwrap().unwrap();
    let mass = |values: &[Option<f64>], cell_m: f64| {
        values.iter().flatten().sum::<f64>() * cell_m * cell_m / 1e6
    };
    assert_eq!((all.events, all.outside, all.edge_corrected), (90, 0, false));
    assert!(
        (mass(&all.per_km2, all.cell_m) - 90.0).abs() < 1.0,
        "{}",
        mass(&all.per_km2, all.cell_m)
    );

    // The tract ends between the fifth and the sixth site.
    let area = MultiPolygon::new(vec![square(-1_000.0, -1_000.0, 1_675.0)]);
    let tract = Tract {
        code: "751010101".parse().unwrap(),
        vintage: None,
        name: "A".into(),
        kind: TractKind::Housing,
        area,
    };
    snapshot.apply(
        [Fact::StockChanged(StockChange { tracts: vec![tract], ..StockChange::default() })],
        Seq(3),
    );
    let cut = surface(&snapshot, &Selection::default(), 200.0).unwrap().unwrap();
    assert_eq!((cut.events, cut.outside, cut.edge_corrected), (50, 40, true));
    assert!(cut.per_km2.iter().any(Option::is_none));
    let highest = |values: &[Option<f64>]| values.iter().flatten().copied().fold(0.0, f64::max);
    assert!(highest(&cut.per_km2) < 1.5 * highest(&all.per_km2));

    let calls = Selection { channels: vec![Channel::Call], ..Selection::default() };
    assert_eq!(surface(&snapshot, &calls, 200.0).unwrap().unwrap().events, 25);
    assert_eq!(surface(&Snapshot::default(), &calls, 200.0).unwrap(), None);
}
