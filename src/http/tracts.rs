//! `/tracts` and `/indicators`: INSEE's zones, and what INSEE says of them.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, Problem, Query,
    caller::Caller,
    file::{self, Sending},
    filter::Filters,
    named::FileFormatName,
    page::{self, ListAddress},
    permits::ReadTracts,
    problem::ProblemBody,
    query::{NoParams, list, name_of, parsed},
    revision::{Revision, unless_known},
    stock_list::stock_list,
    tract_file::{TractFile, ZoneCounts},
};
use crate::{
    access::Permission,
    catalogue::{
        self, DatasetSummary, IndicatorName, TractRow, TractsError, TractsQuery, VariableSummary,
    },
    closed_list::ClosedList as _,
    export::FileFormat,
    tract::{Division, TractKind, Variable, Vintage},
    twin::{Selection, SiteIx, StockIndex, TractShare},
};

/// Shares are told to six decimals.
const SHARE_DIGITS: f64 = 1e6;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_tracts).service(list_indicators);
}

/// INSEE's zones in the order of codes, with the figures that are asked for: a page, or all of them as a file, where each figure
/// has its households, its source and its year beside it.
#[utoipa::path(tag = "tracts", params(TractsParams), responses(
    (status = 200, description = "A page of tracts, or a file", content((FeatureCollection<TractProperties> = "application/geo+json"), (serde_json::Value = "application/vnd.geo+json"), (Vec<u8> = "application/geo+json-seq"), (String = "text/csv"), (Vec<u8> = "application/geopackage+sqlite3"), (Vec<u8> = "application/flatgeobuf"), (Vec<u8> = "application/vnd.apache.parquet"))),
    (status = 304, description = "As the client knows it"),
    (status = 403, description = "Whoever asks reads no incidents, or takes none out of the house", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused, or names no indicator", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/tracts")]
async fn list_tracts(
    caller: Caller<ReadTracts>,
    request: HttpRequest,
    params: Query<TractsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    if let Some(format) = file::asked(&request, params.0.f.as_deref())? {
        return send_tracts(&caller, &request, params.0, &edge, format).await;
    }
    params.0.check_page()?;
    let query = TractsQuery::try_from(params.0)?;
    let list = ListAddress::of(&request);
    let scope = caller.scope().clone();
    let stocked = caller.seat().may(Permission::ReadStock);
    stock_list(&request, &edge, caller.seat(), move |stock, now| {
        let shows = |site: SiteIx| scope.shows_landlord(&stock.site(site).landlord);
        let found = catalogue::tracts(stock, &query, shows)?;
        let feature = |row| tract(row, &query.indicators, stocked);
        let features = found.items.into_iter().map(feature).collect();
        Ok(FeatureCollection::new(features, list.links(found.next), found.matched, now))
    })
    .await
}

/// All tracts as a file. One with incidents is kept by nobody and has no tag, which would tell when something was reported.
async fn send_tracts(
    caller: &Caller<ReadTracts>,
    request: &HttpRequest,
    params: TractsParams,
    edge: &Data<Edge>,
    format: FileFormat,
) -> Result<HttpResponse, Problem> {
    file::whole(params.limit.as_deref(), params.after.as_deref())?;
    let counted = params.counted()?;
    let query = TractsQuery::try_from(params)?;
    if counted.is_some() {
        file::counts_may_leave(caller.seat())?;
    }
    let (snapshot, now, seat) = (edge.app.snapshot(), edge.app.now(), caller.seat().clone());
    let revision = counted.is_none().then(|| Revision::of_stock(&snapshot));
    let counting = edge.clone();
    file::send(edge, Sending { request, format, stem: "vigie-tracts", revision }, move || {
        let counts = |selection| match seat.may(Permission::CountExactly) {
            true => ZoneCounts::exact(&snapshot, seat.scope(), query.division, selection),
            false => {
                let units = counting.published.of(&snapshot, now);
                ZoneCounts::published(&snapshot, &units, query.division, selection)
            }
        };
        let incidents = counted.map(counts).transpose()?;
        let with_dwellings = seat.may(Permission::ReadStock);
        TractFile { query, with_dwellings, incidents }.made(snapshot.stock(), seat.scope(), format)
    })
    .await
}

/// The tables of figures, with their source, their year, and what their variables say of the zones of the stock.
#[utoipa::path(tag = "tracts", responses(
    (status = 200, description = "Every table", body = Indicators),
    (status = 304, description = "As the client knows it"),
))]
#[get("/indicators")]
async fn list_indicators(
    _: Caller<ReadTracts>,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    unless_known(&request, Revision::of_stock(&snapshot), async || {
        let made = web::block(move || {
            let stock = snapshot.stock();
            let vintages = stock.tract_index().vintages();
            Indicators {
                tract_vintages: vintages.into_iter().map(TractVintage::from).collect(),
                datasets: catalogue::indicators(stock).iter().map(DatasetBody::from).collect(),
            }
        });
        Ok(web::Json(made.await.map_err(Problem::internal)?))
    })
    .await
}

