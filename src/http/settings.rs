//! `/settings`: what an administrator turns on and off.

use actix_web::{
    get, put,
    web::{self, Data},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query, caller::Caller, json::Object, permits::ManageSettings,
    problem::ProblemBody, query::NoParams,
};
use crate::{access::SettingName, app::SettingChange, twin::Snapshot};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_settings).service(put_settings);
}

/// What is turned on, by whom and when.
#[utoipa::path(tag = "operation", responses(
    (status = 200, description = "How everything is set", body = SettingsBody),
))]
#[get("/settings")]
async fn show_settings(
    _: Caller<ManageSettings>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> web::Json<SettingsBody> {
    web::Json(SettingsBody::of(&edge.app.snapshot()))
}

/// Turns something on or off. It is durable when the answer comes, and holds on every server over the store.
#[utoipa::path(tag = "operation", request_body = WantedSettings, responses(
    (status = 200, description = "How everything is set now", body = SettingsBody),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[put("/settings")]
async fn put_settings(
    caller: Caller<ManageSettings>,
    _: Query<NoParams>,
    body: Json<Object<WantedSettings>>,
    edge: Data<Edge>,
) -> Result<web::Json<SettingsBody>, Problem> {
    let WantedSettings { remarks } = body.0.0;
    let (name, by) = (SettingName::Remarks, caller.account());
    edge.app.set(SettingChange { name, is_on: remarks, by }).await?;
    Ok(web::Json(SettingsBody::of(&edge.app.snapshot())))
}

/// How things are to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WantedSettings)]
#[serde(deny_unknown_fields)]
struct WantedSettings {
    /// Whether crews may write a remark beside their report.
    remarks: bool,
}

/// How everything is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
struct SettingsBody {
    /// Whether crews may write a remark beside their report.
    remarks: SettingBody,
}

/// How something is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Setting)]
struct SettingBody {
    /// Whether it is on.
    on: bool,
    /// When it was turned last, RFC 3339; null where it never was.
    #[schema(required = true)]
    changed_at: Option<String>,
    /// Name of the account that turned it; null where it never was, and in a demo.
    #[schema(required = true)]
    changed_by: Option<String>,
}

impl SettingsBody {
    fn of(snapshot: &Snapshot) -> Self {
        Self { remarks: SettingBody::of(snapshot, SettingName::Remarks) }
    }
}

impl SettingBody {
    fn of(snapshot: &Snapshot, name: SettingName) -> Self {
        let known = snapshot.settings().get(name);
        let account = known.and_then(|setting| snapshot.accounts().get(setting.changed_by?));
        Self {
            on: snapshot.settings().is_on(name),
            changed_at: known.map(|setting| setting.changed_at.to_string()),
            changed_by: account.map(|account| account.name.to_string()),
        }
    }
}
