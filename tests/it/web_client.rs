//! The pages of the web client: where they are served, and how long browsers may hold on to them.

use serde_json::json;

use crate::support::{Answer, town};

/// What a program says that was built without the client.
const NO_CLIENT: &str = "built without the web client";

/// Whether the client is in this program; says so where it is not.
fn is_built(page: &Answer) -> bool {
    let built = !page.text().contains(NO_CLIENT);
    if !built {
        eprintln!("skipped: web/dist is not there; `make web` builds it");
    }
    built
}

#[test]
fn the_tablet_is_served_with_and_without_a_slash_and_asked_for_again() {
    let town = town([]);
    let [page, with_slash] = ["/patrol", "/patrol/"].map(|path| town.get(path));
    assert_eq!((page.status, with_slash.status), (200, 200));
    if !is_built(&page) {
        return;
    }

    assert_eq!(page.text(), with_slash.text());
    assert_ne!(page.text(), town.get("/").text(), "the room is another page");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    let tag = page.header("etag").to_owned();
    let again = town.send("GET", "/patrol", &[("if-none-match", &tag)], Vec::new());
    assert_eq!(again.status, 304);
    assert!(!page.text().contains("<script>"), "the policy forbids scripts inside the page");
}

#[test]
fn the_analysis_by_tract_is_a_page_of_its_own() {
    let town = town([]);
    let page = town.get("/analysis");
    assert_eq!(page.status, 200);
    if is_built(&page) {
        assert!(page.text().contains("analyse territoriale"), "{}", page.text());
        assert_eq!(page.header("cache-control"), "no-cache");
    }
}

#[test]
fn hot_spots_are_a_page_of_their_own() {
    let town = town([]);
    let page = town.get("/hotspots");
    assert_eq!(page.status, 200);
    if is_built(&page) {
        assert!(page.text().contains("Vigie · foyers"), "{}", page.text());
        assert_eq!(page.header("cache-control"), "no-cache");
    }
}

#[test]
fn the_worker_of_the_tablet_may_reach_its_page_and_is_never_held_on_to() {
    let town = town([]);
    if !is_built(&town.get("/patrol")) {
        return;
    }
    let worker = town.get("/patrol/sw.js");

    assert_eq!(worker.header("service-worker-allowed"), "/patrol");
    assert_eq!(worker.header("cache-control"), "no-cache");
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(town.get("/patrol/nothing.js").status, 404);
}

#[test]
fn everything_that_the_worker_keeps_is_there() {
    let town = town([]);
    if !is_built(&town.get("/patrol")) {
        return;
    }
    let worker = town.get("/patrol/sw.js");
    // The list stands in the script as JSON inside a text.
    let paths = worker.text().split('"').map(|part| part.trim_end_matches('\\'));
    let kept: Vec<&str> = paths.filter(|part| part.starts_with('/')).collect();

    assert!(kept.iter().any(|path| path.starts_with("/assets/patrol-")), "{kept:?}");
    for path in kept {
        let answer = town.get(path);
        assert_eq!(answer.status, 200, "{path}");
        let caching = if path.starts_with("/assets/") { "immutable" } else { "no-cache" };
        assert!(answer.header("cache-control").contains(caching), "{path}");
    }
}

#[test]
fn the_manifest_installs_the_tablet_with_an_icon_that_may_be_cut() {
    let town = town([]);
    if !is_built(&town.get("/patrol")) {
        return;
    }
    let manifest = town.get("/patrol/manifest.webmanifest");

    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest = manifest.json();
    assert_eq!(
        (&manifest["scope"], &manifest["start_url"]),
        (&json!("/patrol"), &json!("/patrol"))
    );
    let icons = manifest["icons"].as_array().unwrap();
    assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"));
    for icon in icons {
        assert_eq!(town.get(icon["src"].as_str().unwrap()).status, 200, "{icon}");
    }
}
