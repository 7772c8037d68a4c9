//! `vigie export tiles`: what other programs read out of the file, held against what the server answers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{
    export::{Pyramid, PyramidHead, Square, place_of},
    geo::LonLat,
    import::{self, Options},
    roads::{NodeMark, Road, RoadClass, RoadPoint},
    stock::StockChange,
    tile::{Drawn, Tag, TileLayer},
};

use crate::{
    server::vigie,
    support::{Start, Town, begin, open_town_on, shared_data, site, site_of},
};

/// A folder with a store in it, and a server over that.
struct House {
    folder: TempDir,
    town: Town,
}

impl House {
    fn with(starts: impl IntoIterator<Item = Start>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let town = open_town_on(&folder.path().join("vigie.db"));
        begin(&town.app, starts);
        Self { folder, town }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("out.pmtiles")
    }

    /// What the program says, beside the server.
    fn export(&self, layer: &str, options: &[&str]) -> Output {
        let store = format!("sqlite:{}", self.folder.path().join("vigie.db").display());
        vigie()
            .args(["export", "tiles", layer, "--store", &store, "--out"])
            .arg(self.file())
            .args(options)
            .output()
            .unwrap()
    }

    fn read(&self) -> (Value, TempDir) {
        read(&self.file())
    }
}

/// What other programs read out of a file, each tile being in a folder.
fn read(file: &Path) -> (Value, TempDir) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tiles = tempfile::tempdir().unwrap();
    let output = Command::new(root.join("target/gis/bin/python"))
        .arg(root.join("tests/gis/pyramid.py"))
        .arg(file)
        .arg(tiles.path())
        .output()
        .expect("`make target/gis/.installed` installs pmtiles and mapbox-vector-tile");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).unwrap(), tiles)
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn street() -> Start {
    let point = |node: i64, lon: f64, lat: f64| RoadPoint {
        node,
        position: LonLat::new(lon, lat).unwrap(),
        mark: NodeMark::default(),
    };
    let road = Road {
        id: "way/1".to_owned(),
        class: RoadClass::Residential,
        name: Some("rue des Tests".to_owned()),
        points: vec![point(1, 2.349, 48.851), point(2, 2.358, 48.856)],
        forward_kmh: Some(30),
        backward_kmh: Some(30),
        restricted: false,
        walkable: true,
    };
    Start::Stock(StockChange { roads: vec![road], ..StockChange::default() })
}

fn two_landlords() -> House {
    House::with([
        site("AA-01", 2.350, 48.852),
        site("AA-02", 2.352, 48.853),
        site_of("Elogie", "BB-01", 2.354, 48.854),
        street(),
    ])
}

/// Zoom, column and row of each tile.
fn names(tiles: &Path) -> BTreeSet<(u8, u32, u32)> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let numbers: Vec<u32> = name.split('-').map(|it| it.parse().unwrap()).collect();
        (numbers[0] as u8, numbers[1], numbers[2])
    };
    std::fs::read_dir(tiles).unwrap().map(name).collect()
}

/// Every tile of the file has the bytes that the server answers, and there is no other where anything is.
fn compare(town: &Town, layer: &str, query: &str, tiles: &Path, zooms: [u8; 2]) {
    let there = names(tiles);
    let path = |(z, x, y): (u8, u32, u32)| format!("/tiles/{layer}/{z}/{x}/{y}.mvt{query}");
    for (z, x, y) in &there {
        let served = town.get(&path((*z, *x, *y)));
        assert_eq!(served.status, 200, "{layer} {z}/{x}/{y}");
        let filed = std::fs::read(tiles.join(format!("{z}-{x}-{y}"))).unwrap();
        assert!(served.bytes == filed, "{layer} {z}/{x}/{y} differs");
    }
    for zoom in zooms[0]..=zooms[1] {
        let of_zoom: Vec<_> = there.iter().filter(|(z, ..)| *z == zoom).collect();
        assert!(!of_zoom.is_empty(), "{layer} has nothing at zoom {zoom}");
        let last = (1 << zoom) - 1;
        let around = |at: &dyn Fn(&(u8, u32, u32)) -> u32| {
            let (low, high) =
                (of_zoom.iter().map(|it| at(it)).min(), of_zoom.iter().map(|it| at(it)).max());
            low.unwrap().saturating_sub(1)..=(high.unwrap() + 1).min(last)
        };
        for x in around(&|it| it.1) {
            for y in around(&|it| it.2) {
                let expected = if there.contains(&(zoom, x, y)) { 200 } else { 204 };
                assert_eq!(
                    town.get(&path((zoom, x, y))).status,
                    expected,
                    "{layer} {zoom}/{x}/{y}"
                );
            }
        }
    }
}

