//! Adapter over PROJ: from any coordinate reference system to WGS 84 and back.
//!
//! Uses [`crate::geo`] only. PROJ's database travels inside the program: the static build of PROJ 9.6
//! embeds `proj.db`, and reads it from memory where no file is found.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fmt,
    hash::{BuildHasher as _, RandomState},
    panic::catch_unwind,
    rc::Rc,
    str::FromStr,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use geo::Coord;
use proj::Proj;

use crate::geo::LonLat;

/// What PROJ calls WGS 84; the order is normalised to longitude first.
const WGS_84: &str = "EPSG:4326";
/// The INSEE grid's system: ETRS89-extended / LAEA Europe.
const LAEA_EUROPE: &str = "EPSG:3035";
/// Transformers that a thread keeps: a file has one system, a GeoPackage a few.
const CACHED_TRANSFORMERS_MAX: usize = 32;
/// Systems that are known before anybody has used them.
const USED_HERE: [&str; 4] = [WGS_84, LAEA_EUROPE, "EPSG:2154", "EPSG:3857"];
/// Definitions that are remembered as refused: with 12 kB each, 50 MB are lost to them at most.
const REFUSED_MAX: usize = 4096;
/// Definitions that are remembered as known: more than the EPSG register has.
const KNOWN_MAX: usize = 16_384;
/// Longest definition that is handed to PROJ, in bytes; the longest WKT in the EPSG register has about 10,000.
const DEFINITION_LENGTH_MAX: usize = 65_536;
/// How far outside its area of use a system is still trusted, in degrees: areas are rounded to 0.01°.
const AREA_MARGIN_DEG: f64 = 0.05;
/// Largest difference between a coordinate and its way to WGS 84 and back, as a share of its size.
/// Beyond, the coordinate is outside the projection's domain: PROJ wraps such longitudes silently.
const ROUND_TRIP_TOLERANCE: f64 = 1e-5;

/// The kinds of system, as PROJ names them, whose first two coordinates are a place on the ground.
const PLANE_TYPES: [&str; 2] = ["GeographicCRS", "ProjectedCRS"];

/// A coordinate reference system that PROJ can bring to WGS 84. Cheap to clone; may cross threads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Crs {
    definition: Arc<str>,
    name: Arc<str>,
}

/// Why coordinates could not be brought from one system to another.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CrsError {
    /// Neither a code nor well-known text.
    #[error("`{0}` is not a reference system such as EPSG:2154")]
    Unreadable(String),
    /// PROJ does not know it, or knows no way from it to WGS 84.
    #[error("{name} is not a reference system that leads to WGS 84: {reason}")]
    Unknown {
        /// Code or name.
        name: String,
        /// PROJ's own words.
        reason: String,
    },
    /// The coordinate means nothing in that system.
    #[error("({x:?}, {y:?}) is not a coordinate of {crs}")]
    Meaningless {
        /// Code or name of the system.
        crs: String,
        /// Easting or longitude given.
        x: f64,
        /// Northing or latitude given.
        y: f64,
    },
    /// The coordinate lies where the system must not be used.
    #[error("({x:?}, {y:?}) lies outside the area of use of {crs}, which is {area}")]
    OutsideArea {
        /// Code or name of the system.
        crs: String,
        /// Easting or longitude given.
        x: f64,
        /// Northing or latitude given.
        y: f64,
        /// The area.
        area: Area,
    },
}

/// Where a system may be used, in degrees; across the antimeridian `west` exceeds `east`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

impl Area {
    fn contains(&self, position: LonLat) -> bool {
        let (lon, lat) = (position.lon(), position.lat());
        let (west, east) = (self.west - AREA_MARGIN_DEG, self.east + AREA_MARGIN_DEG);
        let in_longitude = if self.west <= self.east {
            (west..=east).contains(&lon)
        } else {
            lon >= west || lon <= east
        };
        in_longitude && (self.south - AREA_MARGIN_DEG..=self.north + AREA_MARGIN_DEG).contains(&lat)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { west, south, east, north } = self;
        write!(f, "{west}° to {east}° east, {south}° to {north}° north")
    }
}

