//! The lists: what they hold, in which order, and that their pages make up the whole.

use proptest::prelude::*;

use super::*;
use crate::{
    event::{Fact, Seq},
    geo::Bbox,
    incident::{Channel, Incident, IncidentId, Status},
    stock::{
        BuildingId, LandlordId, Site, StockChange, Surrounding, SurroundingClass, SurroundingShape,
    },
    time::Timestamp,
    twin::{
        IncidentRow, Selection, Snapshot,
        town::{at_m, building, site, square, town},
    },
};

fn named(code: &str, name: &str, landlord: &str, east_m: f64) -> Site {
    Site { name: name.to_owned(), ..site(code, landlord, 10, at_m(east_m, 0.0)) }
}

fn estate() -> Snapshot {
    town(
        vec![
            named("PH-20", "Cité de l'Étoile", "one", 0.0),
            named("PH-2", "Les Lilas", "one", 300.0),
            named("PH-200", "Résidence Bréguet", "two", 600.0),
            named("ETO-1", "Allée des Sœurs", "two", 900.0),
        ],
        vec![
            building("b2", "PH-2", vec![square(300.0, 0.0, 10.0)]),
            building("b1", "PH-2", vec![square(350.0, 0.0, 10.0)]),
            building("b3", "", vec![square(2000.0, 0.0, 10.0)]),
        ],
    )
}

/// The codes of the sites that `text` may mean, in their order.
#[track_caller]
fn check_text(text: &str, expected: &[&str]) {
    let snapshot = estate();
    let query = SitesQuery { text: Some(text.to_owned()), ..SitesQuery::default() };
    let page = sites(snapshot.stock(), &query).unwrap();
    let codes: Vec<&str> =
        page.items.iter().map(|ix| snapshot.stock().site(*ix).code.as_str()).collect();
    assert_eq!(codes, expected, "{text:?}");
}

#[test]
fn a_text_finds_sites_by_code_or_name_best_first() {
    check_text("ph-2", &["PH-2", "PH-20", "PH-200"]);
    check_text("PH-20", &["PH-20", "PH-200"]);
    check_text("eto", &["ETO-1", "PH-20"]);
    check_text("ÉTOILE", &["PH-20"]);
    check_text("soeurs allee", &["ETO-1"]);
    check_text("guet", &["PH-200"]);
    check_text("nowhere", &[]);
    check_text("  ", &["ETO-1", "PH-2", "PH-20", "PH-200"]);
}

#[test]
fn lists_are_cut_by_box_landlord_and_site() {
    let snapshot = estate();
    let stock = snapshot.stock();
    let around = |east_m: f64| Bbox::at(at_m(east_m - 50.0, -50.0)).with(at_m(east_m + 50.0, 50.0));
    let one = LandlordId::of_name("one").unwrap();

    let query = SitesQuery { bbox: Some(around(300.0)), ..SitesQuery::default() };
    assert_eq!(sites(stock, &query).unwrap().matched, 1);
    let query = SitesQuery { landlord: Some(one.clone()), ..SitesQuery::default() };
    assert_eq!(sites(stock, &query).unwrap().matched, 2);

    let ids = |query: &BuildingsQuery| -> Vec<&str> {
        let page = buildings(stock, query).unwrap();
        page.items.iter().map(|ix| stock.building(*ix).id.as_str()).collect()
    };
    assert_eq!(ids(&BuildingsQuery::default()), ["b1", "b2", "b3"]);
    let query = BuildingsQuery { bbox: Some(around(305.0)), ..BuildingsQuery::default() };
    assert_eq!(ids(&query), ["b1", "b2"]);
    let query = BuildingsQuery { landlord: Some(one), ..BuildingsQuery::default() };
    assert_eq!(ids(&query), ["b1", "b2"]);
    let query = BuildingsQuery { site: Some("PH-2".parse().unwrap()), ..BuildingsQuery::default() };
    assert_eq!(ids(&query), ["b1", "b2"]);
    let query = BuildingsQuery { text: Some("lilas".to_owned()), ..BuildingsQuery::default() };
    assert_eq!(ids(&query), ["b1", "b2"]);
}

#[test]
fn a_landlord_or_site_that_is_not_there_is_an_error() {
    let snapshot = estate();
    let landlord = Some(LandlordId::of_name("three").unwrap());
    let query = SitesQuery { landlord, ..SitesQuery::default() };
    assert_eq!(
        sites(snapshot.stock(), &query).unwrap_err().to_string(),
        "landlord `three` is not in the stock"
    );
    let query = BuildingsQuery { site: Some("ZZ".parse().unwrap()), ..BuildingsQuery::default() };
    assert!(buildings(snapshot.stock(), &query).is_err());
}

