//! `/incidents`: what was reported, and reporting.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Feature, FeatureCollection, GeoJson, Json, Problem, Query,
    caller::Caller,
    filter::Filters,
    incident_body::{ChannelBody, IncidentBody, StatusBody},
    incident_feature::{
        IncidentProperties, IncidentWithSteps, feature, feature_with_steps,
        feature_with_steps_without_crews, feature_without_crews,
    },
    json::Object,
    page::{self, ListAddress},
    permits::{ReadIncidents, TakeCalls},
    problem::ProblemBody,
    query::NoParams,
    revision::{Revision, unless_known},
    sight,
};
use crate::{
    app::Received,
    catalogue::{self, IncidentsQuery},
    incident::{Incident, IncidentId, Status},
    twin::{IncidentRow, Selection, Snapshot},
};

/// The header that says under which key a request is made.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header that says that an answer was given before.
pub const IDEMPOTENCY_REPLAYED: &str = "idempotency-replayed";

/// At night some kinds ask for larger crews than by day: nothing else in a list goes with the time.
const HOUR_S: i64 = 3600;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_incidents).service(show_incident).service(report_incident);
}

/// The incidents, newest first; to an operator those alone that are not over.
#[utoipa::path(tag = "incidents", params(IncidentsParams), responses(
    (status = 200, description = "A page of incidents, each drawn where its building or site is", body = FeatureCollection<IncidentProperties>, content_type = "application/geo+json"),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "An operator asks for what is over", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such site or landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/incidents")]
async fn list_incidents(
    caller: Caller<ReadIncidents>,
    request: HttpRequest,
    params: Query<IncidentsParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let mut query = IncidentsQuery::try_from(params.0)?;
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    query.selection = sight::within(caller.scope(), snapshot.stock(), query.selection)?;
    query.selection = sight::open_alone(caller.scope(), query.selection)?;
    let revision = Revision::of_events_within(&snapshot, caller.scope(), now, HOUR_S);
    let feature = if caller.sees_agents() { feature } else { feature_without_crews };
    unless_known(&request, revision, async || {
        let found = catalogue::incidents(&snapshot, &query)?;
        let kinds = edge.app.nomenclature();
        let features = found.items.iter().map(|row| feature(&snapshot, kinds, row, now)).collect();
        let links = ListAddress::of(&request).links(found.next);
        Ok(GeoJson(FeatureCollection::new(features, links, found.matched, now)))
    })
    .await
}

/// One incident.
#[utoipa::path(tag = "incidents", params(("id" = String, Path, description = "Id of the incident")), responses(
    (status = 200, description = "The incident", body = Feature<IncidentWithSteps>, content_type = "application/geo+json"),
    (status = 404, description = "No such incident", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/incidents/{id}")]
async fn show_incident(
    caller: Caller<ReadIncidents>,
    id: Path<String>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<GeoJson<Feature<IncidentWithSteps>>, Problem> {
    let snapshot = edge.app.snapshot();
    let row = id.parse().ok().and_then(|id: IncidentId| snapshot.incidents().get(id));
    let unknown = || Problem::unknown("id", &id, format!("incident `{id}` is not known"));
    let row = row.filter(|row| sight::shows_incident(caller.scope(), &snapshot, row));
    let row = row.ok_or_else(unknown)?;
    let feature =
        if caller.sees_agents() { feature_with_steps } else { feature_with_steps_without_crews };
    Ok(GeoJson(feature(&snapshot, edge.app.nomenclature(), &row, edge.app.now())))
}

/// Takes down an incident. It is durable when the answer comes.
///
/// A position serves to find the site and is then dropped. The same `Idempotency-Key` with the same request
/// has the same answer, with the header `Idempotency-Replayed: true`; with another request it is a 422.
#[utoipa::path(tag = "incidents", params(
    ("Idempotency-Key" = Option<String>, Header, description = "Any text of 1 to 255 printable ASCII characters that the client gives this request alone"),
), request_body = IncidentBody, responses(
    (status = 201, description = "Taken down", body = ReceivedIncident, headers(
        ("Location" = String, description = "Where the incident is read"),
        ("Idempotency-Replayed" = Option<bool>, description = "`true` where it was there already"),
    )),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, description = "More than 1 MB", body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, description = "Not JSON by its media type", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused, or none may be added", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/incidents")]
