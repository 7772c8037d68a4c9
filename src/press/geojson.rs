//! Reports as GeoJSON (RFC 7946): the sites of a landlord in a night, the areas of a month.

use geo::{Coord, LineString, MultiPolygon};
use serde_json::{Map, Value, json};

use super::words;
use crate::{
    privacy::Reading,
    report::{Monthly, Morning, SiteNight, Usual},
    time::TimeWindow,
};

/// Every site of the landlord with its interventions, none where there was none.
#[must_use]
pub fn morning_geojson(morning: &Morning<'_>) -> Value {
    let features = morning.sites.iter().map(|site| {
        let night = morning.by_site.iter().find(|night| night.site.code == site.code);
        let kinds: Map<String, Value> = night
            .into_iter()
            .flat_map(|night: &SiteNight<'_>| &night.kinds)
            .map(|(kind, count)| (kind.to_string(), json!(count)))
            .collect();
        let usual = night.and_then(|night| night.told.usual);
        let follow_ups = morning.follow_ups.iter().filter(|left| left.site == site.code).count();
        json!({
            "type": "Feature",
            "id": site.code.to_string(),
            "geometry": { "type": "Point", "coordinates": position(site.position.into()) },
            "properties": {
                "code": site.code.to_string(),
                "name": site.name,
                "dwellings": site.dwellings,
                "interventions": night.map_or(0, |night| night.told.count),
                "usual": usual.map(usual_told),
                "kinds": kinds,
                "follow_ups": follow_ups,
            },
        })
    });
    let mut collection = collection(features.collect(), morning.window, "interventions");
    collection["landlord"] = json!(morning.landlord.id.to_string());
    collection["night"] = json!(morning.night.to_string());
    collection["total"] = json!(morning.total.count);
    collection["usual"] = json!(morning.total.usual.map(usual_told));
    collection
}

/// Every area with its interventions; `null` where they are not told, with what stands in their place.
#[must_use]
pub fn monthly_geojson(note: &Monthly) -> Value {
    let features = note.areas.iter().map(|of| {
        let (count, told) = told(of.count);
        json!({
            "type": "Feature",
            "id": of.area.code,
            "geometry": { "type": "MultiPolygon", "coordinates": polygons(&of.area.shape) },
            "properties": {
                "code": of.area.code,
                "name": words::area(&of.area),
                "count": count,
                "count_told": told,
                "dwellings": of.dwellings,
                "per_1000_dwellings": of.per_1000.map(|rate| (rate * 10.0).round() / 10.0),
            },
        })
    });
    let mut collection = collection(features.collect(), note.window, "incidents reported");
    collection["month"] = json!(note.month.to_string());
    collection["total"] = json!(told(note.total).0);
    collection["elsewhere"] = json!(told(note.elsewhere).1);
    collection
}

/// The number, null where it is not told, and what stands in its place.
pub(super) fn told(count: Reading) -> (Option<u64>, String) {
    let number = count.number();
    (number, number.map_or_else(|| words::reading(count), |number| number.to_string()))
}

fn usual_told(usual: Usual) -> Value {
    let Usual { median, low, high, nights } = usual;
    json!({ "median": median, "low": low, "high": high, "nights": nights })
}

pub(super) fn collection(features: Vec<Value>, window: TimeWindow, unit: &str) -> Value {
    let instant = |at: Option<crate::time::Timestamp>| at.map(|at| at.to_string());
    json!({
        "type": "FeatureCollection",
        "from": instant(window.from),
        "to": instant(window.to),
        "unit": unit,
        "source": "Vigie, main courante",
        "features": features,
    })
}

pub(super) fn polygons(shape: &MultiPolygon<f64>) -> Value {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| position(*c)).collect::<Vec<_>>();
    let polygons = shape.iter().map(|polygon| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<_>>()
    });
    json!(polygons.collect::<Vec<_>>())
}

/// Longitude and latitude to 7 decimals, 1 cm.
pub(super) fn position(at: Coord<f64>) -> Value {
    let short = |degrees: f64| (degrees * 1e7).round() / 1e7;
    json!([short(at.x), short(at.y)])
}
