//! `/tiles`: the stock, tracts, roads and heatmaps as vector tiles, and a TileJSON document for each layer.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    heatmap::{HeatmapParams, INSEE_GRID},
    packed::Coding,
    permits::{ReadHeatmap, ReadStock},
    problem::ProblemBody,
    query::{NoParams, list, name_of},
    revision::{Revision, unkept, unless_known},
    sight,
};
use crate::{
    access::{Permission, Scope},
    catalogue::{Indicator, IndicatorName},
    closed_list::ClosedList,
    heatmap::{heatmap, published_heatmap},
    tile::{self, Drawing, InvalidTile, Layers, TileId},
    twin::Snapshot,
};

/// The media type of a vector tile.
pub const MVT: &str = "application/vnd.mapbox-vector-tile";

/// The routes of this file. The heatmap comes first: `{layer}` would take it too.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_heatmap_tile)
        .service(show_tile)
        .service(describe_heatmap_tiles)
        .service(describe_tiles);
}

/// A tile of the sites, buildings, tracts or roads that the caller sees. 204 where nothing is there to draw.
#[utoipa::path(tag = "tiles", params(
    ("layer" = String, Path, description = "`sites`, `buildings`, `tracts` or `roads`"),
    ("z" = String, Path, description = "Zoom, 0 to 22"),
    ("x" = String, Path, description = "Column from the west"),
    ("y" = String, Path, description = "Row from the north"),
    TileParams,
), responses(
    (status = 200, description = "The tile, by the Mapbox Vector Tile specification 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
    (status = 204, description = "Nothing is there"),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such layer or tile", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/{layer}/{z}/{x}/{y}.mvt")]
async fn show_tile(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    path: Path<(String, String, String, String)>,
    params: Query<TileParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (name, z, x, y) = path.into_inner();
    let (layer, tile) = (stock_layer(&name)?, tile_id([("z", &z), ("x", &x), ("y", &y)])?);
    let asked = StockTile::new(layer, tile, params.0.indicators.as_deref())?;
    draw(&request, &edge, caller.scope(), asked).await
}

/// The answer to who asks for a tile that goes with the stock, as far as `scope` shows it.
///
/// # Errors
///
/// 422 where an indicator is none.
pub async fn draw(
    request: &HttpRequest,
    edge: &Edge,
    scope: &Scope,
    asked: StockTile,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (edge.app.snapshot(), scope.clone());
    let revision = match asked.layer {
        Layers::Roads => Revision::of_roads(&snapshot),
        _ => Revision::of_stock(&snapshot),
    };
    let coding = Coding::accepted_by(request);
    unless_known(request, revision, async || {
        let made = web::block(move || packed(coding, asked.encode(&snapshot, &scope)?));
        Ok(answer(coding, made.await.map_err(Problem::internal)??))
    })
    .await
}

