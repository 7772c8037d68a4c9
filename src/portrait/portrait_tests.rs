//! Tests of portraits: figures counted by hand, errors of apportioning, who sees what, and an attack by polygons.

use geo::MultiPolygon;
use proptest::prelude::*;

use super::*;
use crate::{
    event::{Fact, Seq},
    incident::{Channel, Incident, IncidentId, Status},
    privacy::Reading,
    publication::Units,
    stock::{Landlord, StockChange},
    time::{Month, Timestamp},
    tract::{Dataset, DatasetId, DatasetRow, Division, Tract, TractKind, Variable, Vintage},
    twin::{
        Snapshot,
        town::{at_m, site, square},
    },
};

const WEST: &str = "751010101";
const EAST: &str = "751010102";
const FAR: &str = "751020101";

fn now() -> Timestamp {
    "2026-11-15T12:00:00Z".parse().unwrap()
}

/// Tracts of 1 km side by side from the middle to the east, the last of them apart; figures of the first two.
fn tracts() -> Vec<Tract> {
    let tract = |code: &str, west: f64| Tract {
        code: code.parse().unwrap(),
        vintage: Vintage::new(2022).ok(),
        name: format!("Quartier {code}"),
        kind: TractKind::Housing,
        area: MultiPolygon::new(vec![square(west, 0.0, 1_000.0)]),
    };
    vec![tract(WEST, 0.0), tract(EAST, 1_000.0), tract(FAR, 5_000.0)]
}

fn figures() -> Dataset {
    let variable = |name: &str, unit: &str| Variable {
        name: name.into(),
        label: None,
        unit: Some(unit.to_owned()),
    };
    let row = |code: &str, figures: [Option<f64>; 3]| DatasetRow {
        code: code.into(),
        figures: figures.into(),
    };
    Dataset {
        id: DatasetId::of_name("census-2020").unwrap(),
        source: "Insee".to_owned(),
        vintage: Vintage::new(2020).ok(),
        division: Division::Tract,
        variables: vec![
            variable("P20_POP", "habitants"),
            variable("P20_MEN", "ménages"),
            variable("DISP_MED20", "€"),
        ],
        rows: vec![
            row(WEST, [Some(2_000.0), Some(1_000.0), Some(20_000.0)]),
            row(EAST, [Some(4_000.0), Some(3_000.0), Some(28_000.0)]),
            row(FAR, [Some(1_000.0), Some(500.0), None]),
        ],
    }
}

/// Three sites of two landlords: `A` and `B` in the western tract, `C` in the eastern one, `D` far away, `E` small.
fn town(reports: &[(&str, &str, &str)]) -> Snapshot {
    let sites = vec![
        site("A", "one", 100, at_m(200.0, 200.0)),
        site("B", "two", 50, at_m(700.0, 200.0)),
        site("C", "one", 200, at_m(1_500.0, 500.0)),
        site("D", "two", 100, at_m(5_500.0, 500.0)),
        site("E", "two", 6, at_m(300.0, 800.0)),
    ];
    let change = StockChange {
        landlords: ["one", "two"].map(|name| Landlord::named(name).unwrap()).to_vec(),
        sites,
        tracts: tracts(),
        datasets: vec![figures()],
        ..StockChange::default()
    };
    let mut snapshot = Snapshot::default();
    let incidents = reports.iter().zip(1..).map(|((at, site, kind), id)| {
        Fact::IncidentRecorded(Incident {
            id: IncidentId::new(uuid::Uuid::from_u128(id)),
            kind: kind.parse().unwrap(),
            channel: Channel::Call,
            status: Status::Closed,
            reported_at: at.parse().unwrap(),
            site: site.parse().unwrap(),
            building: None,
            steps: Vec::new(),
        })
    });
    snapshot.apply(std::iter::once(Fact::StockChanged(change)).chain(incidents), Seq(1));
    snapshot
}

/// `A` 12 times in October, `B` once, `C` six times; one before, so that September is the first whole month; one today.
fn usual() -> Snapshot {
    let mut reports = vec![
        ("2026-08-10T10:00:00Z", "D", "OCC-HAL"),
        ("2026-10-06T20:30:00Z", "B", "NUI-MUS"),
        ("2026-11-14T20:30:00Z", "A", "OCC-HAL"),
    ];
    reports.extend([("2026-10-05T20:30:00Z", "A", "OCC-HAL"); 8]); // a Monday, 22:30 in Paris
    reports.extend([("2026-09-05T10:30:00Z", "A", "NUI-MUS"); 4]);
    reports.extend([("2026-10-07T03:30:00Z", "C", "OCC-CAV"); 6]);
    town(&reports)
}

