//! The OpenAPI document is the contract that the web client's types are generated from.

use std::{fs, path::Path};

use serde_json::Value;

/// `docs/openapi.json` is the document as it is. After a change of the API: `UPDATE=1 cargo test openapi`.
#[test]
fn the_committed_document_is_the_one_that_the_server_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let served = vigie::http::openapi().to_pretty_json().unwrap() + "\n";

    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &served).unwrap();
    }

    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == served, "docs/openapi.json is stale: UPDATE=1 cargo test openapi");
}

#[test]
fn every_route_is_documented_under_its_full_path() {
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();
    let routes: Vec<String> = operations(&document).map(|(route, _)| route).collect();

    let expected: &[&str] = &[
        "GET /api/v1/access-log",
        "GET /api/v1/access-log/check",
        "GET /api/v1/accounts",
        "POST /api/v1/accounts",
        "POST /api/v1/accounts/{id}/clear-second-factor",
        "POST /api/v1/accounts/{id}/disable",
        "POST /api/v1/accounts/{id}/enable",
        "POST /api/v1/accounts/{id}/password",
        "GET /api/v1/alerts",
        "POST /api/v1/alerts",
        "POST /api/v1/alerts/{id}/acknowledge",
        "POST /api/v1/alerts/{id}/resolve",
        "GET /api/v1/buildings",
        "GET /api/v1/events",
        "GET /api/v1/heatmap",
        "GET /api/v1/holds",
        "POST /api/v1/holds",
        "POST /api/v1/holds/{id}/lift",
        "GET /api/v1/hotspots",
        "GET /api/v1/hotspots/density",
        "GET /api/v1/hotspots/repeats",
        "GET /api/v1/hotspots/series",
        "GET /api/v1/incidents",
        "POST /api/v1/incidents",
        "GET /api/v1/incidents/{id}",
        "POST /api/v1/incidents/{id}/transitions",
        "POST /api/v1/incidents:batch",
        "GET /api/v1/indicators",
        "GET /api/v1/kinds",
        "GET /api/v1/kpis",
        "GET /api/v1/landlords",
        "GET /api/v1/locate",
        "POST /api/v1/locate:batch",
        "GET /api/v1/mailboxes",
        "PUT /api/v1/mailboxes/{landlord}",
        "GET /api/v1/meta",
        "GET /api/v1/patrols",
        "GET /api/v1/patrols/nearest",
        "GET /api/v1/patrols/{id}",
        "PUT /api/v1/patrols/{id}",
        "POST /api/v1/patrols/{id}/check-ins",
        "GET /api/v1/patrols/{id}/mission",
        "POST /api/v1/portraits",
        "GET /api/v1/portraits/{of}/{code}",
        "POST /api/v1/positions",
        "GET /api/v1/purges",
        "GET /api/v1/reports/monthly",
        "GET /api/v1/reports/morning",
        "GET /api/v1/reports/sent",
        "DELETE /api/v1/session",
        "GET /api/v1/session",
        "POST /api/v1/session",
        "POST /api/v1/session/first",
        "GET /api/v1/session/oidc",
        "GET /api/v1/session/oidc/callback",
        "POST /api/v1/session/totp",
        "PUT /api/v1/session/totp",
        "POST /api/v1/session/totp/clear",
        "GET /api/v1/settings",
        "PUT /api/v1/settings",
        "POST /api/v1/signals",
        "GET /api/v1/signals/sources",
        "GET /api/v1/sites",
        "GET /api/v1/sites/{code}",
        "PUT /api/v1/sites/{code}/hazards",
        "GET /api/v1/situations",
        "GET /api/v1/subjects",
        "GET /api/v1/subjects/{id}",
        "GET /api/v1/surroundings",
        "GET /api/v1/tokens",
        "POST /api/v1/tokens",
        "POST /api/v1/tokens/{id}/revoke",
        "GET /api/v1/tracts",
        "GET /api/v1/tracts/classes",
        "GET /docs",
        "GET /healthz",
        "GET /metrics",
        "GET /ogc",
        "GET /ogc/collections",
        "GET /ogc/collections/{collection}",
        "GET /ogc/collections/{collection}/items",
        "GET /ogc/collections/{collection}/items/{feature}",
        "GET /ogc/collections/{collection}/queryables",
        "GET /ogc/collections/{collection}/sortables",
        "GET /ogc/collections/{collection}/tiles",
        "GET /ogc/collections/{collection}/tiles/{tileMatrixSetId}",
        "GET /ogc/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        "GET /ogc/conformance",
        "GET /ogc/tileMatrixSets",
        "GET /ogc/tileMatrixSets/{tileMatrixSetId}",
        "GET /openapi.json",
        "GET /readyz",
        "GET /tiles/heatmap.json",
        "GET /tiles/heatmap/{z}/{x}/{y}.mvt",
        "GET /tiles/{layer}.json",
        "GET /tiles/{layer}/{z}/{x}/{y}.mvt",
    ];
    assert_eq!(routes, expected);
}

#[test]
fn every_answer_has_a_schema_and_every_error_is_a_problem() {
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();

    for (route, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.starts_with('3') || status == "204" {
                continue; // says where, or that nothing has changed, or that nothing is there
            }
            let content =
                response["content"].as_object().unwrap_or_else(|| panic!("{route} {status}"));
            for (media_type, body) in content {
                assert!(body["schema"].is_object(), "{route} {status} {media_type} has no schema");
                let is_problem = media_type == "application/problem+json";
                assert_eq!(is_problem, status.starts_with(['4', '5']), "{route} {status}");
            }
        }
    }
}

#[test]
fn every_shape_that_is_named_is_there() {
    let document = serde_json::to_string(&vigie::http::openapi()).unwrap();
    let shapes: Value = serde_json::from_str(&document).unwrap();

    for reference in document.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(shapes["components"]["schemas"][name].is_object(), "{name} is not defined");
    }
}

/// Programs name their calls, and our web client its types, by the id of an operation.
#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();
    let mut known = std::collections::BTreeMap::new();
    for (route, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{route} has no id"));
        let other = known.insert(id.to_owned(), route.clone());
        assert_eq!(other, None, "{route} is `{id}`, too");
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    })
}
