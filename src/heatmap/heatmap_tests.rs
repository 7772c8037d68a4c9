//! [`heatmap`] against its slow twin: every incident, asked one filter after the other.

use std::collections::BTreeMap;

use geo::{Coord, MultiPolygon};
use proptest::prelude::*;

use super::{CellShape, GridProjection, HeatmapQuery, Metric, heatmap};
use crate::{
    event::{Fact, Seq},
    geo::{Bbox, LonLat},
    incident::{Channel, Incident, IncidentId, Status},
    stock::StockChange,
    time::{TimeWindow, Timestamp, WeekHours},
    tract::{Tract, TractKind},
    twin::{
        CellKind, IncidentRow, Selection, Snapshot,
        town::{at_m, building, site, square, town},
    },
};

/// A flat stand-in for EPSG:3035: the grid has to be cut right whatever its projection.
const FLAT: GridProjection = GridProjection {
    to_metres: |at| Some(Coord { x: at.lon() * 73_000.0, y: at.lat() * 111_000.0 }),
    to_degrees: |at| LonLat::new(at.x / 73_000.0, at.y / 111_000.0).ok(),
};

const KINDS: [&str; 3] = ["OCC-HAL", "NUI-MUS", "ENV-ENC"];
const CELLS: [&str; 9] =
    ["h3:7", "h3:8", "h3:9", "h3:10", "h3:11", "grid:200", "site", "landlord", "tract"];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Four sites of two landlords along 1 km, two of them with buildings, and a tract around half of them.
fn stock() -> Snapshot {
    let mut snapshot = town(
        vec![
            site("A", "one", 100, at_m(0.0, 0.0)),
            site("B", "one", 7, at_m(300.0, 0.0)),
            site("C", "two", 0, at_m(600.0, 0.0)),
            site("D", "two", 50, at_m(900.0, 100.0)),
        ],
        vec![
            building("a1", "A", vec![square(0.0, 0.0, 20.0)]),
            building("a2", "A", vec![square(250.0, 0.0, 40.0)]),
            building("d1", "D", vec![square(900.0, 90.0, 20.0)]),
        ],
    );
    let area = MultiPolygon::new(vec![square(-500.0, -500.0, 1000.0)]);
    let tract = Tract {
        code: "751010101".parse().unwrap(),
        vintage: None,
        name: "Half of the town".to_owned(),
        kind: TractKind::Housing,
        area,
    };
    let change = StockChange { tracts: vec![tract], ..StockChange::default() };
    snapshot.apply([Fact::StockChanged(change)], Seq(2));
    snapshot
}

/// Where incidents can be: a site, and one of its buildings or none.
const WHERE: [(&str, Option<&str>); 6] = [
    ("A", Some("a1")),
    ("A", Some("a2")),
    ("A", None),
    ("B", None),
    ("C", None),
    ("D", Some("d1")),
];

fn record(snapshot: &mut Snapshot, incidents: &[(usize, usize, usize, Timestamp)]) {
    let facts: Vec<Fact> = incidents
        .iter()
        .enumerate()
        .map(|(n, (place, kind, channel, reported_at))| {
            let (site, building) = WHERE[*place];
            Fact::IncidentRecorded(Incident {
                id: IncidentId::new(uuid::Uuid::from_u128(n as u128 + 1)),
                kind: KINDS[*kind].parse().unwrap(),
                channel: Channel::ALL[*channel],
                status: Status::Received,
                reported_at: *reported_at,
                site: site.parse().unwrap(),
                building: building.map(|id| id.parse().unwrap()),
                steps: vec![],
            })
        })
        .collect();
    let (first, last) = facts.split_at(facts.len() / 2);
    snapshot.apply(first.to_vec(), Seq(3));
    snapshot.apply(last.to_vec(), Seq(4));
}

fn query(cell: &str, metric: Metric, selection: Selection) -> HeatmapQuery {
    HeatmapQuery { cell: cell.parse().unwrap(), selection, metric }
}

/// Whether a row passes, from the definition of each filter.
fn passes(snapshot: &Snapshot, selection: &Selection, row: &IncidentRow) -> bool {
    let stock = snapshot.stock();
    let site = stock.site(row.site);
    let any = |empty: bool, named: bool| empty || named;
    selection.window.contains(row.reported_at)
        && selection.hours.contains(row.reported_at.hour_of_week())
        && any(
            selection.kinds.is_empty(),
            selection.kinds.contains(&snapshot.incidents().kinds()[usize::from(row.kind)]),
        )
        && any(selection.channels.is_empty(), selection.channels.contains(&row.channel))
        && any(selection.statuses.is_empty(), selection.statuses.contains(&row.status))
        && any(selection.sites.is_empty(), selection.sites.contains(&site.code))
        && any(selection.landlords.is_empty(), selection.landlords.contains(&site.landlord))
        && selection.bbox.is_none_or(|bbox| bbox.contains(stock.place(row.place).position))
}

