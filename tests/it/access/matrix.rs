//! The matrix: each route of the document has a row here that says which permission it asks for; each role is tried on
//! each. A route without a row fails, and so does a row without a route.

use serde_json::{Value, json};
use vigie::{
    access::{Permission, Role},
    app::system_clock,
    closed_list::ClosedList as _,
};

use super::{Guarded, Who, matrix_ogc};
use crate::support::Answer;

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// A password or a code in its body: without a good one, nobody gets in, whoever asks.
    Itself,
    /// What an OpenID Connect provider says: nobody gets in where there is none. See [`crate::oidc`].
    Elsewhere,
    /// To be of this machine, or that permission.
    ThisMachineOr(Permission),
    /// That permission.
    For(Permission),
}

/// A route, what it asks for, and a request that a dispatcher or whoever may is not refused for what it says. `{own}`
/// and `{other}` stand for what belongs to the landlord `one` or the patrol `T-1`, and to the others.
pub struct Row {
    route: &'static str,
    asks: Asks,
    path: &'static str,
    body: Option<Value>,
}

pub fn row(route: &'static str, asks: Asks, path: &'static str, body: Option<Value>) -> Row {
    Row { route, asks, path, body }
}

/// The rows.
fn rows() -> Vec<Row> {
    use Asks::{Elsewhere, For, Itself, Nothing, ThisMachineOr};
    use Permission as P;
    let incident =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "AA-02" } });
    let fix = json!([{ "patrol": "T-1", "lon": 2.35, "lat": 48.85, "recorded_at": "2026-01-01T00:00:00Z" }]);
    let sos = json!({ "kind": "sos", "patrol": "T-1" });
    let seat = |name: &str| json!({ name: "salle-10", "role": "operator" });
    let rows = vec![
        row("GET /api/v1/access-log", For(P::ReadRegisters), "/api/v1/access-log", None),
        row(
            "GET /api/v1/access-log/check",
            For(P::ReadRegisters),
            "/api/v1/access-log/check",
            None,
        ),
        row("GET /api/v1/accounts", For(P::ManageAccounts), "/api/v1/accounts", None),
        row(
            "POST /api/v1/accounts",
            For(P::ManageAccounts),
            "/api/v1/accounts",
            Some(seat("name")),
        ),
        row(
            "POST /api/v1/accounts/{id}/clear-second-factor",
            For(P::ManageAccounts),
            "/api/v1/accounts/{account}/clear-second-factor",
            None,
        ),
        row(
            "POST /api/v1/accounts/{id}/disable",
            For(P::ManageAccounts),
            "/api/v1/accounts/{account}/disable",
            None,
        ),
        row(
            "POST /api/v1/accounts/{id}/enable",
            For(P::ManageAccounts),
            "/api/v1/accounts/{account}/enable",
            None,
        ),
        row(
            "POST /api/v1/accounts/{id}/password",
            For(P::ManageAccounts),
            "/api/v1/accounts/{account}/password",
            None,
        ),
        row("GET /api/v1/alerts", For(P::ReadAlerts), "/api/v1/alerts", None),
        row("POST /api/v1/alerts", For(P::RaiseAlerts), "/api/v1/alerts", Some(sos)),
        row(
            "POST /api/v1/alerts/{id}/acknowledge",
            For(P::HandleAlerts),
            "/api/v1/alerts/{alert}/acknowledge",
            Some(json!({})),
        ),
        row(
            "POST /api/v1/alerts/{id}/resolve",
            For(P::HandleAlerts),
            "/api/v1/alerts/{alert}/resolve",
            Some(json!({ "resolution": "test" })),
        ),
        row("GET /api/v1/buildings", For(P::ReadStock), "/api/v1/buildings", None),
        row("GET /api/v1/events", For(P::Listen), "/api/v1/events", None),
        row("GET /api/v1/heatmap", For(P::ReadHeatmap), "/api/v1/heatmap?cell=site", None),
        row("GET /api/v1/holds", For(P::ReadRegisters), "/api/v1/holds", None),
        row("POST /api/v1/holds", For(P::ManageHolds), "/api/v1/holds", Some(hold())),
        row("POST /api/v1/holds/{id}/lift", For(P::ManageHolds), "/api/v1/holds/{hold}/lift", None),
        row("GET /api/v1/hotspots", For(P::ReadHeatmap), "/api/v1/hotspots?cell=site", None),
        row("GET /api/v1/hotspots/density", For(P::CountExactly), "/api/v1/hotspots/density", None),
        row("GET /api/v1/hotspots/repeats", For(P::CountExactly), "/api/v1/hotspots/repeats", None),
        row("GET /api/v1/hotspots/series", For(P::ReadHeatmap), "/api/v1/hotspots/series", None),
        row("GET /api/v1/incidents", For(P::ReadIncidents), "/api/v1/incidents", None),
        row(
            "POST /api/v1/incidents",
            For(P::TakeCalls),
            "/api/v1/incidents",
            Some(incident.clone()),
        ),
        row("GET /api/v1/incidents/{id}", For(P::ReadIncidents), "/api/v1/incidents/{own}", None),
        row(
            "POST /api/v1/incidents/{id}/transitions",
            For(P::StepIncidents),
            "/api/v1/incidents/{own}/transitions",
            Some(json!({ "to": "acknowledged", "patrol": "T-1" })),
        ),
        row(
            "POST /api/v1/incidents:batch",
            For(P::ImportIncidents),
            "/api/v1/incidents:batch",
            Some(incident),
        ),
        row("GET /api/v1/indicators", For(P::ReadTracts), "/api/v1/indicators", None),
        row("GET /api/v1/kinds", For(P::ReadMeta), "/api/v1/kinds", None),
        row("GET /api/v1/kpis", For(P::ReadKpis), "/api/v1/kpis", None),
        row("GET /api/v1/landlords", For(P::ReadStock), "/api/v1/landlords", None),
        row("GET /api/v1/locate", For(P::Locate), "/api/v1/locate?lon=2.35&lat=48.85", None),
        row(
            "POST /api/v1/locate:batch",
            For(P::Locate),
            "/api/v1/locate:batch",
            Some(json!({ "lon": 2.35, "lat": 48.85 })),
        ),
        row("GET /api/v1/mailboxes", For(P::ReadMailings), "/api/v1/mailboxes", None),
        row(
            "PUT /api/v1/mailboxes/{landlord}",
            For(P::ManageMailboxes),
            "/api/v1/mailboxes/one",
            Some(json!({ "address": "astreinte@one.example" })),
        ),
        row("GET /api/v1/meta", For(P::ReadMeta), "/api/v1/meta", None),
        row("GET /api/v1/patrols", For(P::ReadPatrols), "/api/v1/patrols", None),
        row(
            "GET /api/v1/patrols/nearest",
            For(P::RankPatrols),
            "/api/v1/patrols/nearest?incident={own}",
            None,
        ),
        row("GET /api/v1/patrols/{id}", For(P::ReadPatrols), "/api/v1/patrols/T-1", None),
        row(
            "PUT /api/v1/patrols/{id}",
            For(P::RecordPatrols),
            "/api/v1/patrols/T-1",
            Some(json!({ "callsign": "T-1", "status": "available" })),
        ),
        row(
            "POST /api/v1/patrols/{id}/check-ins",
            For(P::CheckIn),
            "/api/v1/patrols/T-1/check-ins",
            Some(json!({})),
        ),
        row(
            "GET /api/v1/patrols/{id}/mission",
            For(P::ReadMissions),
            "/api/v1/patrols/T-1/mission",
            None,
        ),
        row(
            "POST /api/v1/portraits",
            For(P::ReadHeatmap),
            "/api/v1/portraits",
            Some(
                json!({ "type": "Polygon", "coordinates": [[[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]]] }),
            ),
        ),
        row(
            "GET /api/v1/portraits/{of}/{code}",
            For(P::ReadHeatmap),
            "/api/v1/portraits/site/AA-01",
            None,
        ),
        row("POST /api/v1/positions", For(P::ReportPositions), "/api/v1/positions", Some(fix)),
        row("GET /api/v1/purges", For(P::ReadRegisters), "/api/v1/purges", None),
        row("GET /api/v1/reports/monthly", For(P::ReadNotes), "/api/v1/reports/monthly", None),
        row(
            "GET /api/v1/reports/morning",
            For(P::ReadNights),
            "/api/v1/reports/morning?landlord=one",
            None,
        ),
        row("GET /api/v1/reports/sent", For(P::ReadMailings), "/api/v1/reports/sent", None),
        row("DELETE /api/v1/session", Nothing, "/api/v1/session", None),
        row("GET /api/v1/session", Nothing, "/api/v1/session", None),
        row(
            "POST /api/v1/session",
            Itself,
            "/api/v1/session",
            Some(json!({ "name": "nobody", "password": "correct horse battery" })),
        ),
        row(
            "POST /api/v1/session/first",
            Itself,
            "/api/v1/session/first",
            Some(json!({ "code": "x", "name": "a", "password": "correct horse battery" })),
        ),
        row("GET /api/v1/session/oidc", Elsewhere, "/api/v1/session/oidc", None),
        row("GET /api/v1/session/oidc/callback", Elsewhere, "/api/v1/session/oidc/callback", None),
        row(
            "POST /api/v1/session/totp",
            Itself,
            "/api/v1/session/totp",
            Some(json!({ "password": "correct horse battery" })),
        ),
        row(
            "PUT /api/v1/session/totp",
            Itself,
            "/api/v1/session/totp",
            Some(json!({ "enrolment": "00", "code": "123456" })),
        ),
        row(
            "POST /api/v1/session/totp/clear",
            Itself,
            "/api/v1/session/totp/clear",
            Some(json!({ "code": "123456" })),
        ),
        row("GET /api/v1/settings", For(P::ManageSettings), "/api/v1/settings", None),
        row(
            "PUT /api/v1/settings",
            For(P::ManageSettings),
            "/api/v1/settings",
            Some(json!({ "remarks": true })),
        ),
        row(
            "POST /api/v1/signals",
            For(P::SendSignals),
            "/api/v1/signals",
            Some(
                json!({ "signals": [{ "source": "lifts", "kind": "stopped", "at": "2026-01-01T00:00:00Z", "site_code": "AA-01" }] }),
            ),
        ),
        row("GET /api/v1/signals/sources", For(P::ReadMeta), "/api/v1/signals/sources", None),
        row("GET /api/v1/sites", For(P::ReadStock), "/api/v1/sites", None),
        row("GET /api/v1/sites/{code}", For(P::ReadStock), "/api/v1/sites/AA-01", None),
        row(
            "PUT /api/v1/sites/{code}/hazards",
            For(P::WriteStock),
            "/api/v1/sites/AA-01/hazards",
            Some(json!({ "hazards": [] })),
        ),
        row("GET /api/v1/situations", For(P::ReadSituations), "/api/v1/situations", None),
        row("GET /api/v1/subjects", For(P::ReadHeatmap), "/api/v1/subjects", None),
        row("GET /api/v1/subjects/{id}", For(P::ReadHeatmap), "/api/v1/subjects/halls", None),
        row("GET /api/v1/surroundings", For(P::ReadStock), "/api/v1/surroundings", None),
        row("GET /api/v1/tokens", For(P::ManageAccounts), "/api/v1/tokens", None),
        row("POST /api/v1/tokens", For(P::ManageAccounts), "/api/v1/tokens", Some(seat("label"))),
        row(
            "POST /api/v1/tokens/{id}/revoke",
            For(P::ManageAccounts),
            "/api/v1/tokens/{token}/revoke",
            None,
        ),
        row("GET /api/v1/tracts", For(P::ReadTracts), "/api/v1/tracts", None),
        row(
            "GET /api/v1/tracts/classes",
            For(P::ReadTracts),
            "/api/v1/tracts/classes?indicator=X",
            None,
        ),
        row("GET /docs", Nothing, "/docs", None),
        row("GET /healthz", Nothing, "/healthz", None),
        row("GET /metrics", ThisMachineOr(P::ReadMetrics), "/metrics", None),
        row("GET /openapi.json", Nothing, "/openapi.json", None),
        row("GET /readyz", Nothing, "/readyz", None),
        row("GET /tiles/heatmap.json", For(P::ReadHeatmap), "/tiles/heatmap.json", None),
        row(
            "GET /tiles/heatmap/{z}/{x}/{y}.mvt",
            For(P::ReadHeatmap),
            "/tiles/heatmap/0/0/0.mvt?cell=site",
            None,
        ),
        row("GET /tiles/{layer}.json", For(P::ReadStock), "/tiles/sites.json", None),
        row(
            "GET /tiles/{layer}/{z}/{x}/{y}.mvt",
            For(P::ReadStock),
            "/tiles/sites/0/0/0.mvt",
            None,
        ),
    ];
    rows.into_iter().chain(matrix_ogc::rows()).collect()
}

