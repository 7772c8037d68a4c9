//! `/buildings`: the footprints, with what a map needs to raise them.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query,
    caller::Caller,
    file::{self, Sending, shape_of},
    filter,
    geojson::{metres, rounded},
    named::FileFormatName,
    page::{self, ListAddress},
    permits::ReadStock,
    problem::ProblemBody,
    query::parsed,
    revision::Revision,
    sight,
    stock_list::stock_list,
    tracts::{self, TractPart},
};
use crate::{
    catalogue::{self, BuildingsQuery, PageLimit},
    export::{self, Column, ColumnKind, FileFormat, Row, Shapes, Table, Value},
    stock::Hall,
    twin::{BuildingIx, SelectionError, StockIndex},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_buildings);
}

/// The buildings, in the order of ids: a page, or all of them as a file.
#[utoipa::path(tag = "stock", params(BuildingsParams), responses(
    (status = 200, description = "A page of buildings, or a file", content((FeatureCollection<BuildingProperties> = "application/geo+json"), (serde_json::Value = "application/vnd.geo+json"), (Vec<u8> = "application/geo+json-seq"), (String = "text/csv"), (Vec<u8> = "application/geopackage+sqlite3"), (Vec<u8> = "application/flatgeobuf"), (Vec<u8> = "application/vnd.apache.parquet"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/buildings")]
async fn list_buildings(
    caller: Caller<ReadStock>,
    request: HttpRequest,
    params: Query<BuildingsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let format = file::asked(&request, params.0.f.as_deref())?;
    if format.is_some() {
        file::whole(params.0.limit.as_deref(), params.0.after.as_deref())?;
    }
    let mut query = BuildingsQuery::try_from(params.0)?;
    query.landlord = sight::landlord(caller.scope(), query.landlord)?;
    if let Some(code) = &query.site
        && sight::site(caller.scope(), edge.app.snapshot().stock(), code).is_none()
    {
        return Err(SelectionError::UnknownSite(code.clone()).into());
    }
    if let Some(format) = format {
        return send_buildings(&request, &edge, query, format).await;
    }
    let list = ListAddress::of(&request);
    stock_list(&request, &edge, caller.seat(), move |stock, now| {
        let found = catalogue::buildings(stock, &query)?;
        let features = found.items.iter().map(|ix| feature(stock, *ix)).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
    })
    .await
}

async fn send_buildings(
    request: &HttpRequest,
    edge: &Edge,
    query: BuildingsQuery,
    format: FileFormat,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let revision = Some(Revision::of_stock(&snapshot));
    file::send(edge, Sending { request, format, stem: "vigie-buildings", revision }, move || {
        let stock = snapshot.stock();
        let page = |after| {
            let query = BuildingsQuery { after, limit: PageLimit::MAX, ..query.clone() };
            Ok(catalogue::buildings(stock, &query)?)
        };
        let buildings = file::every(page)?;
        Ok(export::file(format, &table(), buildings.into_iter().map(|ix| row(stock, ix)))?)
    })
    .await
}

/// Which buildings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BuildingsParams {
    /// `west,south,east,north` in degrees: buildings whose box meets it.
    bbox: Option<String>,
    /// Id of a landlord.
    landlord: Option<String>,
    /// Code of a site.
    site: Option<String>,
    /// Id, site code or site name, or a part of one; accents and case are ignored.
    q: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
    /// A file of all that is asked for, without pages; `Accept` asks for one, too.
    #[param(inline, value_type = Option<FileFormatName>)]
    f: Option<String>,
}

impl TryFrom<BuildingsParams> for BuildingsQuery {
    type Error = Problem;

    fn try_from(params: BuildingsParams) -> Result<Self, Problem> {
        Ok(Self {
            bbox: parsed("bbox", params.bbox.as_deref())?,
            landlord: filter::landlord(params.landlord.as_deref())?,
            site: parsed("site", params.site.as_deref())?,
            text: filter::words(params.q.as_deref())?,
            after: page::after(params.after.as_deref())?,
            limit: page::limit(params.limit.as_deref())?,
        })
    }
}

/// What is known of a building.
#[derive(Debug, Serialize, ToSchema)]
struct BuildingProperties {
    /// Unique in the stock.
    id: String,
    /// The site that it belongs to.
    #[schema(required = true)]
    site_code: Option<String>,
    /// Id of the landlord of that site.
    #[schema(required = true)]
    landlord: Option<String>,
    /// Height to draw, in metres: given, else by storeys, else a guess.
    height_m: f64,
    /// Storeys over ground.
    #[schema(required = true)]
    levels: Option<u16>,
    /// Dwellings counted in it.
    dwellings: u32,
    /// Its entrances.
    halls: Vec<HallBody>,
    /// The INSEE tracts that it stands in, each with the share of its ground.
    tracts: Vec<TractPart>,
}

/// An entrance of a building.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hall)]
struct HallBody {
    /// What is written over the door.
    label: String,
    /// Longitude of the door, WGS 84 degrees.
    lon: f64,
    /// Latitude of the door, WGS 84 degrees.
    lat: f64,
}

impl From<&Hall> for HallBody {
    fn from(hall: &Hall) -> Self {
        let [lon, lat] = rounded(hall.position.into());
        Self { label: hall.label.clone(), lon, lat }
    }
}

fn feature(stock: &StockIndex, ix: BuildingIx) -> Feature<BuildingProperties> {
    let building = stock.building(ix);
    let place = stock.place(stock.place_of_building(ix));
    let site = place.site.map(|site| stock.site(site));
    let properties = BuildingProperties {
        id: building.id.to_string(),
        site_code: site.map(|site| site.code.to_string()),
        landlord: site.map(|site| site.landlord.to_string()),
        height_m: metres(building.drawn_height_m()),
        levels: building.levels,
        dwellings: place.dwellings,
        halls: building.halls.iter().map(HallBody::from).collect(),
        tracts: tracts::parts(stock, stock.tract_shares().of_building(ix)),
    };
    Feature::new(&building.id, Some(building.footprint.polygons().into()), properties)
}

/// The columns of a file of buildings.
pub fn table() -> Table {
    use ColumnKind::{Integer, Real, Text};
    let description = "The footprints of the stock.";
    let mut table = Table::new("buildings", "Buildings", description, Shapes::Areas);
    table.add(Column::new("id", Text, "Unique in the stock"));
    table.add(Column::new("site_code", Text, "The site that it belongs to"));
    table.add(Column::new("landlord", Text, "Id of the landlord of that site"));
    let title = "Height to draw: given, else by storeys, else a guess";
    table.add(Column::new("height_m", Real, title).in_unit("m"));
    table.add(Column::new("levels", Integer, "Storeys over ground").in_unit("storeys"));
    table.add(Column::new("dwellings", Integer, "Dwellings in it").in_unit("dwellings"));
    table.add(Column::new("halls", Integer, "Its entrances").in_unit("halls"));
    table
}

/// The row of a building in such a file.
pub fn row(stock: &StockIndex, ix: BuildingIx) -> Row {
    let building = stock.building(ix);
    let place = stock.place(stock.place_of_building(ix));
    let site = place.site.map(|site| stock.site(site));
    Row {
        shape: shape_of(building.footprint.polygons()),
        values: vec![
            Value::Text(building.id.to_string()),
            site.map(|site| site.code.to_string()).into(),
            site.map(|site| site.landlord.to_string()).into(),
            Value::Real(metres(building.drawn_height_m())),
            building.levels.map(i64::from).into(),
            Value::Integer(place.dwellings.into()),
            i64::try_from(building.halls.len()).ok().into(),
        ],
    }
}