/// Which zones, and which figures about them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TractsParams {
    /// `tract`, or `square` for the grid of 200 m; `tract` where it is left out.
    division: Option<String>,
    /// Year of the outlines; where it is left out, the newest that each commune has.
    #[param(value_type = Option<u16>)]
    vintage: Option<String>,
    /// Names of variables, separated by commas, such as `DISP_MED18`, or `dataset:VARIABLE` where several tables have
    /// one; see `/api/v1/indicators`. At most 50.
    indicators: Option<String>,
    /// The zone with that code alone.
    code: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
    /// A file of all that is asked for, without pages; `Accept` asks for one, too.
    #[param(inline, value_type = Option<FileFormatName>)]
    f: Option<String>,
    /// `true`: the file has the incidents of each zone, as the heatmap tells them to whoever asks.
    #[param(value_type = Option<bool>)]
    incidents: Option<String>,
    /// First instant of the incidents, RFC 3339.
    from: Option<String>,
    /// First instant after the incidents, RFC 3339.
    to: Option<String>,
    /// Kinds of the incidents, separated by commas.
    kind: Option<String>,
}

impl TractsParams {
    /// The incidents that a file is to tell of.
    fn counted(&self) -> Result<Option<Selection>, Problem> {
        let names = ["true", "false"];
        let yes = |name: &str| match name {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        let refused =
            |reason| Problem::field("incidents", self.incidents.as_deref().unwrap_or(""), reason);
        let asked =
            self.incidents.as_deref().map(|name| name_of(name, yes, names).map_err(refused));
        if !asked.transpose()?.unwrap_or(false) {
            let given = [("from", &self.from), ("to", &self.to), ("kind", &self.kind)];
            let given = given.into_iter().find(|(_, value)| value.is_some());
            return given.map_or(Ok(None), |(field, _)| {
                Err(Problem::unsaid(field, "is about incidents: ask for them by incidents=true"))
            });
        }
        let filters = Filters {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            kind: self.kind.as_deref(),
            ..Filters::default()
        };
        Ok(Some(filters.try_into()?))
    }

    /// Pages have no incidents: the heatmap has.
    fn check_page(&self) -> Result<(), Problem> {
        match self.counted()? {
            None => Ok(()),
            Some(_) => Err(Problem::unsaid(
                "incidents",
                "come with a file: say which by f, or ask /api/v1/heatmap",
            )),
        }
    }
}

impl TryFrom<TractsParams> for TractsQuery {
    type Error = Problem;

