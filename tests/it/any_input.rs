//! Whatever is sent, the server answers with what it is asked for or with a problem, and never with a 5xx.

use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{Town, patrol, site, town};

const PATHS: [&str; 26] = [
    "/api/v1/sites",
    "/api/v1/sites/PH-0754",
    "/api/v1/buildings",
    "/api/v1/landlords",
    "/api/v1/surroundings",
    "/api/v1/tracts",
    "/api/v1/kinds",
    "/api/v1/meta",
    "/api/v1/locate",
    "/api/v1/incidents",
    "/api/v1/incidents/7",
    "/api/v1/heatmap",
    "/api/v1/hotspots",
    "/api/v1/hotspots/density",
    "/api/v1/hotspots/repeats",
    "/api/v1/hotspots/series",
    "/api/v1/patrols",
    "/api/v1/patrols/TANGO-1",
    "/api/v1/patrols/nearest",
    "/ogc",
    "/ogc/collections/sites/items",
    "/ogc/collections/incidents/items",
    "/ogc/collections/incidents_by_hexagon/items",
    "/ogc/collections/buildings/items/7",
    "/readyz",
    "/%FF/%00",
];
const NAMES: [&str; 31] = [
    "lon",
    "lat",
    "x",
    "y",
    "crs",
    "site",
    "incident",
    "k",
    "by",
    "available",
    "bbox",
    "landlord",
    "q",
    "limit",
    "after",
    "from",
    "to",
    "kind",
    "cell",
    "metric",
    "hours",
    "days",
    "channel",
    "seed",
    "bandwidth",
    "datetime",
    "filter",
    "filter-lang",
    "sortby",
    "bbox-crs",
    "dwellings",
];
const VALUES: [&str; 31] = [
    "2.35",
    "48.85",
    "-1",
    "0",
    "1e999",
    "NaN",
    "PH-0754",
    "EPSG:2154",
    "EPSG:4326",
    "h3:9",
    "h3:255",
    "grid:200",
    "rate",
    "18-2",
    "fri,sat",
    "2026-03-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2.3,48.8,2.4,48.9",
    "a,,b",
    "%00",
    "cql2-json",
    "-dwellings,code",
    "S_WITHIN(geometry,POINT(2+48))",
    "dwellings/0+IN+(1,-dwellings)",
    "../2026-03-01T00:00:00Z",
    "1e7,1e7,1e8,1e8",
    "http://www.opengis.net/def/crs/EPSG/0/2154",
    "%FF%FE",
    "30302f50482d30373534",
    "%C3%A9",
    "call",
];

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&VALUES[..]).prop_map(str::to_owned),
        "[ -~]{0,12}".prop_map(|text| text.bytes().map(|b| format!("%{b:02X}")).collect()),
    ]
}

fn any_url() -> impl Strategy<Value = String> {
    let pair = (proptest::sample::select(&NAMES[..]), any_value());
    let query = proptest::collection::vec(pair, 0..5);
    (proptest::sample::select(&PATHS[..]), query).prop_map(|(path, query)| {
        let pairs: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{path}?{}", pairs.join("&"))
    })
}

/// JSON that is near what the routes read, or anything.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let name = proptest::sample::select(
        &[
            "kind",
            "channel",
            "location",
            "lon",
            "lat",
            "callsign",
            "status",
            "position",
            "recorded_at",
            "patrol",
            "site_code",
            "caller",
        ][..],
    );
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e308".to_owned()),
        Just("-0.0".to_owned()),
        Just("2.35".to_owned()),
        Just("\"OCC-HAL\"".to_owned()),
        Just("\"call\"".to_owned()),
        Just("\"PH-0754\"".to_owned()),
        Just("\"available\"".to_owned()),
        Just("\"2026-03-01T00:00:00Z\"".to_owned()),
        Just("\"\\ud83d\\ude00\"".to_owned()),
    ];
    let json = leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec((name.clone(), inner), 0..5).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    prop_oneof![3 => json.prop_map(String::into_bytes), 1 => proptest::collection::vec(any::<u8>(), 0..60)]
}

fn one_town() -> Town {
    town([site("PH-0754", 2.3522, 48.8566), patrol("TANGO-1", 2.36, 48.85)])
}

#[track_caller]
fn check(answer: &crate::support::Answer, asked: &str) {
    assert!(answer.status < 500, "{asked}: {}", answer.text());
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{asked}");
        assert_eq!(answer.json()["status"], answer.status, "{asked}");
    }
}

#[test]
fn any_query_is_answered_or_refused() {
    let town = one_town();
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    });

    runner
        .run(&any_url(), |url| {
            check(&town.get(&url), &url);
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_body_is_taken_or_refused() {
    let town = one_town();
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    });
    let routes = [
        ("POST", "/api/v1/incidents", "application/json"),
        ("PUT", "/api/v1/patrols/TANGO-1", "application/json"),
        ("PUT", "/api/v1/sites/PH-0001/hazards", "application/json"),
        ("POST", "/api/v1/positions", "application/json"),
        ("POST", "/api/v1/incidents:batch", "application/x-ndjson"),
        ("POST", "/api/v1/locate:batch", "application/x-ndjson"),
        ("POST", "/api/v1/locate:batch", "text/csv"),
    ];

    runner
        .run(
            &(proptest::sample::select(routes.to_vec()), any_body()),
            |((method, path, media_type), body)| {
                let asked = format!("{method} {path} {}", String::from_utf8_lossy(&body));
                check(&town.send(method, path, &[("content-type", media_type)], body), &asked);
                Ok(())
            },
        )
        .unwrap();
}
