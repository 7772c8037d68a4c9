//! Made sites for real buildings whose landlords are not known: one for each patch of ground.

use std::collections::BTreeMap;

use geo::{Area, MapCoords};

use crate::{
    geo::{LocalPlane, LonLat},
    stock::{
        Building, Landlord, Site, StockChange, Surrounding, SurroundingClass, SurroundingShape,
    },
};

/// Side of a patch, metres: about a street block.
const PATCH_M: f64 = 110.0;
/// Floor space of a dwelling with its share of stairs and walls, square metres.
const DWELLING_M2: f64 = 80.0;
/// Height of a storey with its floor, metres.
const STOREY_M: f64 = 3.0;
/// The landlord of every made site.
const LANDLORD: &str = "Bailleur fictif de démonstration";

/// Puts every building of `change` on a made site: those on one patch of ground are one site, named after the
/// nearest street, with as many dwellings as its floors may hold. Nothing where there are no buildings.
pub fn group_into_sites(change: &mut StockChange) {
    let Some(origin) = change.buildings.first().map(|building| building.footprint.position())
    else {
        return;
    };
    let Ok(landlord) = Landlord::named(LANDLORD) else { return };
    let plane = LocalPlane::at(origin);
    let mut patches: BTreeMap<(i64, i64), Vec<&mut Building>> = BTreeMap::new();
    for building in &mut change.buildings {
        let at_m = plane.to_plane_m(building.footprint.position().into());
        let patch = ((at_m.y / PATCH_M).floor() as i64, (at_m.x / PATCH_M).floor() as i64);
        patches.entry(patch).or_default().push(building);
    }
    for (number, buildings) in patches.into_values().enumerate() {
        let Ok(code) = format!("ILOT-{:04}", number + 1).parse() else { continue };
        let position = buildings[0].footprint.position();
        let street = nearest_street(&change.surroundings, position);
        let mut site = Site {
            code,
            landlord: landlord.id.clone(),
            name: street
                .map_or_else(|| format!("Îlot {}", number + 1), |street| format!("Îlot {street}")),
            dwellings: 0,
            position,
            outline: None,
            address: None,
        };
        for building in buildings {
            let dwellings =
                (floor_space_m2(building) / DWELLING_M2).round().clamp(1.0, 5_000.0) as u32;
            building.site = Some(site.code.clone());
            building.site_was_given = true;
            building.dwellings = Some(dwellings);
            site.dwellings += dwellings;
        }
        change.sites.push(site);
    }
    change.landlords.push(landlord);
}

fn floor_space_m2(building: &Building) -> f64 {
    let plane = LocalPlane::at(building.footprint.position());
    let flat = building.footprint.polygons().map_coords(|corner| plane.to_plane_m(corner));
    flat.unsigned_area() * (building.drawn_height_m() / STOREY_M).max(1.0)
}

fn nearest_street(surroundings: &[Surrounding], position: LonLat) -> Option<&str> {
    let plane = LocalPlane::at(position);
    let streets = surroundings.iter().filter(|around| around.class == SurroundingClass::Street);
    let named = streets.filter_map(|street| match (&street.name, &street.shape) {
        (Some(name), SurroundingShape::Line(line)) => {
            let distances = line.lines().map(|leg| plane.segment_distance_m(leg.start, leg.end));
            Some((name.as_str(), distances.fold(f64::INFINITY, f64::min)))
        }
        _ => None,
    });
    named.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name)
}