    fn try_from(params: TractsParams) -> Result<Self, Problem> {
        let outlined = [Division::Tract, Division::Square];
        let division = |name: &str| {
            let of_name = |name: &str| Division::of_name(name).filter(|it| outlined.contains(it));
            name_of(name, of_name, outlined.map(Division::as_str))
                .map_err(|reason| Problem::field("division", name, reason))
        };
        Ok(Self {
            division: params.division.as_deref().map_or(Ok(Division::Tract), division)?,
            vintage: parsed::<Vintage>("vintage", params.vintage.as_deref())?,
            indicators: list("indicators", params.indicators.as_deref(), |name| {
                name.parse::<IndicatorName>().map_err(|e| e.to_string())
            })?,
            code: parsed("code", params.code.as_deref())?,
            after: page::after(params.after.as_deref())?,
            limit: page::limit(params.limit.as_deref())?,
        })
    }
}

impl From<TractsError> for Problem {
    fn from(error: TractsError) -> Self {
        let value = match &error {
            TractsError::UnknownIndicator(name) | TractsError::AmbiguousIndicator { name, .. } => {
                name.clone()
            }
            TractsError::TooManyIndicators => String::new(),
        };
        Self::field("indicators", &value, error)
    }
}

/// What is known of a zone.
#[derive(Debug, Serialize, ToSchema)]
struct TractProperties {
    /// Nine digits, or the id of a square.
    code: String,
    /// INSEE's name for it.
    name: String,
    /// What people mostly do there: `H` dwellings, `A` work, `D` other.
    kind: TractKindBody,
    /// Year of the outline; null where nobody told.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// Dwellings of the stock in it, of the landlords that the caller sees; a building that straddles a border is shared out by its
    /// ground. Null for squares and former vintages, and for whoever does not read the stock.
    #[schema(required = true)]
    dwellings: Option<f64>,
    /// Figures by the names that were asked for; null where INSEE gives none, which is never zero.
    indicators: BTreeMap<String, Option<f64>>,
}

/// INSEE's letter for what people mostly do in a tract.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = TractKind)]
enum TractKindBody {
    H,
    A,
    D,
}

/// The zone; its dwellings to whoever reads the stock.
fn tract(row: TractRow<'_>, asked: &[IndicatorName], stocked: bool) -> Feature<TractProperties> {
    let TractRow { tract, dwellings, figures } = row;
    let properties = TractProperties {
        code: tract.code.to_string(),
        name: tract.name.clone(),
        kind: match tract.kind {
            TractKind::Housing => TractKindBody::H,
            TractKind::Activity => TractKindBody::A,
            TractKind::Other => TractKindBody::D,
        },
        vintage: tract.vintage.map(Vintage::year),
        dwellings: dwellings
            .filter(|_| stocked)
            .map(|dwellings| (dwellings * 100.0).round() / 100.0),
        indicators: asked.iter().map(ToString::to_string).zip(figures).collect(),
    };
    Feature::new(&tract.code, Some((&tract.area).into()), properties)
}

/// A part of something that lies in a tract.
#[derive(Debug, Serialize, ToSchema)]
pub struct TractPart {
    /// Code of the tract.
    code: String,
    /// Which part, above 0 and at most 1.
    share: f64,
}

/// The tracts of a building or site, in the order of codes.
pub fn parts(stock: &StockIndex, shares: &[TractShare]) -> Vec<TractPart> {
    let part = |part: &TractShare| TractPart {
        code: stock.tracts()[part.tract as usize].code.to_string(),
        share: (part.share * SHARE_DIGITS).round() / SHARE_DIGITS,
    };
    shares.iter().map(part).collect()
}

/// The figures that there are.
#[derive(Debug, Serialize, ToSchema)]
struct Indicators {
    /// The years of which there are outlines of tracts, the newest first.
    tract_vintages: Vec<TractVintage>,
    /// Every table, in the order of ids.
    datasets: Vec<DatasetBody>,
}

/// Outlines of one year.
#[derive(Debug, Serialize, ToSchema)]
struct TractVintage {
    /// The year; null where nobody told.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// How many tracts.
    tracts: usize,
}

impl From<(Option<Vintage>, usize)> for TractVintage {
    fn from((vintage, tracts): (Option<Vintage>, usize)) -> Self {
        Self { vintage: vintage.map(Vintage::year), tracts }
    }
}

/// A table of figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dataset)]
struct DatasetBody {
    /// What it is called here.
    id: String,
    /// Who says so: to be written under each figure.
    source: String,
    /// Of which year; null where nobody told.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// `tract`, `commune` or `square`: what its rows are about.
    #[schema(value_type = String)]
    division: &'static str,
    /// Rows of the table, also about zones elsewhere.
    rows: usize,
    /// The indicator that tells how many households of a zone its figures are about; null where no table counts them.
    #[schema(required = true)]
    households: Option<String>,
    /// Its columns.
    variables: Vec<VariableBody>,
}

/// A variable of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Variable)]
struct VariableBody {
    /// INSEE's name for it.
    name: String,
    /// What it says, in French; null where no dictionary tells.
    #[schema(required = true)]
    label: Option<String>,
    /// What it is counted in; null where no dictionary tells, or where it is a ratio.
    #[schema(required = true)]
    unit: Option<String>,
    /// Zones of the stock of which it says something.
    known: usize,
    /// Zones of the stock of which it says nothing.
    unknown: usize,
    /// Its least figure in the zones of the stock.
    #[schema(required = true)]
    least: Option<f64>,
    /// Its largest figure in the zones of the stock.
    #[schema(required = true)]
    largest: Option<f64>,
}

impl From<&DatasetSummary> for DatasetBody {
    fn from(summary: &DatasetSummary) -> Self {
        let dataset = &summary.dataset;
        Self {
            id: dataset.id.to_string(),
            source: dataset.source.clone(),
            vintage: dataset.vintage.map(Vintage::year),
            division: dataset.division.as_str(),
            rows: dataset.rows.len(),
            households: summary.households.as_ref().map(|it| it.name().to_string()),
            variables: dataset
                .variables
                .iter()
                .zip(&summary.variables)
                .map(VariableBody::from)
                .collect(),
        }
    }
}

impl From<(&Variable, &VariableSummary)> for VariableBody {
    fn from((variable, summary): (&Variable, &VariableSummary)) -> Self {
        Self {
            name: variable.name.to_string(),
            label: variable.label.clone(),
            unit: variable.unit.clone(),
            known: summary.known,
            unknown: summary.unknown,
            least: summary.range.map(|(least, _)| least),
            largest: summary.range.map(|(_, largest)| largest),
        }
    }
}