/// A hold for a day.
fn hold() -> Value {
    let until = system_clock().plus_seconds(86_400).to_string();
    json!({ "site": "AA-01", "reason": "complaint", "until": until })
}

impl Row {
    fn method(&self) -> &str {
        self.route.split(' ').next().unwrap()
    }

    fn answer(&self, town: &Guarded, who: Who) -> Answer {
        // A stream has no end: its head says enough.
        let method = if self.path == "/api/v1/events" { "HEAD" } else { self.method() };
        let mut path = self
            .path
            .replace("{own}", &town.own_incident)
            .replace("{alert}", &town.own_alert)
            .replace("{account}", &town.account)
            .replace("{token}", &town.spare_token);
        if path.contains("{hold}") {
            let set = town.asks(Who::Role(Role::Dpo), "POST", "/api/v1/holds", Some(&hold()));
            path = path.replace("{hold}", set.json()["id"].as_str().unwrap());
        }
        town.asks(who, method, &path, self.body.as_ref())
    }
}

pub fn roles() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| role.is_given())
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let routes = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let mut routes: Vec<String> = routes.collect();
    routes.sort();

    let mut known: Vec<String> = rows().iter().map(|row| row.route.to_owned()).collect();
    known.sort();

    assert_eq!(known, routes, "say here what the new route asks for");
}

