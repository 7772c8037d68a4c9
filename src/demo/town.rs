//! [`generate`]: the whole town, from its seed to stock that can be imported.

use std::f64::consts::PI;

use geo::{Coord, LineString, MapCoords, MultiPolygon, Polygon};

use super::{
    arteries::{self, Outline},
    block,
    connected::{connected, joint},
    district::District,
    estates::{self, Built, SitePlan},
    figures,
    house::{House, closed},
    names,
    plan::{Metres, at, heading, left, lot, unit},
    planar,
    quarter::{self, Quarter},
    river::River,
    streets,
    tracts::{self, TractPlan},
    way::{WayClass, Ways},
};
use crate::{
    geo::{LocalPlane, LonLat},
    stock::{
        Building, Footprint, Hall, Landlord, Site, SiteCode, StockChange, Surrounding,
        SurroundingClass, SurroundingShape,
    },
    tract::{Tract, TractCode},
};

/// Where the town's centre is said to be: open fields of the Beauce, where no town stands. Degrees.
const CENTRE: [f64; 2] = [1.95, 48.15];
/// How the ids of made surroundings begin.
pub const MADE: &str = "made/";
/// The commune that the tracts belong to; INSEE gives no such number.
const COMMUNE: &str = "45999";
/// Height of a storey with its floor, metres.
const STOREY_M: f64 = 3.0;
/// Dwellings that one hall serves.
const DWELLINGS_OF_HALL: u32 = 22;
/// Woods around the town.
const WOODS: usize = 17;
/// Half of the canal's width, metres.
const CANAL_HALF_WIDTH_M: f64 = 11.0;
/// Most halls of a building.
const HALLS_MAX: u32 = 6;

/// The stock and the surroundings of a made-up town: [`estates::SITES`] sites, [`estates::BUILDINGS`] buildings,
/// [`estates::DWELLINGS`] dwellings. The same seed gives the same town.
///
/// Takes a second or two.
#[must_use]
pub fn generate(seed: u64) -> StockChange {
    let (outline, river) = (Outline::new(seed), River::new(seed));
    let mut ways = arteries::draw(seed, &outline, &river);
    let pieces = planar::enclosed(&ways);
    let quarters = quarter::cut(seed, &outline, &river, pieces.clone(), &mut ways);
    let blocks = block::cut(seed, &quarters, &mut ways);
    let built = estates::build(seed, &blocks);
    let courses = streets::courses(&ways, &pieces, &outline);

    let sheet = Sheet::new();
    let mut change = StockChange {
        landlords: names::LANDLORDS
            .iter()
            .filter_map(|named| Landlord::named(named.0).ok())
            .collect(),
        ..StockChange::default()
    };
    let tracts = coded(tracts::plan(&quarters));
    change.datasets.extend(figures::dataset(seed, &tracts));
    change.tracts = sheet.tracts(tracts);
    for (number, plan) in built.sites.iter().enumerate() {
        sheet.put_site(&mut change, names::residence(seed, number), plan);
    }
    let mut around = Around { sheet: &sheet, all: Vec::new() };
    around.nature(&outline, &river, &quarters, &ways, seed);
    around.ways(&ways, &courses, seed);
    around.drop_lost_streets();
    around.built(&built);
    change.surroundings = around.all;
    change.roads = super::roads(&change.surroundings);
    change
}

/// The tracts of the commune by their codes, which rise.
fn coded(plans: Vec<TractPlan>) -> Vec<(TractCode, TractPlan)> {
    let code = |number: usize| format!("{COMMUNE}{number:04}").parse().ok();
    (101..).zip(plans).filter_map(|(number, plan)| Some((code(number)?, plan))).collect()
}

/// The sheet of the map that the plan is drawn on: from metres to degrees.
struct Sheet {
    plane: LocalPlane,
}

impl Sheet {
    fn new() -> Self {
        let centre = LonLat::new(CENTRE[0], CENTRE[1]);
        Self {
            plane: LocalPlane::at(
                centre.unwrap_or_else(|_| unreachable!("the centre is on the globe")),
            ),
        }
    }

