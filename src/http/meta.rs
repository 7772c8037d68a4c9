//! `/meta`: what a client asks first.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Data},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Problem, Query,
    caller::Caller,
    geojson::rounded,
    permits::ReadMeta,
    query::NoParams,
    revision::{Revision, unless_known},
};
use crate::{
    access::{Permission, Seat},
    catalogue::{self, Overview},
    event::Seq,
    twin::Snapshot,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_meta);
}

/// How much there is, where to look first, and what to say of it.
#[utoipa::path(tag = "operation", responses(
    (status = 200, description = "What a client asks first", body = Meta),
    (status = 304, description = "As the client knows it"),
))]
#[get("/meta")]
async fn show_meta(
    caller: Caller<ReadMeta>,
    request: HttpRequest,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let snapshot = edge.app.snapshot();
    let has_roads = !snapshot.roads().network().is_empty();
    let revision = revision(caller.seat(), &snapshot).with(has_roads);
    unless_known(&request, revision, async || {
        let overview = catalogue::overview(&snapshot, caller.scope().landlord());
        Ok(web::Json(Meta::new(&edge, has_roads, &shown(caller.seat(), overview))))
    })
    .await
}

/// That of what is told to whoever has that seat: a tag that goes with events tells when something happens.
fn revision(seat: &Seat, snapshot: &Snapshot) -> Revision {
    if seat.may(Permission::ReadIncidents) || seat.may(Permission::ReadPatrols) {
        Revision::of_events(snapshot, seat.scope())
    } else {
        Revision::of_stock(snapshot)
    }
}

/// `overview` without what whoever has that seat may not read.
fn shown(seat: &Seat, overview: Overview) -> Overview {
    let or_0 = |permission, count| if seat.may(permission) { count } else { 0 };
    let stock = |count| or_0(Permission::ReadStock, count);
    let sees_stock = seat.may(Permission::ReadStock);
    let sees_events = seat.may(Permission::ReadIncidents);
    Overview {
        landlords: stock(overview.landlords),
        sites: stock(overview.sites),
        buildings: stock(overview.buildings),
        dwellings: if sees_stock { overview.dwellings } else { 0 },
        tracts: stock(overview.tracts),
        incidents: or_0(Permission::ReadIncidents, overview.incidents),
        patrols: or_0(Permission::ReadPatrols, overview.patrols),
        bounds: overview.bounds.filter(|_| sees_stock),
        center: overview.center.filter(|_| sees_stock),
        seq: if sees_events { overview.seq } else { Seq(0) },
    }
}

/// What a client asks first.
#[derive(Debug, Serialize, ToSchema)]
struct Meta {
    /// `Vigie`.
    #[schema(value_type = String)]
    name: &'static str,
    /// Of the program.
    #[schema(value_type = String)]
    version: &'static str,
    /// Whether the stock is made up.
    demo: bool,
    /// What to say of a made-up stock.
    #[schema(required = true)]
    demo_note: Option<String>,
    /// West, south, east, north of all sites and buildings.
    #[schema(required = true)]
    bounds: Option<[f64; 4]>,
    /// Where to look first: longitude, latitude.
    #[schema(required = true)]
    center: Option<[f64; 2]>,
    /// Whether patrols are ranked by road.
    roads: bool,
    /// How many there are; 0 of what the caller may not read.
    counts: Counts,
    /// The last event that is in these numbers.
    seq: u64,
    /// A map style to draw under the stock.
    #[schema(required = true)]
    style_url: Option<String>,
    /// In which hours and days are read.
    #[schema(value_type = String)]
    time_zone: &'static str,
}

/// How many of each there are.
#[derive(Debug, Serialize, ToSchema)]
struct Counts {
    landlords: usize,
    sites: usize,
    buildings: usize,
    dwellings: u64,
    incidents: usize,
    patrols: usize,
    tracts: usize,
}

impl Meta {
    fn new(edge: &Edge, roads: bool, overview: &Overview) -> Self {
        Self {
            name: "Vigie",
            version: env!("CARGO_PKG_VERSION"),
            demo: edge.settings.demo_note.is_some(),
            demo_note: edge.settings.demo_note.clone(),
            bounds: overview.bounds.map(|b| [b.west(), b.south(), b.east(), b.north()]),
            center: overview.center.map(|center| rounded(center.into())),
            roads,
            counts: Counts {
                landlords: overview.landlords,
                sites: overview.sites,
                buildings: overview.buildings,
                dwellings: overview.dwellings,
                incidents: overview.incidents,
                patrols: overview.patrols,
                tracts: overview.tracts,
            },
            seq: overview.seq.0,
            style_url: edge.settings.style_url.clone(),
            time_zone: "Europe/Paris",
        }
    }
}
