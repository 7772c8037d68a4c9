//! What the adapter promises: the right place, or a refusal that names what is wrong.

use super::*;
use proptest::prelude::*;

fn crs(text: &str) -> Crs {
    text.parse().unwrap()
}

fn at(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

#[test]
fn a_code_is_read_however_it_is_written() {
    for text in [
        "EPSG:2154",
        " epsg:2154",
        "urn:ogc:def:crs:EPSG::2154",
        "http://www.opengis.net/def/crs/EPSG/0/2154",
    ] {
        assert_eq!(crs(text).to_string(), "EPSG:2154", "{text}");
    }
    assert_eq!(crs("urn:ogc:def:crs:OGC:1.3:CRS84"), Crs::wgs_84());
    for text in ["", "2154", "EPSG:", "EPSG:abc", "Lambert-93", "IGNF:LAMB93"] {
        assert!(matches!(text.parse::<Crs>(), Err(CrsError::Unreadable(_))), "{text}");
    }
    for text in ["EPSG:99999", "EPSG:5773", "EPSG:9999999"] {
        assert!(matches!(text.parse::<Crs>(), Err(CrsError::Unknown { .. })), "{text}");
    }
}

#[test]
fn lambert_93_is_brought_to_longitude_and_latitude() {
    let there = crs("EPSG:2154").to_wgs_84(at(652_469.02, 6_862_035.26)).unwrap();
    assert!((there.lon() - 2.3522).abs() < 1e-6 && (there.lat() - 48.8566).abs() < 1e-6);
}

#[test]
fn a_coordinate_outside_the_area_of_use_is_refused_by_name() {
    let degrees_as_metres = crs("EPSG:2154").to_wgs_84(at(2.35, 48.85)).unwrap_err();
    assert!(matches!(&degrees_as_metres, CrsError::OutsideArea { crs, x, .. }
        if crs == "EPSG:2154" && *x == 2.35));
    for (code, x, y) in [
        ("EPSG:2154", 6_862_035.0, 652_469.0),
        ("EPSG:2154", f64::NAN, 0.0),
        ("EPSG:2154", 1e300, 1e300),
        ("EPSG:3857", 50_000_000.0, 6_000_000.0),
        ("EPSG:4326", 200.0, 10.0),
        ("EPSG:4258", 152.35, 48.85),
    ] {
        assert!(crs(code).to_wgs_84(at(x, y)).is_err(), "{code} {x} {y}");
    }
}

#[test]
fn the_text_of_a_prj_file_knows_its_area_by_its_name() {
    let wkt = r#"PROJCS["RGF_1993_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]"#;
    let lambert_93 = Crs::from_wkt(wkt).unwrap();
    let there = lambert_93.to_wgs_84(at(652_469.02, 6_862_035.26)).unwrap();
    assert!((there.lon() - 2.3522).abs() < 1e-6 && (there.lat() - 48.8566).abs() < 1e-6);
    assert!(matches!(lambert_93.to_wgs_84(at(2.35, 48.85)), Err(CrsError::OutsideArea { .. })));
    for broken in ["", "PROJCS[", "hello", "LOCAL_CS[\"x\"]", "PROJCS[\"a\",UNIT[\"m\",1]]"] {
        assert!(Crs::from_wkt(broken).is_err(), "{broken}");
    }
}

#[test]
fn systems_may_be_used_from_many_threads() {
    let lambert_93 = crs("EPSG:2154");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| lambert_93.to_wgs_84(at(652_469.0, 6_862_035.0)).unwrap());
        }
    });
}

proptest! {
    #[test]
    fn the_grid_of_insee_is_left_as_it_was_entered(lon in -4.0..8.0, lat in 42.0..51.0) {
        let (x_m, y_m) = to_epsg_3035(LonLat::new(lon, lat).unwrap()).unwrap();
        let back = from_epsg_3035(x_m, y_m).unwrap();
        prop_assert!((back.lon() - lon).abs() < 2e-8 && (back.lat() - lat).abs() < 2e-8);
    }

    #[test]
    fn no_coordinate_makes_proj_panic(x in any::<f64>(), y in any::<f64>(), at_system in 0..4_usize) {
        let code = ["EPSG:2154", "EPSG:3857", "EPSG:3035", "EPSG:27572"][at_system];
        let _ = crs(code).to_wgs_84(at(x, y));
    }
}

#[test]
fn what_proj_has_refused_is_asked_about_once_and_what_is_used_here_always() {
    let mut asked = Asked::new();
    let digest = |asked: &Asked, name: &str| asked.digests.hash_one(Arc::<str>::from(name));
    let (used, other) = (digest(&asked, "EPSG:2154"), digest(&asked, "EPSG:27572"));
    assert!(!asked.is_refused(used) && !asked.is_refused(other));
    let bad = digest(&asked, "EPSG:1482");
    asked.note(bad, false);
    assert!(asked.is_refused(bad) && !asked.is_refused(other));
    (0..2 * REFUSED_MAX as u64).for_each(|n| asked.note(n, false));
    assert_eq!(asked.refused.len(), REFUSED_MAX);
    assert!(!asked.is_refused(used), "also when many were refused");
    assert!(asked.is_refused(other), "nobody has used it yet");

    for _ in 0..2 {
        let fault = "EPSG:1482".parse::<Crs>().unwrap_err();
        assert!(matches!(fault, CrsError::Unknown { .. }), "{fault}");
    }
}
