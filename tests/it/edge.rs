//! What every request meets, whatever it asks: errors in one shape, limits, caching, compression, headers.

use serde_json::json;
use vigie::http::Settings;

use crate::support::{patrol, site, site_of, town, town_with};

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_path_that_no_route_has_is_a_404_and_a_method_that_it_has_not_is_a_405_with_allow() {
    let town = town([]);
    let refused = |method: &str, path: &str| {
        let answer = town.send(method, path, &[JSON], Vec::new());
        (answer.fault().0, answer.header("allow").to_owned())
    };

    assert_eq!(refused("GET", "/api/v1/nothing"), (404, String::new()));
    assert_eq!(refused("GET", "/api/v2/sites"), (404, String::new()));
    assert_eq!(refused("GET", "/assets/nothing.js"), (404, String::new()));
    assert_eq!(refused("DELETE", "/api/v1/sites"), (405, "GET, HEAD".to_owned()));
    assert_eq!(refused("POST", "/api/v1/patrols/TANGO-1"), (405, "GET, HEAD, PUT".to_owned()));
    assert_eq!(refused("GET", "/api/v1/positions"), (405, "POST".to_owned()));
    assert_eq!(refused("PUT", "/api/v1/incidents"), (405, "GET, HEAD, POST".to_owned()));
    assert_eq!(refused("GET", "/api/v1/locate:batch"), (405, "POST".to_owned()));
    let options = town.send("OPTIONS", "/api/v1/incidents", &[], Vec::new());
    assert_eq!((options.status, options.header("allow")), (204, "GET, HEAD, POST"));
}

#[test]
fn a_body_that_is_not_json_or_too_large_is_refused_as_what_it_is() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    let post = |headers: &[(&str, &str)], body: Vec<u8>| {
        town.send("POST", "/api/v1/incidents", headers, body).fault().0
    };

    assert_eq!(post(&[JSON], Vec::new()), 400, "empty");
    assert_eq!(post(&[JSON], b"{".to_vec()), 400, "cut");
    assert_eq!(post(&[JSON], b"{\"kind\":\"\xff\"}".to_vec()), 400, "not UTF-8");
    assert_eq!(post(&[JSON], b"{\"kind\":NaN}".to_vec()), 400, "NaN");
    assert_eq!(post(&[JSON], "[".repeat(200_000).into_bytes()), 422, "deep, but no object");
    assert_eq!(post(&[JSON], format!("{{\"kind\":{}", "[".repeat(200_000)).into_bytes()), 422);
    assert_eq!(post(&[JSON], b"{\"kind\":\"A\",\"kind\":\"B\"}".to_vec()), 422, "twice");
    assert_eq!(post(&[JSON], b"{} {}".to_vec()), 422, "an empty object, before what follows");
    assert_eq!(post(&[JSON], b"[]".to_vec()), 422, "a list");
    assert_eq!(post(&[JSON], vec![b' '; 1_000_001]), 413);
    assert_eq!(post(&[("content-type", "text/plain")], b"{}".to_vec()), 415);
    assert_eq!(post(&[], b"{}".to_vec()), 415, "no media type");
    assert_eq!(post(&[JSON, ("content-encoding", "gzip")], b"{}".to_vec()), 415, "compressed");
    assert_eq!(post(&[("content-type", "application/json; charset=utf-8")], b"{}".to_vec()), 422);
}

#[test]
fn a_url_that_is_too_long_is_a_414() {
    let town = town([]);

    assert_eq!(town.get(&format!("/api/v1/sites?q={}", "a".repeat(9000))).fault().0, 414);
}