/// The id of the cell that a row lies in, from the definition of each kind of cell.
fn cell_of(snapshot: &Snapshot, cell: CellKind, row: &IncidentRow) -> Option<String> {
    let stock = snapshot.stock();
    let position = stock.place(row.place).position;
    match cell {
        CellKind::H3(resolution) => {
            let resolution = h3o::Resolution::try_from(resolution.get()).unwrap();
            let at = h3o::LatLng::new(position.lat(), position.lon()).unwrap();
            Some(at.to_cell(resolution).to_string())
        }
        CellKind::Grid200 => {
            let at = (FLAT.to_metres)(position).unwrap();
            let corner = |metres: f64| (metres / 200.0).floor() * 200.0;
            Some(format!("CRS3035RES200mN{}E{}", corner(at.y), corner(at.x)))
        }
        CellKind::Site => Some(stock.site(row.site).code.to_string()),
        CellKind::Landlord => Some(stock.site(row.site).landlord.to_string()),
        CellKind::Tract => {
            use geo::Intersects;
            let inside = |tract: &&Tract| tract.area.intersects(&Coord::from(position));
            stock.tracts().iter().find(inside).map(|tract| tract.code.to_string())
        }
    }
}

fn rows(snapshot: &Snapshot) -> Vec<IncidentRow> {
    let parts = snapshot.incidents().parts();
    parts.iter().flat_map(|part| (0..part.len()).map(|row| part.row(row))).collect()
}

fn times() -> impl Strategy<Value = Timestamp> {
    // Around both changes of summer time, hour by hour, and any time of two years.
    let around = |text: &str| {
        let start = at(text).unix_ms();
        (0_i64..12).prop_map(move |n| Timestamp::from_unix_ms(start + n * 1_800_000).unwrap())
    };
    prop_oneof![
        around("2026-03-28T22:00:00Z"),
        around("2026-10-24T22:00:00Z"),
        (1_767_225_600_000_i64..1_830_297_600_000)
            .prop_map(|ms| Timestamp::from_unix_ms(ms).unwrap()),
    ]
}

prop_compose! {
    fn selections()(
        from in proptest::option::of(times()), to in proptest::option::of(times()),
        kinds in proptest::sample::subsequence(KINDS.to_vec(), 0..3),
        channels in proptest::sample::subsequence(Channel::ALL.to_vec(), 0..3),
        hours in prop::sample::select(vec!["0-24", "2-3", "18-2", "1-4"]),
        days in prop::sample::select(vec!["mon,tue,wed,thu,fri,sat,sun", "sun", "sat,sun"]),
        landlord in proptest::option::of(prop::sample::select(vec!["one", "two"])),
        sites in proptest::sample::subsequence(vec!["A", "B", "C", "D"], 0..3),
        bbox in proptest::option::of((-100.0..1000.0, -100.0..1000.0)),
    ) -> Selection {
        let landlord = landlord.map(|name| crate::stock::LandlordId::of_name(name).unwrap());
        Selection {
            window: TimeWindow { from, to },
            hours: WeekHours::all().during(hours).unwrap().on(days).unwrap(),
            kinds: kinds.iter().map(|kind| kind.parse().unwrap()).collect(),
            channels,
            statuses: Vec::new(),
            sites: sites.iter().map(|code| code.parse().unwrap()).collect(),
            landlords: landlord.into_iter().collect(),
            bbox: bbox.map(|(a, b): (f64, f64)| {
                let (west, east) = (at_m(a.min(b), -200.0), at_m(a.max(b), 200.0));
                Bbox::at(west).with(east)
            }),
        }
    }
}

proptest! {
    #[test]
    fn counts_agree_with_a_look_at_every_incident(
        incidents in proptest::collection::vec((0..WHERE.len(), 0..3_usize, 0..5_usize, times()), 0..120),
        selection in selections(),
        cell in prop::sample::select(CELLS.to_vec()),
        metric in prop::sample::select(Metric::ALL.to_vec()),
    ) {
        let mut snapshot = stock();
        record(&mut snapshot, &incidents);
        let query = query(cell, metric, selection);
        let answer = heatmap(&snapshot, &query, &FLAT).unwrap();

        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let (mut total, mut outside) = (0, 0);
        for row in rows(&snapshot).iter().filter(|row| passes(&snapshot, &query.selection, row)) {
            total += 1;
            match cell_of(&snapshot, query.cell, row) {
                Some(id) => *expected.entry(id).or_default() += 1,
                None => outside += 1,
            }
        }
        let counted: BTreeMap<String, u64> = answer
            .cells
            .iter()
            .filter(|cell| cell.count > 0)
            .map(|cell| (cell.id.to_owned(), cell.count))
            .collect();
        prop_assert_eq!(&counted, &expected);
        prop_assert_eq!((answer.total, answer.outside), (total, outside));
        prop_assert_eq!(answer.cells.iter().map(|cell| cell.count).sum::<u64>() + outside, total);
        prop_assert!(answer.cells.is_sorted_by_key(|cell| cell.id));
        prop_assert!(metric != Metric::Count || answer.cells.iter().all(|cell| cell.count > 0));
        prop_assert_eq!(&heatmap(&snapshot, &query, &FLAT).unwrap(), &answer, "twice the same");
    }
}

