//! Portraits over HTTP: figures counted again here, polygons refused by field, forms, who may take which, and one page of
//! paper.

use std::process::Command;

use geo::{MultiPolygon, polygon};
use serde_json::{Value, json};
use vigie::{
    access::{Role, Seat},
    app::{NewIncident, NewToken, Whereabouts},
    http::Settings,
    incident::{Channel, Status},
    stock::{LandlordId, StockChange},
    time::Timestamp,
    tract::{Dataset, DatasetId, DatasetRow, Division, Tract, TractKind, Variable, Vintage},
};

use crate::{
    server::{import_sites, vigie},
    support::{Answer, Start, Town, closed_town_by, shared_data, site_of},
};

const TRACTS: [(&str, f64); 3] = [("751010101", 2.34), ("751010102", 2.35), ("751020101", 2.36)];

fn now() -> Timestamp {
    "2026-11-15T12:00:00Z".parse().unwrap()
}

fn tracts() -> Start {
    let tract = |(code, west): (&str, f64)| Tract {
        code: code.parse().unwrap(),
        vintage: Vintage::new(2022).ok(),
        name: format!("Quartier {code}"),
        kind: TractKind::Housing,
        area: MultiPolygon(vec![polygon![
            (x: west, y: 48.85), (x: west + 0.01, y: 48.85), (x: west + 0.01, y: 48.86),
            (x: west, y: 48.86), (x: west, y: 48.85),
        ]]),
    };
    let variable = |name: &str, label: &str, unit: &str| Variable {
        name: name.into(),
        label: Some(label.to_owned()),
        unit: Some(unit.to_owned()),
    };
    let rows =
        TRACTS.iter().zip([2_000.0, 4_000.0, 1_000.0]).map(|((code, _), people)| DatasetRow {
            code: (*code).into(),
            figures: [Some(people), Some(people / 2.0), Some(20_000.0 + people)].into(),
        });
    let dataset = Dataset {
        id: DatasetId::of_name("census-2020").unwrap(),
        source: "Insee, recensement".to_owned(),
        vintage: Vintage::new(2020).ok(),
        division: Division::Tract,
        variables: vec![
            variable("P20_POP", "Population", "habitants"),
            variable("P20_MEN", "Ménages", "ménages"),
            variable("DISP_MED20", "Médiane du revenu disponible par UC", "€"),
        ],
        rows: rows.collect(),
    };
    Start::Stock(StockChange {
        tracts: TRACTS.map(tract).to_vec(),
        datasets: vec![dataset],
        ..StockChange::default()
    })
}

/// A town that lets in whoever has a token: two landlords in three tracts, 30 months of reports.
struct Portrayed {
    town: Town,
    tokens: Vec<(Role, String)>,
}

impl Portrayed {
    fn new() -> Self {
        let starts = [
            tracts(),
            site_of("One", "AA-01", 2.345, 48.855),
            site_of("One", "AA-02", 2.355, 48.855),
            site_of("Two", "BB-01", 2.365, 48.855),
        ];
        let town = closed_town_by(now, Settings::default(), starts);
        let first: vigie::time::Month = "2024-04".parse().unwrap();
        let mut incidents = Vec::new();
        for month in 0..32 {
            let at = first.plus_months(month).window().from.unwrap().plus_seconds(5 * 86_400);
            for (site, count) in [("AA-01", 6), ("AA-02", 2), ("BB-01", 1 + month % 3)] {
                incidents.extend((0..count).map(|n| NewIncident {
                    kind: ["OCC-HAL", "NUI-MUS", "OCC-CAV"][n as usize % 3].parse().unwrap(),
                    channel: Channel::Call,
                    status: Status::Closed,
                    reported_at: Some(at.plus_seconds(i64::from(n) * 3_600)),
                    whereabouts: Whereabouts::Site { code: site.parse().unwrap(), building: None },
                    key: None,
                }));
            }
        }
        incidents.retain(|one| one.reported_at < Some(now()));
        let tokens = actix_web::rt::System::new().block_on(async {
            let answers = town.app.receive_incidents(incidents).await.unwrap();
            answers.into_iter().for_each(|answer| drop(answer.unwrap()));
            let mut tokens = Vec::new();
            for role in
                [Role::Dispatcher, Role::Planner, Role::Partner, Role::Landlord, Role::Admin]
            {
                let own = (role == Role::Landlord).then(|| LandlordId::of_name("One").unwrap());
                let seat = Seat::new(role, own, None).unwrap();
                let new = NewToken { label: "test".parse().unwrap(), seat, expires_at: None };
                tokens.push((role, town.app.give_token(new).await.unwrap().0));
            }
            tokens
        });
        Self { town, tokens }
    }