async fn report_incident(
    _: Caller<TakeCalls>,
    request: HttpRequest,
    _: Query<NoParams>,
    body: Json<Object<IncidentBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let key = idempotency_key(&request)?;
    let received = edge.app.receive_incident(body.0.0.into_command(key)?).await?;
    edge.metrics.received(usize::from(!received.repeated));
    let mut response = HttpResponse::Created();
    response
        .insert_header((header::LOCATION, format!("/api/v1/incidents/{}", received.incident.id)));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if received.repeated {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    let duplicates = duplicates(&edge.app.snapshot(), &received.incident);
    Ok(response.json(ReceivedIncident { duplicates, ..ReceivedIncident::from(&received) }))
}

pub fn idempotency_key(request: &HttpRequest) -> Result<Option<&str>, Problem> {
    let key = request.headers().get(IDEMPOTENCY_KEY);
    key.map(|key| {
        key.to_str().map_err(|_not_ascii| {
            Problem::unsaid("Idempotency-Key", "has printable ASCII characters only")
        })
    })
    .transpose()
}

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct IncidentsParams {
    /// First instant inside, RFC 3339.
    from: Option<String>,
    /// First instant after, RFC 3339.
    to: Option<String>,
    /// Kinds, separated by commas.
    kind: Option<String>,
    /// Channels, separated by commas: `call`, `patrol`, `caretaker`, `partner`, `sensor`.
    channel: Option<String>,
    /// Statuses, separated by commas.
    status: Option<String>,
    /// `true`: only those that are not over, in the place of `status`.
    #[param(value_type = Option<bool>)]
    open: Option<String>,
    /// Site codes, separated by commas.
    site: Option<String>,
    /// Landlord ids, separated by commas.
    landlord: Option<String>,
    /// `west,south,east,north` in degrees.
    bbox: Option<String>,
    /// Hours of the day in Paris, the second excluded, such as `18-2`.
    hours: Option<String>,
    /// Days of the week in Paris, such as `fri,sat`.
    days: Option<String>,
    /// Most items of the page, 1 to 10,000; 100 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
}

impl TryFrom<IncidentsParams> for IncidentsQuery {
    type Error = Problem;

    fn try_from(params: IncidentsParams) -> Result<Self, Problem> {
        let open = open_statuses(params.open.as_deref(), params.status.as_deref())?;
        let selection = Selection::try_from(Filters {
            from: params.from.as_deref(),
            to: params.to.as_deref(),
            kind: params.kind.as_deref(),
            channel: params.channel.as_deref(),
            status: open.as_deref().or(params.status.as_deref()),
            site: params.site.as_deref(),
            landlord: params.landlord.as_deref(),
            bbox: params.bbox.as_deref(),
            hours: params.hours.as_deref(),
            days: params.days.as_deref(),
        })?;
        let after = page::after(params.after.as_deref())?;
        Ok(Self { selection, after, limit: page::limit(params.limit.as_deref())? })
    }
}

/// The statuses that `open` stands for.
fn open_statuses(open: Option<&str>, status: Option<&str>) -> Result<Option<String>, Problem> {
    match (open, status) {
        (None | Some("false"), _) => Ok(None),
        (Some("true"), None) => {
            let open = Status::ALL.into_iter().filter(|status| !status.is_over());
            Ok(Some(open.map(Status::as_str).collect::<Vec<_>>().join(",")))
        }
        (Some("true"), Some(_)) => Err(Problem::unsaid("open", "give only one of open and status")),
        (Some(other), _) => Err(Problem::field("open", other, "must be true or false")),
    }
}

/// An incident that is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedIncident {
    /// Unique.
    pub id: String,
    /// The site that it is on.
    pub site_code: String,
    /// The building, where that is known.
    #[schema(required = true)]
    pub building_id: Option<String>,
    /// How far it has got.
    pub status: StatusBody,
    /// The event that recorded it.
    pub seq: u64,
    /// Open incidents of the same kind on the same site within half an hour: it may be one of them.
    pub duplicates: Vec<DuplicateBody>,
}

/// An open incident that another one may be the same as.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Duplicate)]
pub struct DuplicateBody {
    /// Its id.
    id: String,
    /// What it is.
    kind: String,
    /// How far it has got.
    status: StatusBody,
    /// When it was reported, RFC 3339.
    reported_at: String,
    /// How it came in.
    channel: ChannelBody,
}

fn duplicates(snapshot: &Snapshot, incident: &Incident) -> Vec<DuplicateBody> {
    let rows = catalogue::duplicates(snapshot, incident);
    let body = |row: IncidentRow| DuplicateBody {
        id: row.id.to_string(),
        kind: incident.kind.to_string(),
        status: row.status.into(),
        reported_at: row.reported_at.to_string(),
        channel: row.channel.into(),
    };
    rows.into_iter().map(body).collect()
}

impl From<&Received> for ReceivedIncident {
    fn from(received: &Received) -> Self {
        let incident = &received.incident;
        Self {
            id: incident.id.to_string(),
            site_code: incident.site.to_string(),
            building_id: incident.building.as_ref().map(ToString::to_string),
            status: incident.status.into(),
            seq: received.seq.0,
            duplicates: Vec::new(),
        }
    }
}
