//! `POST /locate:batch`: sites of positions, as many as the client likes.
//!
//! Each row is answered in its place with what it came with, and where it is or what is wrong with it.

mod csv_rows;
mod ndjson_rows;

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{self, Bytes, Data},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::{csv_rows::CsvRows, ndjson_rows::NdjsonRows};
use super::{
    Edge, Problem, Query,
    caller::Caller,
    lines::{Block, LineEnd, Lines},
    locate::LocateAnswer,
    media,
    permits::Locate,
    place::{Coordinates, PlaceFault, system},
    problem::ProblemBody,
    stream::{self, CSV, NDJSON},
};
use crate::{crs::Crs, geo::LonLat, locate::locate_all, twin::StockIndex};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(locate_batch);
}

/// Locates each row of a stream of any length: NDJSON objects or CSV with a header, with `lon` and `lat`, or
/// `x` and `y` in the system that `crs` names.
///
/// The answer has the same rows with the same columns, and `site_code`, `building_id`, `method`, `distance_m`;
/// a row at fault has its reason in `error`.
#[utoipa::path(tag = "stock", params(LocateBatchParams), request_body(content(
    (String = "application/x-ndjson", example = "{\"id\":1,\"lon\":2.3522,\"lat\":48.8566}\n"),
    (String = "text/csv", example = "id,lon,lat\n1,2.3522,48.8566\n"),
)), responses(
    (status = 200, description = "The same rows, located, in the media type of the request", content(
        (String = "application/x-ndjson"), (String = "text/csv"),
    )),
    (status = 415, description = "Neither NDJSON nor CSV", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "No such columns or reference system", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "Too many batches at once", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/locate:batch")]
async fn locate_batch(
    _: Caller<Locate>,
    request: HttpRequest,
    params: Query<LocateBatchParams>,
    payload: web::Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let media_type = media::check(&request, &[NDJSON[0], NDJSON[1], NDJSON[2], CSV])?;
    let crs = params.0.crs.as_deref().map(system).transpose()?;
    let permit = edge.streams.enter()?;
    if media_type == CSV {
        let mut lines = Lines::of(payload.into_inner(), LineEnd::LineFeedOutsideQuotes);
        let (rows, begin) = CsvRows::begin(&mut lines, crs).await?;
        Ok(stream::answer(permit, "text/csv; charset=utf-8", lines, in_turn(rows, begin, &edge)))
    } else {
        let lines = Lines::of(payload.into_inner(), LineEnd::LineFeed);
        Ok(stream::answer(
            permit,
            NDJSON[0],
            lines,
            in_turn(NdjsonRows::new(crs), Vec::new(), &edge),
        ))
    }
}

/// How to read the rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LocateBatchParams {
    /// Reference system of `x` and `y`, such as `EPSG:2154`.
    crs: Option<String>,
}

/// A reader of rows that writes each with its answer.
trait Rows: Send + 'static {
    /// Appends the answers to the rows of `block` to `out`.
    fn answer(&mut self, stock: &StockIndex, block: &Block, out: &mut Vec<u8>);
}

/// What makes an answer of each block: away from the async threads, and all on one state of the stock.
fn in_turn<R: Rows>(
    rows: R,
    begin: Vec<u8>,
    edge: &Edge,
) -> impl AsyncFnMut(Block) -> Result<Bytes, Problem> + 'static {
    let snapshot = edge.app.snapshot();
    let mut state = Some((rows, begin));
    async move |block: Block| {
        let (mut rows, mut out) =
            state.take().ok_or_else(|| Problem::internal("a block met a panic before"))?;
        let snapshot = snapshot.clone();
        let worked = web::block(move || {
            rows.answer(snapshot.stock(), &block, &mut out);
            (rows, out)
        });
        let (rows, out) = worked.await.map_err(Problem::internal)?;
        state = Some((rows, Vec::with_capacity(out.len())));
        Ok(out.into())
    }
}

/// The position that a row gives.
fn position_of(crs: Option<&Crs>, coordinates: &Coordinates<'_>) -> Result<LonLat, PlaceFault> {
    match (crs, coordinates) {
        (Some(crs), Coordinates { lon: None, lat: None, x: Some(x), y: Some(y), crs: None }) => {
            Ok(crs.to_wgs_84(geo::Coord { x: *x, y: *y })?)
        }
        _ => coordinates.position(),
    }
}

/// Where the rows of a block are, those at fault left out: all at once, which is faster than one by one.
fn located<'a, E: 'a>(
    stock: &StockIndex,
    positions: impl Iterator<Item = &'a Result<LonLat, E>>,
) -> impl Iterator<Item = LocateAnswer> {
    let positions: Vec<LonLat> =
        positions.filter_map(|position| position.as_ref().ok().copied()).collect();
    locate_all(stock, &positions).into_iter().map(|located| LocateAnswer::new(stock, &located))
}
