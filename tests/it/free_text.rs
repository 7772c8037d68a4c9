//! Every text that somebody may write is judged, or is none that is kept: the list of `docs/privacy.md` is whole, and
//! what it calls judged is.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::support::{patrol, site, town};

/// What a text may tell of a person, and the rule that refuses it wherever that is judged.
const TELLING: [(&str, &str); 3] = [
    ("0639981240", "phone"),
    ("jeanne.dupontel@example.org", "email"),
    ("chez Mme Dupontel", "civility"),
];

#[test]
fn every_text_field_of_the_api_is_in_the_list() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/privacy.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, list) = page.split_once("<!-- fields -->").unwrap();
    let (list, _) = list.split_once("<!-- end of fields -->").unwrap();
    let first_columns = list.lines().filter_map(|line| line.split(" | ").next());
    let listed: BTreeSet<String> = first_columns
        .flat_map(|column| column.split('`').skip(1).step_by(2).map(str::to_owned))
        .collect();

    let fields = text_fields(&serde_json::to_value(vigie::http::openapi()).unwrap());

    assert!(fields.len() > 40, "the document has fields: {fields:?}");
    let missing: Vec<&String> = fields.difference(&listed).collect();
    assert!(missing.is_empty(), "say in docs/privacy.md what becomes of {missing:?}");
    let gone: Vec<&String> = listed.difference(&fields).collect();
    assert!(gone.is_empty(), "docs/privacy.md tells of {gone:?}, which the API has not");
}

/// The texts that a request may hold: without a list of values, a pattern or a format. Those of bodies by their shape.
fn text_fields(document: &Value) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for content in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                let name = format!("{} {path}", method.to_uppercase());
                gather(document, &content.1["schema"], &name, &mut Vec::new(), &mut fields);
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if is_text(&parameter["schema"]) {
                    let (place, name) = (&parameter["in"], &parameter["name"]);
                    fields.insert(format!(
                        "{} {}",
                        place.as_str().unwrap(),
                        name.as_str().unwrap()
                    ));
                }
            }
        }
    }
    fields
}

fn is_text(schema: &Value) -> bool {
    let is_string = match &schema["type"] {
        Value::String(one) => one == "string",
        Value::Array(types) => types.iter().any(|one| one == "string"),
        _ => false,
    };
    is_string && ["enum", "pattern", "format"].iter().all(|bound| schema.get(bound).is_none())
}

fn gather(
    document: &Value,
    schema: &Value,
    name: &str,
    within: &mut Vec<String>,
    fields: &mut BTreeSet<String>,
) {
    if let Some(shape) = schema["$ref"].as_str() {
        let shape = shape.rsplit('/').next().unwrap().to_owned();
        if !within.contains(&shape) {
            within.push(shape.clone());
            let known = &document["components"]["schemas"][&shape];
            gather(document, known, &shape, within, fields);
            within.pop();
        }
        return;
    }
    if is_text(schema) {
        fields.insert(name.to_owned());
    }
    for choices in ["oneOf", "anyOf", "allOf"] {
        for choice in schema[choices].as_array().into_iter().flatten() {
            gather(document, choice, name, within, fields);
        }
    }
    if schema["items"].is_object() {
        gather(document, &schema["items"], name, within, fields);
    }
    let shape = name.split('.').next().unwrap();
    for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
        gather(document, schema, &format!("{shape}.{member}"), within, fields);
    }
}

#[test]
fn what_a_crew_is_called_is_judged_and_not_repeated() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    for (callsign, rule) in TELLING.into_iter().chain([("Équipe de Karim", "person")]) {
        let body = json!({ "callsign": callsign, "status": "available" });
        let refused = town.put("/api/v1/patrols/TANGO-3", &body);
        assert_eq!(refused.fault().0, 422, "{callsign}");
        let reason = refused.json()["errors"][0]["reason"].to_string();
        assert!(reason.contains(&format!("`{rule}`")), "{callsign}: {reason}");
        assert!(!refused.text().contains(callsign), "{}", refused.text());
    }
    for id in ["marie.dupont", "marie-dupont", "06-39-98-12-40"] {
        let body = json!({ "callsign": "Tango 3", "status": "available" });
        let refused = town.put(&format!("/api/v1/patrols/{id}"), &body);
        assert_eq!(refused.fault().0, 422, "{id}");
        assert!(!refused.text().contains(id), "{}", refused.text());
    }
    assert_eq!(town.get("/api/v1/patrols").json()["numberMatched"], 0, "nobody was recorded");

    let radio = json!({ "callsign": "Victor 2", "status": "available" });
    assert_eq!(town.put("/api/v1/patrols/VICTOR-2", &radio).status, 200);
}

#[test]
fn what_somebody_looks_for_is_judged_as_the_name_of_a_place() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    for list in ["sites", "buildings"] {
        for (q, rule) in TELLING {
            let query: String = q.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let refused = town.get(&format!("/api/v1/{list}?q={query}"));
            let (status, field, reason) = refused.fault();
            assert_eq!((status, field.as_str()), (422, "q"), "{q}");
            assert!(reason.contains(rule), "{q}: {reason}");
            assert!(!refused.text().contains(q), "{}", refused.text());
        }
        for q in ["R%C3%A9sidence%20Jean-Jaur%C3%A8s", "12%20rue%20Pasteur", "0754"] {
            assert_eq!(town.get(&format!("/api/v1/{list}?q={q}")).status, 200, "{q}");
        }
    }
}

#[test]
fn a_key_is_no_number_of_a_person() {
    let town = town([site("PH-0754", 2.3522, 48.8566), patrol("T-1", 2.35, 48.85)]);
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });
    let headers =
        |key: &'static str| [("content-type", "application/json"), ("idempotency-key", key)];
    let body = call.to_string().into_bytes();
    let refused = town.send("POST", "/api/v1/incidents", &headers("06 39 98 12 40"), body.clone());
    assert_eq!(refused.fault().0, 422);
    assert!(!refused.text().contains("06 39"), "{}", refused.text());
    let uuid = "06399812-4078-4abc-8def-001122334455";
    assert_eq!(town.send("POST", "/api/v1/incidents", &headers(uuid), body).status, 201);

    let mut line = call;
    line["idempotency_key"] = json!("jeanne.dupontel@example.org");
    let headers = [("content-type", "application/x-ndjson")];
    let answer =
        town.send("POST", "/api/v1/incidents:batch", &headers, line.to_string().into_bytes());
    let told = answer.lines();
    assert_eq!((&told[0]["index"], &told[0]["status"]), (&json!(0), &json!(422)));
    assert_eq!(told[0]["problem"]["errors"][0]["field"], "idempotency_key");
    assert!(!answer.text().contains("dupontel"), "{}", answer.text());
}

#[test]
fn a_field_that_is_none_is_named_only_where_it_has_the_form_of_one() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    let body = json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" }, "Mme Dupontel": 1 });
    let refused = town.post("/api/v1/incidents", &body);
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains("Dupontel"), "{}", refused.text());
    let refused = town.get("/api/v1/sites?Mme%20Dupontel=1");
    assert_eq!(refused.status, 400);
    assert!(!refused.text().contains("Dupontel"), "{}", refused.text());
}