impl FromStr for Crs {
    type Err = CrsError;

    /// Reads `EPSG:2154`, `OGC:CRS84`, and the same as an OGC URN or URL.
    ///
    /// Whatever the register says of axes, coordinates are taken as files have them: longitude or easting first.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let parts: Vec<&str> =
            text.trim().split([':', '/']).filter(|part| !part.is_empty()).collect();
        let last = parts.last().copied().unwrap_or_default();
        let named = |word: &str| parts.iter().any(|part| part.eq_ignore_ascii_case(word));
        if parts.len() <= 8 && last.eq_ignore_ascii_case("CRS84") {
            return Ok(Self::wgs_84());
        }
        match last.parse::<u32>() {
            Ok(code) if named("EPSG") => {
                Self::known(&format!("EPSG:{code}"), &format!("EPSG:{code}"))
            }
            _ => Err(CrsError::Unreadable(text.chars().take(80).collect())),
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Crs {
    /// WGS 84, longitude first.
    #[must_use]
    pub fn wgs_84() -> Self {
        Self { definition: WGS_84.into(), name: WGS_84.into() }
    }

    /// The system of well-known text (WKT 1 of ESRI or GDAL, WKT 2), such as a `.prj` file holds.
    ///
    /// # Errors
    ///
    /// [`CrsError`] when it is not one, or leads nowhere.
    pub fn from_wkt(wkt: &str) -> Result<Self, CrsError> {
        let wkt = wkt.trim();
        let keyword_ends = wkt.find(['[', '(']).unwrap_or(0);
        let keyword = &wkt[..keyword_ends];
        if keyword.is_empty() || !keyword.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(CrsError::Unreadable(wkt.chars().take(80).collect()));
        }
        let name = wkt.split('"').nth(1).unwrap_or(keyword);
        Self::known(wkt, &name.chars().take(80).collect::<String>())
    }

    /// The position of a coordinate in WGS 84.
    ///
    /// # Errors
    ///
    /// [`CrsError`] when the coordinate means nothing in this system, or lies outside its area of use.
    pub fn to_wgs_84(&self, coord: Coord<f64>) -> Result<LonLat, CrsError> {
        let mut one = [coord];
        self.all_to_wgs_84(&mut one)?;
        LonLat::try_from(one[0]).map_err(|_off_the_globe| self.meaningless(coord))
    }

    /// Brings every coordinate to WGS 84 in place; about 2 million a second.
    ///
    /// # Errors
    ///
    /// [`CrsError`] for the first coordinate at fault; those before it are converted already.
    pub fn all_to_wgs_84(&self, coords: &mut [Coord<f64>]) -> Result<(), CrsError> {
        if &*self.definition == WGS_84 {
            let off_the_globe = coords.iter().find(|coord| LonLat::try_from(**coord).is_err());
            return off_the_globe.map_or(Ok(()), |coord| Err(self.meaningless(*coord)));
        }
        let transformer = self.transformer()?;
        for coord in coords {
            *coord = self.convert(&transformer, *coord)?.into();
        }
        Ok(())
    }

    /// The coordinate of a position in this system.
    ///
    /// # Errors
    ///
    /// [`CrsError`] when the system has none for it.
    pub fn from_wgs_84(&self, position: LonLat) -> Result<Coord<f64>, CrsError> {
        if &*self.definition == WGS_84 {
            return Ok(position.into());
        }
        let transformer = self.transformer()?;
        let there = transformer.from_wgs_84.convert(Coord::from(position));
        there
            .ok()
            .filter(|coord: &Coord<f64>| coord.x.is_finite() && coord.y.is_finite())
            .ok_or_else(|| self.meaningless(position.into()))
    }

    fn convert(&self, transformer: &Transformer, from: Coord<f64>) -> Result<LonLat, CrsError> {
        let meaningless = || self.meaningless(from);
        if !from.x.is_finite() || !from.y.is_finite() {
            return Err(meaningless());
        }
        let there = transformer.to_wgs_84.convert(from).map_err(|_outside_domain| meaningless())?;
        let position = LonLat::try_from(there).map_err(|_off_the_globe| meaningless())?;
        if let Some(area) = transformer.area.filter(|area| !area.contains(position)) {
            return Err(CrsError::OutsideArea {
                crs: self.to_string(),
                x: from.x,
                y: from.y,
                area,
            });
        }
        let back = transformer.from_wgs_84.convert(there).map_err(|_no_way| meaningless())?;
        let tolerance = ROUND_TRIP_TOLERANCE * from.x.abs().max(from.y.abs()).max(1.0);
        if (back.x - from.x).abs() > tolerance || (back.y - from.y).abs() > tolerance {
            return Err(meaningless());
        }
        Ok(position)
    }

    fn meaningless(&self, coord: Coord<f64>) -> CrsError {
        CrsError::Meaningless { crs: self.to_string(), x: coord.x, y: coord.y }
    }

    /// The system of that definition, once PROJ has found a way from it to WGS 84.
    fn known(definition: &str, name: &str) -> Result<Self, CrsError> {
        if definition.len() > DEFINITION_LENGTH_MAX {
            return Err(CrsError::Unreadable(format!("{name}…")));
        }
        let crs = Self { definition: definition.into(), name: name.into() };
        crs.transformer()?;
        Ok(crs)
    }

    /// This thread's transformer: PROJ's objects must stay on the thread that made them.
    fn transformer(&self) -> Result<Rc<Transformer>, CrsError> {
        thread_local! {
            static CACHE: RefCell<HashMap<Crs, Rc<Transformer>>> = RefCell::default();
        }
        CACHE.with_borrow_mut(|cache| {
            if let Some(known) = cache.get(self) {
                return Ok(Rc::clone(known));
            }
            let new = Rc::new(Asked::once(self, || Transformer::of(self))?);
            if cache.len() >= CACHED_TRANSFORMERS_MAX {
                cache.clear();
            }
            cache.insert(self.clone(), Rc::clone(&new));
            Ok(new)
        })
    }
}

/// Which definitions PROJ knows, and which it has refused, as digests. The crate `proj` never frees what it has made for one that
/// fails, some 12 kB: so none is asked about twice, and once so many have failed, none that nobody has used before.
struct Asked {
    known: HashSet<u64>,
    refused: HashSet<u64>,
    digests: RandomState,
}

impl Asked {
    /// What `make` makes, where that may be tried.
    fn once<T>(crs: &Crs, make: impl FnOnce() -> Result<T, CrsError>) -> Result<T, CrsError> {
        static ALL: LazyLock<Mutex<Asked>> = LazyLock::new(|| Mutex::new(Asked::new()));
        // The sets are whole at every instant.
        let lock = || ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = lock().digests.hash_one(&crs.definition);
        if lock().is_refused(digest) {
            let reason = "it was refused before, or too many others were".to_owned();
            return Err(CrsError::Unknown { name: crs.to_string(), reason });
        }
        let made = make();
        lock().note(digest, made.is_ok());
        made
    }

