//! Importing the real files: what is counted by hand and what other programs read is what is kept.

use std::path::{Path, PathBuf};

use vigie::import::{Options, buildings, sites, surroundings, tracts};

/// A real file, or `None` with a plain word where the shared data is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("VIGIE_SHARED_DATA").map_or(beside, PathBuf::from);
    let file = data.join(name);
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return None;
    }
    Some(file)
}

#[test]
fn t() {
    let o = Options::default();
    let r = sites::read(&shared("logements-sociaux-finances-paris.csv").unwrap(), &o).unwrap();
    println!(
        "{} {} {} {}",
        r.summary,
        r.content.sites.len(),
        r.content.landlords.len(),
        r.content.sites.iter().map(|s| s.dwellings).sum::<u32>()
    );
    println!("{:#?}", &r.content.sites[..2]);
    let r = buildings::read(&shared("monaco.osm.pbf").unwrap(), &o).unwrap();
    println!("{} {}", r.summary, r.content.buildings.len());
    let r = surroundings::read(&shared("monaco.osm.pbf").unwrap(), &o).unwrap();
    println!("{} {}", r.summary, r.content.surroundings.len());
    let r = buildings::read(&shared("paris-cite-volumes-batis.geojson").unwrap(), &o).unwrap();
    println!("{} {}", r.summary, r.content.buildings.len());
    let a = tracts::read(&shared("contours-iris-paris.gpkg").unwrap(), &o).unwrap();
    println!("{} {}", a.summary, a.content.tracts.len());
    let b = tracts::read(&shared("contours-iris-paris/CONTOURS-IRIS.shp").unwrap(), &o).unwrap();
    println!("{} {}", b.summary, b.content.tracts.len());
    println!("{}", a.content == b.content);
    println!(
        "{:?}",
        buildings::read(&shared("portland-calls-2016-08.zip").unwrap(), &o).map(|r| r.summary)
    );
}