    /// Degrees to seven decimals, about a centimetre.
    fn degrees(&self, p: Metres) -> Coord<f64> {
        let degrees = self.plane.to_degrees(p);
        let short = |x: f64| (x * 1e7).round() / 1e7;
        at(short(degrees.x), short(degrees.y))
    }

    fn position(&self, p: Metres) -> LonLat {
        LonLat::try_from(self.degrees(p))
            .unwrap_or_else(|_| unreachable!("the town is on the globe"))
    }

    fn area(&self, polygon: &Polygon<f64>) -> MultiPolygon<f64> {
        MultiPolygon::from(polygon.map_coords(|p| self.degrees(p)))
    }

    fn tracts(&self, plans: Vec<(TractCode, TractPlan)>) -> Vec<Tract> {
        let tract = |(code, plan): (TractCode, TractPlan)| {
            let area = plan.area.map_coords(|p| self.degrees(p));
            Tract { code, vintage: None, name: plan.name, kind: plan.kind, area }
        };
        plans.into_iter().map(tract).collect()
    }

    /// Adds a site and its buildings. A site none of whose walls survive the grain of degrees is left out.
    fn put_site(&self, change: &mut StockChange, name: String, plan: &SitePlan) {
        let (landlord, prefix, _) = names::LANDLORDS[plan.landlord];
        let (Ok(landlord), Ok(code)) =
            (Landlord::named(landlord), format!("{prefix}-{:04}", plan.number).parse::<SiteCode>())
        else {
            return;
        };
        let buildings: Vec<Building> = plan
            .houses
            .iter()
            .enumerate()
            .filter_map(|(row, (house, dwellings))| {
                self.building(&code, row + 1, house, *dwellings)
            })
            .collect();
        let Some(position) = entrance(&buildings) else { return };
        change.sites.push(Site {
            code,
            landlord: landlord.id,
            name,
            dwellings: buildings.iter().filter_map(|building| building.dwellings).sum(),
            position,
            outline: None,
            address: None,
        });
        change.buildings.extend(buildings);
    }

    fn building(
        &self,
        site: &SiteCode,
        number: usize,
        house: &House,
        dwellings: u32,
    ) -> Option<Building> {
        let halls = dwellings.div_ceil(DWELLINGS_OF_HALL).clamp(1, HALLS_MAX);
        let doors = house.doors(halls as usize).into_iter();
        Some(Building {
            id: format!("{site}-B{number}").parse().ok()?,
            site: Some(site.clone()),
            site_was_given: true,
            footprint: Footprint::new(self.area(&house.walls)).ok()?,
            height_m: Some(f64::from(house.levels) * STOREY_M),
            levels: Some(house.levels),
            dwellings: Some(dwellings),
            halls: doors
                .zip('A'..='Z')
                .map(|(door, label)| Hall {
                    label: label.to_string(),
                    position: self.position(door),
                })
                .collect(),
        })
    }
}

/// The door that is nearest to the middle of a site's doors.
fn entrance(buildings: &[Building]) -> Option<LonLat> {
    let doors = || buildings.iter().flat_map(|building| &building.halls).map(|hall| hall.position);
    let sum = doors().fold(Coord::zero(), |sum, door| sum + Coord::from(door));
    let middle = LonLat::try_from(sum / doors().count() as f64).ok()?;
    let plane = LocalPlane::at(middle);
    let off_m = |door: &LonLat| plane.distance_m((*door).into());
    doors().min_by(|a, b| off_m(a).total_cmp(&off_m(b)))
}

/// What is drawn under the stock.
struct Around<'a> {
    sheet: &'a Sheet,
    all: Vec<Surrounding>,
}

