//! The demo: a town that could be one, calls with a rhythm, patrols that stay on the streets, real files.

use std::{collections::HashSet, path::Path};

use geo::{Area, BooleanOps, BoundingRect, Contains, Intersects};
use rstar::{AABB, RTree, primitives::GeomWithData};
use vigie::{
    app::{App, FixOutcome, NewIncident, PutPatrol, Whereabouts, system_clock},
    demo::{self, BUILDINGS, Caller, DWELLINGS, Evening, Ground, PATROLS, SITES, Setting},
    geo::{LocalPlane, LonLat, geodesic_distance_m},
    incident::{Channel, Nomenclature, Status},
    patrol::PositionFix,
    roads::{Network, RoadGraph},
    simulation::{Policy, Ways},
    stock::{Footprint, StockChange, SurroundingClass, SurroundingShape},
    store::StoreUrl,
    time::{Timestamp, WeekHours},
    twin::Snapshot,
};

use crate::{
    server::{Server, vigie, wait_until},
    support::{ask, begin, shared_data, site},
};

/// Overlap that the grain of coordinates (a centimetre) may make between two houses wall to wall, square metres.
const OVERLAP_M2_MAX: f64 = 1.0;
const NOW: &str = "2026-11-24T06:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn twin_of(change: StockChange) -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.apply([vigie::event::Fact::StockChanged(change)], vigie::event::Seq(1));
    snapshot
}

fn grounds_of(seed: u64) -> Vec<Ground> {
    demo::grounds(twin_of(demo::generate(seed)).stock())
}

#[test]
fn every_seed_makes_the_promised_estate() {
    for seed in 0..6 {
        let town = demo::generate(seed);
        let context = town
            .surroundings
            .iter()
            .filter(|around| around.class == SurroundingClass::Building)
            .count();

        assert_eq!(town.landlords.len(), 12, "seed {seed}");
        assert_eq!((town.sites.len(), town.buildings.len()), (SITES, BUILDINGS), "seed {seed}");
        assert!(
            (250..=300).contains(&town.tracts.len()),
            "seed {seed}: {} tracts",
            town.tracts.len()
        );
        assert!(context <= 12_500, "seed {seed}: {context} other buildings");
        let of_sites: u32 = town.sites.iter().map(|site| site.dwellings).sum();
        let of_buildings: u32 = town.buildings.iter().filter_map(|b| b.dwellings).sum();
        assert_eq!((of_sites, of_buildings), (DWELLINGS, DWELLINGS), "seed {seed}");
        let codes: HashSet<_> = town.sites.iter().map(|site| &site.code).collect();
        assert_eq!(codes.len(), SITES, "seed {seed}: each code once");
        assert!(town.buildings.iter().all(|b| (1..=6).contains(&b.halls.len())), "seed {seed}");
        let courts = town
            .buildings
            .iter()
            .flat_map(|b| b.footprint.polygons())
            .filter(|p| !p.interiors().is_empty());
        assert!(courts.count() > 5, "seed {seed}: some buildings have a court");
    }
}

#[test]
fn the_same_seed_makes_the_same_town_and_another_seed_another() {
    assert_eq!(demo::generate(7), demo::generate(7));
    assert_ne!(demo::generate(7).buildings, demo::generate(8).buildings);
}

