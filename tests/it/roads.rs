//! Roads, from an extract to the patrol that is sent: what each rule of the road does, through the real program.

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{
    import::{self, Options},
    roads::{Network, RoadGraph, Route, TravelTime},
    time::Timestamp,
};

use crate::{
    osm_file::{OsmFile, at_m},
    server::{Server, put, vigie, wait_until},
};

/// A block of 1,000 m by 1,000 m with a street out at each corner. Ways 1 to 4 are its sides from the southern one
/// on, counter-clockwise from node 1 in the south-west; ways 5 to 8 lead out from nodes 1 to 4. `south` are the tags of
/// way 1.
fn block(south: &str) -> OsmFile {
    let street = "highway=residential maxspeed=50";
    OsmFile::default()
        .node(1, (0.0, 0.0), "")
        .node(2, (1000.0, 0.0), "")
        .node(3, (1000.0, 1000.0), "")
        .node(4, (0.0, 1000.0), "")
        .node(5, (-300.0, 0.0), "")
        .node(6, (1300.0, 0.0), "")
        .node(7, (1300.0, 1000.0), "")
        .node(8, (-300.0, 1000.0), "")
        .way(1, &[1, 2], south)
        .way(2, &[2, 3], street)
        .way(3, &[3, 4], street)
        .way(4, &[4, 1], street)
        .way(5, &[1, 5], street)
        .way(6, &[2, 6], street)
        .way(7, &[3, 7], street)
        .way(8, &[4, 8], street)
}

fn graph(file: &OsmFile) -> RoadGraph {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.osm.pbf");
    file.write(&path);
    let read = import::roads::read(&path, &Options::default()).unwrap();
    assert_eq!(read.summary.refused, 0, "{}", read.summary);
    let network = Network::default().changed(read.content.roads, read.content.turns, Vec::new());
    RoadGraph::build(&network, None).unwrap()
}

fn night() -> Timestamp {
    "2026-11-24T02:05:00Z".parse().unwrap()
}

#[track_caller]
fn way(file: &OsmFile, from_m: (f64, f64), to_m: (f64, f64)) -> Route {
    graph(file).route(at_m(from_m), at_m(to_m), night()).unwrap()
}

/// Metres by car from one place to another, to the nearest ten.
#[track_caller]
fn check(file: &OsmFile, from_m: (f64, f64), to_m: (f64, f64), drive_m: f64) {
    let route = way(file, from_m, to_m);
    assert_eq!((route.drive_m / 10.0).round() * 10.0, drive_m, "{route:?}");
}

const STREET: &str = "highway=residential maxspeed=50";

#[test]
fn one_way_streets_lead_one_way() {
    check(&block(STREET), (900.0, 0.0), (100.0, 0.0), 800.0);
    check(&block(&format!("{STREET} oneway=yes")), (100.0, 0.0), (900.0, 0.0), 800.0);
    let against = way(&block(&format!("{STREET} oneway=-1")), (100.0, 0.0), (800.0, 0.0));
    assert!(against.drive_m > 2900.0, "round the block: {against:?}");
}

#[test]
fn a_roundabout_is_driven_one_way_without_being_told() {
    let ring = OsmFile::default()
        .node(1, (0.0, 0.0), "")
        .node(2, (200.0, -200.0), "")
        .node(3, (400.0, 0.0), "")
        .node(4, (200.0, 200.0), "")
        .node(5, (-300.0, 0.0), "")
        .node(6, (700.0, 0.0), "")
        .way(1, &[1, 2, 3, 4, 1], "highway=tertiary junction=roundabout")
        .way(2, &[5, 1], STREET)
        .way(3, &[3, 6], STREET);
    let there = way(&ring, (-200.0, 0.0), (600.0, 0.0));
    let back = way(&ring, (600.0, 0.0), (-200.0, 0.0));
    assert!(
        there.drive.iter().all(|at| at.lat() < 48.8554),
        "by the south, with the right hand outside"
    );
    assert!(back.drive.iter().all(|at| at.lat() > 48.8552), "by the north");
}