fn few() -> Snapshot {
    let mut snapshot = stock();
    let evening = at("2026-11-24T20:00:00Z");
    record(
        &mut snapshot,
        &[(0, 0, 0, evening), (0, 1, 0, evening), (3, 0, 0, evening), (5, 0, 1, evening)],
    );
    snapshot
}

#[test]
fn rates_are_for_the_dwellings_that_the_filters_ask_for() {
    let snapshot = few();
    let all =
        heatmap(&snapshot, &query("landlord", Metric::Rate, Selection::default()), &FLAT).unwrap();
    let told: Vec<_> =
        all.cells.iter().map(|cell| (cell.id, cell.count, cell.dwellings, cell.value)).collect();
    assert_eq!(told, [("one", 3, 107, Some(3000.0 / 107.0)), ("two", 1, 50, Some(20.0))],);

    let on_b = Selection { sites: vec!["B".parse().unwrap()], ..Selection::default() };
    let cut = heatmap(&snapshot, &query("landlord", Metric::Rate, on_b), &FLAT).unwrap();
    assert_eq!(cut.cells.len(), 1);
    assert_eq!((cut.cells[0].count, cut.cells[0].dwellings), (1, 7));
}

#[test]
fn a_rate_tells_of_quiet_cells_and_a_count_does_not() {
    let snapshot = few();
    let ids = |metric| -> Vec<String> {
        let answer = heatmap(&snapshot, &query("site", metric, Selection::default()), &FLAT);
        answer.unwrap().cells.iter().map(|cell| cell.id.to_owned()).collect()
    };
    assert_eq!(ids(Metric::Count), ["A", "B", "D"]);
    assert_eq!(ids(Metric::Rate), ["A", "B", "D"], "C has neither dwellings nor incidents");
    let nothing = Selection { kinds: vec!["TEC-ASC".parse().unwrap()], ..Selection::default() };
    let answer = heatmap(&snapshot, &query("site", Metric::Rate, nothing), &FLAT).unwrap();
    assert_eq!((answer.cells.len(), answer.total, answer.value_max), (3, 0, Some(0.0)));
}

#[test]
fn areas_are_true_to_the_ellipsoid() {
    let snapshot = few();
    let areas = |cell: &str| -> Vec<f64> {
        let answer =
            heatmap(&snapshot, &query(cell, Metric::Density, Selection::default()), &FLAT).unwrap();
        answer
            .cells
            .iter()
            .filter_map(|cell| Some(cell.count as f64 / cell.density_per_km2?))
            .filter(|area_km2| *area_km2 > 0.0)
            .collect()
    };
    assert!(areas("site").iter().any(|area_km2| (area_km2 - 0.002).abs() < 1e-6), "20² + 40² m²");
    assert!(areas("grid:200").iter().all(|area_km2| (area_km2 - 0.04).abs() < 1e-12));
    assert!(areas("tract").iter().all(|area_km2| (area_km2 - 1.0).abs() < 1e-3));
    assert!(areas("h3:9").iter().all(|area_km2| (0.08..0.13).contains(area_km2)));
}

#[test]
fn each_cell_can_be_drawn() {
    let snapshot = few();
    for cell in CELLS {
        let answer = heatmap(&snapshot, &query(cell, Metric::Count, Selection::default()), &FLAT);
        for cell in answer.unwrap().cells {
            match cell.shape {
                CellShape::Ring(ring) => {
                    assert!(ring.len() >= 5);
                    assert_eq!(ring.first(), ring.last(), "closed");
                }
                CellShape::Footprints(footprints) => assert!(!footprints.is_empty()),
                CellShape::Point(at) => assert_eq!(cell.id, "B", "{at:?}"),
                CellShape::Area(_) | CellShape::Box(_) => {}
            }
        }
    }
}

#[test]
fn what_is_not_in_the_stock_is_an_error_that_names_it() {
    let snapshot = few();
    let unknown = Selection { sites: vec!["Z-1".parse().unwrap()], ..Selection::default() };
    let error = heatmap(&snapshot, &query("site", Metric::Count, unknown), &FLAT).unwrap_err();
    assert_eq!(error.to_string(), "site `Z-1` is not in the stock");
}
