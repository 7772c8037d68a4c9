//! The HTTP edge: parse, ask one question, render. No geometry, no SQL, no state of its own.
//!
//! Uses everything but [`crate::store`] and [`crate::import`]. One resource a file; each opens with its
//! routes. [`observe`] stands around every request, [`problem`] is every error.

mod access_log;
mod account_body;
mod accounts;
mod alert_body;
mod alerts;
mod attempts;
mod buildings;
mod caller;
mod classes;
mod content_security;
mod cors;
mod docs;
mod events;
mod fallback;
mod file;
mod filter;
mod geojson;
mod hazards;
mod health;
mod heatmap;
mod heatmap_body;
mod heatmap_file;
mod holds;
mod hot_spot_bodies;
mod hot_spots;
mod incident_body;
mod incident_feature;
mod incidents;
mod incidents_batch;
mod json;
mod kinds;
mod kpis;
mod landlords;
mod left;
mod limit;
mod lines;
mod locate;
mod locate_batch;
mod mailboxes;
mod mailings;
mod media;
mod meta;
mod metrics;
mod mission;
mod named;
mod nearest;
mod observe;
mod ogc;
mod oidc;
mod packed;
mod page;
mod patrols;
mod permits;
mod place;
mod portrait_body;
mod portrait_insee;
mod portraits;
mod positions;
mod problem;
mod published;
mod purges;
mod qr;
mod query;
mod rate;
mod reports;
mod revision;
mod seal;
mod second_factor;
mod server;
mod session;
mod session_cookie;
mod settings;
mod shared_answers;
mod sight;
mod signal_body;
mod signals;
mod sites;
mod situation_body;
mod situations;
mod stock_list;
mod stream;
mod subjects;
mod surroundings;
mod tiles;
mod tls;
mod tokens;
mod tract_file;
mod tracts;
mod transition_body;
mod transitions;
mod tried;
mod web_client;

use std::{collections::hash_map::RandomState, sync::Arc};

use actix_web::http::header::HeaderValue;
use utoipa_actix_web::service_config::ServiceConfig;

pub use caller::Doors;
pub use content_security::content_security_policy;
pub use geojson::{Feature, FeatureCollection, GeoJson, Geometry, Link};
pub use holds::HoldBody;
pub use json::Json;
pub use mailboxes::MailboxBody;
pub use mailings::MailingBody;
pub use metrics::Metrics;
pub use problem::{PROBLEM_JSON, Problem, ProblemKind};
pub use purges::{PurgeBody, RemovedBody};
pub use query::Query;
pub use rate::RateLimits;
pub use server::{Settings, listen};
pub use session::first_code;
pub use signal_body::read_signals;
pub use tls::{Certificate, TlsError};

use self::{
    events::Events, ogc::Walks, packed::KeptPages, published::PublishedUnits, rate::Rates,
    session::Sessions, stream::Streams,
};
use crate::{access::SealKey, app::App, time::Timestamp};

/// What every request is answered from.
#[derive(Clone)]
pub struct Edge {
    /// The program.
    pub app: App,
    /// What whoever started the server chose.
    pub settings: Settings,
    /// What the pages of this server may load.
    pub content_security_policy: HeaderValue,
    /// Who may be signing in.
    pub sessions: Sessions,
    /// Who has asked how much of late.
    pub rates: Rates,
    /// What the tags of answers are made with.
    pub tag_key: RandomState,
    /// Counters.
    pub metrics: Metrics,
    /// When the server started.
    pub started_at: Timestamp,
    /// Batches that may run.
    pub streams: Streams,
    /// Looks at whole collections of features that may run.
    pub walks: Walks,
    /// What happens, told to whoever listens.
    pub events: Events,
    /// What partners and planners are answered from.
    pub published: Arc<PublishedUnits>,
    /// Pages of the stock as they went out.
    pub stock_pages: Arc<KeptPages>,
    /// Files of the web client as they went out.
    pub client_files: Arc<KeptPages>,
}

impl Edge {
    /// The key of the store, where somebody has signed in and it must be there.
    fn seal_key(&self) -> Result<SealKey, Problem> {
        let snapshot = self.app.snapshot();
        let key = snapshot.accounts().seal().copied();
        key.ok_or_else(|| Problem::internal("no seal is there"))
    }
}

/// Every route, one line a resource.
pub fn routes(cfg: &mut ServiceConfig) {
    // Routes are tried in this order: what is asked most comes first.
    cfg.service(
        utoipa_actix_web::scope("/api/v1")
            // Before the patrols, whose `{id}` would take `nearest` too.
            .configure(nearest::routes)
            .configure(positions::routes)
            .configure(mission::routes)
            .configure(patrols::routes)
            .configure(locate::routes)
            .configure(locate_batch::routes)
            .configure(incidents::routes)
            .configure(incidents_batch::routes)
            .configure(transitions::routes)
            .configure(alerts::routes)
            .configure(signals::routes)
            .configure(situations::routes)
            .configure(kpis::routes)
            .configure(reports::routes)
            .configure(mailings::routes)
            .configure(mailboxes::routes)
            .configure(access_log::routes)
            .configure(events::routes)
            .configure(purges::routes)
            .configure(holds::routes)
            .configure(heatmap::routes)
            .configure(hot_spots::routes)
            .configure(portraits::routes)
            .configure(subjects::routes)
            .configure(meta::routes)
            .configure(session::routes)
            .configure(second_factor::routes)
            .configure(oidc::routes)
            .configure(accounts::routes)
            .configure(tokens::routes)
            .configure(settings::routes)
            .configure(kinds::routes)
            .configure(landlords::routes)
            .configure(sites::routes)
            .configure(hazards::routes)
            .configure(buildings::routes)
            .configure(surroundings::routes)
            .configure(classes::routes)
            .configure(tracts::routes),
    );
    cfg.service(utoipa_actix_web::scope("/tiles").configure(tiles::routes));
    cfg.service(utoipa_actix_web::scope("/ogc").configure(ogc::routes));
    cfg.configure(health::routes).configure(docs::routes);
}

/// The OpenAPI document of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa_actix_web::AppExt as _;
    let (_, document) = actix_web::App::new().into_utoipa_app().configure(routes).split_for_parts();
    docs::with_front_page(document)
}