/// A tile of a heatmap: what `/api/v1/heatmap` answers to the same parameters, drawn. 204 where nothing is there to draw.
#[utoipa::path(tag = "tiles", params(
    ("z" = String, Path, description = "Zoom, 0 to 22"),
    ("x" = String, Path, description = "Column from the west"),
    ("y" = String, Path, description = "Row from the north"),
    HeatmapParams,
), responses(
    (status = 200, description = "The tile, by the Mapbox Vector Tile specification 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
    (status = 204, description = "Nothing is there"),
    (status = 304, description = "As the client knows it"),
    (status = 404, description = "No such tile, site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/heatmap/{z}/{x}/{y}.mvt")]
async fn show_heatmap_tile(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    path: Path<(String, String, String)>,
    params: Query<HeatmapParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let (z, x, y) = path.into_inner();
    let tile = tile_id([("z", &z), ("x", &x), ("y", &y)])?;
    params.0.check_tile()?;
    let mut query = params.0.query()?;
    let coding = Coding::accepted_by(&request);
    let (snapshot, scope) = (edge.app.snapshot(), caller.scope().clone());
    if !caller.seat().may(Permission::CountExactly) {
        let now = edge.app.now();
        let made = web::block(move || {
            let units = edge.published.of(&snapshot, now);
            let told = published_heatmap(&snapshot, &units, &query, &INSEE_GRID)?;
            packed(coding, tile::heat::published(&told, tile).map_err(Problem::internal)?)
        });
        return Ok(unkept(answer(coding, made.await.map_err(Problem::internal)??)));
    }
    query.selection = sight::within(&scope, snapshot.stock(), query.selection)?;
    unless_known(&request, Revision::of_events(&snapshot, &scope), async || {
        let made = web::block(move || {
            let counted = heatmap(&snapshot, &query, &INSEE_GRID)?;
            packed(coding, tile::heat::exact(&counted, tile).map_err(Problem::internal)?)
        });
        Ok(answer(coding, made.await.map_err(Problem::internal)??))
    })
    .await
}

/// What the tiles of a layer hold, and where they are, as TileJSON 3.0.
#[utoipa::path(tag = "tiles", params(
    ("layer" = String, Path, description = "`sites`, `buildings`, `tracts` or `roads`"),
), responses(
    (status = 200, description = "TileJSON 3.0", body = TileJson),
    (status = 404, description = "No such layer", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/{layer}.json")]
async fn describe_tiles(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    path: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    describe(&request, &edge, caller.scope(), stock_layer(&path)?).await
}

/// What the tiles of heatmaps hold, and where they are, as TileJSON 3.0.
#[utoipa::path(tag = "tiles", responses((status = 200, description = "TileJSON 3.0", body = TileJson)))]
#[get("/heatmap.json")]
async fn describe_heatmap_tiles(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    describe(&request, &edge, caller.scope(), Layers::Heatmap).await
}

async fn describe(
    request: &HttpRequest,
    edge: &Edge,
    scope: &Scope,
    layer: Layers,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let address = address(request);
    unless_known(request, Revision::of_stock(&snapshot).with(&address), async || {
        Ok(web::Json(TileJson::of(layer, &address, &snapshot, scope)))
    })
    .await
}

/// Where the caller found this server, as its headers or those of a proxy say: a web address and nothing else.
pub fn address(request: &HttpRequest) -> String {
    let here = request.connection_info();
    let scheme = if here.scheme() == "https" { "https" } else { "http" };
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".:-_[]".contains(c);
    let host = here.host();
    let host = if host.chars().all(is_host) { host } else { request.app_config().host() };
    format!("{scheme}://{host}")
}

/// What is told of each feature beside what it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TileParams {
    /// For tracts: names of variables, or `dataset:VARIABLE`, separated by commas; see `/api/v1/indicators`.
    indicators: Option<String>,
}

/// A tile that goes with the stock.
pub struct StockTile {
    layer: Layers,
    tile: TileId,
    indicators: Vec<IndicatorName>,
}

impl StockTile {
    /// A tile of `layer`, tracts with the figures that `indicators` names.
    ///
    /// # Errors
    ///
    /// 422 where it names none, or the layer has no figures.
    pub fn new(layer: Layers, tile: TileId, indicators: Option<&str>) -> Result<Self, Problem> {
        let indicators = match indicators {
            Some(names) if layer != Layers::Tracts => {
                return Err(Problem::field("indicators", names, "are told of tracts alone"));
            }
            names => list("indicators", names, |name| {
                name.parse().map_err(|e: crate::catalogue::InvalidIndicatorName| e.to_string())
            })?,
        };
        Ok(Self { layer, tile, indicators })
    }

    fn encode(&self, snapshot: &Snapshot, scope: &Scope) -> Result<Vec<u8>, Problem> {
        let found = |name: &IndicatorName| {
            Ok::<_, Problem>((name.to_string(), Indicator::find(snapshot.stock(), name)?))
        };
        let indicators = self.indicators.iter().map(found).collect::<Result<_, _>>()?;
        let drawing = Drawing { layer: self.layer, snapshot, scope, indicators };
        drawing.tile(self.tile).map_err(Problem::internal)
    }
}

fn packed(coding: Coding, tile: Vec<u8>) -> Result<web::Bytes, Problem> {
    if tile.is_empty() {
        return Ok(web::Bytes::new());
    }
    coding.pack(tile).map_err(Problem::internal)
}

/// The tile, or 204 where nothing is in it.
fn answer(coding: Coding, tile: web::Bytes) -> HttpResponse {
    if tile.is_empty() {
        return HttpResponse::NoContent().finish();
    }
    coding.said_on(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, MVT)).body(tile))
}

