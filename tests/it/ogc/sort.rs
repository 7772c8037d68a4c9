//! `sortby`: the features in another order, page by page.

use std::cmp::Ordering;

use serde_json::Value;

use super::{grid, ids, link};
use crate::support::{Start, begin, patrol, patrol_that_is, site, town};

#[test]
fn pages_in_any_order_are_the_sorted_collection() {
    let mut starts = grid(6, 5);
    for (at, start) in starts.iter_mut().enumerate() {
        if let Start::Stock(change) = start {
            change.sites[0].dwellings = 10 + at as u32 * 7 % 5;
            change.buildings[0].levels = (at % 4 != 0).then_some(at as u16 % 3);
            change.buildings[0].height_m = Some(3.1 * (at % 7) as f64 + 2.7);
        }
    }
    let town = town(starts);
    for (collection, sortby, filter) in [
        ("sites", "dwellings", ""),
        ("sites", "-dwellings,name", ""),
        ("sites", "%2Blandlord,-dwellings", "&filter=dwellings%3E11"),
        ("buildings", "-levels", ""),
        ("buildings", "height_m,-id", "&bbox=2.295,48.795,2.345,48.9"),
        ("sites", "-code", ""),
    ] {
        let first = format!("/ogc/collections/{collection}/items?sortby={sortby}{filter}");
        let all =
            town.get(&format!("/ogc/collections/{collection}/items?limit=1000{filter}")).json();
        let mut expected = all["features"].as_array().unwrap().clone();
        expected.sort_by(|a, b| compare(sortby, a, b));
        let expected: Vec<String> =
            expected.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let (mut read, mut next) = (Vec::new(), Some(format!("{first}&limit=4")));
        while let Some(path) = next {
            let page = town.get(&path).json();
            assert_eq!(page["numberMatched"], expected.len(), "{path}");
            assert!(ids(&page).len() <= 4);
            read.extend(ids(&page));
            next = link(&page, "next");
        }
        assert_eq!(read, expected, "{collection} {sortby}");
    }
}

/// The order by the book: what is unknown last, then ids.
fn compare(sortby: &str, a: &Value, b: &Value) -> Ordering {
    for part in sortby.trim_start_matches("%2B").split(',') {
        let name = part.trim_start_matches('-');
        let (a, b) = (&a["properties"][name], &b["properties"][name]);
        let order = match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ if a.is_null() || b.is_null() => match a.is_null().cmp(&b.is_null()) {
                Ordering::Equal => continue,
                order => return order,
            },
            _ => a.as_str().cmp(&b.as_str()),
        };
        let order = if part.starts_with('-') { order.reverse() } else { order };
        if order.is_ne() {
            return order;
        }
    }
    a["id"].as_str().cmp(&b["id"].as_str())
}

#[test]
fn sorted_pages_skip_and_repeat_nothing_while_the_data_changes() {
    let town = town(grid(6, 5));
    let first = "/ogc/collections/sites/items?sortby=-name&limit=7";
    let whole = ids(&town.get("/ogc/collections/sites/items?sortby=-name&limit=1000").json());
    let (mut read, mut next, mut round) = (Vec::new(), Some(first.to_owned()), 0);
    while let Some(path) = next {
        let page = town.get(&path).json();
        read.extend(ids(&page));
        next = link(&page, "next");
        begin(
            &town.app,
            [site(&format!("ZZ-{round}"), 2.5, 48.9), site(&format!("A0-{round}"), 2.5, 48.9)],
        );
        round += 1;
        assert!(round < 20);
    }
    let of_before: Vec<&String> = read.iter().filter(|id| whole.contains(id)).collect();
    assert_eq!(of_before, whole.iter().collect::<Vec<_>>());
}

#[test]
fn what_sorts_is_told_and_nothing_else_sorts() {
    let nowhere = patrol_that_is(vigie::patrol::Availability::Available, "T-2", None);
    let town = town([patrol("T-1", 2.3, 48.8), nowhere]);
    let told = town.get("/ogc/collections/patrols/sortables");
    assert_eq!(told.header("content-type"), "application/schema+json");
    let told = told.json();
    let names: Vec<&String> = told["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["accuracy_m", "callsign", "crew", "id", "recorded_at", "status"]);
    for name in names {
        for sign in ["", "-", "%2B", "+"] {
            let page = town.get(&format!("/ogc/collections/patrols/items?sortby={sign}{name}"));
            assert_eq!(page.status, 200, "{sign}{name}: {}", page.text());
        }
    }
    let last = town.get("/ogc/collections/patrols/items?sortby=-recorded_at").json();
    assert_eq!(ids(&last), ["T-1", "T-2"], "what is unknown comes last");
    for sortby in ["geometry", "colour", "", "id,", "-", "id,id,id,id,id"] {
        let fault = town.get(&format!("/ogc/collections/patrols/items?sortby={sortby}")).fault();
        assert_eq!((fault.0, fault.1.as_str()), (400, "sortby"), "{sortby}");
    }
    let of_another =
        format!("/ogc/collections/patrols/items?sortby=crew&after={}", hex::encode("[[],\"x\"]"));
    assert_eq!(town.get(&of_another).fault().1, "after");
}