#[test]
fn an_answer_that_has_not_changed_is_a_304_and_one_that_has_is_not() {
    let town = town([site("PH-0754", 2.3522, 48.8566), patrol("TANGO-1", 2.36, 48.85)]);
    let lists = [
        "/api/v1/sites",
        "/api/v1/buildings",
        "/api/v1/landlords",
        "/api/v1/surroundings",
        "/api/v1/tracts",
        "/api/v1/kinds",
        "/api/v1/incidents",
        "/api/v1/heatmap",
        "/api/v1/hotspots",
        "/api/v1/hotspots/density",
        "/api/v1/hotspots/repeats",
        "/api/v1/hotspots/series",
        "/api/v1/meta",
        "/api/v1/patrols",
    ];
    let tags = lists.map(|path| town.get(path).header("etag").to_owned());

    for (path, tag) in lists.iter().zip(&tags) {
        let again = town.get_with(path, &[("if-none-match", tag)]);
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), tag, "{path}");
        let several = format!("\"other\", {}", tag.trim_start_matches("W/"));
        assert_eq!(town.get_with(path, &[("if-none-match", &several)]).status, 304, "{path}");
        assert_eq!(town.get_with(path, &[("if-none-match", "W/\"other\"")]).status, 200, "{path}");
    }

    let incident =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });
    assert_eq!(town.post("/api/v1/incidents", incident).status, 201);
    let status = |path: &str| {
        let at = lists.iter().position(|known| *known == path).unwrap();
        town.get_with(path, &[("if-none-match", &tags[at])]).status
    };
    assert_eq!((status("/api/v1/incidents"), status("/api/v1/heatmap")), (200, 200));
    assert_eq!((status("/api/v1/sites"), status("/api/v1/kinds")), (304, 304));
}

#[test]
fn a_new_position_changes_the_list_of_patrols() {
    let town = town([patrol("TANGO-1", 2.36, 48.85)]);
    let tag = town.get("/api/v1/patrols").header("etag").to_owned();
    let later = vigie::app::system_clock().plus_seconds(5).to_string();
    town.post(
        "/api/v1/positions",
        json!([{ "patrol": "TANGO-1", "lon": 2.361, "lat": 48.85, "recorded_at": later }]),
    );

    let changed = town.get_with("/api/v1/patrols", &[("if-none-match", &tag)]);

    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["features"][0]["geometry"]["coordinates"], json!([2.361, 48.85]));
}

#[test]
fn a_change_of_the_stock_is_seen_at_once_although_pages_are_kept() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    let first = town.get("/api/v1/sites");
    assert_eq!(first.json()["numberMatched"], 1);

    crate::support::begin(&town.app, [site_of("RIVP", "RI-0001", 2.38, 48.87)]);

    assert_eq!(town.get("/api/v1/sites").json()["numberMatched"], 2);
    assert_eq!(
        town.get_with("/api/v1/sites", &[("if-none-match", first.header("etag"))]).status,
        200
    );
}

#[test]
fn answers_are_compressed_as_the_client_reads_them() {
    let sites = (0..50).map(|n| site(&format!("PH-{n:04}"), 2.3 + f64::from(n) * 0.001, 48.85));
    let town = town(sites);
    let plain = town.get_with("/api/v1/buildings", &[("accept-encoding", "identity")]);

    for path in ["/api/v1/buildings", "/api/v1/patrols/nearest?lon=2&lat=48", "/api/v1/kinds"] {
        for coding in ["gzip", "br"] {
            let packed = town.get_with(path, &[("accept-encoding", coding)]);
            assert_eq!((packed.status, packed.header("content-encoding")), (200, coding), "{path}");
            assert!(packed.vary().contains("accept-encoding"), "{path}");
        }
    }
    let gzip = town.get_with("/api/v1/buildings", &[("accept-encoding", "gzip")]);
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip.bytes[..]), &mut unpacked)
        .unwrap();
    let unpacked: serde_json::Value = serde_json::from_slice(&unpacked).unwrap();
    assert_eq!(unpacked["features"], plain.json()["features"]);
    assert!(gzip.bytes.len() * 4 < plain.bytes.len());
}