fn stock_layer(name: &str) -> Result<Layers, Problem> {
    let of_name = |name: &str| Layers::of_stock().find(|layer| layer.as_str() == name);
    name_of(name, of_name, Layers::of_stock().map(Layers::as_str))
        .map_err(|reason| Problem::unknown("layer", name, reason))
}

/// The tile of that zoom, column and row, each with what the path calls it.
///
/// # Errors
///
/// 404 where there is none.
pub fn tile_id([z, x, y]: [(&str, &str); 3]) -> Result<TileId, Problem> {
    fn whole<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, Problem> {
        text.parse().map_err(|_not_a_number| {
            Problem::unknown(field, text, "must be a whole number of 0 or more")
        })
    }
    let zoom = whole(z.0, z.1)?;
    let (column, row) = (whole(x.0, x.1)?, whole(y.0, y.1)?);
    TileId::new(zoom, column, row).map_err(|error| match error {
        InvalidTile::Zoom => Problem::unknown(z.0, z.1, error),
        InvalidTile::OffTheEdge { last } if column > last => Problem::unknown(x.0, x.1, error),
        InvalidTile::OffTheEdge { .. } => Problem::unknown(y.0, y.1, error),
    })
}

/// A layer of tiles.
#[derive(Debug, Serialize, ToSchema)]
struct TileJson {
    /// Version of the format.
    #[schema(value_type = String)]
    tilejson: &'static str,
    /// Name of the layer.
    #[schema(value_type = String)]
    name: &'static str,
    /// Where the tiles are.
    tiles: [String; 1],
    /// `xyz`: rows are counted from the north.
    #[schema(value_type = String)]
    scheme: &'static str,
    /// First zoom with anything in it.
    minzoom: u8,
    /// Last zoom that shows more.
    maxzoom: u8,
    /// `west, south, east, north` of the stock, in degrees; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    /// The layer, and what is known of its features.
    vector_layers: [VectorLayer; 1],
}

/// What a layer holds.
#[derive(Debug, Serialize, ToSchema)]
struct VectorLayer {
    /// Its name in the tiles.
    #[schema(value_type = String)]
    id: &'static str,
    /// What is known of a feature, by name.
    fields: std::collections::BTreeMap<&'static str, &'static str>,
    /// First zoom with anything in it.
    minzoom: u8,
    /// Last zoom that shows more.
    maxzoom: u8,
}

impl TileJson {
    fn of(layer: Layers, address: &str, snapshot: &Snapshot, scope: &Scope) -> Self {
        let name = layer.as_str();
        let bounds = crate::catalogue::overview(snapshot, scope.landlord()).bounds;
        Self {
            tilejson: "3.0.0",
            name,
            tiles: [format!("{address}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt")],
            scheme: "xyz",
            minzoom: layer.zoom_min(),
            maxzoom: layer.zoom_max(),
            bounds: bounds.map(|bbox| [bbox.west(), bbox.south(), bbox.east(), bbox.north()]),
            vector_layers: [VectorLayer {
                id: name,
                fields: layer.fields().iter().copied().collect(),
                minzoom: layer.zoom_min(),
                maxzoom: layer.zoom_max(),
            }],
        }
    }
}
