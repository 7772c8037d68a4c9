//! The layers of the stock: sites, buildings, tracts.

use super::{
    Grid, MARGIN, Tag, TileId,
    features::{Features, Tags},
};
use crate::{
    access::Scope,
    catalogue::Indicator,
    geo::{Bbox, LonLat},
    stock::Building,
    tract::Tract,
    twin::{Place, StockIndex},
};

/// From this zoom on a building says what it is; before, how high it is.
const DETAIL_ZOOM: u8 = 15;

/// The sites that `scope` shows, as points: `code`, `landlord`, `dwellings` and, for whoever is told names, `name`.
///
/// # Errors
///
/// [`mvt::Error`], which no shape that is drawn here makes.
pub fn sites(stock: &StockIndex, scope: &Scope, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
    let grid = Grid::of(tile);
    let named = scope.names_sites();
    let mut features = Features::default();
    for site in stock.sites().iter().filter(|site| scope.shows_landlord(&site.landlord)) {
        features.push(grid.point(site.position.into()), || {
            let mut tags = vec![
                ("code", Tag::Text(site.code.as_str())),
                ("landlord", Tag::Text(site.landlord.as_str())),
                ("dwellings", Tag::Whole(site.dwellings.into())),
            ];
            if named {
                tags.push(("name", Tag::Text(&site.name)));
            }
            tags
        });
    }
    features.encode("sites")
}

/// The buildings that `scope` shows, as areas: `height_m` and, from zoom 15 on, `id`, `dwellings`, and `site_code`,
/// `landlord` and `levels` where they are known.
///
/// # Errors
///
/// As [`sites`].
pub fn buildings(stock: &StockIndex, scope: &Scope, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
    let grid = Grid::of(tile);
    let mut features = Features::default();
    let Some(bbox) = bbox(tile) else { return Ok(Vec::new()) };
    for place in stock.places_meeting(&bbox).map(|ix| stock.place(ix)) {
        let Some(building) = place.building.map(|ix| stock.building(ix)) else { continue };
        let landlord = place.site.map(|site| &stock.site(site).landlord);
        if scope.landlord().is_some() && !landlord.is_some_and(|own| scope.shows_landlord(own)) {
            continue;
        }
        let drawn = grid.areas(building.footprint.polygons());
        features.push(drawn, || building_tags(stock, place, building, tile.zoom()));
    }
    features.encode("buildings")
}

fn building_tags<'a>(
    stock: &'a StockIndex,
    place: &Place,
    building: &'a Building,
    zoom: u8,
) -> Tags<'a> {
    let mut tags = vec![("height_m", Tag::Number(building.drawn_height_m()))];
    if zoom < DETAIL_ZOOM {
        return tags;
    }
    tags.push(("id", Tag::Text(building.id.as_str())));
    tags.push(("dwellings", Tag::Whole(place.dwellings.into())));
    if let Some(site) = place.site.map(|site| stock.site(site)) {
        tags.push(("site_code", Tag::Text(site.code.as_str())));
        tags.push(("landlord", Tag::Text(site.landlord.as_str())));
    }
    tags.extend(building.levels.map(|levels| ("levels", Tag::Whole(levels.into()))));
    tags
}

/// The tracts of today, as areas: `code`, `name`, `kind`, `vintage` where it is known, and what each of the `indicators` says, by
/// the name it is asked for; nothing where it says nothing.
///
/// # Errors
///
/// As [`sites`].
pub fn tracts(
    stock: &StockIndex,
    indicators: &[(String, Indicator)],
    tile: TileId,
) -> Result<Vec<u8>, mvt::Error> {
    let grid = Grid::of(tile);
    let mut features = Features::default();
    let meeting = stock.tract_index().meeting(tile.bounds(MARGIN));
    for tract in meeting.into_iter().map(|row| &stock.tracts()[row as usize]) {
        features.push(grid.areas(&tract.area), || tract_tags(tract, indicators));
    }
    features.encode("tracts")
}

fn tract_tags<'a>(tract: &'a Tract, indicators: &'a [(String, Indicator)]) -> Tags<'a> {
    let mut tags = vec![
        ("code", Tag::Text(tract.code.as_str())),
        ("name", Tag::Text(&tract.name)),
        ("kind", Tag::Text(tract.kind.letter())),
    ];
    tags.extend(tract.vintage.map(|vintage| ("vintage", Tag::Whole(vintage.year().into()))));
    tags.extend(indicators.iter().filter_map(|(name, indicator)| {
        Some((name.as_str(), Tag::Number(indicator.figure(tract)?)))
    }));
    tags
}

/// The box of the tile and its buffer.
fn bbox(tile: TileId) -> Option<Bbox> {
    let bounds = tile.bounds(MARGIN);
    Bbox::around(
        [bounds.min(), bounds.max()].into_iter().filter_map(|corner| LonLat::try_from(corner).ok()),
    )
}
