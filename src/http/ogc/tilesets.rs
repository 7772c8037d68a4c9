//! `/ogc/collections/{collection}/tiles`: what is drawn of a collection, as OGC API – Tiles. The tiles are those of `/tiles`, for whoever may
//! read those.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data, Path},
};
use geo::Rect;
use maud::html;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Asking,
    collection::Collection,
    collections::{format_alone, kept_by_nobody},
    format::{Format, Written},
    frame::Frame,
    html::Page,
    landing::JSON,
    link::{Here, Link},
    matrix_sets::{self, URI, WEB_MERCATOR_QUAD, scheme},
    params::Params,
    reader::Reader,
};
use crate::{
    access::Permission,
    closed_list::ClosedList as _,
    geo::Bbox,
    http::{
        Edge, Problem,
        caller::Caller,
        permits::ReadMeta,
        problem::ProblemBody,
        tiles::{MVT, StockTile, draw, tile_id},
    },
    tile::{InvalidTile, Layers, TileId},
};

/// The relation of the tilesets of a collection.
pub const TILESETS_VECTOR: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_tilesets).service(show_tileset).service(show_collection_tile);
}

/// The tilesets of a collection: one, of vector tiles.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "`sites`, `buildings` or `tracts`"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The tilesets", content((TilesetsBody = "application/json"), (String = "text/html"))),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection, or nothing is drawn of it", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/tiles")]
async fn list_tilesets(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    name: Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (of, _) = Asking { edge: &edge, caller: &caller }.drawn(&name)?;
    let (format, here) = (format_alone(&request)?, Here::of(&request));
    let tileset = here.ogc(&format!("/collections/{}/tiles/{WEB_MERCATOR_QUAD}", of.as_str()));
    let links = vec![Link::new(tileset, "self", JSON, "The tileset"), scheme(&here)];
    let body = TilesetsBody {
        tilesets: [TilesetLinkBody {
            title: of.as_str(),
            data_type: VECTOR,
            crs: Frame::WebMercator.uri(),
            tile_matrix_set_uri: URI,
            links: links.clone(),
        }],
        links: here.itself(format, JSON),
    };
    let written = match format {
        Format::Json => Written::json(JSON, &body)?,
        Format::Html => Page::new(of.as_str(), &[body.links, links].concat()).written(),
    };
    Ok(kept_by_nobody(written))
}

/// Where the tiles of a collection are, how far they reach, and what they hold.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "`sites`, `buildings` or `tracts`"),
    ("tileMatrixSetId" = String, Path, description = "`WebMercatorQuad`"),
    ("f" = Option<String>, Query, description = "`json` or `html`; where it is left out, `Accept` decides"),
), responses(
    (status = 200, description = "The tileset", content((TilesetBody = "application/json"), (String = "text/html"))),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection, nothing is drawn of it, or not in such tiles", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/tiles/{tileMatrixSetId}")]
async fn show_tileset(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    path: Path<(String, String)>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let asking = Asking { edge: &edge, caller: &caller };
    let (name, set) = path.into_inner();
    let (of, layer) = asking.drawn(&name)?;
    matrix_sets::check(&set)?;
    let (format, here, reader) = (format_alone(&request)?, Here::of(&request), asking.reader());
    let made = web::block(move || {
        let body = TilesetBody::new(of, layer, &reader, &here, format)?;
        let rows = html! {
            section { table {
                tr { th { "property" } th { "what it is" } }
                @for (name, about) in layer.fields() { tr { td { code { (name) } } td { (about) } } }
            } }
        };
        match format {
            Format::Json => Written::json(JSON, &body),
            Format::Html => {
                let page = body.links.iter().filter(|link| !link.is_template());
                let page: Vec<Link> = page.map(|link| link.link.clone()).collect();
                Ok(Page::new(&body.title, &page).with(rows).written())
            }
        }
    });
    Ok(kept_by_nobody(made.await.map_err(Problem::internal)??))
}

/// A vector tile of a collection: that of `/tiles`, within the limits that the tileset says.
#[utoipa::path(tag = "ogc", params(
    ("collection" = String, Path, description = "`sites`, `buildings` or `tracts`"),
    ("tileMatrixSetId" = String, Path, description = "`WebMercatorQuad`"),
    ("tileMatrix" = String, Path, description = "Zoom, 0 to 22"),
    ("tileRow" = String, Path, description = "Row from the north"),
    ("tileCol" = String, Path, description = "Column from the west"),
    ("f" = Option<String>, Query, description = "`mvt`, or left out"),
    ("indicators" = Option<String>, Query, description = "For tracts: names of variables, or `dataset:VARIABLE`, separated by commas"),
), responses(
    (status = 200, description = "The tile, by the Mapbox Vector Tile specification 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
    (status = 204, description = "Nothing is there to draw, within the limits of the tileset"),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such collection or tile, or one beyond the limits of the tileset", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}")]