#[test]
fn landlords_come_with_what_they_have() {
    let snapshot = estate();
    let told: Vec<_> = landlords(snapshot.stock())
        .iter()
        .map(|row| (row.landlord.name.clone(), row.sites, row.buildings, row.dwellings))
        .collect();
    assert_eq!(told, [("one".to_owned(), 2, 2, 20), ("two".to_owned(), 2, 0, 20)]);
}

#[test]
fn the_overview_counts_everything_and_says_where_it_is() {
    let overview = overview(&estate(), None);
    assert_eq!((overview.landlords, overview.sites, overview.buildings), (2, 4, 3));
    assert_eq!((overview.dwellings, overview.incidents), (40, 0));
    let (bounds, center) = (overview.bounds.unwrap(), overview.center.unwrap());
    assert!(bounds.contains(at_m(2005.0, 5.0)) && bounds.contains(center));
    assert_eq!(super::overview(&Snapshot::default(), None).center, None);
}

#[test]
fn surroundings_are_cut_by_class() {
    let mut snapshot = Snapshot::default();
    let around = |id: &str, class| Surrounding {
        id: id.to_owned(),
        class,
        name: None,
        rank: 1,
        height_m: None,
        shape: SurroundingShape::Line(geo::LineString::new(Vec::new())),
    };
    let surroundings_of = vec![
        around("way/2", SurroundingClass::Street),
        around("way/1", SurroundingClass::Water),
        around("way/3", SurroundingClass::Street),
    ];
    let change = StockChange { surroundings: surroundings_of, ..StockChange::default() };
    snapshot.apply([Fact::StockChanged(change)], Seq(1));
    let query = SurroundingsQuery {
        classes: vec![SurroundingClass::Street],
        limit: PageLimit::new(1).unwrap(),
        after: None,
    };
    let page = surroundings(snapshot.stock(), &query);
    assert_eq!((page.items[0].id.as_str(), page.matched), ("way/2", 2));
    let next = SurroundingsQuery { after: page.next, ..query };
    let page = surroundings(snapshot.stock(), &next);
    assert_eq!((page.items[0].id.as_str(), page.next), ("way/3", None));
}

fn incident(n: u128, minute: i64, site: &str) -> Fact {
    Fact::IncidentRecorded(Incident {
        id: IncidentId::new(uuid::Uuid::from_u128(n)),
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: Timestamp::from_unix_ms(1_790_000_000_000 + minute * 60_000).unwrap(),
        site: site.parse().unwrap(),
        building: None,
        steps: vec![],
    })
}

proptest! {
    #[test]
    fn the_pages_of_incidents_are_all_of_them_newest_first(
        minutes in proptest::collection::vec((0_i64..40, any::<bool>()), 0..60),
        limit in 1_u64..20, only_lilas in any::<bool>(),
    ) {
        let mut snapshot = estate();
        for (n, (minute, lilas)) in minutes.iter().enumerate() {
            // One by one: the two parts of the table overlap in time.
            let site = if *lilas { "PH-2" } else { "PH-20" };
            snapshot.apply([incident(n as u128, *minute, site)], Seq(n as u64 + 2));
        }
        let sites = if only_lilas { vec!["PH-2".parse().unwrap()] } else { Vec::new() };
        let mut query = IncidentsQuery {
            selection: Selection { sites, ..Selection::default() },
            after: None,
            limit: PageLimit::new(limit).unwrap(),
        };
        let mut expected: Vec<(i64, u128)> = minutes
            .iter()
            .enumerate()
            .filter(|(_, (_, lilas))| *lilas || !only_lilas)
            .map(|(n, (minute, _))| (*minute, n as u128))
            .collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));

        let mut read: Vec<IncidentRow> = Vec::new();
        loop {
            let page = incidents(&snapshot, &query).unwrap();
            prop_assert_eq!(page.matched, expected.len());
            prop_assert!(page.items.len() <= query.limit.get());
            read.extend(page.items);
            let Some(next) = page.next else { break };
            query.after = Some(next.to_string().parse().unwrap());
        }
        let read: Vec<u128> = read.iter().map(|row| row.id.uuid().as_u128()).collect();
        prop_assert_eq!(read, expected.into_iter().map(|(_, n)| n).collect::<Vec<_>>());
    }
}

#[test]
fn cursors_read_as_they_print_and_nonsense_is_refused() {
    let snapshot = estate();
    let query = SitesQuery { limit: PageLimit::new(1).unwrap(), ..SitesQuery::default() };
    let next = sites(snapshot.stock(), &query).unwrap().next.unwrap();
    assert_eq!(next.to_string(), "0/ETO-1");
    assert_eq!(next.to_string().parse::<SiteCursor>(), Ok(next));
    for text in ["", "7/ETO-1", "0/eto", "ETO-1"] {
        assert!(text.parse::<SiteCursor>().is_err(), "{text}");
    }
    for text in ["", "1", "x/y", "9999999999999999999/0"] {
        assert!(text.parse::<IncidentCursor>().is_err(), "{text}");
    }
    assert!("b1".parse::<BuildingId>().is_ok());
}