#[test]
fn signs_at_a_node_and_over_a_way_are_obeyed() {
    let no = |tags: &str| {
        block(STREET).relation(
            9,
            &["from:way/1", "via:node/2", "to:way/2"],
            &format!("type=restriction {tags}"),
        )
    };
    let (from, to) = ((500.0, 0.0), (1000.0, 500.0));
    check(&block(STREET), from, to, 1000.0);
    assert!(way(&no("restriction=no_left_turn"), from, to).drive_m > 1500.0);
    check(&no("restriction=no_left_turn except=motorcar;psv"), from, to, 1000.0);
    check(&no("restriction:hgv=no_left_turn"), from, to, 1000.0);
    let only = block(STREET).relation(
        9,
        &["from:way/1", "via:node/2", "to:way/6"],
        "type=restriction restriction=only_straight_on",
    );
    assert!(way(&only, from, to).drive_m > 1500.0);

    let over = block(STREET).relation(
        9,
        &["from:way/1", "via:way/2", "to:way/3"],
        "type=restriction restriction=no_u_turn",
    );
    check(&block(STREET), (700.0, 0.0), (600.0, 1000.0), 1700.0);
    assert!(way(&over, (700.0, 0.0), (600.0, 1000.0)).drive_m > 1900.0, "by the west or round");
    check(&over, from, to, 1000.0);
}

#[test]
fn a_bollard_ends_a_street_and_a_gate_costs_time() {
    let through = |tags: &str| {
        let file = OsmFile::default()
            .node(1, (0.0, 0.0), "")
            .node(2, (500.0, 0.0), tags)
            .node(3, (1000.0, 0.0), "")
            .way(1, &[1, 2, 3], STREET);
        graph(&file).to(at_m((950.0, 0.0)), &[at_m((50.0, 0.0))], night())[0]
    };
    let free_s = through("").unwrap();
    let later_s = |tags: &str| (through(tags).unwrap() - free_s).round(); // two edges round by themselves
    assert_eq!(later_s("barrier=lift_gate"), 15.0);
    assert_eq!(later_s("highway=traffic_signals"), 2.0);
    assert_eq!(later_s("barrier=bollard bollard=rising"), 15.0);
    // Each half is a piece by itself: the patrol goes on by foot from the bollard, if at all.
    assert!(through("barrier=bollard").is_none_or(|s| s > free_s + 100.0));
}

#[test]
fn private_ways_are_entered_as_a_service_vehicle_enters_them() {
    let yard = |tags: &str| {
        let file = block(STREET).node(9, (500.0, 0.0), "").node(10, (500.0, 200.0), "");
        file.way(1, &[1, 9, 2], STREET).way(9, &[9, 10], tags)
    };
    let target = at_m((500.0, 190.0));
    let time_s =
        |tags: &str| graph(&yard(tags)).to(target, &[at_m((100.0, 0.0))], night())[0].unwrap();
    let open_s = time_s("highway=service");
    assert_eq!((time_s("highway=service access=private") - open_s).round(), 15.0, "the gate");
    assert_eq!(
        time_s("highway=service motor_vehicle=private"),
        time_s("highway=service access=private")
    );
    assert!(time_s("highway=service motor_vehicle=no") > open_s + 60.0, "on foot from the street");
}

#[test]
fn ferries_and_what_is_being_built_are_no_roads() {
    let apart = |tags: &str| {
        OsmFile::default()
            .node(1, (0.0, 0.0), "")
            .node(2, (300.0, 0.0), "")
            .node(3, (600.0, 0.0), "")
            .node(4, (1400.0, 0.0), "")
            .way(1, &[1, 2, 3], STREET)
            .way(2, &[3, 4], tags)
    };
    for tags in ["route=ferry motor_vehicle=yes", "highway=construction construction=primary"] {
        assert!(graph(&apart(tags)).spot(at_m((1300.0, 0.0))).is_none(), "{tags}");
    }
    assert!(graph(&apart("highway=primary")).spot(at_m((1300.0, 0.0))).is_some());
}