#[test]
fn no_house_stands_in_another_in_the_river_or_on_a_street() {
    for seed in 1..=3 {
        let town = demo::generate(seed);
        let plane = LocalPlane::at(town.sites[0].position);
        let square_m = {
            let one = plane.to_degrees(geo::Coord { x: 1.0, y: 1.0 });
            (one.x - town.sites[0].position.lon()) * (one.y - town.sites[0].position.lat())
        };
        let others =
            town.surroundings.iter().filter(|around| around.class == SurroundingClass::Building);
        let others = others.filter_map(|around| match &around.shape {
            SurroundingShape::Area(area) => Some((around.id.clone(), area)),
            SurroundingShape::Line(_) => None,
        });
        let stock = town.buildings.iter().map(|b| (b.id.to_string(), b.footprint.polygons()));
        let houses: Vec<_> = stock.chain(others).collect();
        let boxes = houses.iter().enumerate().map(|(row, (_, walls))| {
            let b = walls.bounding_rect().unwrap();
            GeomWithData::new(
                rstar::primitives::Rectangle::from_corners(
                    [b.min().x, b.min().y],
                    [b.max().x, b.max().y],
                ),
                row,
            )
        });
        let tree = RTree::bulk_load(boxes.collect());
        for (row, (id, walls)) in houses.iter().enumerate() {
            assert!(Footprint::new((*walls).clone()).is_ok(), "seed {seed}: {id} is not valid");
            let b = walls.bounding_rect().unwrap();
            let reach = AABB::from_corners([b.min().x, b.min().y], [b.max().x, b.max().y]);
            for other in
                tree.locate_in_envelope_intersecting(reach).filter(|other| other.data > row)
            {
                let overlap_m2 =
                    walls.intersection(houses[other.data].1).unsigned_area() / square_m;
                assert!(
                    overlap_m2 < OVERLAP_M2_MAX,
                    "seed {seed}: {id} and {} share {overlap_m2:.1} m2",
                    houses[other.data].0
                );
            }
        }
        for around in &town.surroundings {
            match (&around.class, &around.shape) {
                (SurroundingClass::Water, SurroundingShape::Area(water)) => {
                    let wet = houses.iter().find(|(_, walls)| walls.intersects(water));
                    assert!(wet.is_none(), "seed {seed}: {wet:?} is in {:?}", around.name);
                }
                (SurroundingClass::Street, SurroundingShape::Line(line)) => {
                    let b = line.bounding_rect().unwrap();
                    let reach = AABB::from_corners([b.min().x, b.min().y], [b.max().x, b.max().y]);
                    let on_it = tree
                        .locate_in_envelope_intersecting(reach)
                        .find(|house| houses[house.data].1.intersects(line));
                    assert!(
                        on_it.is_none(),
                        "seed {seed}: {} is on {:?}",
                        houses[on_it.unwrap().data].0,
                        around.name
                    );
                }
                _ => {}
            }
        }
    }
}

#[test]
fn doors_are_in_their_walls_and_buildings_near_their_site() {
    let town = demo::generate(3);
    let snapshot = twin_of(town.clone());
    for building in &town.buildings {
        for hall in &building.halls {
            let off_m = building.footprint.wall_distance_m(hall.position);
            assert!(
                off_m < 0.05,
                "{}: hall {} is {off_m:.3} m off the wall",
                building.id,
                hall.label
            );
        }
        let site = snapshot.stock().site_ix(building.site.as_ref().unwrap()).unwrap();
        let away_m = geodesic_distance_m(
            building.footprint.position(),
            snapshot.stock().site(site).position,
        );
        assert!(away_m < 400.0, "{} is {away_m:.0} m from its site", building.id);
    }
}

#[test]
fn tracts_tile_the_town_and_every_building_lies_in_one() {
    let town = demo::generate(1);
    for building in &town.buildings {
        let at = geo::Point::from(building.footprint.position());
        let holders = town.tracts.iter().filter(|tract| tract.area.contains(&at)).count();
        assert_eq!(holders, 1, "{} lies in {holders} tracts", building.id);
    }
}

#[test]
fn one_can_drive_from_every_street_to_every_other() {
    for seed in 0..4 {
        let network = Network::default().changed(
            demo::roads(&demo::generate(seed).surroundings),
            vec![],
            vec![],
        );
        let kept = RoadGraph::build(&network, None).unwrap().kept();
        assert!(kept.drivable > 3_000 && kept.dropped_km == 0.0, "seed {seed}: {kept:?}");
    }
}

