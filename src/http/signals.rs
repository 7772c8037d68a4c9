//! `/signals`: what sensors, calendars and other programs say of places.

use actix_web::{HttpResponse, get, post, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query,
    caller::Caller,
    json::{self, Object},
    named::{LastsName, Named},
    permits::{ReadMeta, SendSignals},
    problem::ProblemBody,
    query::NoParams,
    signal_body::{SignalsBody, refused_at, signals_of},
};
use crate::{
    app::{SignalsError, TakenIn},
    closed_list::ClosedList as _,
    signal::{KindSchema, Sources},
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(take_signals).service(list_sources);
}

/// Takes in signals, all of them or none. They are durable when the answer comes; one that comes twice counts once.
#[utoipa::path(tag = "signals", request_body = SignalsBody, responses(
    (status = 200, description = "They are kept", body = TakenInBody),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, description = "Not JSON by its media type", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused: none of the signals is kept", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[post("/signals")]
async fn take_signals(
    _: Caller<SendSignals>,
    _: Query<NoParams>,
    body: Json<Object<SignalsBody>>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let signals = signals_of(body.0.0.into_bodies(), &edge.settings.sources)?;
    let TakenIn { new, known } = edge.app.take_signals(signals).await?;
    edge.metrics.heard(new);
    Ok(HttpResponse::Ok().json(TakenInBody { new, known }))
}

/// The sources of signals, with what each may say.
#[utoipa::path(tag = "signals", responses(
    (status = 200, description = "The sources by name, their kinds by name", body = SourcesBody),
))]
#[get("/signals/sources")]
async fn list_sources(
    _: Caller<ReadMeta>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    Ok(json::of_now(&SourcesBody::of(&edge.settings.sources)))
}

/// What became of signals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignalsTakenIn)]
struct TakenInBody {
    /// How many were new.
    new: usize,
    /// How many were there already.
    known: usize,
}

/// The sources.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignalSources)]
struct SourcesBody {
    /// By name.
    sources: Vec<SourceBody>,
}

/// A source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignalSource)]
struct SourceBody {
    /// Its name.
    source: String,
    /// What it may say, by name; empty for incidents, which are taken down as incidents.
    kinds: Vec<KindBody>,
}

/// A kind of signal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignalKind)]
struct KindBody {
    /// Its name.
    kind: String,
    /// In French.
    label_fr: String,
    /// In English.
    label_en: String,
    /// Where it may be: `site`, `point`, `area`, `everywhere`.
    #[schema(value_type = Vec<String>)]
    places: Vec<&'static str>,
    /// Whether it has an end.
    lasts: LastsName,
    /// The unit of its value; null where it has none.
    #[schema(required = true)]
    unit: Option<String>,
    /// No value is less.
    #[schema(required = true)]
    least: Option<f64>,
    /// No value is more.
    #[schema(required = true)]
    most: Option<f64>,
}

impl SourcesBody {
    fn of(sources: &Sources) -> Self {
        let source = |name| SourceBody {
            source: format!("{name}"),
            kinds: sources
                .kinds(name)
                .map(|(kind, schema)| KindBody::of(kind.to_string(), schema))
                .collect(),
        };
        Self { sources: sources.names().map(source).collect() }
    }
}

impl KindBody {
    fn of(kind: String, schema: &KindSchema) -> Self {
        let value = schema.value.as_ref();
        Self {
            kind,
            label_fr: schema.label_fr.clone(),
            label_en: schema.label_en.clone(),
            places: schema.places.iter().map(|place| place.as_str()).collect(),
            lasts: Named(schema.lasts),
            unit: value.map(|value| value.unit.clone()),
            least: value.map(|value| value.least),
            most: value.map(|value| value.most),
        }
    }
}

impl From<SignalsError> for Problem {
    fn from(error: SignalsError) -> Self {
        match error {
            SignalsError::Refused { index, fault } => refused_at(index, &fault.to_string()),
            SignalsError::Unavailable(unavailable) => unavailable.into(),
        }
    }
}