#[test]
fn every_role_may_what_the_table_says_and_nothing_else_on_every_route() {
    for row in rows() {
        let town = Guarded::new();
        for role in roles() {
            let answer = row.answer(&town, Who::Role(role));
            let may = match row.asks {
                Asks::Nothing | Asks::Elsewhere | Asks::ThisMachineOr(_) => true,
                Asks::Itself => false,
                Asks::For(permission) => role.may(permission),
            };
            let said = String::from_utf8_lossy(&answer.bytes);
            let told = format!("{} as {role:?}: {} {said}", row.route, answer.status);
            assert!(answer.status < 500, "{told}");
            assert_eq!(!matches!(answer.status, 401 | 403 | 429), may, "{told}");
            if may {
                assert_ne!(answer.status, 404, "{told}");
            } else if let Asks::For(permission) = row.asks
                && row.path != "/api/v1/events"
            {
                let problem = answer.json();
                assert_eq!(problem["type"], "/problems/forbidden", "{told}");
                let named = format!("no permission `{}`", permission.as_str());
                assert!(problem["detail"].as_str().unwrap().contains(&named), "{told}");
            }
        }
    }
}

#[test]
fn nobody_gets_in_without_credentials_or_with_bad_ones() {
    let town = Guarded::new();
    let unknown = format!("Bearer vgt_{}", "0".repeat(64));
    for row in rows() {
        let answer = row.answer(&town, Who::Nobody);
        let told = format!("{}: {} {}", row.route, answer.status, answer.text());
        match row.asks {
            Asks::Nothing | Asks::ThisMachineOr(_) => assert_eq!(answer.status, 200, "{told}"),
            Asks::Itself => assert_eq!(answer.status, 401, "{told}"),
            Asks::Elsewhere => assert_eq!(answer.status, 409, "{told}"),
            Asks::For(_) => {
                assert_eq!(answer.status, 401, "{told}");
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{told}");
                for bad in [unknown.as_str(), "Bearer", "Bearer x", "Basic YTpi", "vgt_"] {
                    let path = row.path.replace("{own}", &town.own_incident);
                    let headers = [("authorization", bad), ("content-type", "text/plain")];
                    let refused = town.town.send(row.method(), &path, &headers, Vec::new());
                    // Before the body, the parameters and the path are looked at.
                    assert_eq!(refused.status, 401, "{} with {bad}", row.route);
                }
            }
        }
    }
}