#[test]
fn calls_come_in_the_evening_on_some_sites_more_than_on_others() {
    let grounds = grounds_of(1);
    let two_years_ago = now().plus_seconds(-731 * 86_400);
    let calls = Caller::new(1, &grounds).history(two_years_ago, now());

    assert!((99_000..=101_000).contains(&calls.len()), "{} calls", calls.len());
    assert!(calls.is_sorted_by_key(|call| call.reported_at), "in the order of time");
    let share = |of: usize| of as f64 / calls.len() as f64;
    let evening = WeekHours::all().during("18-2").unwrap();
    let evening = share(
        calls.iter().filter(|call| evening.contains(call.reported_at.hour_of_week())).count(),
    );
    assert!((0.50..0.72).contains(&evening), "{evening:.2} of the calls come from 18 to 2");
    let by_phone = share(calls.iter().filter(|call| call.channel.as_str() == "call").count());
    assert!((0.45..0.65).contains(&by_phone), "{by_phone:.2} come by phone");
    let mut of_site = std::collections::HashMap::new();
    calls.iter().for_each(|call| *of_site.entry(&call.site).or_insert(0_usize) += 1);
    let mut counts: Vec<usize> = of_site.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let worst = share(counts.iter().take(SITES / 10).sum());
    assert!((0.3..0.8).contains(&worst), "a tenth of the sites has {worst:.2} of the calls");
    let fireworks = |day: &str| {
        calls
            .iter()
            .filter(|call| {
                call.kind.as_str() == "NUI-PYR" && call.reported_at.to_string().starts_with(day)
            })
            .count()
    };
    assert!(fireworks("2026-07-14") > 10 * fireworks("2026-03-10").max(1));
    let open = |call: &&demo::Call| call.status < Status::Closed;
    assert!(
        calls.iter().filter(open).all(|call| now().seconds_since(call.reported_at) < 3.0 * 3600.0)
    );
    assert_eq!(
        calls,
        Caller::new(1, &grounds).history(two_years_ago, now()),
        "the same seed, the same calls"
    );
}

#[test]
fn patrols_on_their_round_drive_at_town_speed_along_the_streets() {
    let mut snapshot = twin_of(demo::generate(1));
    let patrols = demo::patrols(1);
    assert_eq!(patrols.len(), PATROLS);
    snapshot.apply(
        patrols.iter().cloned().map(vigie::event::Fact::PatrolRecorded),
        vigie::event::Seq(2),
    );
    let surroundings = snapshot.stock().surroundings();
    let network = Network::default().changed(demo::roads(surroundings), vec![], vec![]);
    let graph = RoadGraph::build(&network, None).unwrap();
    let grounds = demo::grounds(snapshot.stock());
    let places: Vec<LonLat> = grounds.iter().map(|ground| ground.position).collect();
    let nomenclature = Nomenclature::shipped();
    let setting = Setting {
        seed: 1,
        ways: Ways { roads: &graph, begin: now() },
        grounds: &grounds,
        places: &places,
        nomenclature: &nomenclature,
        policy: Policy::Road,
    };
    let crews = demo::crews(1, &patrols, &places, |_| None);
    let mut evening = Evening::begin(setting, &patrols, crews, &snapshot);
    let lines: Vec<_> = surroundings
        .iter()
        .filter(|a| a.class == SurroundingClass::Street)
        .filter_map(|a| match &a.shape {
            SurroundingShape::Line(line) => Some(line),
            SurroundingShape::Area(_) => None,
        })
        .collect();
    let off_street_m = |position: LonLat| {
        let plane = LocalPlane::at(position);
        let legs = lines.iter().flat_map(|line| line.lines());
        legs.map(|leg| plane.segment_distance_m(leg.start, leg.end)).fold(f64::INFINITY, f64::min)
    };

    let mut calls = 0;
    let mut before: Vec<_> = evening.step(&snapshot, now()).fixes;
    assert_eq!(before.len(), 27, "off duty nobody tells where they are");
    let mut off_m: Vec<f64> = Vec::new();
    let mut driven = 0;
    for step in 1..=300 {
        let happened = evening.step(&snapshot, now().plus_seconds(step * 2));
        for (was, is) in before.iter().zip(&happened.fixes) {
            let moved_m = geodesic_distance_m(was.position, is.position);
            // 50 km/h, and somewhat more where a way from a yard to the street is faster than its length says.
            assert!(moved_m < 60.0, "{} moved {moved_m:.1} m in 2 s", is.patrol);
            driven += usize::from(moved_m > 4.0);
            if step % 50 == 0 && moved_m > 4.0 {
                off_m.push(off_street_m(is.position));
            }
        }
        calls += happened.calls.len();
        before = happened.fixes;
    }
    assert!((8..=25).contains(&calls), "{calls} calls in ten minutes");
    assert!(driven > 300 * 27 / 3, "{driven} of {} steps driven", 300 * 27);
    let on_street = off_m.iter().filter(|off_m| **off_m < 0.5).count();
    assert!(
        on_street * 10 >= off_m.len() * 9,
        "{on_street} of {} are on a street: {off_m:?}",
        off_m.len()
    );
}

