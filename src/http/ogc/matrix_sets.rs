//! `/ogc/tileMatrixSets`: how tiles are cut: OGC's tile matrix set `WebMercatorQuad` (17-083r4, D.1), which web maps have.

use std::f64::consts::PI;

use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use maud::html;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    format::Format,
    frame::Frame,
    html::Page,
    landing::{JSON, document},
    link::{Here, Link},
};
use crate::http::{
    Problem, caller::Caller, permits::ReadMeta, problem::ProblemBody, query::name_of,
};

/// The relation of the list of tile matrix sets.
pub const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
/// The relation of one.
pub const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
/// The one that there is.
pub const WEB_MERCATOR_QUAD: &str = "WebMercatorQuad";
/// Its name for everybody.
pub const URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
/// The last zoom of the set, finer than anything that is drawn here.
const ZOOM_LAST: u8 = 24;
/// Pixels along the side of a tile.
const SIDE_PX: u16 = 256;
/// The radius of the sphere of Web Mercator, metres.
const RADIUS_M: f64 = 6_378_137.0;
/// The pixel that scales are reckoned with, metres (17-083r4, 6.1.1).
const PIXEL_M: f64 = 0.28e-3;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_matrix_sets).service(show_matrix_set);
}

/// Makes sure that tiles are cut so.
///
/// # Errors
///
/// 404 where they are not.
pub fn check(name: &str) -> Result<(), Problem> {
    let of_name = |name: &str| (name == WEB_MERCATOR_QUAD).then_some(());
    name_of(name, of_name, [WEB_MERCATOR_QUAD])
        .map_err(|reason| Problem::unknown("tileMatrixSetId", name, reason))
}

/// How tiles are cut.
#[utoipa::path(tag = "ogc", params(
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The tile matrix sets", content((MatrixSetsBody = "application/json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/tileMatrixSets")]
async fn list_matrix_sets(
    _: Caller<ReadMeta>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    document(&request, |here, format| {
        let links = vec![scheme(here)];
        let one = MatrixSetLinkBody { id: WEB_MERCATOR_QUAD, title: TITLE, uri: URI, links };
        let body = MatrixSetsBody { tile_matrix_sets: [one], links: here.itself(format, JSON) };
        let page = Page::new(
            "Tile matrix sets",
            &[here.itself(format, JSON), vec![scheme(here)]].concat(),
        );
        (body, page)
    })
    .await
}

/// How tiles are cut: the squares of each zoom.
#[utoipa::path(tag = "ogc", params(
    ("tileMatrixSetId" = String, Path, description = "`WebMercatorQuad`"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The tile matrix set", content((MatrixSetBody = "application/json"), (String = "text/html"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such tile matrix set", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/tileMatrixSets/{tileMatrixSetId}")]
async fn show_matrix_set(
    _: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    check(&name)?;
    document(&request, |here, format| {
        let body = MatrixSetBody::web_mercator_quad(here, format);
        let rows = html! {
            section { table {
                tr { th { "tile matrix" } th { "metres a pixel" } th { "tiles along each side" } }
                @for matrix in &body.tile_matrices {
                    tr { td { (matrix.id) } td { (matrix.cell_size) } td { (matrix.matrix_width) } }
                }
            } }
        };
        let page = Page::new(TITLE, &body.links).with(rows);
        (body, page)
    })
    .await
}

/// The link to how tiles are cut.
pub fn scheme(here: &Here) -> Link {
    let href = here.ogc(&format!("/tileMatrixSets/{WEB_MERCATOR_QUAD}"));
    Link::new(href, TILING_SCHEME, JSON, "How tiles are cut")
}

const TITLE: &str = "Web Mercator, in squares";

/// The tile matrix sets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileMatrixSets)]
#[serde(rename_all = "camelCase")]
struct MatrixSetsBody {
    /// All of them.
    tile_matrix_sets: [MatrixSetLinkBody; 1],
    /// This document as something else.
    links: Vec<Link>,
}

/// A tile matrix set, and where it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileMatrixSetLink)]
struct MatrixSetLinkBody {
    /// Its name here.
    #[schema(value_type = String)]
    id: &'static str,
    /// What people call it.
    #[schema(value_type = String)]
    title: &'static str,
    /// Its name for everybody.
    #[schema(value_type = String)]
    uri: &'static str,
    /// Where it is.
    links: Vec<Link>,
}

/// A tile matrix set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileMatrixSet)]
#[serde(rename_all = "camelCase")]
struct MatrixSetBody {
    /// Its name here.
    #[schema(value_type = String)]
    id: &'static str,
    /// What people call it.
    #[schema(value_type = String)]
    title: &'static str,
    /// Its name for everybody.
    #[schema(value_type = String)]
    uri: &'static str,
    /// Its reference system.
    #[schema(value_type = String)]
    crs: &'static str,
    /// The axes of it.
    #[schema(value_type = Vec<String>)]
    ordered_axes: [&'static str; 2],
    /// The scales that it shares with others.
    #[schema(value_type = String)]
    well_known_scale_set: &'static str,
    /// The squares of each zoom.
    tile_matrices: Vec<MatrixBody>,
    /// This document as something else.
    links: Vec<Link>,
}

/// The squares of one zoom.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileMatrix)]
#[serde(rename_all = "camelCase")]
struct MatrixBody {
    /// The zoom.
    id: String,
    /// What a metre on the ground of the equator is drawn as, on pixels of 0.28 mm.
    scale_denominator: f64,
    /// Metres a pixel.
    cell_size: f64,
    /// `topLeft`.
    #[schema(value_type = String)]
    corner_of_origin: &'static str,
    /// The north-western corner, metres.
    point_of_origin: [f64; 2],
    /// Pixels.
    tile_width: u16,
    /// Pixels.
    tile_height: u16,
    /// Columns.
    matrix_width: u32,
    /// Rows.
    matrix_height: u32,
}

impl MatrixSetBody {
    fn web_mercator_quad(here: &Here, format: Format) -> Self {
        Self {
            id: WEB_MERCATOR_QUAD,
            title: TITLE,
            uri: URI,
            crs: Frame::WebMercator.uri(),
            ordered_axes: ["X", "Y"],
            well_known_scale_set: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            tile_matrices: (0..=ZOOM_LAST).map(MatrixBody::of_zoom).collect(),
            links: here.itself(format, JSON),
        }
    }
}

impl MatrixBody {
    fn of_zoom(z: u8) -> Self {
        let (half_m, side) = (PI * RADIUS_M, 1_u32 << z);
        let cell_size = 2.0 * half_m / f64::from(side) / f64::from(SIDE_PX);
        Self {
            id: z.to_string(),
            scale_denominator: cell_size / PIXEL_M,
            cell_size,
            corner_of_origin: "topLeft",
            point_of_origin: [-half_m, half_m],
            tile_width: SIDE_PX,
            tile_height: SIDE_PX,
            matrix_width: side,
            matrix_height: side,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_those_that_the_standard_prints() {
        for (z, scale, cell) in [
            (0, 559_082_264.028_717_8, 156_543.033_928_041),
            (12, 136_494.693_366_386, 38.218_514_142_588_1),
            (22, 133.295_599_010_48, 0.037_322_767_717_355),
        ] {
            let matrix = MatrixBody::of_zoom(z);
            assert!((matrix.scale_denominator / scale - 1.0).abs() < 1e-9, "{matrix:?}");
            assert!((matrix.cell_size / cell - 1.0).abs() < 1e-9, "{matrix:?}");
        }
    }
}