#[test]
fn every_answer_has_its_id_and_the_headers_that_keep_pages_safe() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();
    let of_the_api = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| {
            (method.to_uppercase(), path.replace("{code}", "PH-0754").replace("{id}", "x"))
        })
    });
    let pages =
        ["/", "/signin", "/patrol/", "/favicon.svg", "/nothing", "/api/v1/sites?x=1", "/%00"];
    let pages = pages.map(|path| ("GET".to_owned(), path.to_owned()));
    let mut statuses = std::collections::BTreeSet::new();
    for (method, path) in of_the_api.chain(pages) {
        // A stream of events has no end: its head says enough.
        let method = if path.ends_with("/events") { "HEAD" } else { method.as_str() };
        let answer = town.send(method, &path, &[], Vec::new());
        let asked = format!("{method} {path}: {}", answer.status);
        statuses.insert(answer.status);
        assert_eq!(answer.header("x-request-id").len(), 36, "{asked}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asked}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{asked}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{asked}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{asked}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{asked}");
        assert!(answer.header("permissions-policy").starts_with("geolocation=(self), "), "{asked}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self'; worker-src 'self' blob:"), "{asked}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{asked}");
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
        assert!(scripts.is_none_or(|scripts| !scripts.contains("unsafe")), "{asked}: {policy}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{asked}");
        assert_eq!(answer.header("strict-transport-security"), "", "not over plain HTTP: {asked}");
        assert_eq!(answer.header("server"), "", "{asked}");
        if answer.header("content-type").starts_with("text/html") {
            let page = answer.text();
            let mut scripts = page.match_indices("<script").map(|(at, _)| &page[at..]);
            assert!(
                scripts.all(|script| script.split('>').next().unwrap().contains(" src=")),
                "{asked}"
            );
            assert!(!page.contains(" onclick=") && !page.contains(" onload="), "{asked}");
        }
    }
    assert!(statuses.len() > 4, "answers of many kinds: {statuses:?}");
}

#[test]
fn a_head_request_has_the_headers_of_a_get_and_no_body() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);

    let head = town.send("HEAD", "/api/v1/sites", &[], Vec::new());

    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("etag"), town.get("/api/v1/sites").header("etag"));
}

#[test]
fn only_the_web_sites_that_were_named_may_ask_from_a_browser() {
    let settings = Settings {
        allowed_origins: vec!["https://intranet.example".to_owned()],
        ..Settings::default()
    };
    let town = town_with(settings, []);
    let allowed = |origin: &str, method: &str| {
        let preflight = ("access-control-request-method", "POST");
        let answer =
            town.send(method, "/api/v1/incidents", &[("origin", origin), preflight], Vec::new());
        (answer.status, answer.header("access-control-allow-origin").to_owned())
    };

    assert_eq!(
        allowed("https://intranet.example", "GET"),
        (200, "https://intranet.example".into())
    );
    assert_eq!(
        allowed("https://intranet.example", "OPTIONS"),
        (204, "https://intranet.example".into())
    );
    assert_eq!(allowed("https://elsewhere.example", "GET").1, "");
    assert_eq!(allowed("https://elsewhere.example", "OPTIONS").1, "");
}

#[test]
fn whoever_runs_the_server_sees_that_it_lives_and_what_it_does() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    town.get("/api/v1/sites/PH-0754");
    town.get("/api/v1/sites/PH-9999");
    let incident =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });
    town.post("/api/v1/incidents", incident);

    assert_eq!(town.get("/healthz").json(), json!({ "status": "ok", "seq": 2 }));
    assert_eq!(town.get("/readyz").json()["status"], "ok");
    let metrics = town.get("/metrics");
    for line in [
        "vigie_http_requests_total{method=\"GET\",route=\"/api/v1/sites/{code}\",status=\"200\"} 1",
        "vigie_http_requests_total{method=\"GET\",route=\"/api/v1/sites/{code}\",status=\"404\"} 1",
        "vigie_incidents_received_total 1",
        "vigie_seq 2",
        "vigie_store_up 1",
        "vigie_twin_items{kind=\"buildings\"} 1",
    ] {
        assert!(metrics.text().contains(line), "{line} is not in\n{}", metrics.text());
    }
    assert!(!metrics.text().contains("PH-0754"), "labels are patterns, not paths");
}

#[test]
fn the_reference_can_be_read_without_any_outside_asset() {
    let town = town([]);
    let page = town.get("/docs");

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("/api/v1/patrols/nearest"));
    assert!(!page.text().contains("src=\"http") && !page.text().contains("@import"));
    assert_eq!(town.get("/openapi.json").json()["openapi"], "3.1.0");
}

#[test]
fn a_writer_that_has_stopped_is_a_503_that_says_when_to_come_back() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    town.app.close();
    let incident =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });

    let refused = town.post("/api/v1/incidents", &incident);
    let line = town.send(
        "POST",
        "/api/v1/incidents:batch",
        &[("content-type", "application/x-ndjson")],
        incident.to_string().into(),
    );

    assert_eq!((refused.fault().0, refused.header("retry-after")), (503, "2"));
    assert_eq!(line.lines()[0]["status"], 503);
    assert_eq!(town.get("/api/v1/sites").status, 200, "reading goes on");
}
