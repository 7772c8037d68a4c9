//! Where incidents gather, as a client sees it.

use serde_json::Value;
use vigie::{
    app::{NewIncident, Whereabouts},
    http::Settings,
    incident::{Channel, Status},
    time::Timestamp,
};

use crate::support::{Start, Town, site_of, town_by};

const SIDE: usize = 8;

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

fn code(row: usize, column: usize) -> String {
    format!("S-{row}{column}")
}

/// Residents call as often everywhere, some more in a block of nine sites; patrols go to another block, and find what
/// is there.
fn where_residents_call_and_where_patrols_go() -> Town {
    let places = (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column)));
    let sites: Vec<Start> = places
        .clone()
        .map(|(row, column)| {
            let landlord = if row < SIDE / 2 { "One" } else { "Two" };
            let (lon, lat) = (2.34 + 0.004 * column as f64, 48.85 + 0.003 * row as f64);
            site_of(landlord, &code(row, column), lon, lat)
        })
        .collect();
    let town = town_by(now, Settings::default(), sites);
    let first = "2025-12-01T12:00:00Z".parse::<Timestamp>().unwrap();
    let mut incidents = Vec::new();
    for (row, column) in places {
        let block = |rows: usize, columns: usize| {
            (rows..rows + 3).contains(&row) && (columns..columns + 3).contains(&column)
        };
        let calls = 2 + (row * 3 + column * 5) % 3 + if block(0, 0) { 7 } else { 0 };
        let found = if block(5, 5) { 12 } else { (row + column) % 2 };
        let of = |count: usize, channel: Channel| (0..count).map(move |n| (n, channel));
        for (n, channel) in of(calls, Channel::Call).chain(of(found, Channel::Patrol)) {
            incidents.push(NewIncident {
                kind: "OCC-HAL".parse().unwrap(),
                channel,
                status: Status::Closed,
                reported_at: Some(
                    first.plus_seconds(86_400 * ((n * 13 + row * 7 + column) % 80) as i64),
                ),
                whereabouts: Whereabouts::Site {
                    code: code(row, column).parse().unwrap(),
                    building: None,
                },
                key: None,
            });
        }
    }
    actix_web::rt::System::new().block_on(async {
        let answers = town.app.receive_incidents(incidents).await.unwrap();
        answers.into_iter().for_each(|answer| drop(answer.unwrap()));
    });
    town
}

/// The ids of the zones of that standing.
fn that_are(standing: &str, body: &Value) -> Vec<String> {
    let features = body["features"].as_array().unwrap().iter();
    let these = features.filter(|one| one["properties"]["standing"] == standing);
    these.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_residents_report_and_what_patrols_find_are_two_pictures() {
    let town = where_residents_call_and_where_patrols_go();
    let ask = |query: &str| town.get(&format!("/api/v1/hotspots?cell=site{query}"));

    let answer = ask("&channel=call");
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let calls = answer.json();
    let hot = that_are("hot", &calls);
    assert!(hot.contains(&code(1, 1)) && !hot.contains(&code(6, 6)), "{hot:?}");
    assert_eq!(calls["standings"]["hot"], hot.len());
    assert_eq!((&calls["counts"], &calls["tests"]["tested"]), (&"exact".into(), &64.into()));
    assert_eq!(calls["tests"]["neighbours"], "nearest_8");
    assert_eq!(calls["filters"]["channel"], serde_json::json!(["call"]));
    assert!(calls["moran"]["p"].as_f64().unwrap() < 0.05, "{}", calls["moran"]);
    let middle = calls["features"].as_array().unwrap().iter().find(|one| one["id"] == code(1, 1));
    let middle = &middle.unwrap()["properties"];
    let number = |name: &str| middle[name].as_f64().unwrap_or_else(|| panic!("{name}: {middle}"));
    assert!(number("rateLow") < number("ratePer1000"));
    assert!(number("ratePer1000") < number("rateHigh"));
    assert!(number("z") > 0.0 && number("pAdjusted") <= 0.05 && number("p") <= number("pAdjusted"));
    assert_eq!(middle["quadrant"], "high_high");

    let found = that_are("hot", &ask("&channel=patrol").json());
    assert!(found.contains(&code(6, 6)) && !found.contains(&code(1, 1)), "{found:?}");
    // The same seed gives the same bytes but for the time, another one other permutations alone.
    let again = ask("&channel=call").json();
    assert_eq!(again["features"], calls["features"]);
    let other = ask("&channel=call&seed=2").json();
    assert_eq!(that_are("hot", &other), hot);
    assert_ne!(other["features"], calls["features"]);
}

#[test]
fn a_series_repeats_and_a_surface_are_of_the_incidents_asked_for() {
    let town = where_residents_call_and_where_patrols_go();
    let sum = |query: &str| {
        let series = town.get(&format!("/api/v1/hotspots/series?{query}")).json();
        assert_eq!(series["step"], "week");
        let points = series["points"].as_array().unwrap().clone();
        points.iter().map(|point| point["count"].as_u64().unwrap()).sum::<u64>()
    };
    let events = |query: &str| {
        let surface = town.get(&format!("/api/v1/hotspots/density?{query}")).json();
        let grid = &surface["grid"];
        let cells = grid["columns"].as_u64().unwrap() * grid["rows"].as_u64().unwrap();
        assert_eq!(grid["values"].as_array().unwrap().len() as u64, cells);
        assert_eq!(grid["edgeCorrected"], false, "no tract is known");
        grid["events"].as_u64().unwrap()
    };
    let all = town.get("/api/v1/heatmap?cell=site").json()["total"].as_u64().unwrap();

    assert_eq!((sum(""), events("")), (all, all));
    let [calls, found] =
        ["channel=call", "channel=patrol"].map(|query| (sum(query), events(query)));
    assert_eq!(calls.0 + found.0, all);
    assert_eq!(calls, (calls.1, calls.0));
    assert!(calls.0 > found.0 && found.0 > 100, "{calls:?} {found:?}");

    let repeats = town.get("/api/v1/hotspots/repeats?channel=call").json();
    assert_eq!(repeats["events"], calls.0);
    let table = repeats["table"].as_array().unwrap();
    assert_eq!(table.len(), 16);
    let pairs: Vec<u64> = table.iter().map(|one| one["pairs"].as_u64().unwrap()).collect();
    assert!(pairs.chunks(4).all(|days| days.is_sorted()), "{pairs:?}");
    for one in table {
        assert!(one["pAdjusted"].as_f64().unwrap() >= one["p"].as_f64().unwrap());
    }
}

#[test]
fn what_is_no_question_is_refused_with_its_reason() {
    let town = where_residents_call_and_where_patrols_go();
    let fault = |path: &str| {
        let (status, field, _) = town.get(&format!("/api/v1/hotspots{path}")).fault();
        (status, field)
    };
    for (path, field) in [
        ("?cell=landlord", "cell"),
        ("?cell=h3:2", "cell"),
        ("?seed=-1", "seed"),
        ("/repeats?seed=x", "seed"),
        ("/density?bandwidth=3", "bandwidth"),
        ("/density?bandwidth=NaN", "bandwidth"),
        ("/series?from=x", "from"),
    ] {
        assert_eq!(fault(path), (422, field.to_owned()), "{path}");
    }
    assert_eq!(fault("?landlord=nobody").0, 404);
    assert_eq!(fault("/series?cell=site").0, 400);
}
