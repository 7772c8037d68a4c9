//! One target for each parser that reads what others wrote: it reads any bytes, and never panics.
//!
//! `make fuzz` runs them under libFuzzer; `tests/it/seeds.rs` takes this file in as a module, and runs each on its seeds in
//! `fuzz/corpus/` and on what a few thousand changes make of them.

use std::{
    borrow::Cow,
    fmt::{Debug, Display},
    path::Path,
    str::FromStr,
};

use geo::{LineString, MultiPolygon, Polygon};
use vigie::{
    access::{AccountId, AccountName, TokenDigest},
    alert::AlertId,
    app::Password,
    catalogue::{IncidentCursor, IndicatorName, SiteCursor},
    correlation::{Selector, Span},
    cql2::{Feature, Filter, Property, PropertyKind, read_json, read_text},
    geo::Bbox,
    import::{
        Options, buildings, incidents, indicators, roads, rules, signals, sites, speeds,
        surroundings, tracts,
    },
    incident::{IdempotencyKey, IncidentId, KindCode, Nomenclature},
    mailing::MailAddress,
    patrol::PatrolId,
    privacy::{Purpose, check},
    retention::HoldId,
    signal::{Area, KindName, SourceName, Sources},
    stock::{BuildingId, Footprint, LandlordId, NoteText, SiteCode},
    store::StoreUrl,
    time::{Date, Month, Timestamp, WeekHours},
    tract::{DatasetId, TractCode, Vintage},
    twin::CellKind,
};

/// A target by its name, which is also that of its folder of seeds.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 14] = [
    ("csv", csv),
    ("geojson", geojson),
    ("geojsonl", geojsonl),
    ("shapefile", shapefile),
    ("geopackage", geopackage),
    ("flatgeobuf", flatgeobuf),
    ("osm", osm),
    ("speeds", speed_table),
    ("indicators", indicator_table),
    ("words", words),
    ("remarks", remarks),
    ("footprints", footprints),
    ("rules", rule_file),
    ("cql2", cql2),
];

/// A table of sites, buildings, tracts, surroundings, incidents or signals.
pub fn csv(content: &[u8]) {
    as_every_layer("csv", content);
    let sources = Sources::shipped();
    with_file("csv", content, |path, options| drop(signals::read(path, options, &sources)));
}

/// A GeoJSON collection.
pub fn geojson(content: &[u8]) {
    as_every_layer("geojson", content);
}

/// GeoJSON, one feature a line.
pub fn geojsonl(content: &[u8]) {
    as_every_layer("geojsonl", content);
}

/// The shapes of a Shapefile, alone.
pub fn shapefile(content: &[u8]) {
    as_every_layer("shp", content);
}

/// A GeoPackage, which is a file of SQLite.
pub fn geopackage(content: &[u8]) {
    as_every_layer("gpkg", content);
}

/// A FlatGeobuf file.
pub fn flatgeobuf(content: &[u8]) {
    as_every_layer("fgb", content);
}

/// An extract of OpenStreetMap, also as roads.
pub fn osm(content: &[u8]) {
    as_every_layer("osm.pbf", content);
    with_file("osm.pbf", content, |path, options| drop(roads::read(path, options)));
}

/// A table of measured speeds.
pub fn speed_table(content: &[u8]) {
    with_file("csv", content, |path, options| drop(speeds::read(path, options)));
}

/// A table of figures by tract, commune or square; up to a line of `==`, and what stands behind it is INSEE's dictionary.
pub fn indicator_table(content: &[u8]) {
    const LINE: &[u8] = b"\n==\n";
    let cut = content.windows(LINE.len()).position(|piece| piece == LINE);
    let (table, dictionary) =
        cut.map_or((content, None), |at| (&content[..at], Some(&content[at + LINE.len()..])));
    with_file("csv", dictionary.unwrap_or_default(), |dictionary_path, _| {
        let about = indicators::About {
            dictionary: dictionary.map(|_| dictionary_path.to_owned()),
            ..indicators::About::default()
        };
        with_file("csv", table, |path, options| drop(indicators::read(path, options, &about)));
    });
}

/// A value as it stands in a parameter, a path, a header or an option: what is read is told as it can be read again.
pub fn words(content: &[u8]) {
    let Ok(text) = std::str::from_utf8(content) else { return };
    same_again::<AccountId>(text);
    same_again::<AccountName>(text);
    same_again::<AlertId>(text);
    same_again::<BuildingId>(text);
    same_again::<CellKind>(text);
    same_again::<DatasetId>(text);
    same_again::<Date>(text);
    same_again::<HoldId>(text);
    same_again::<IncidentCursor>(text);
    same_again::<IncidentId>(text);
    same_again::<IndicatorName>(text);
    same_again::<KindCode>(text);
    same_again::<KindName>(text);
    same_again::<MailAddress>(text);
    same_again::<Month>(text);
    same_again::<PatrolId>(text);
    same_again::<Selector>(text);
    same_again::<SiteCode>(text);
    same_again::<SiteCursor>(text);
    same_again::<SourceName>(text);
    same_again::<Span>(text);
    same_again::<Timestamp>(text);
    same_again::<TractCode>(text);
    same_again::<Vintage>(text);
    let _ = text.parse::<Area>();
    let _ = text.parse::<Bbox>();
    let _ = text.parse::<IdempotencyKey>();
    let _ = text.parse::<Nomenclature>();
    let _ = text.parse::<NoteText>();
    let _ = text.parse::<Password>();
    let _ = text.parse::<StoreUrl>();
    let _ = LandlordId::of_name(text);
    let _ = TokenDigest::of(text);
    let (hours, days) = text.split_once('&').unwrap_or((text, text));
    let _ = WeekHours::all().during(hours).map(|week| week.on(days));
}