impl Around<'_> {
    fn put(
        &mut self,
        class: SurroundingClass,
        name: Option<String>,
        rank: u8,
        shape: SurroundingShape,
    ) {
        let id = format!("{MADE}{}/{:05}", class.as_str(), self.all.len());
        self.all.push(Surrounding { id, class, name, rank, height_m: None, shape });
    }

    fn put_area(
        &mut self,
        class: SurroundingClass,
        name: Option<String>,
        rank: u8,
        polygon: &Polygon<f64>,
    ) {
        let area = self.sheet.area(polygon);
        self.put(class, name, rank, SurroundingShape::Area(area));
    }

    fn nature(
        &mut self,
        outline: &Outline,
        river: &River,
        quarters: &[Quarter],
        ways: &Ways,
        seed: u64,
    ) {
        let water = river.water().map_coords(|p| self.sheet.degrees(p));
        let name = Some(names::RIVER.to_owned());
        self.put(SurroundingClass::Water, name, 1, SurroundingShape::Area(water));
        let parks = quarters.iter().filter(|quarter| quarter.district == District::Park);
        for (number, park) in parks.enumerate() {
            let Some(lawn) = park.ring.inset(|way| ways.half_width_m(way)) else { continue };
            let name = format!("Parc {}", names::thing(number * 29 + 2));
            self.put_area(SurroundingClass::Green, Some(name), 1, &lawn.polygon());
        }
        for number in 0..WOODS {
            let edge: Vec<Metres> = wood(outline, seed, number).collect();
            if !edge.iter().any(|p| river.covers(*p)) {
                let name = Some(format!("Bois {}", names::thing(number * 13 + 5)));
                self.put_area(
                    SurroundingClass::Green,
                    name,
                    2,
                    &Polygon::new(closed(edge), Vec::new()),
                );
            }
        }
    }

    fn ways(&mut self, ways: &Ways, courses: &[Vec<Metres>], seed: u64) {
        for (way, course) in ways.iter().zip(courses).filter(|(_, course)| course.len() > 1) {
            let name = Some(names::street(seed, way.class, way.name_key));
            if way.class == WayClass::Canal {
                self.put_area(
                    SurroundingClass::Water,
                    name,
                    2,
                    &strip(&way.line, CANAL_HALF_WIDTH_M),
                );
                continue;
            }
            let line = LineString::from_iter(course.iter().map(|p| self.sheet.degrees(*p)));
            let (class, rank) = match way.class.street_rank() {
                Some(rank) => (SurroundingClass::Street, rank),
                None => (SurroundingClass::Rail, 1),
            };
            self.put(class, name, rank, SurroundingShape::Line(line));
        }
    }

    /// Leaves out the few pieces of street that no other leads to.
    fn drop_lost_streets(&mut self) {
        let reached = connected(&self.all);
        self.all.retain(|around| match &around.shape {
            SurroundingShape::Line(line) if around.class == SurroundingClass::Street => {
                line.coords().all(|c| reached.contains(&joint(c)))
            }
            _ => true,
        });
    }

    fn built(&mut self, built: &Built) {
        for (lawn, rank) in &built.greens {
            self.put_area(SurroundingClass::Green, None, *rank, lawn);
        }
        for house in &built.others {
            self.put_area(SurroundingClass::Building, None, 3, &house.walls);
            if let Some(last) = self.all.last_mut() {
                last.height_m = Some(f64::from(house.levels) * STOREY_M);
            }
        }
    }
}

/// The edge of a wood outside the town's limit.
fn wood(outline: &Outline, seed: u64, number: usize) -> impl Iterator<Item = Metres> {
    let draw = move |salt: i64| lot(seed, [21, number as i64, salt]);
    let turn_rad = (number as f64 + draw(0)) / WOODS as f64 * 2.0 * PI;
    let middle = outline.point(turn_rad, 1.13 + 0.12 * draw(1));
    let reach_m = 160.0 + 260.0 * draw(2);
    (0..14).map(move |corner| {
        let corner_rad = f64::from(corner) / 14.0 * 2.0 * PI;
        middle + heading(corner_rad) * (reach_m * (0.75 + 0.5 * draw(3 + i64::from(corner))))
    })
}

/// The strip within `half_width_m` metres of a line that bends gently.
fn strip(line: &[Metres], half_width_m: f64) -> Polygon<f64> {
    let side = |i: usize| {
        let (before, after) = (line[i.saturating_sub(1)], line[(i + 1).min(line.len() - 1)]);
        left(unit(after - before)) * half_width_m
    };
    let one = (0..line.len()).map(|i| line[i] - side(i));
    let other = (0..line.len()).rev().map(|i| line[i] + side(i));
    Polygon::new(closed(one.chain(other)), Vec::new())
}