    fn new() -> Self {
        let digests = RandomState::new();
        let known = USED_HERE.map(|name| digests.hash_one(Arc::<str>::from(name))).into();
        Self { known, refused: HashSet::new(), digests }
    }

    fn is_refused(&self, digest: u64) -> bool {
        let is_full = self.refused.len() >= REFUSED_MAX;
        self.refused.contains(&digest) || (is_full && !self.known.contains(&digest))
    }

    fn note(&mut self, digest: u64, is_known: bool) {
        let (set, most) = match is_known {
            true => (&mut self.known, KNOWN_MAX),
            false => (&mut self.refused, REFUSED_MAX),
        };
        if set.len() < most {
            set.insert(digest);
        }
    }
}

/// PROJ's objects for one system.
struct Transformer {
    to_wgs_84: Proj,
    from_wgs_84: Proj,
    area: Option<Area>,
}

impl Transformer {
    fn of(crs: &Crs) -> Result<Self, CrsError> {
        // The crate panics where PROJ fails without saying why, as it does for some broken texts.
        let made = catch_unwind(|| Self::try_of(crs));
        made.unwrap_or_else(|_panic| Err("PROJ gives no reason".to_owned()))
            .map_err(|reason| CrsError::Unknown { name: crs.to_string(), reason })
    }

