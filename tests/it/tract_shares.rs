//! Where buildings, sites and dwellings belong, held against PostGIS over the same store: on the real tracts and
//! volumes of the Île de la Cité where they are there, and on made ones that straddle borders everywhere.

use std::collections::HashMap;

use geo::{MultiPolygon, Rect, coord};
use serde_json::Value;
use vigie::{
    app::{App, system_clock},
    import::{self, Options},
    stock::{Building, Footprint, Landlord, Site, StockChange},
    store::StoreUrl,
    tract::{Tract, TractKind},
    twin::{BuildingIx, TractShare},
};

use crate::{
    postgres_cluster::Database,
    support::{Start, begin, shared_data, town},
};

/// Largest difference of shares: intersections are computed on a grid of some micrometres, over a box as large as a tract.
const SAME_SHARE: f64 = 5e-6;

/// Shares of each building as PostGIS says, in the system `srid`.
fn by_postgis(database: &Database, srid: u32) -> HashMap<(String, String), f64> {
    let said = database.sql(&format!(
        "SELECT b.id, t.code, ST_Area(ST_Intersection(b.plane, t.plane)) / ST_Area(b.plane)
         FROM (SELECT id, footprint, ST_Transform(footprint, {srid}) AS plane FROM vigie.building) b
         JOIN (SELECT code, area, ST_Transform(area, {srid}) AS plane FROM vigie.tract) t
           ON ST_Intersects(b.footprint, t.area)"
    ));
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('|').collect();
        ((fields[0].to_owned(), fields[1].to_owned()), fields[2].parse().unwrap())
    };
    said.lines().filter(|line| !line.is_empty()).map(row).collect()
}

/// The largest difference between our shares and those of PostGIS; a pair that one side has not counts as 0 there.
fn difference(app: &App, theirs: &HashMap<(String, String), f64>) -> f64 {
    let snapshot = app.snapshot();
    let stock = snapshot.stock();
    let mut ours: HashMap<(String, String), f64> = HashMap::new();
    for row in 0..stock.buildings().len() as u32 {
        for TractShare { tract, share } in stock.tract_shares().of_building(BuildingIx(row)) {
            let id = stock.building(BuildingIx(row)).id.to_string();
            ours.insert((id, stock.tracts()[*tract as usize].code.to_string()), *share);
        }
    }
    let of = |all: &HashMap<_, f64>, pair| all.get(pair).copied().unwrap_or(0.0);
    let pairs = ours.keys().chain(theirs.keys());
    pairs.map(|pair| (of(&ours, pair) - of(theirs, pair)).abs()).fold(0.0, f64::max)
}

fn square(west: f64, south: f64, side: f64) -> MultiPolygon<f64> {
    let corners = (coord! { x: west, y: south }, coord! { x: west + side, y: south + side });
    MultiPolygon::from(Rect::new(corners.0, corners.1).to_polygon())
}

/// Nine tracts of 0.001°, and buildings of 0.0003° every 0.00017°, so that most straddle one border or two. The
/// outermost lie partly outside every tract.
fn straddling() -> StockChange {
    let tract = |number: u32| Tract {
        code: format!("75101{:04}", 101 + number).parse().unwrap(),
        vintage: None,
        name: format!("Tract {number}"),
        kind: TractKind::Housing,
        area: square(
            2.35 + f64::from(number % 3) * 1e-3,
            48.85 + f64::from(number / 3) * 1e-3,
            1e-3,
        ),
    };
    let building = |number: u32| Building {
        id: format!("B-{number}").parse().unwrap(),
        site: Some("PH-0001".parse().unwrap()),
        site_was_given: true,
        footprint: Footprint::new(square(
            2.3499 + f64::from(number % 18) * 1.7e-4,
            48.8499 + f64::from(number / 18) * 1.7e-4,
            3e-4,
        ))
        .unwrap(),
        height_m: None,
        levels: Some(1 + (number % 5) as u16),
        dwellings: Some(number % 7),
        halls: Vec::new(),
    };
    let buildings: Vec<Building> = (0..324).map(building).collect();
    let landlord = Landlord::named("Paris Habitat").unwrap();
    let site = Site {
        code: "PH-0001".parse().unwrap(),
        landlord: landlord.id.clone(),
        name: "Les Halles".to_owned(),
        dwellings: buildings.iter().filter_map(|it| it.dwellings).sum(),
        position: vigie::geo::LonLat::new(2.3515, 48.8515).unwrap(),
        outline: None,
        address: None,
    };
    StockChange {
        landlords: vec![landlord],
        sites: vec![site],
        buildings,
        tracts: (0..9).map(tract).collect(),
        ..StockChange::default()
    }
}

fn app_on(database: &Database) -> App {
    let store = database.url().parse::<StoreUrl>().unwrap().open().unwrap();
    App::open(store, system_clock).unwrap()
}

#[test]
fn buildings_across_borders_are_shared_out_as_postgis_shares_them() {
    let database = Database::fresh();
    let app = app_on(&database);
    begin(&app, [Start::Stock(straddling())]);

    let theirs = by_postgis(&database, 4326);

    assert!(theirs.values().filter(|share| (0.01..0.99).contains(*share)).count() > 200);
    assert!(difference(&app, &theirs) < SAME_SHARE, "{}", difference(&app, &theirs));
    app.close();
}

#[test]
fn the_volumes_of_the_cite_lie_in_the_tracts_of_paris_as_postgis_says() {
    let (Some(tracts), Some(volumes)) =
        (shared_data("contours-iris-paris.gpkg"), shared_data("paris-cite-volumes-batis.geojson"))
    else {
        return;
    };
    let database = Database::fresh();
    let app = app_on(&database);
    let options = Options::default();
    let read = [
        import::tracts::read(&tracts, &options).unwrap().content,
        import::buildings::read(&volumes, &options).unwrap().content,
    ];
    begin(&app, read.map(Start::Stock));

    let theirs = by_postgis(&database, 4326);
    assert!(theirs.len() > 3_000, "{}", theirs.len());
    assert!(difference(&app, &theirs) < SAME_SHARE, "{}", difference(&app, &theirs));
    // In metres of Lambert-93 it is the same but for the projection of borders that are straight in one of them.
    let in_metres = by_postgis(&database, 2154);
    assert!(difference(&app, &in_metres) < 1e-3, "{}", difference(&app, &in_metres));
    app.close();
}

#[test]
fn dwellings_of_tracts_sites_and_buildings_agree() {
    let town = town([Start::Stock(straddling())]);

    let site = town.get("/api/v1/sites/PH-0001").json()["properties"].clone();
    let tracts = town.get("/api/v1/tracts").json();
    let total = site["dwellings"].as_f64().unwrap();

    let by_code = |code: &Value| -> f64 {
        let features = tracts["features"].as_array().unwrap();
        let found = features.iter().find(|feature| feature["id"] == *code).unwrap();
        found["properties"]["dwellings"].as_f64().unwrap()
    };
    let parts = site["tracts"].as_array().unwrap();
    assert_eq!(parts.len(), 9);
    for part in parts {
        let of_share = part["share"].as_f64().unwrap() * total;
        assert!((of_share - by_code(&part["code"])).abs() < 0.01, "{part}");
    }
    let sum: f64 = parts.iter().map(|part| part["share"].as_f64().unwrap()).sum();
    assert!(sum > 0.85 && sum < 0.999, "what stands outside every tract is in none: {sum}");

    let building =
        town.get("/api/v1/buildings?q=B-100").json()["features"][0]["properties"].clone();
    let shares = building["tracts"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|part| part["share"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{building}");
}