/// Runs `vigie demo --make-only` on a folder of real files; returns the state and what was said.
fn made_from(folder: &Path) -> (App, String) {
    let home = tempfile::tempdir().unwrap();
    let store = home.path().join("demo.sqlite");
    let output = vigie()
        .args(["demo", "--make-only", "--listen", "127.0.0.1:0", "--store"])
        .arg(format!("sqlite:{}", store.display()))
        .arg("--import-real")
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let store = vigie::store::sqlite::SqliteStore::open(&store).unwrap();
    (App::open(Box::new(store), system_clock).unwrap(), said)
}

#[test]
fn real_programmes_of_paris_become_the_sites_of_a_demo() {
    let Some(file) = shared_data("logements-sociaux-finances-paris.csv") else { return };

    let (app, said) = made_from(file.parent().unwrap());

    let snapshot = app.snapshot();
    let dwellings: u32 = snapshot.stock().sites().iter().map(|site| site.dwellings).sum();
    assert_eq!((snapshot.stock().sites().len(), dwellings), (2605, 84_335), "{said}");
    assert_eq!(snapshot.stock().tracts().len(), 992, "{said}");
    assert_eq!(snapshot.stock().tract_index().datasets()[0].rows.len(), 12_395, "{said}");
    assert!(snapshot.incidents().len() > 99_000, "{said}");
    assert!(said.contains("monaco.osm.pbf: left out, it is 691 km from the sites"), "{said}");
    app.close();
}

#[test]
fn buildings_without_sites_are_grouped_into_made_ones_and_this_is_told() {
    let Some(file) = shared_data("monaco.osm.pbf") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(file, folder.path().join("monaco.osm.pbf")).unwrap();

    let (app, said) = made_from(folder.path());

    let snapshot = app.snapshot();
    assert!(snapshot.stock().buildings().len() > 900, "{said}");
    assert!(snapshot.stock().buildings().iter().all(|building| building.site.is_some()));
    assert!(said.contains("made sites group the"), "{said}");
    let roads = demo::roads(snapshot.stock().surroundings());
    assert!(roads.len() > 500, "patrols drive along the streets of Monaco: {}", roads.len());
    app.close();
}

#[test]
fn a_demo_that_is_opened_again_removes_what_is_over_its_term() {
    /// The day before yesterday.
    fn then() -> Timestamp {
        system_clock().plus_seconds(-48 * 3600)
    }
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.sqlite").display());
    let app = App::open(store.parse::<StoreUrl>().unwrap().open().unwrap(), then).unwrap();
    begin(&app, [site("PH-0001", 2.35, 48.85)]);
    let fix = PositionFix {
        patrol: "TANGO-1".parse().unwrap(),
        position: LonLat::new(2.35, 48.85).unwrap(),
        recorded_at: then(),
        accuracy_m: None,
    };
    actix_web::rt::System::new().block_on(async {
        for patrol in demo::patrols(1) {
            app.put_patrol(PutPatrol { patrol, fix: None, sharing: None }).await.unwrap();
        }
        let taken = app.report_positions(vec![fix]).await.unwrap();
        assert!(matches!(taken[0], FixOutcome::Accepted), "{taken:?}");
        let call = NewIncident {
            kind: "OCC-HAL".parse().unwrap(),
            channel: Channel::Call,
            status: Status::Closed,
            reported_at: None,
            whereabouts: Whereabouts::Site { code: "PH-0001".parse().unwrap(), building: None },
            key: None,
        };
        app.receive_incident(call).await.unwrap();
    });
    app.close();

    let server = Server::start_demo(&store);

    wait_until("what is over is removed", || server.log().contains("purge.records=1"));
    let metrics = ask(&format!("http://{}/metrics", server.address), "GET", &[], Vec::new());
    let metrics = metrics.unwrap().text().to_owned();
    let age = metrics.lines().find_map(|line| line.strip_prefix("vigie_purge_age_seconds "));
    let age: f64 = age.unwrap().parse().unwrap();
    assert!((0.0..60.0).contains(&age), "{age}");
}
