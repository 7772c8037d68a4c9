//! `/ogc`: OGC API – Features, read by its own rules, by GDAL, and against what the rest of the API says.

mod core;
mod crs;
mod filter;
mod gdal;
mod html;
mod libraries;
mod qgis;
mod sort;
mod tiles;

use serde_json::Value;

use crate::support::{Start, Town, site, site_of, town};

const JSON: &str = "application/json";
const GEO_JSON: &str = "application/geo+json";

/// Sites in a grid of so many columns, two landlords by turns, each with a building.
fn grid(columns: usize, rows: usize) -> Vec<Start> {
    let cell = |at: usize| {
        let (x, y) = ((at % columns) as f64, (at / columns) as f64);
        let (lon, lat) = (2.30 + 0.01 * x, 48.80 + 0.01 * y);
        match at % 2 {
            0 => site(&format!("AA-{at:03}"), lon, lat),
            _ => site_of("Elogie", &format!("BB-{at:03}"), lon, lat),
        }
    };
    (0..columns * rows).map(cell).collect()
}

fn grid_town() -> Town {
    town(grid(6, 5))
}

/// The ids of a page, in its order.
fn ids(page: &Value) -> Vec<String> {
    let features = page["features"].as_array().unwrap_or_else(|| panic!("{page}"));
    features.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The link of that relation, without the address of the server.
fn link(document: &Value, rel: &str) -> Option<String> {
    let links = document["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel)?;
    Some(path_of(found["href"].as_str().unwrap()))
}

fn path_of(href: &str) -> String {
    let rest = href.split_once("://").unwrap_or_else(|| panic!("{href} is no address")).1;
    rest[rest.find('/').unwrap()..].to_owned()
}
