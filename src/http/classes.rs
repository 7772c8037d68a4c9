//! `/tracts/classes`: the steps of a coloured map of an indicator.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    permits::ReadTracts,
    problem::ProblemBody,
    query::{list, number, parsed},
    revision::{Revision, unless_known},
};
use crate::{
    catalogue::{Indicator, IndicatorName},
    statistics::{Classes, Cut, classify},
    tract::Vintage,
};

/// Classes where the caller does not say: what most eyes tell apart.
const CLASSES_DEFAULT: usize = 5;
const CLASSES_MIN: usize = 2;
const CLASSES_MAX: usize = 9;

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_classes);
}

/// The zones of today in classes of an indicator: tracts, or squares where its table is about them. What is unknown is counted apart,
/// in no class.
#[utoipa::path(tag = "tracts", params(ClassesParams), responses(
    (status = 200, description = "The limits of the classes, with how many tracts are in each", body = ClassesBody),
    (status = 304, description = "As the client knows it"),
    (status = 422, description = "A parameter is refused, or no tract has a figure", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/tracts/classes")]
async fn list_classes(
    _: Caller<ReadTracts>,
    request: HttpRequest,
    params: Query<ClassesParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let query = ClassesQuery::try_from(params.0)?;
    let snapshot = edge.app.snapshot();
    unless_known(&request, Revision::of_stock(&snapshot), async || {
        let made = web::block(move || {
            let named = |error| Problem::field("indicator", query.indicator.to_string(), error);
            let indicator = Indicator::find(snapshot.stock(), &query.indicator)
                .map_err(|e| named(e.to_string()))?;
            let zones = indicator.zones(snapshot.stock());
            let figures: Vec<Option<f64>> =
                zones.into_iter().map(|zone| indicator.figure(zone)).collect();
            let classes = classify(&figures, &query.cut).map_err(|e| named(e.to_string()))?;
            Ok::<_, Problem>(ClassesBody::of(&query, &indicator, &figures, classes))
        });
        Ok(web::Json(made.await.map_err(Problem::internal)??))
    })
    .await
}

/// What is put into classes, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ClassesParams {
    /// Name of a variable, or `dataset:VARIABLE`; see `/api/v1/indicators`.
    indicator: String,
    /// `quantile`: as many tracts in each; `jenks`: figures as near as can be to their class; `equal`: steps of one width; `manual`: by `limits`.
    /// `quantile` where it is left out.
    method: Option<String>,
    /// How many classes, 2 to 9; 5 where it is left out.
    #[param(value_type = Option<u8>)]
    classes: Option<String>,
    /// The upper limits of the classes of `manual`, rising, separated by commas.
    limits: Option<String>,
}

struct ClassesQuery {
    indicator: IndicatorName,
    method: &'static str,
    cut: Cut,
}

impl TryFrom<ClassesParams> for ClassesQuery {
    type Error = Problem;

    fn try_from(params: ClassesParams) -> Result<Self, Problem> {
        let indicator = parsed("indicator", Some(params.indicator.as_str()))?
            .ok_or_else(|| Problem::field("indicator", "", "is required"))?;
        let reason = format!("must be {CLASSES_MIN} to {CLASSES_MAX}");
        let classes =
            number("classes", params.classes.as_deref(), &reason)?.unwrap_or(CLASSES_DEFAULT);
        if !(CLASSES_MIN..=CLASSES_MAX).contains(&classes) {
            return Err(Problem::field("classes", classes.to_string(), reason));
        }
        let method = params.method.as_deref().unwrap_or("quantile");
        let limits = list("limits", params.limits.as_deref(), limit)?;
        let (method, cut) = match method {
            "quantile" => ("quantile", Cut::Quantiles(classes)),
            "equal" => ("equal", Cut::EqualIntervals(classes)),
            "jenks" => ("jenks", Cut::NaturalBreaks(classes)),
            "manual" => ("manual", Cut::Manual(rising(limits)?)),
            other => {
                return Err(Problem::field(
                    "method",
                    other,
                    "must be one of quantile, jenks, equal, manual",
                ));
            }
        };
        if method != "manual" && params.limits.is_some() {
            return Err(Problem::field("limits", method, "are for the method manual"));
        }
        Ok(Self { indicator, method, cut })
    }
}

fn limit(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "must be a number".to_owned())
}

fn rising(limits: Vec<f64>) -> Result<Vec<f64>, Problem> {
    let told = limits.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    if limits.is_empty() || limits.len() >= CLASSES_MAX {
        return Err(Problem::field(
            "limits",
            &told,
            format!("must be 1 to {} numbers", CLASSES_MAX - 1),
        ));
    }
    match limits.windows(2).all(|pair| pair[0] < pair[1]) {
        true => Ok(limits),
        false => Err(Problem::field("limits", &told, "must rise")),
    }
}

/// Tracts in classes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TractClasses)]
struct ClassesBody {
    /// As it was asked for.
    indicator: String,
    /// What it says, in French; null where no dictionary tells.
    #[schema(required = true)]
    label: Option<String>,
    /// What it is counted in.
    #[schema(required = true)]
    unit: Option<String>,
    /// Who says so: to be written under the map.
    source: String,
    /// Of which year.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// How the classes were made.
    #[schema(value_type = String)]
    method: &'static str,
    /// The least figure, then the upper limit of each class: one more than classes. A figure on a limit is in the class below it. There are
    /// fewer classes than asked for where many figures are equal.
    breaks: Vec<f64>,
    /// Tracts in each class.
    counts: Vec<usize>,
    /// Tracts of which nothing is known.
    unknown: usize,
}

impl ClassesBody {
    fn of(
        query: &ClassesQuery,
        indicator: &Indicator,
        figures: &[Option<f64>],
        classes: Classes,
    ) -> Self {
        let least = figures.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let variable = indicator.variable();
        Self {
            indicator: query.indicator.to_string(),
            label: variable.label.clone(),
            unit: variable.unit.clone(),
            source: indicator.dataset.source.clone(),
            vintage: indicator.dataset.vintage.map(Vintage::year),
            method: query.method,
            breaks: std::iter::once(least).chain(classes.upper).collect(),
            counts: classes.counts,
            unknown: figures.iter().filter(|figure| figure.is_none()).count(),
        }
    }
}