async fn show_collection_tile(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    path: Path<(String, String, String, String, String)>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (name, set, zoom, row, column) = path.into_inner();
    let asking = Asking { edge: &edge, caller: &caller };
    let (of, layer) = asking.drawn(&name)?;
    matrix_sets::check(&set)?;
    let tile = tile_id([("tileMatrix", &zoom), ("tileCol", &column), ("tileRow", &row)])?;
    let mut params = Params::of(&request)?;
    let (format, indicators) = (params.take("f"), params.take("indicators"));
    params.none_left()?;
    if let Some(format) = format.filter(|format| format != "mvt") {
        return Err(Problem::unreadable(Problem::field("f", &format, "must be mvt")));
    }
    let reader = asking.reader();
    let outside = web::block(move || outside_of(layer, reader.bounds(of), tile)).await;
    if let Some(field) = outside.map_err(Problem::internal)?.map_err(Problem::internal)? {
        let value = if field == "tileRow" {
            &row
        } else if field == "tileCol" {
            &column
        } else {
            &zoom
        };
        return Err(Problem::unknown(field, value, "is beyond the limits of the tileset"));
    }
    let asked = StockTile::new(layer, tile, indicators.as_deref()).map_err(Problem::unreadable)?;
    draw(&request, &edge, caller.seat().scope(), asked).await.map_err(Problem::unreadable)
}

impl Asking<'_> {
    /// The collection of that name, and the layer that draws it.
    ///
    /// # Errors
    ///
    /// 404 where there is none, or nothing is drawn of it; 403 where the caller may not read it, or no tiles.
    fn drawn(&self, name: &str) -> Result<(Collection, Layers), Problem> {
        let of = self.collection(name)?;
        let none = || Problem::unknown("collection", name, "nothing is drawn of it");
        let layer = of.layer().ok_or_else(none)?;
        match self.caller.seat().may(Permission::ReadStock) {
            true => Ok((of, layer)),
            false => Err(Problem::forbidden(self.caller.seat(), Permission::ReadStock)),
        }
    }
}

/// What the tiles are of: features, not pictures.
const VECTOR: &str = "vector";

/// The tilesets of a collection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTilesets)]
struct TilesetsBody {
    /// All of them.
    tilesets: [TilesetLinkBody; 1],
    /// This document as something else.
    links: Vec<Link>,
}

/// A tileset, and where it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTilesetLink)]
#[serde(rename_all = "camelCase")]
struct TilesetLinkBody {
    /// What it is called.
    #[schema(value_type = String)]
    title: &'static str,
    /// `vector`.
    #[schema(value_type = String)]
    data_type: &'static str,
    /// Its reference system.
    #[schema(value_type = String)]
    crs: &'static str,
    /// How its tiles are cut.
    #[serde(rename = "tileMatrixSetURI")]
    #[schema(value_type = String)]
    tile_matrix_set_uri: &'static str,
    /// Where it is.
    links: Vec<Link>,
}

/// A tileset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileset)]
#[serde(rename_all = "camelCase")]
struct TilesetBody {
    /// What people call it.
    title: String,
    /// What it holds.
    description: String,
    /// `vector`.
    #[schema(value_type = String)]
    data_type: &'static str,
    /// Its reference system.
    #[schema(value_type = String)]
    crs: &'static str,
    /// How its tiles are cut.
    #[serde(rename = "tileMatrixSetURI")]
    #[schema(value_type = String)]
    tile_matrix_set_uri: &'static str,
    /// Where its tiles are, by `{tileMatrix}`, `{tileRow}` and `{tileCol}`, and other documents.
    links: Vec<TilesetLink>,
    /// Which tiles have anything in them, at each zoom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tile_matrix_set_limits: Vec<LimitsBody>,
    /// The ground that it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bounding_box: Option<BoundingBoxBody>,
    /// The one layer of its tiles.
    layers: [LayerBody; 1],
}

/// A link, or a template of one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTilesetDocumentLink)]
struct TilesetLink {
    #[serde(flatten)]
    link: Link,
    /// Whether the address has names in braces to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    templated: Option<bool>,
}

/// The tiles of a zoom that have anything in them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileMatrixLimits)]
#[serde(rename_all = "camelCase")]
struct LimitsBody {
    /// The zoom.
    tile_matrix: String,
    /// The northern row.
    min_tile_row: u32,
    /// The southern row.
    max_tile_row: u32,
    /// The western column.
    min_tile_col: u32,
    /// The eastern column.
    max_tile_col: u32,
}

/// The ground that tiles cover.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcBoundingBox)]
#[serde(rename_all = "camelCase")]
struct BoundingBoxBody {
    /// West and south, degrees.
    lower_left: [f64; 2],
    /// East and north, degrees.
    upper_right: [f64; 2],
    /// CRS84.
    #[schema(value_type = String)]
    crs: &'static str,
}