fn exact() -> Asker<'static> {
    Asker { counts: Counts::Exact, own: None, naming: Naming::Names }
}

fn query(place: Place) -> PortraitQuery {
    PortraitQuery { place, from: None, to: None, kinds: Vec::new(), indicators: Vec::new() }
}

fn of(code: &str) -> Place {
    Place::Tract(code.parse().unwrap())
}

fn drawn(west: f64, south: f64, side: f64) -> Place {
    let ring = square(west, south, side).into_inner().0;
    Place::Drawn(Drawn::new(vec![vec![ring.0.iter().map(|c| [c.x, c.y]).collect()]]).unwrap())
}

#[test]
fn a_tract_is_counted_by_the_places_in_it() {
    let snapshot = usual();
    let told = portrait(&snapshot, exact(), &query(of(WEST)), now()).unwrap();

    let span = told.span.unwrap();
    assert_eq!(
        (span.first.to_string(), span.last.to_string()),
        ("2026-09".into(), "2026-10".into())
    );
    assert_eq!((told.sites_in_all, told.dwellings), (3, 156));
    let reports = told.reports.unwrap();
    assert_eq!(reports.total.told, Reading::About(13), "not today's, nor those of August");
    let groups = |groups: &[Group]| {
        groups.iter().map(|one| (one.code.clone(), one.count.told.number())).collect::<Vec<_>>()
    };
    assert_eq!(groups(&reports.families), [("OCC".into(), Some(8)), ("NUI".into(), Some(5))]);
    assert_eq!(
        groups(&reports.kinds.unwrap()),
        [("OCC-HAL".into(), Some(8)), ("NUI-MUS".into(), Some(5))]
    );
    let hours = reports.hours.unwrap();
    assert_eq!((hours[22], hours.iter().sum::<u64>()), (8, 13), "Monday from 22:00");
    // 13 in 61 days for 156 dwellings.
    let per_1000 = 13.0 / 0.156 / (61.0 / 365.25);
    assert!((reports.rate.unwrap().per_1000 - per_1000).abs() < 1e-9);
    assert_eq!(
        told.course.months.iter().map(|m| m.count.told.number()).collect::<Vec<_>>(),
        [Some(4), Some(9)]
    );
    let top: Vec<&str> = told.top.iter().map(|one| one.site.code.as_str()).collect();
    assert_eq!(top, ["A", "B"]);
}

#[test]
fn a_place_is_compared_with_the_rest_and_with_what_touches_it() {
    let snapshot = usual();
    let told = portrait(&snapshot, exact(), &query(of(WEST)), now()).unwrap();
    let with: Vec<&Compared> = told.around.iter().map(|one| &one.with).collect();
    assert_eq!(with, [&Compared::Rest, &Compared::Tract(EAST.parse().unwrap())]);
    let east = &told.around[1];
    assert_eq!((east.count.told, east.dwellings), (Reading::About(6), 200));
    // 13 for 156 dwellings against 6 for 200, at 97.5 % each, so that both together are as sure as 95 %.
    assert!((east.ratio.unwrap() - 13.0 / 156.0 * 200.0 / 6.0).abs() < 1e-9);
    assert!(east.interval.unwrap().lower < 1.0 && east.interval.unwrap().upper > 6.0);
    assert_eq!(east.verdict, Verdict::NotToldApart);

    let site =
        portrait(&snapshot, exact(), &query(Place::Site("A".parse().unwrap())), now()).unwrap();
    let near: Vec<&Compared> = site.around.iter().map(|one| &one.with).skip(1).take(2).collect();
    let code = |code: &str| Compared::Site(code.parse().unwrap());
    assert_eq!(near, [&code("B"), &code("E")], "the nearest first");
    let commune = Place::Commune("75101".parse().unwrap());
    let commune = portrait(&snapshot, exact(), &query(commune), now()).unwrap();
    assert_eq!(commune.around[1].with, Compared::Commune("75102".to_owned()));
    assert_eq!(commune.around[1].verdict, Verdict::More, "19 against none");
    let town = portrait(&snapshot, exact(), &query(Place::Town), now()).unwrap();
    assert!(town.around.is_empty() && town.reports.unwrap().total.told == Reading::About(19));
}

