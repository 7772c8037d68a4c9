//! Answers as GeoJSON ([RFC 7946](https://www.rfc-editor.org/rfc/rfc7946)). The domain knows nothing of it.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::{BoxBody, MessageBody},
    http::header,
};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use crate::{
    geo::{Bbox, LonLat},
    time::Timestamp,
};

/// The media type of every answer that has a shape on the map.
pub const GEO_JSON: &str = "application/geo+json";

/// Renders `T`, a feature or a collection, as `application/geo+json`.
pub struct GeoJson<T>(pub T);

impl<T: Serialize> Responder for GeoJson<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match write(&self.0) {
            Ok(body) => written(body),
            Err(problem) => HttpResponse::from_error(problem),
        }
    }
}

/// `answer` as JSON; for handlers that write away from the async threads.
///
/// # Errors
///
/// 500 when it is no JSON, which only a mistake in its type can cause.
pub fn write(answer: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(Problem::internal)
}

/// The answer that [`write`] wrote.
#[must_use]
pub fn written(body: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, GEO_JSON)).body(body)
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeatureCollection<P> {
    r#type: CollectionType,
    /// In the order of the list.
    features: Vec<Feature<P>>,
    /// The next page, where there is one.
    links: Vec<Link>,
    /// Items that the question matches, over all pages.
    number_matched: usize,
    /// Items in this page.
    number_returned: usize,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

impl<P> FeatureCollection<P> {
    /// A page that is made at `now`.
    #[must_use]
    pub fn new(
        features: Vec<Feature<P>>,
        links: Vec<Link>,
        number_matched: usize,
        now: Timestamp,
    ) -> Self {
        Self {
            r#type: CollectionType::FeatureCollection,
            number_returned: features.len(),
            features,
            links,
            number_matched,
            time_stamp: now.to_string(),
        }
    }
}

/// A thing with a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feature<P> {
    r#type: FeatureType,
    /// Unique among the features of its kind.
    id: String,
    /// WGS 84 degrees, longitude first; null where the place is not known.
    #[schema(required = true)]
    geometry: Option<Geometry>,
    /// What is known of it.
    properties: P,
}

impl<P> Feature<P> {
    /// The thing `id` at `geometry`.
    pub fn new(id: impl ToString, geometry: Option<Geometry>, properties: P) -> Self {
        Self { r#type: FeatureType::Feature, id: id.to_string(), geometry, properties }
    }
}

/// `Feature`, always.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum FeatureType {
    /// The only one.
    Feature,
}

/// `FeatureCollection`, always.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum CollectionType {
    /// The only one.
    FeatureCollection,
}

/// A link to another page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    /// `next`.
    pub rel: String,
    /// Where it leads.
    pub href: String,
}

/// A position: longitude, latitude.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Position([f64; 2]);

/// A shape in WGS 84 degrees, longitude first, to 7 decimals (1 cm).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    /// One position.
    Point(Position),
    /// A line.
    LineString(Vec<Position>),
    /// A shell and its holes.
    Polygon(Vec<Vec<Position>>),
    /// Several polygons.
    MultiPolygon(Vec<Vec<Vec<Position>>>),
}

impl From<LonLat> for Geometry {
    fn from(position: LonLat) -> Self {
        Self::Point(position_of(position.into()))
    }
}

impl From<Bbox> for Geometry {
    /// The box as a ring, anticlockwise.
    fn from(bbox: Bbox) -> Self {
        let (low, high) = ([bbox.west(), bbox.south()], [bbox.east(), bbox.north()]);
        let corners = [low, [high[0], low[1]], high, [low[0], high[1]], low];
        let ring = corners.map(|[x, y]| position_of(Coord { x, y }));
        Self::Polygon(vec![ring.to_vec()])
    }
}

impl From<&[LonLat]> for Geometry {
    /// The polygon inside a closed ring.
    fn from(ring: &[LonLat]) -> Self {
        Self::Polygon(vec![ring.iter().map(|corner| position_of((*corner).into())).collect()])
    }
}

impl FromIterator<Geometry> for Geometry {
    /// The polygons of all, as one shape; points and lines are left out.
    fn from_iter<I: IntoIterator<Item = Self>>(shapes: I) -> Self {
        let polygons = shapes.into_iter().flat_map(|shape| match shape {
            Self::Polygon(rings) => vec![rings],
            Self::MultiPolygon(polygons) => polygons,
            Self::Point(_) | Self::LineString(_) => Vec::new(),
        });
        Self::MultiPolygon(polygons.collect())
    }
}

impl From<&LineString<f64>> for Geometry {
    fn from(line: &LineString<f64>) -> Self {
        Self::LineString(positions(line))
    }
}

impl From<&Polygon<f64>> for Geometry {
    fn from(polygon: &Polygon<f64>) -> Self {
        Self::Polygon(rings(polygon))
    }
}

impl From<&MultiPolygon<f64>> for Geometry {
    /// One polygon is written as a `Polygon`.
    fn from(polygons: &MultiPolygon<f64>) -> Self {
        match &polygons.0[..] {
            [only] => Self::from(only),
            several => Self::MultiPolygon(several.iter().map(rings).collect()),
        }
    }
}

fn rings(polygon: &Polygon<f64>) -> Vec<Vec<Position>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(positions).collect()
}

fn positions(line: &LineString<f64>) -> Vec<Position> {
    line.coords().copied().map(position_of).collect()
}

fn position_of(coord: Coord<f64>) -> Position {
    Position(rounded(coord))
}

/// To 7 decimals: 1 cm on the ground, and a third of the bytes of a full `f64`.
#[must_use]
pub fn rounded(coord: Coord<f64>) -> [f64; 2] {
    [coord.x, coord.y].map(|degrees| (degrees * 1e7).round() / 1e7)
}

/// Metres to the centimetre.
#[must_use]
pub fn metres(distance_m: f64) -> f64 {
    (distance_m * 100.0).round() / 100.0
}