#[test]
fn a_file_has_the_tiles_that_the_server_answers_and_no_others() {
    let house = two_landlords();
    for (layer, zooms, shape, far, near) in [
        (
            "sites",
            [0, 17],
            "Point",
            json!(["code", "dwellings", "landlord", "name"]),
            json!(["code", "dwellings", "landlord", "name"]),
        ),
        (
            "buildings",
            [12, 17],
            "Polygon",
            json!(["height_m"]),
            json!(["dwellings", "height_m", "id", "landlord", "levels", "site_code"]),
        ),
        (
            "roads",
            [13, 17],
            "LineString",
            json!(["class", "kmh", "name"]),
            json!(["class", "kmh", "name"]),
        ),
    ] {
        let (first, last) = (zooms[0].to_string(), zooms[1].to_string());
        let mut options = vec!["--force", "--min-zoom", &first];
        if layer == "sites" {
            options.push("--names");
        }
        let said = done(&house.export(layer, &options));
        let (read, tiles) = house.read();
        assert!(
            said.contains(&format!("{} tiles of {layer}, zooms {first} to {last}", read["tiles"])),
            "{said}"
        );
        compare(&house.town, layer, "", tiles.path(), zooms);

        assert_eq!(read["in_order"], true, "{layer}");
        let head = &read["head"];
        assert_eq!((&head["version"], &head["clustered"]), (&json!(3), &json!(true)), "{layer}");
        assert_eq!(
            (&head["tile_type"], &head["tile_compression"]),
            (&json!("MVT"), &json!("GZIP"))
        );
        assert_eq!((&head["min_zoom"], &head["max_zoom"]), (&json!(zooms[0]), &json!(zooms[1])));
        assert!((head["min_lon_e7"].as_f64().unwrap() / 1e7 - 2.35).abs() < 0.002, "{head}");
        assert!((head["max_lat_e7"].as_f64().unwrap() / 1e7 - 48.855).abs() < 0.002, "{head}");
        let described = &read["metadata"]["vector_layers"][0];
        assert_eq!(described["id"], layer);
        assert_eq!(read["shapes"], json!({ layer: [shape] }));
        assert_eq!(read["properties"][&first], far, "{layer}");
        assert_eq!(read["properties"][&last], near, "{layer}");
        for name in near.as_array().unwrap() {
            assert!(described["fields"][name.as_str().unwrap()].is_string(), "{layer} {name}");
        }
        let gdal = &read["gdal"];
        assert_eq!((&gdal["layers"], &gdal["crs"]), (&json!([layer]), &json!("EPSG:3857")));
        assert!(gdal["features"].as_u64().unwrap() >= 1, "{gdal}");
    }
}

#[test]
fn a_file_shows_no_names_unless_told_to_and_to_a_landlord_its_own_alone() {
    let house = two_landlords();
    let has = |tiles: &TempDir, text: &str| {
        names(tiles.path()).iter().any(|(z, x, y)| {
            let tile = std::fs::read(tiles.path().join(format!("{z}-{x}-{y}"))).unwrap();
            tile.windows(text.len()).any(|window| window == text.as_bytes())
        })
    };
    done(&house.export("sites", &["--max-zoom", "9"]));
    let (read, tiles) = house.read();
    assert!(has(&tiles, "BB-01") && !has(&tiles, "Résidence"));
    assert!(read["metadata"]["vector_layers"][0]["fields"]["name"].is_null());

    for layer in ["sites", "buildings"] {
        done(&house.export(layer, &["--force", "--landlord", "elogie"]));
        let (read, tiles) = house.read();
        assert!(has(&tiles, "BB-01") && has(&tiles, "elogie"), "{layer}");
        assert!(!has(&tiles, "AA-0") && !has(&tiles, "paris-habitat"), "{layer}");
        let west = read["head"]["min_lon_e7"].as_f64().unwrap() / 1e7;
        assert!(west > 2.353, "the box is its own: {west}");
    }
}