/// A remark: whatever holds a telephone number is refused, whatever stands before it.
pub fn remarks(content: &[u8]) {
    let Ok(text) = std::str::from_utf8(content) else { return };
    let _ = check(text, Purpose::Remark);
    let _ = check(text, Purpose::PlaceName);
    if text.len() < 1_000 {
        assert!(check(&format!("{text} | 06 39 98 12 40"), Purpose::Remark).is_err());
    }
}

/// Corners of rings, 16 bytes each and a ring for every eight: a footprint that needs no mending, or a refusal.
pub fn footprints(content: &[u8]) {
    let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().unwrap_or_default());
    let corner = |bytes: &[u8]| (number(&bytes[..8]), number(&bytes[8..]));
    let corners: Vec<(f64, f64)> = content.chunks_exact(16).map(corner).collect();
    let mut rings: Vec<LineString<f64>> =
        corners.chunks(8).map(|ring| LineString::from(ring.to_vec())).collect();
    if rings.is_empty() {
        return;
    }
    let polygon = Polygon::new(rings.remove(0), rings);
    if let Ok(repaired) = Footprint::repair(MultiPolygon::new(vec![polygon])) {
        let again = Footprint::repair(repaired.footprint.polygons().clone());
        assert!(again.is_ok_and(|again| again.mended.is_empty()), "mended twice");
    }
}

/// A file of rules: rules that are in force can be tried, and a refusal repeats no telephone number.
pub fn rule_file(content: &[u8]) {
    let Ok(text) = std::str::from_utf8(content) else { return };
    let sources = Sources::shipped();
    let _ = rules::parse(text, &sources);
    if let Err(refused) = rules::parse(&format!("\"06 39 98 12 40\" = 1\n{text}"), &sources) {
        assert!(!refused.to_string().contains("06 39 98"), "{refused}");
    }
}

/// A filter in CQL2, as text and as JSON: whatever is read is asked of a feature, and a refusal repeats no telephone number.
///
/// Without polygons: the crate `geo` has assertions of its own that fail where corners nearly meet. The program outlives them, a fuzzer does not.
pub fn cql2(content: &[u8]) {
    let Ok(text) = std::str::from_utf8(content) else { return };
    if text.to_ascii_lowercase().contains("polygon") {
        return;
    }
    let known = [
        ("name", PropertyKind::Text),
        ("code", PropertyKind::Text),
        ("dwellings", PropertyKind::Number),
        ("buildings", PropertyKind::Number),
        ("reported_at", PropertyKind::Time),
        ("geometry", PropertyKind::Shape),
    ];
    let properties = known.map(|(name, kind)| Property { name: name.to_owned(), kind });
    for read in [read_text, read_json] {
        let made =
            read(text).and_then(|node| Filter::new(&node, &properties, &|shape| Ok(shape.clone())));
        if let Ok(filter) = made {
            let (asked, again) =
                (filter.passes(&Residence::new()), filter.passes(&Residence::new()));
            assert_eq!(asked, again);
        }
        if let Err(refused) = read(&format!("name = '06 39 98 12 40' {text}")) {
            assert!(!refused.to_string().contains("06 39 98"), "{refused}");
        }
    }
}

/// What filters are asked of.
struct Residence(geo::Geometry<f64>);

impl Residence {
    fn new() -> Self {
        Self(geo::Point::new(2.35, 48.85).into())
    }
}

impl Feature for Residence {
    fn text(&self, property: usize) -> Option<Cow<'_, str>> {
        (property == 0).then_some(Cow::Borrowed("Résidence d'Été"))
    }

    fn number(&self, property: usize) -> Option<f64> {
        (property == 2).then_some(40.0)
    }

    fn time_ms(&self, _: usize) -> Option<i64> {
        Some(1_790_000_000_000)
    }

    fn knows(&self, property: usize) -> bool {
        property != 1 && property != 3
    }

    fn shape(&self) -> Option<&geo::Geometry<f64>> {
        Some(&self.0)
    }
}

fn same_again<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        let told = value.to_string();
        assert_eq!(told.parse::<T>().ok().as_ref(), Some(&value), "{text:?} is told as {told:?}");
    }
}

fn as_every_layer(ending: &str, content: &[u8]) {
    with_file(ending, content, |path, options| {
        let _ = sites::read(path, options);
        let _ = buildings::read(path, options);
        let _ = tracts::read(path, options);
        let _ = surroundings::read(path, options);
        let _ = incidents::read(path, options);
    });
}

fn with_file(ending: &str, content: &[u8], read: impl Fn(&Path, &Options<'_>)) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join(format!("input.{ending}"));
    if std::fs::write(&path, content).is_ok() {
        read(&path, &Options::default());
    }
}