    fn asks(&self, role: Role, method: &str, path: &str, body: Option<Value>) -> Answer {
        let (_, token) = self.tokens.iter().find(|(known, _)| *known == role).unwrap();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let path = format!("/api/v1/{path}");
        self.town.send(
            method,
            &path,
            &headers,
            body.map_or(Vec::new(), |body| body.to_string().into()),
        )
    }

    #[track_caller]
    fn reads(&self, role: Role, path: &str) -> Value {
        let answer = self.asks(role, "GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }
}

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({ "type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]] })
}

#[test]
fn a_portrait_says_what_was_counted_between_which_bounds_and_against_whom() {
    let town = Portrayed::new();
    let told = town.reads(Role::Dispatcher, "portraits/tract/751010101");

    assert_eq!((&told["of"], &told["name"]), (&json!("tract"), &json!("Quartier 751010101")));
    // The first month of which anything is known may be known in part.
    assert_eq!((&told["from"], &told["to"]), (&json!("2024-05"), &json!("2026-10")));
    assert_eq!(
        (&told["months"], &told["counts"], &told["dwellings"]),
        (&json!(30), &json!("exact"), &json!(40))
    );
    let reports = &told["reports"];
    assert_eq!(reports["total"], 180);
    let days = 914.0; // from 1 May 2024 to 31 October 2026
    let rate = 180.0 / 0.04 / (days / 365.25);
    assert!((reports["rate"]["value"].as_f64().unwrap() - rate).abs() < 1e-3, "{reports}");
    // Garwood of 180: 154.665 to 208.306.
    let low = reports["rate"]["low"].as_f64().unwrap() / rate * 180.0;
    let high = reports["rate"]["high"].as_f64().unwrap() / rate * 180.0;
    assert!((low - 154.665).abs() < 0.05 && (high - 208.306).abs() < 0.05, "{low} to {high}");
    assert_eq!(
        reports["kinds"][0],
        json!({ "code": "NUI-MUS", "count": 60, "rate": reports["kinds"][0]["rate"] })
    );
    assert_eq!(reports["hours"].as_array().unwrap().len(), 168);
    let hours: u64 = reports["hours"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(hours, 180);
    assert_eq!(told["course"]["season"], "taken_out");
    assert_eq!(told["course"]["points"].as_array().unwrap().len(), 30);
    let with: Vec<&str> = told["around"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["with"].as_str().unwrap())
        .collect();
    assert_eq!(with, ["rest", "tract"]);
    let beside = &told["around"][1];
    assert_eq!(
        (&beside["code"], &beside["count"], &beside["verdict"]),
        (&json!("751010102"), &json!(60), &json!("more"))
    );
    assert_eq!(beside["ratio"], 3.0);
    let figures = told["insee"]["figures"].as_array().unwrap();
    let population = figures.iter().find(|figure| figure["name"] == "P20_POP").unwrap();
    assert_eq!(
        (&population["value"], &population["low"], &population["high"]),
        (&json!(2000.0), &json!(2000.0), &json!(2000.0))
    );
    assert_eq!(
        (&population["source"], &population["vintage"], &population["households"]),
        (&json!("Insee, recensement"), &json!(2020), &json!(1000.0))
    );
}

#[test]
fn each_sort_of_place_is_there_and_what_is_not_is_named() {
    let town = Portrayed::new();
    for (path, total, sites) in [
        ("portraits/town/all", 180 + 60 + 60, 3),
        ("portraits/site/AA-01", 180, 1),
        ("portraits/landlord/one", 240, 2),
        ("portraits/commune/75101", 240, 2),
        ("portraits/commune/75101?kind=NUI-MUS", 90, 2),
        ("portraits/commune/75101?subject=noise", 90, 2),
        ("portraits/commune/75101?from=2026-09&to=2026-10", 16, 2),
        ("subjects/halls", 180 / 3 * 2 + 30 + 40, 3),
        ("subjects/hours", 300, 3),
    ] {
        let told = town.reads(Role::Dispatcher, path);
        assert_eq!(
            (&told["reports"]["total"], &told["sites"]),
            (&json!(total), &json!(sites)),
            "{path}"
        );
    }
    for (path, status, field) in [
        ("portraits/moon/1", 422, "of"),
        ("portraits/drawn/1", 422, "of"),
        ("portraits/town/some", 422, "code"),
        ("portraits/site/a%20b", 422, "code"),
        ("portraits/site/ZZ-01", 404, "code"),
        ("portraits/landlord/zzz", 404, "code"),
        ("portraits/tract/751039999", 404, "code"),
        ("portraits/tract/7510", 422, "code"),
        ("portraits/commune/75199", 404, "code"),
        ("portraits/commune/paris", 422, "code"),
        ("portraits/town/all?from=2026-13", 422, "from"),
        ("portraits/town/all?from=2026-10&to=2026-09", 422, "from"),
        ("portraits/town/all?kind=occ", 422, "kind"),
        ("portraits/town/all?subject=love", 422, "subject"),
        ("portraits/town/all?subject=noise&kind=OCC-HAL", 422, "kind"),
        ("portraits/town/all?indicators=NONE", 422, "indicators"),
        ("portraits/town/all?f=doc", 403, ""),
        ("portraits/town/all?x=1", 400, "x"),
        ("subjects/love", 422, "id"),
    ] {
        let role = if status == 403 { Role::Dispatcher } else { Role::Landlord };
        let fault = town.asks(role, "GET", path, None).fault();
        let expected = if path.ends_with("f=doc") { (422, "f") } else { (status, field) };
        assert_eq!((fault.0, fault.1.as_str()), expected, "{path}: {}", fault.2);
    }
}

#[test]
fn a_polygon_is_counted_by_the_places_in_it_and_a_bad_one_refused_by_its_field() {
    let town = Portrayed::new();
    let draws = |body: Value| town.asks(Role::Dispatcher, "POST", "portraits", Some(body));
    let told = draws(square(2.34, 48.85, 0.0125)).json();
    assert_eq!(
        (&told["of"], &told["code"], &told["sites"]),
        (&json!("drawn"), &Value::Null, &json!(1))
    );
    assert_eq!(told["reports"]["total"], 180);
    assert_eq!(told["drawn"]["type"], "Polygon");
    let shares: Vec<f64> = told["insee"]["tracts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tract| tract["share_of_tract"].as_f64().unwrap())
        .collect();
    assert_eq!(shares, [1.0, 0.25]);
    let population = &told["insee"]["figures"][0];
    assert_eq!(
        (&population["value"], &population["low"], &population["high"]),
        (&json!(3000.0), &json!(2000.0), &json!(6000.0))
    );

    let ring = |ring: Value| json!({ "type": "Polygon", "coordinates": [ring] });
    let mut many: Vec<[f64; 2]> = (0..2_001).map(|n| [2.0 + f64::from(n) * 1e-5, 48.0]).collect();
    many.push(many[0]);
    for (body, status, field) in [
        (json!({ "type": "Point", "coordinates": [[[2.0, 48.0]]] }), 422, "type"),
        (json!({ "type": "Polygon" }), 422, "coordinates"),
        (json!({ "type": "Polygon", "coordinates": [] }), 422, "coordinates"),
        (ring(json!([[2.0, 48.0], [2.1, 48.0], [2.1, 48.1]])), 422, "coordinates[0]"),
        (ring(json!([[2.0, 48.0], [2.1, 48.0], [2.1, 48.1], [2.0, 48.1]])), 422, "coordinates[0]"),
        (
            ring(json!([[2.0, 48.0], [2.1, 98.0], [2.1, 48.1], [2.0, 48.0]])),
            422,
            "coordinates[0][1]",
        ),
        (ring(json!([[2.0, 48.0], [2.1], [2.1, 48.1], [2.0, 48.0]])), 422, "coordinates[0][1]"),
        (
            ring(json!([[2.0, 48.0], ["x", 48.0], [2.1, 48.1], [2.0, 48.0]])),
            422,
            "coordinates[0][1][0]",
        ),
        (
            ring(json!([[2.0, 48.0], [2.1, 48.1], [2.1, 48.0], [2.0, 48.1], [2.0, 48.0]])),
            422,
            "coordinates",
        ),
        (ring(json!(many)), 422, "coordinates"),
        (json!({ "type": "Polygon", "coordinates": [[]], "name": "x" }), 422, "name"),
        (json!([1]), 422, "body"),
    ] {
        let fault = draws(body.clone()).fault();
        assert_eq!((fault.0, fault.1.as_str()), (status, field), "{body}: {}", fault.2);
    }
    let empty = draws(square(3.0, 47.0, 0.01)).json();
    assert_eq!(
        (&empty["sites"], &empty["reports"]["total"], &empty["reports"]["rate"]),
        (&json!(0), &json!(0), &Value::Null)
    );
}

#[test]
fn files_are_for_whoever_reads_reports_and_the_room_takes_none_out() {
    let town = Portrayed::new();
    for f in ["html", "pdf", "csv", "geojson"] {
        let path = format!("portraits/site/AA-01?f={f}");
        let refused = town.asks(Role::Dispatcher, "GET", &path, None);
        assert_eq!(refused.status, 403, "{f}");
        assert!(refused.json()["detail"].as_str().unwrap().contains("read_reports"));
        let drawn = town.asks(
            Role::Dispatcher,
            "POST",
            &format!("portraits?f={f}"),
            Some(square(2.34, 48.85, 0.01)),
        );
        assert_eq!(drawn.status, 403);
        for role in [Role::Landlord, Role::Planner, Role::Partner] {
            let taken = town.asks(role, "GET", &path, None);
            assert_eq!(taken.status, 200, "{role:?} {f}");
            assert!(
                taken.header("content-disposition").contains(&format!("portrait-site-AA-01.{f}"))
            );
        }
    }
    assert_eq!(town.asks(Role::Admin, "GET", "portraits/site/AA-01", None).status, 403);
    assert_eq!(town.asks(Role::Dispatcher, "GET", "portraits/site/AA-01?f=json", None).status, 200);
}

#[test]
fn the_print_says_that_it_ranks_nobody_and_the_table_has_every_figure() {
    let town = Portrayed::new();
    let text = |path: &str| {
        let answer = town.asks(Role::Landlord, "GET", path, None);
        assert_eq!(answer.status, 200, "{path}");
        answer.text().replace(['\u{a0}', '\u{202f}'], " ")
    };
    let page = text("portraits/site/AA-01?f=html");
    for said in [
        "Portrait d’un lieu",
        "AA-01, de mai 2024 à octobre 2026, 30 mois",
        "Résidence AA-01",
        "il ne classe aucune patrouille",
        "Jours et heures",
        "sans la saison",
        "pas de différence",
        "Insee, recensement, 2020",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let table = text("portraits/site/AA-01?f=csv");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(';').collect()).collect();
    let of = |table: &str| rows.iter().filter(|row| row[1] == table).count();
    assert_eq!([of("total"), of("weekday-hour"), of("month"), of("insee")], [2, 168, 30, 3]);
    let total = rows.iter().find(|row| row[1] == "total").unwrap();
    assert_eq!((total[4], total[7], total[9]), ("180", "incidents", "2024-05/2026-10"));
    let map: Value = serde_json::from_str(&text("subjects/noise?f=geojson")).unwrap();
    let sorts: Vec<&str> = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["properties"]["sort"].as_str().unwrap())
        .collect();
    assert_eq!(sorts, ["tract", "tract", "tract", "site", "site"], "its own sites alone");
    assert!(map["caution"].as_str().unwrap().contains("aucune patrouille"));
    assert!(text("subjects/noise?f=html").contains("Sujet : Bruit"));
}

/// How many pages a PDF has, by poppler; `None` where it is not here.
fn pages(pdf: &[u8]) -> Option<usize> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let told = Command::new("pdfinfo").arg(file.path()).output().ok()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let pages = told.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok());
    Some(pages.unwrap_or_else(|| panic!("no PDF: {told}")))
}

#[test]
fn a_portrait_is_one_page_of_paper() {
    let town = Portrayed::new();
    for path in ["site/AA-01", "tract/751010101", "commune/75101", "landlord/one", "town/all"] {
        for role in [Role::Landlord, Role::Planner] {
            let pdf = town.asks(role, "GET", &format!("portraits/{path}?f=pdf"), None);
            assert_eq!(pdf.status, 200, "{path}");
            let Some(pages) = pages(&pdf.bytes) else {
                return eprintln!("skipped: pdfinfo is not here");
            };
            assert_eq!(pages, 1, "{path} as {role:?}");
        }
    }
}

/// Real names of figures and tracts are long.
#[test]
fn each_arrondissement_of_the_real_town_is_one_page_of_paper() {
    let Some(file) = shared_data("contours-iris-paris.gpkg") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.sqlite").display());
    let run = |arguments: &[&str]| {
        let output = vigie().args(arguments).args(["--store", &store]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    let real = file.parent().unwrap().display().to_string();
    run(&["demo", "--make-only", "--import-real", &real]);
    for commune in 75_101..=75_120 {
        let code = commune.to_string();
        let of = ["report", "portrait", "--of", "commune", "--code", &code, "--format", "pdf"];
        let Some(pages) = pages(&run(&of)) else {
            return eprintln!("skipped: pdfinfo is not here");
        };
        assert_eq!(pages, 1, "{code}");
    }
}

#[test]
fn whoever_is_outside_reads_published_counts_of_whole_sites_and_no_hours() {
    let town = Portrayed::new();
    for role in [Role::Planner, Role::Partner] {
        let answer = town.asks(role, "GET", "portraits/tract/751010101", None);
        assert_eq!(
            (answer.header("etag"), answer.header("cache-control")),
            ("", "private, no-store")
        );
        let told = answer.json();
        assert_eq!((&told["counts"], &told["sites_left_out"]), (&json!("published"), &json!(0)));
        assert_eq!(
            (&told["reports"]["hours"], &told["reports"]["kinds"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(told["reports"]["total"].as_u64().unwrap() % 5, 0);
        assert_eq!(told["top"][0]["name"], Value::Null, "sites by their codes");
        let few = town.reads(role, "portraits/site/AA-02?from=2026-10&to=2026-10&kind=NUI-MUS");
        assert_eq!(
            (&few["reports"]["total"], &few["reports"]["rate"]),
            (&Value::Null, &Value::Null)
        );
        // Through the middle of a site: it is left out, whatever lies in the other half.
        let cut = town.asks(role, "POST", "portraits", Some(square(2.3451, 48.85, 0.004))).json();
        assert_eq!((&cut["dwellings"], &cut["reports"]["total"]), (&json!(0), &json!(0)));
    }
}

#[test]
fn the_command_makes_the_same_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("v.db").display());
    import_sites(&store, 1);
    let polygon = folder.path().join("quartier.geojson");
    std::fs::write(&polygon, square(2.34, 48.85, 0.01).to_string()).unwrap();
    let run = |options: &[&str]| {
        vigie().args(["report", "portrait", "--store", &store]).args(options).output().unwrap()
    };
    let polygon = polygon.display().to_string();
    for (options, says) in [
        (vec!["--format", "csv"], "dwellings"),
        (vec!["--of", "site", "--code", "PH-0001"], "PH-0001"),
        (vec!["--of", "drawn", "--polygon", &polygon, "--published"], "Polygone dessiné"),
        (vec!["--subject", "halls", "--format", "html"], "Occupation de halls"),
    ] {
        let made = run(&options);
        let text = String::from_utf8_lossy(&made.stdout).into_owned();
        let told = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success() && text.contains(says), "{options:?}: {told} {text}");
    }
    for (options, code, says) in [
        (vec!["--of", "site"], 2, "needs --code"),
        (vec!["--of", "drawn"], 2, "needs --polygon"),
        (vec!["--of", "site", "--code", "ZZ-1"], 1, "`ZZ-1` is not in the stock"),
        (vec!["--subject", "love"], 2, "none of halls, noise, hours"),
    ] {
        let refused = run(&options);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(code), "{options:?}: {told}");
        assert!(told.contains(says), "{options:?}: {told}");
    }
}