/// A store with one street of a block that is one way, so that whoever is behind must go round.
fn imported(folder: &TempDir) -> String {
    let store = format!("sqlite:{}", folder.path().join("v.db").display());
    let file = folder.path().join("town.osm.pbf");
    block(&format!("{STREET} oneway=yes")).write(&file);
    let out = vigie()
        .args(["import", "roads", file.to_str().unwrap(), "--store", &store, "--json"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&told["files"][0]["kept"], &told["stock"]["added"]), (&json!(8), &json!(8)));
    assert_eq!(
        (&told["roads"]["drivable"], &told["roads"]["dropped_km"]),
        (&json!(8), &json!(0.0))
    );
    store
}

fn put_patrol(server: &Server, id: &str, place_m: (f64, f64)) {
    let at = at_m(place_m);
    let now = vigie::app::system_clock().to_string();
    let position = json!({ "lon": at.lon(), "lat": at.lat(), "recorded_at": now });
    let body = json!({ "callsign": id, "status": "available", "crew": 3, "position": position });
    let answer = put(&server.address, &format!("/api/v1/patrols/{id}"), &body);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
}

#[test]
fn the_patrol_that_is_there_first_by_road_is_named_with_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&imported(&folder));
    put_patrol(&server, "BEHIND", (700.0, 0.0));
    put_patrol(&server, "BEFORE", (-250.0, 0.0));
    assert_eq!(server.get("/api/v1/meta").json()["roads"], true);
    let at = at_m((500.0, 0.0));
    let path = format!("/api/v1/patrols/nearest?lon={}&lat={}&route=true", at.lon(), at.lat());

    let ranking = server.get(&path).json();

    assert_eq!((&ranking["by"], &ranking["by_reason"]), (&json!("road"), &Value::Null));
    let first = &ranking["features"][0];
    assert_eq!(first["id"], "BEFORE");
    let told = &first["properties"];
    assert!((told["drive_m"].as_f64().unwrap() - 750.0).abs() < 2.0, "{told}");
    assert_eq!(
        told["distance_m"].as_f64(),
        Some(told["drive_m"].as_f64().unwrap() + told["walk_m"].as_f64().unwrap())
    );
    assert!(
        told["why"].as_str().unwrap().contains("BEHIND is nearer by line (200 m) but"),
        "{told}"
    );
    assert_eq!(told["route"]["type"], "LineString");
    assert!(told["route"]["coordinates"].as_array().unwrap().len() >= 3, "{told}");

    let line = server.get(&format!("{path}&by=line")).json();
    assert_eq!((&line["by"], &line["features"][0]["id"]), (&json!("line"), &json!("BEHIND")));
    assert_eq!(line["features"][0]["properties"]["eta_s"], Value::Null);
    let far = server.get("/api/v1/patrols/nearest?lon=2.5&lat=48.9").json();
    assert_eq!((&far["by"], &far["by_reason"]), (&json!("line"), &json!("target_off_roads")));
}

#[test]
fn other_speeds_and_other_roads_come_into_force_while_the_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = imported(&folder);
    let server = Server::start(&store);
    put_patrol(&server, "TANGO", (0.0, 0.0));
    let at = at_m((900.0, 0.0));
    let path = format!("/api/v1/patrols/nearest?lon={}&lat={}", at.lon(), at.lat());
    let eta_s = || server.get(&path).json()["features"][0]["properties"]["eta_s"].as_f64();
    let before_s = eta_s().unwrap();
    let import = |layer: &str, file: &str| {
        let file = folder.path().join(file);
        let arguments = ["import", layer, file.to_str().unwrap(), "--store", &store];
        assert!(vigie().args(arguments).status().unwrap().success());
    };

    std::fs::write(folder.path().join("slow.csv"), "class;days;hours;factor\n*;*;*;0.25\n")
        .unwrap();
    import("speeds", "slow.csv");
    wait_until("the new speeds are in force", || eta_s().unwrap() > before_s * 1.5);

    let gone = OsmFile::default().node(1, (9000.0, 0.0), "").node(2, (9100.0, 0.0), "");
    gone.way(99, &[1, 2], STREET).write(&folder.path().join("other.osm.pbf"));
    import("roads", "other.osm.pbf");
    wait_until("the old roads are closed", || server.get(&path).json()["by"] == "line");
    assert_eq!(server.get(&path).json()["by_reason"], "target_off_roads");
}
