//! `/portraits`: what a place is like. Whoever may not be told exact counts is answered by the publication gate.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{self, Data},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query,
    caller::Caller,
    json::Object,
    permits::{Permit, ReadHeatmap},
    portrait_body::PortraitBody,
    problem::ProblemBody,
    query::{list, name_of, parsed},
    revision::{Revision, unkept, unless_known},
};
use crate::{
    access::{Permission, Scope},
    catalogue::IndicatorName,
    closed_list::ClosedList as _,
    incident::{InvalidKindCode, KindCode},
    portrait::{
        Asker, Counts, Drawn, DrawnFault, Naming, Place, PlaceKind, Portrait, PortraitError,
        PortraitQuery, Subject, SubjectId, portrait, subjects,
    },
    press::{Form, print_portrait},
    stock::LandlordId,
    time::Timestamp,
};

/// A print that is made again this often says when it was made, seconds; until then it is the same.
const STEP_S: i64 = 60;
/// What stands for the code of all of the stock.
const ALL: &str = "all";

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_portrait).service(draw_portrait);
}

/// What a site, a landlord, a tract, a commune (an arrondissement of Paris, Lyon or Marseille) or the whole stock is like: dwellings,
/// INSEE's figures of the tracts that it touches, rates with intervals, hours, months without their season, and how it
/// compares. It describes, and ranks no patrol. To partners and planners counts are published, and sites whose numbers
/// are not told by themselves are left out and counted; a landlord reads of its own sites alone.
#[utoipa::path(tag = "portraits", params(PlaceParams, PortraitParams), responses(
    (status = 200, description = "The portrait", content((PortraitBody = "application/json"), (String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/geo+json"))),
    (status = 304, description = "As the client knows it"),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Whoever asks may take no files out of the house", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such place", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/portraits/{of}/{code}")]
async fn show_portrait(
    caller: Caller<ReadHeatmap>,
    request: HttpRequest,
    path: web::Path<PlaceParams>,
    params: Query<PortraitParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let place = path.into_inner().place()?;
    let sitting = params.0.sitting(&caller, &edge, place)?;
    sitting.answer(&request, edge).await
}

/// The same of a polygon that somebody drew: a GeoJSON `Polygon` in WGS 84, 2,000 corners at most. Where counts are published,
/// they are those of sites that lie inside as a whole, so that two polygons that differ by a little tell nothing of the
/// difference.
#[utoipa::path(tag = "portraits", params(PortraitParams), request_body = PolygonBody, responses(
    (status = 200, description = "The portrait", content((PortraitBody = "application/json"), (String = "text/html"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/geo+json"))),
    (status = 400, description = "Not a parameter, or not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "Whoever asks may take no files out of the house", body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, description = "The body is no JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A parameter or the polygon is refused", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/portraits")]
async fn draw_portrait(
    caller: Caller<ReadHeatmap>,
    params: Query<PortraitParams>,
    body: Json<Object<PolygonBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let place = Place::Drawn(body.0.0.drawn()?);
    params.0.sitting(&caller, &edge, place)?.answer_anew(edge).await
}

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct PlaceParams {
    /// `site`, `landlord`, `tract`, `commune`, or `town` for the whole stock.
    of: String,
    /// Its code: of a site, the id of a landlord, nine digits of a tract, five of a commune; `all` for the whole stock.
    code: String,
}

/// Of when, of what kinds, as what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PortraitParams {
    /// The first month, such as `2025-01`; 36 months before the last one where it is left out, or as far as is known.
    from: Option<String>,
    /// The last month; the last one that is over where it is left out.
    to: Option<String>,
    /// Kinds, separated by commas; all where it is left out. Where counts are published, they are widened to families.
    kind: Option<String>,
    /// A subject, such as `halls`: its kinds; see `/api/v1/subjects`.
    subject: Option<String>,
    /// Figures of INSEE, separated by commas; the most telling ones where it is left out. See `/api/v1/indicators`.
    indicators: Option<String>,
    /// `json` (as when it is left out), `html`, `pdf`, `csv` or `geojson`. Files are for whoever has `read_reports`.
    f: Option<String>,
}

/// A polygon that somebody drew (RFC 7946).
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DrawnPolygon)]
#[serde(deny_unknown_fields)]
struct PolygonBody {
    r#type: PolygonType,
    /// Rings, the shell first; each a list of positions (longitude, latitude), the last one like the first.
    coordinates: Vec<Vec<Vec<f64>>>,
}

/// `Polygon`, always.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum PolygonType {
    /// The only one.
    Polygon,
}

impl PlaceParams {
    fn place(self) -> Result<Place, Problem> {
        let Self { of, code } = self;
        let drawable = PlaceKind::ALL.iter().filter(|kind| **kind != PlaceKind::Drawn);
        let names = drawable.map(|kind| kind.as_str());
        let known = |name: &str| PlaceKind::of_name(name).filter(|kind| *kind != PlaceKind::Drawn);
        let kind =
            name_of(&of, known, names).map_err(|reason| Problem::field("of", &of, reason))?;
        fn read<T>(code: &str) -> Result<T, Problem>
        where
            T: std::str::FromStr<Err: std::fmt::Display>,
        {
            code.parse().map_err(|reason| Problem::field("code", code, reason))
        }
        Ok(match kind {
            PlaceKind::Town | PlaceKind::Drawn if code == ALL => Place::Town,
            PlaceKind::Town | PlaceKind::Drawn => {
                return Err(Problem::field("code", &code, format!("must be {ALL}")));
            }
            PlaceKind::Site => Place::Site(read(&code)?),
            PlaceKind::Landlord => Place::Landlord(
                LandlordId::of_name(&code)
                    .map_err(|reason| Problem::field("code", &code, reason))?,
            ),
            PlaceKind::Tract => Place::Tract(read(&code)?),
            PlaceKind::Commune => Place::Commune(read(&code)?),
        })
    }
}

impl PolygonBody {
    fn drawn(self) -> Result<Drawn, Problem> {
        let Self { r#type: PolygonType::Polygon, coordinates } = self;
        let mut rings = Vec::with_capacity(coordinates.len());
        for (number, ring) in coordinates.into_iter().enumerate() {
            let mut positions = Vec::with_capacity(ring.len());
            for (at, position) in ring.into_iter().enumerate() {
                // A height is allowed (RFC 7946, 3.1.1), and not needed.
                let ([lon, lat] | [lon, lat, _]) = position[..] else {
                    let field = format!("coordinates[{number}][{at}]");
                    return Err(Problem::unsaid(&field, "must be a longitude and a latitude"));
                };
                positions.push([lon, lat]);
            }
            rings.push(positions);
        }
        Drawn::new(vec![rings]).map_err(|fault| Problem::unsaid(&field_of(&fault), fault))
    }
}

/// The field of a polygon that is at fault.
fn field_of(fault: &DrawnFault) -> String {
    match fault {
        DrawnFault::Corner { at: [_, ring, position], .. } => {
            format!("coordinates[{ring}][{position}]")
        }
        DrawnFault::TooShort { at: [_, ring], .. } | DrawnFault::Open { at: [_, ring] } => {
            format!("coordinates[{ring}]")
        }
        DrawnFault::Empty { .. } | DrawnFault::TooManyCorners(_) | DrawnFault::Crossing => {
            "coordinates".to_owned()
        }
    }
}

/// A portrait that is asked for, by whom, and as what.
pub struct Sitting {
    query: PortraitQuery,
    subject: Option<Subject>,
    /// None: JSON.
    form: Option<Form>,
    scope: Scope,
    is_exact: bool,
}

impl PortraitParams {
    /// What is asked for of `place`.
    ///
    /// # Errors
    ///
    /// 422 names the parameter at fault; 403 where whoever asks may take no files out of the house.
    pub fn sitting<P: Permit>(
        self,
        caller: &Caller<P>,
        edge: &Edge,
        place: Place,
    ) -> Result<Sitting, Problem> {
        let form = self.form()?;
        if form.is_some() && !caller.seat().may(Permission::ReadReports) {
            return Err(Problem::forbidden(caller.seat(), Permission::ReadReports));
        }
        let subject = self.subject.as_deref().map(|id| subject(edge, "subject", id)).transpose()?;
        let kinds = list("kind", self.kind.as_deref(), |kind| {
            kind.parse::<KindCode>().map_err(|e: InvalidKindCode| e.to_string())
        })?;
        if subject.is_some() && !kinds.is_empty() {
            return Err(Problem::unsaid("kind", "is told by the subject: leave one of them out"));
        }
        let of_subject = subject.as_ref().and_then(|subject| subject.kinds.clone());
        Ok(Sitting {
            query: PortraitQuery {
                place,
                from: parsed("from", self.from.as_deref())?,
                to: parsed("to", self.to.as_deref())?,
                kinds: of_subject.unwrap_or(kinds),
                indicators: list("indicators", self.indicators.as_deref(), |name| {
                    name.parse::<IndicatorName>().map_err(|e| e.to_string())
                })?,
            },
            subject,
            form,
            scope: caller.scope().clone(),
            is_exact: caller.seat().may(Permission::CountExactly),
        })
    }

    /// The same, of that subject.
    pub fn about(self, subject: &SubjectId) -> Self {
        Self { subject: Some(subject.to_string()), ..self }
    }

    fn form(&self) -> Result<Option<Form>, Problem> {
        let Some(name) = self.f.as_deref().filter(|name| *name != "json") else { return Ok(None) };
        let names = std::iter::once("json").chain(Form::ALL.iter().map(|form| form.as_str()));
        let form = name_of(name, Form::of_name, names);
        form.map(Some).map_err(|reason| Problem::field("f", name, reason))
    }
}

/// The subject of that id, with kinds to count.
///
/// # Errors
///
/// 422 for one that is not there, or of which no kind is in force.
pub fn subject(edge: &Edge, field: &str, id: &str) -> Result<Subject, Problem> {
    let all = subjects(edge.app.nomenclature());
    let known = all.iter().map(|subject| subject.id.as_str()).collect::<Vec<_>>().join(", ");
    let found = all.into_iter().find(|subject| subject.id.as_str() == id);
    let found =
        found.ok_or_else(|| Problem::field(field, id, format!("must be one of {known}")))?;
    if !found.is_countable() {
        let reason = "none of its kinds is in force: see docs/kinds.md";
        return Err(Problem::field(field, id, reason));
    }
    Ok(found)
}

impl Sitting {
    /// Answers, unless the client has the same answer already.
    ///
    /// # Errors
    ///
    /// 404 for a place that is not there, or not seen.
    pub async fn answer(
        self,
        request: &HttpRequest,
        edge: Data<Edge>,
    ) -> Result<HttpResponse, Problem> {
        if !self.is_exact {
            return self.answer_anew(edge).await;
        }
        let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
        let revision = Revision::of_events_within(&snapshot, &self.scope, now, STEP_S);
        unless_known(request, revision, async || self.made(edge.clone()).await).await
    }

    /// Answers, with nothing to know the answer by: a tag would tell when something was reported.
    ///
    /// # Errors
    ///
    /// As [`Sitting::answer`].
    pub async fn answer_anew(self, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
        Ok(unkept(self.made(edge).await?))
    }

    async fn made(&self, edge: Data<Edge>) -> Result<HttpResponse, Problem> {
        let Self { query, subject, form, scope, is_exact } = self;
        let (query, subject, scope) = (query.clone(), subject.clone(), scope.clone());
        let (form, is_exact) = (*form, *is_exact);
        let name = format!("portrait-{}", file_name(&query));
        let made = web::block(move || {
            let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
            let units = (!is_exact).then(|| edge.published.of(&snapshot, now));
            let counts = units.as_deref().map_or(Counts::Exact, Counts::Published);
            let naming = if scope.names_sites() { Naming::Names } else { Naming::Codes };
            let asker = Asker { counts, own: scope.landlord(), naming };
            let told = portrait(&snapshot, asker, &query, now)?;
            rendered(&told, subject.as_ref(), &edge, (form, now))
        });
        let bytes = made.await.map_err(Problem::internal)??;
        let Some(form) = form else {
            return Ok(HttpResponse::Ok().content_type("application/json").body(bytes));
        };
        let disposition = format!("inline; filename=\"{name}.{}\"", form.as_str());
        Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, form.media_type()))
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .body(bytes))
    }
}

fn rendered(
    told: &Portrait<'_>,
    subject: Option<&Subject>,
    edge: &Edge,
    (form, now): (Option<Form>, Timestamp),
) -> Result<Vec<u8>, Problem> {
    match form {
        Some(form) => Ok(print_portrait(told, subject, edge.app.nomenclature(), (form, now))?),
        None => {
            serde_json::to_vec(&PortraitBody::of(told, subject, now)).map_err(Problem::internal)
        }
    }
}

fn file_name(query: &PortraitQuery) -> String {
    let sort = query.place.kind().as_str();
    query.place.code().map_or(sort.to_owned(), |code| format!("{sort}-{code}"))
}

impl From<PortraitError> for Problem {
    fn from(error: PortraitError) -> Self {
        match &error {
            PortraitError::UnknownSite(code) => Self::unknown("code", code, &error),
            PortraitError::UnknownLandlord(id) => Self::unknown("code", id, &error),
            PortraitError::UnknownTract(code) => Self::unknown("code", code, &error),
            PortraitError::UnknownCommune(code) => Self::unknown("code", code, &error),
            PortraitError::Backwards { from, .. } => Self::field("from", from, &error),
            PortraitError::Figures(figures) => figures.clone().into(),
        }
    }
}
