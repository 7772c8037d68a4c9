//! Each document as a page: escaped, without script, and with nothing from elsewhere.

use super::grid_town;
use crate::support::{begin, site};

#[test]
fn every_document_is_a_page_for_people() {
    let town = grid_town();
    for path in [
        "/ogc",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/sites",
        "/ogc/collections/sites/items?limit=3",
        "/ogc/collections/sites/items/AA-000",
        "/ogc/collections/sites/queryables",
    ] {
        let page = town.get_with(path, &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(page.header("content-security-policy").contains("default-src 'self'"), "{path}");
        let by_name = format!("{path}{}f=html", if path.contains('?') { '&' } else { '?' });
        assert_eq!(town.get(&by_name).header("content-type"), "text/html; charset=utf-8", "{path}");
        let text = page.text();
        assert!(text.starts_with("<!DOCTYPE html>") && text.contains("href=\"/\""), "{path}");
        for outside in ["<script", "src=", "@import", "url("] {
            assert!(!text.contains(outside), "{path} has {outside}");
        }
        let (title, json) = (text.split("<h1>").nth(1).unwrap(), town.get(path));
        assert!(!title.starts_with('<'), "{path}");
        assert!(json.header("content-type").contains("json"), "{path}");
    }
}

#[test]
fn a_name_that_looks_like_a_tag_is_a_name() {
    let town = grid_town();
    let mut evil = site("EV-1", 2.3, 48.8);
    if let crate::support::Start::Stock(change) = &mut evil {
        change.sites[0].name = "<b onclick=\"x\">&Tour".to_owned();
    }
    begin(&town.app, [evil]);
    for path in [
        "/ogc/collections/sites/items?code=EV-1&f=html",
        "/ogc/collections/sites/items/EV-1?f=html",
    ] {
        let page = town.get(path);
        assert!(
            page.text().contains("&lt;b onclick=&quot;x&quot;&gt;&amp;Tour"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("<b on"));
    }
}