    fn try_of(crs: &Crs) -> Result<Self, String> {
        let system = Proj::new(&crs.definition).map_err(|e| e.to_string())?;
        let described = system.to_projjson(Some(false), None, None).map_err(|e| e.to_string())?;
        if !PLANE_TYPES.iter().any(|plane| described.contains(&format!(r#""type":"{plane}""#))) {
            return Err("it does not say where on the ground".to_owned());
        }
        let between = |from, to| Proj::new_known_crs(from, to, None).map_err(|e| e.to_string());
        Ok(Self {
            to_wgs_84: between(&crs.definition, WGS_84)?,
            from_wgs_84: between(WGS_84, &crs.definition)?,
            // A `.prj` says no area, but bears a name that the register mostly knows.
            area: area_of_use(&crs.definition).or_else(|| area_of_use(&crs.name)),
        })
    }
}

fn area_of_use(definition: &str) -> Option<Area> {
    let (area, _name) = Proj::new(definition).ok()?.area_of_use().ok()?;
    area.map(|a| Area { west: a.west, south: a.south, east: a.east, north: a.north })
}

/// Whether PROJ can work: its database is inside the program, but one from another PROJ may stand in its way.
///
/// PROJ prefers a `proj.db` that it finds in `PROJ_DATA`, in `../share/proj` beside the program or in the
/// working folder, and refuses it afterwards when its layout is older.
///
/// # Errors
///
/// [`CrsError::Unknown`] in PROJ's own words.
pub fn check_database() -> Result<(), CrsError> {
    let made = Proj::new(LAEA_EUROPE).map(drop);
    made.map_err(|e| CrsError::Unknown { name: LAEA_EUROPE.to_owned(), reason: e.to_string() })
}

/// Metres east and north of a position in EPSG:3035 (ETRS89-extended / LAEA Europe), the INSEE grid's system.
///
/// # Errors
///
/// [`CrsError`] when the position has no coordinate there.
///
/// # Example
///
/// ```
/// use vigie::{crs, geo::LonLat};
///
/// let (x_m, y_m) = crs::to_epsg_3035(LonLat::new(10.0, 52.0).unwrap()).unwrap();
/// assert!((x_m - 4_321_000.0).abs() < 1e-3 && (y_m - 3_210_000.0).abs() < 1e-3);
/// ```
pub fn to_epsg_3035(position: LonLat) -> Result<(f64, f64), CrsError> {
    laea_europe().from_wgs_84(position).map(|coord| (coord.x, coord.y))
}

/// The position of a coordinate in EPSG:3035, given in metres east and north.
///
/// # Errors
///
/// [`CrsError`] when it lies outside Europe.
pub fn from_epsg_3035(x_m: f64, y_m: f64) -> Result<LonLat, CrsError> {
    laea_europe().to_wgs_84(Coord { x: x_m, y: y_m })
}

fn laea_europe() -> Crs {
    Crs { definition: LAEA_EUROPE.into(), name: LAEA_EUROPE.into() }
}

#[cfg(test)]
#[path = "crs_tests.rs"]
mod tests;