/// A layer of tiles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileLayer)]
#[serde(rename_all = "camelCase")]
struct LayerBody {
    /// Its name in the tiles.
    #[schema(value_type = String)]
    id: &'static str,
    /// `vector`.
    #[schema(value_type = String)]
    data_type: &'static str,
    /// 0 for points, 2 for areas.
    geometry_dimension: u8,
    /// The first zoom with anything in it.
    min_tile_matrix: String,
    /// The last zoom that shows more than the one before.
    max_tile_matrix: String,
    /// What is known of a feature, as a JSON Schema.
    properties_schema: PropertiesBody,
}

/// What is known of a feature.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileProperties)]
struct PropertiesBody {
    /// `object`.
    #[schema(value_type = String)]
    r#type: &'static str,
    /// Each property by its name.
    properties: BTreeMap<&'static str, PropertyBody>,
}

/// A property.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTileProperty)]
struct PropertyBody {
    /// What it says.
    #[schema(value_type = String)]
    description: &'static str,
}

impl TilesetLink {
    const fn is_template(&self) -> bool {
        self.templated.is_some()
    }
}

impl From<Link> for TilesetLink {
    fn from(link: Link) -> Self {
        Self { link, templated: None }
    }
}

impl TilesetBody {
    fn new(
        of: Collection,
        layer: Layers,
        reader: &Reader,
        here: &Here,
        format: Format,
    ) -> Result<Self, Problem> {
        let (table, name) = (reader.table(of), of.as_str());
        let tiles = format!(
            "/collections/{name}/tiles/{WEB_MERCATOR_QUAD}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
        );
        let tiles = Link::new(here.ogc(&tiles), "item", MVT, "The tiles");
        let tile_json = here.root(&format!("/tiles/{name}.json"));
        let tile_json = Link::new(tile_json, "alternate", JSON, "The tileset as TileJSON");
        let geodata = here.ogc(&format!("/collections/{name}"));
        let geodata = Link::new(geodata, GEODATA, JSON, "The collection");
        let mut links: Vec<_> =
            here.itself(format, JSON).into_iter().map(TilesetLink::from).collect();
        links.push(TilesetLink { link: tiles, templated: Some(true) });
        links.extend([scheme(here), tile_json, geodata].map(TilesetLink::from));
        let ground = reader.bounds(of);
        Ok(Self {
            title: table.title,
            description: table.description,
            data_type: VECTOR,
            crs: Frame::WebMercator.uri(),
            tile_matrix_set_uri: URI,
            links,
            tile_matrix_set_limits: ground
                .map_or(Ok(Vec::new()), |ground| limits(layer, ground))
                .map_err(Problem::internal)?,
            bounding_box: ground.map(|ground| BoundingBoxBody {
                lower_left: [ground.west(), ground.south()],
                upper_right: [ground.east(), ground.north()],
                crs: Frame::Crs84.uri(),
            }),
            layers: [LayerBody {
                id: layer.as_str(),
                data_type: VECTOR,
                geometry_dimension: if layer == Layers::Sites { 0 } else { 2 },
                min_tile_matrix: layer.zoom_min().to_string(),
                max_tile_matrix: layer.zoom_max().to_string(),
                properties_schema: PropertiesBody {
                    r#type: "object",
                    properties: layer
                        .fields()
                        .iter()
                        .map(|(name, description)| (*name, PropertyBody { description }))
                        .collect(),
                },
            }],
        })
    }
}

/// The relation of the collection that tiles are of.
const GEODATA: &str = "http://www.opengis.net/def/rel/ogc/1.0/geodata";

/// What of a tile is beyond the limits of its tileset, by the name that the path gives it; none where it is within.
fn outside_of(
    layer: Layers,
    ground: Option<Bbox>,
    tile: TileId,
) -> Result<Option<&'static str>, InvalidTile> {
    let zooms = layer.zoom_min()..=layer.zoom_max();
    let Some(ground) = ground.filter(|_| zooms.contains(&tile.zoom())) else {
        return Ok(Some("tileMatrix"));
    };
    let [first, last] = TileId::around(rect(ground), tile.zoom())?;
    let is_row = (first.row()..=last.row()).contains(&tile.row());
    let is_column = (first.column()..=last.column()).contains(&tile.column());
    Ok(if !is_row {
        Some("tileRow")
    } else if !is_column {
        Some("tileCol")
    } else {
        None
    })
}

fn rect(ground: Bbox) -> Rect<f64> {
    Rect::new((ground.west(), ground.south()), (ground.east(), ground.north()))
}

fn limits(layer: Layers, ground: Bbox) -> Result<Vec<LimitsBody>, InvalidTile> {
    let of_zoom = |z| {
        let [first, last] = TileId::around(rect(ground), z)?;
        Ok(LimitsBody {
            tile_matrix: z.to_string(),
            min_tile_row: first.row(),
            max_tile_row: last.row(),
            min_tile_col: first.column(),
            max_tile_col: last.column(),
        })
    };
    (layer.zoom_min()..=layer.zoom_max()).map(of_zoom).collect()
}