#[test]
fn tracts_carry_the_figures_that_are_asked_for() {
    let Some(tracts) = shared_data("contours-iris-paris.gpkg") else { return };
    let Some(incomes) = shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv") else { return };
    let options = Options::default();
    let about = import::indicators::About::default();
    let mut figures = StockChange::default();
    figures
        .datasets
        .push(import::indicators::read(&incomes, &options, &about).unwrap().content.dataset);
    let stock = import::tracts::read(&tracts, &options).unwrap().content;
    let house = House::with([Start::Stock(stock), Start::Stock(figures)]);

    done(&house.export("tracts", &["--max-zoom", "13", "--indicators", "DISP_MED18"]));
    let (read, tiles) = house.read();
    // From farther away a tract of Paris is less than a pixel.
    compare(&house.town, "tracts", "?indicators=DISP_MED18", tiles.path(), [9, 13]);
    assert_eq!(read["properties"]["13"], json!(["DISP_MED18", "code", "kind", "name"]));
    assert!(read["metadata"]["vector_layers"][0]["fields"]["DISP_MED18"].is_string());
}

#[test]
fn of_more_tiles_than_the_root_has_room_for_each_is_found_in_its_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.pmtiles");
    let head = PyramidHead {
        zooms: [8, 8],
        bounds: [-180.0, -85.0, 180.0, 85.0],
        metadata: json!({ "vector_layers": [{ "id": "sites", "fields": {} }] }).to_string(),
    };
    let mut pyramid = Pyramid::begin(head, File::create(&path).unwrap()).unwrap();
    let mut squares: Vec<Square> =
        (0..256).flat_map(|x| (0..256).map(move |y| (8, x, y))).collect();
    squares.sort_by_key(|square| place_of(*square).unwrap());
    // About half of all squares, each with text of its own length: what a directory says of them does not shrink.
    let mut random = 1_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        random >> 33
    };
    let mut written = BTreeMap::new();
    for square in squares {
        if next() % 2 == 0 {
            continue;
        }
        let text: String = (0..next() % 16).map(|_| format!("{:08x}", next())).collect();
        let tile = TileLayer::new("sites")
            .with(&Drawn::Point([2048, 2048]), &[("code", Tag::Text(&text))])
            .unwrap()
            .encode()
            .unwrap();
        pyramid.add(square, &tile).unwrap();
        written.insert(square, tile);
    }
    assert_eq!(pyramid.finish().unwrap(), written.len() as u64);

    let (read, tiles) = read(&path);
    assert!(read["head"]["leaf_directory_length"].as_u64().unwrap() > 0, "{}", read["head"]);
    assert_eq!((&read["head"]["clustered"], &read["in_order"]), (&json!(true), &json!(true)));
    assert_eq!(names(tiles.path()), written.keys().copied().collect());
    for ((z, x, y), tile) in written {
        let filed = std::fs::read(tiles.path().join(format!("{z}-{x}-{y}"))).unwrap();
        assert!(filed == tile, "{z}/{x}/{y}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_what_is_there() {
    let house = two_landlords();
    done(&house.export("sites", &["--max-zoom", "3"]));
    let before = std::fs::read(house.file()).unwrap();
    for (layer, options, code, said) in [
        ("sites", &[][..], 1, "is there already; name another file, or say --force"),
        ("tracts", &["--force"][..], 1, "there are no tracts to draw"),
        ("heatmap", &[][..], 2, "must be one of sites, buildings, tracts, roads"),
        ("sites", &["--max-zoom", "18"][..], 2, "--max-zoom: sites have zooms 0 to 17"),
        ("buildings", &["--min-zoom", "3"][..], 2, "--min-zoom: buildings have zooms 12 to 17"),
        ("sites", &["--min-zoom", "9", "--max-zoom", "8"][..], 2, "must not be more than"),
        ("sites", &["--indicators", "DISP_MED18"][..], 2, "are told of tracts alone"),
        ("tracts", &["--indicators", "NOWHERE"][..], 1, "no dataset has the variable `NOWHERE`"),
        ("sites", &["--landlord", "nobody"][..], 1, "landlord `nobody` is not in the stock"),
        ("sites", &["--landlord", "elogie", "--names"][..], 2, "cannot be used with"),
    ] {
        let (ended, told) = refused(&house.export(layer, options));
        assert_eq!(ended, Some(code), "{layer} {options:?}: {told}");
        assert!(told.contains(said), "{layer} {options:?}: {told}");
    }
    assert_eq!(std::fs::read(house.file()).unwrap(), before);
    let left = std::fs::read_dir(house.folder.path()).unwrap().filter_map(Result::ok);
    assert!(!left.into_iter().any(|it| it.file_name().to_string_lossy().starts_with(".vigie-")));
}