#[test]
fn counters_are_read_on_this_machine_and_beyond_a_proxy_by_who_may() {
    let town = Guarded::new();
    let forwarded = [("x-forwarded-for", "203.0.113.7")];

    let from_elsewhere = town.town.get_with("/metrics", &forwarded);
    let rebound = town.town.get_with("/metrics", &[("host", "evil.example")]);

    assert_eq!(from_elsewhere.status, 401);
    assert_eq!(rebound.status, 401);
}

#[test]
fn a_token_that_was_revoked_or_has_expired_is_none() {
    use vigie::{
        access::Seat,
        app::{AccountChange, NewToken, system_clock},
    };
    let town = Guarded::new();
    let app = &town.town.app;
    let runtime = actix_web::rt::System::new();
    let give = |expires_at| {
        let seat = Seat::new(Role::Operator, None, None).unwrap();
        let new = NewToken { label: "test".parse().unwrap(), seat, expires_at };
        runtime.block_on(app.give_token(new)).unwrap()
    };
    let status = |token: &str| {
        let bearer = format!("Bearer {token}");
        town.town.get_with("/api/v1/meta", &[("authorization", &bearer)]).status
    };
    let (old, _) = give(Some(system_clock()));
    let (good, _) = give(Some(system_clock().plus_seconds(600)));
    let (revoked, account) = give(None);
    assert_eq!(status(&revoked), 200);

    runtime.block_on(app.change_account(AccountChange::Disable(account.id))).unwrap();

    assert_eq!([status(&old), status(&good), status(&revoked)], [401, 200, 401]);
}

/// The roles of each permission, as `docs/access.md` has them. After a change: `UPDATE=1 cargo test --test it access`.
#[test]
fn the_page_has_the_table_that_is_in_force() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("cargo test --test it access -->\n", "<!-- end of roles -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let columns: Vec<Role> = roles().chain([Role::Demo]).collect();
    let names: Vec<&str> = columns.iter().map(|role| role.as_str()).collect();
    let mut table =
        format!("| permission | {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len() + 1));
    for permission in Permission::ALL {
        let may = columns.iter().map(|role| if role.may(*permission) { "yes" } else { "–" });
        let may: Vec<&str> = may.collect();
        table += &format!("| `{}` | {} |\n", permission.as_str(), may.join(" | "));
    }

    let right = format!("{before}{begin}\n{table}\n{end}{after}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &right).unwrap();
    } else {
        assert!(page == right, "docs/access.md is stale: UPDATE=1 cargo test --test it access");
    }
}