fn figure<'a>(told: &'a Portrait<'_>, name: &str) -> &'a Figure {
    told.insee.figures.iter().find(|figure| figure.name == name).unwrap()
}

#[test]
fn sums_are_shared_out_by_ground_between_what_is_covered_whole_and_what_is_touched() {
    let snapshot = usual();
    // All of the west and a half of the east.
    let half = drawn(0.0, 0.0, 1_500.0);
    let told = portrait(&snapshot, exact(), &query(half), now()).unwrap();
    let shares: Vec<f64> = told.insee.tracts.iter().map(|part| part.of_tract.unwrap()).collect();
    assert!(shares[0] == 1.0 && (shares[1] - 0.5).abs() < 1e-3, "{shares:?}");
    let Known::Sum { estimate: Some(estimate), least, greatest } = figure(&told, "P20_POP").value
    else {
        panic!("{:?}", figure(&told, "P20_POP"));
    };
    assert!((estimate - 4_000.0).abs() < 4.0, "{estimate}");
    assert_eq!((least, greatest), (2_000.0, 6_000.0));
    let median = figure(&told, "DISP_MED20");
    let Known::Range { least, greatest, mean, weighed_by } = median.value else {
        panic!("{median:?}")
    };
    assert_eq!((least, greatest, weighed_by), (20_000.0, 28_000.0, Weighing::Households));
    // 1,000 households of the west and half of 3,000 of the east.
    assert!((mean - (20_000.0 + 1.5 * 28_000.0) / 2.5).abs() < 5.0, "{mean}");
    assert_eq!(median.households, Some(4_000.0));
    assert_eq!(median.vintage.unwrap().year(), 2020);
}

#[test]
fn a_tract_by_itself_has_its_own_figures_and_a_site_those_of_where_it_stands() {
    let snapshot = usual();
    let told = portrait(&snapshot, exact(), &query(of(WEST)), now()).unwrap();
    let exactly = Known::Sum { estimate: Some(2_000.0), least: 2_000.0, greatest: 2_000.0 };
    assert_eq!(figure(&told, "P20_POP").value, exactly);
    let Known::Range { mean, weighed_by, .. } = figure(&told, "DISP_MED20").value else { panic!() };
    assert_eq!((mean, weighed_by), (20_000.0, Weighing::Single));

    let site =
        portrait(&snapshot, exact(), &query(Place::Site("C".parse().unwrap())), now()).unwrap();
    let people = Known::Sum { estimate: None, least: 0.0, greatest: 4_000.0 };
    assert_eq!(figure(&site, "P20_POP").value, people, "walls say nothing of where people live");
    assert_eq!((site.insee.tracts[0].of_place, site.insee.tracts[0].of_tract), (1.0, None));

    let far = portrait(&snapshot, exact(), &query(of(FAR)), now()).unwrap();
    assert_eq!(figure(&far, "DISP_MED20").value, Known::Unknown, "never zero");
    let landlord = Place::Landlord(Landlord::named("one").unwrap().id);
    let landlord = portrait(&snapshot, exact(), &query(landlord), now()).unwrap();
    let shares: Vec<f64> = landlord.insee.tracts.iter().map(|part| part.of_place).collect();
    assert!((shares[0] - 1.0 / 3.0).abs() < 1e-9 && (shares[1] - 2.0 / 3.0).abs() < 1e-9);
}

#[test]
fn a_landlord_is_told_of_its_own_sites_and_of_no_others() {
    let snapshot = usual();
    let one = Landlord::named("one").unwrap().id;
    let two = Landlord::named("two").unwrap().id;
    let asker = Asker { own: Some(&one), ..exact() };
    let told = portrait(&snapshot, asker, &query(of(WEST)), now()).unwrap();
    assert_eq!((told.sites_in_all, told.dwellings), (1, 100));
    assert_eq!(told.reports.unwrap().total.told, Reading::About(8), "October is known whole");
    assert!(
        told.around.iter().all(|one| one.dwellings == 200),
        "its other site: {:?}",
        told.around
    );
    let refused = |place| portrait(&snapshot, asker, &query(place), now()).unwrap_err();
    let site = "B".parse().unwrap();
    assert_eq!(refused(Place::Site("B".parse().unwrap())), PortraitError::UnknownSite(site));
    assert_eq!(refused(Place::Landlord(two.clone())), PortraitError::UnknownLandlord(two));
    let first = portrait(&snapshot, asker, &query(Place::Town), now()).unwrap().span.unwrap();
    assert_eq!(first.first.to_string(), "2026-10", "what is known begins with its own reports");
}

#[test]
fn what_is_not_there_is_named_and_months_that_are_none_are_refused() {
    let snapshot = usual();
    let refused = |query: PortraitQuery| portrait(&snapshot, exact(), &query, now()).unwrap_err();
    assert_eq!(
        refused(query(of("751030101"))).to_string(),
        "tract `751030101` is not among those of today"
    );
    assert_eq!(
        refused(query(Place::Commune("75103".parse().unwrap()))).to_string(),
        "no tract of today is in the commune `75103`"
    );
    let month = |text: &str| Some(text.parse::<Month>().unwrap());
    let backwards =
        PortraitQuery { from: month("2026-10"), to: month("2026-09"), ..query(Place::Town) };
    assert_eq!(refused(backwards).to_string(), "from 2026-10 to 2026-09 there is no month");
    let future = PortraitQuery { from: month("2027-01"), ..query(Place::Town) };
    let told = portrait(&snapshot, exact(), &future, now()).unwrap();
    assert!(told.span.is_none() && told.reports.is_none() && told.around.is_empty());
    assert!(!told.insee.figures.is_empty(), "INSEE tells all the same");
}

#[test]
fn published_counts_are_those_of_whole_zones_and_the_others_are_counted_as_left_out() {
    let snapshot = usual();
    let units = Units::of(&snapshot, now());
    let asker = Asker { counts: Counts::Published(&units), own: None, naming: Naming::Codes };
    let told = portrait(&snapshot, asker, &query(of(WEST)), now()).unwrap();
    assert_eq!((told.sites_in_all, told.sites_left_out, told.dwellings), (3, 1, 150), "E is small");
    let reports = told.reports.as_ref().unwrap();
    assert_eq!((reports.kinds.is_none(), reports.hours.is_none()), (true, true));
    assert!(matches!(reports.total.told, Reading::About(10 | 15)), "{:?}", reports.total);
    assert_eq!(told.name.as_deref(), Some("Quartier 751010101"), "tracts are everybody's");
    let small = query(Place::Site("E".parse().unwrap()));
    let small = portrait(&snapshot, asker, &small, now()).unwrap();
    assert_eq!((small.dwellings, small.sites_left_out, small.name.as_deref()), (0, 1, None));
    assert_eq!(small.reports.unwrap().rate, None);
}

/// Reports on `sites` in September and October, so many each.
fn with_counts(counts: &[u32]) -> Snapshot {
    let sites = ["A", "B", "C", "D", "E"];
    let mut reports = vec![("2026-08-10T10:00:00Z", "D", "OCC-HAL")];
    for (at, count) in counts.iter().enumerate() {
        let when = ["2026-09-05T10:30:00Z", "2026-10-05T20:30:00Z"][at / sites.len()];
        reports.extend((0..*count).map(|_| (when, sites[at % sites.len()], "OCC-HAL")));
    }
    town(&reports)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Two towns whose counts differ but not in class, and two polygons that differ by a little: whatever is asked of either
    /// town is answered alike, and so is whatever may be worked out of the answers.
    #[test]
    fn no_polygon_and_no_difference_of_two_tells_one_count_from_another_of_its_class(
        counts in prop::collection::vec(0_u32..14, 10),
        moved in prop::collection::vec(0_u32..5, 10),
        at in (-100.0..1_200.0_f64, -100.0..700.0_f64),
        side in 50.0..1_500.0_f64,
    ) {
        let other: Vec<u32> = counts
            .iter()
            .zip(&moved)
            .map(|(count, step)| match count {
                0 => 0,
                1..5 => 1 + step % 4,
                many => many / 5 * 5 + step,
            })
            .collect();
        let towns = [with_counts(&counts), with_counts(&other)];
        for place in [
            drawn(at.0, at.1, side),
            drawn(at.0, at.1, side + 20.0),
            of(WEST),
            Place::Commune("75101".parse().unwrap()),
            Place::Site("B".parse().unwrap()),
            Place::Landlord(Landlord::named("two").unwrap().id),
            Place::Town,
        ] {
            let [one, two] = towns.each_ref().map(|snapshot| {
                let units = Units::of(snapshot, now());
                let asker =
                    Asker { counts: Counts::Published(&units), own: None, naming: Naming::Codes };
                format!("{:?}", portrait(snapshot, asker, &query(place.clone()), now()).unwrap())
            });
            prop_assert_eq!(one, two);
        }
    }
}
