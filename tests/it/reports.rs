//! The morning report of a landlord: figures counted again here, one content in four forms, and nothing of anybody whom the
//! reader may not know; and what the program prints. The monthly note is in `notes.rs`.

use std::process::Command;

use serde_json::{Value, json};
use vigie::{
    app::{App, NewIncident, Whereabouts, system_clock},
    http::Settings,
    incident::{Channel, Status},
    patrol::Availability,
    store::StoreUrl,
    time::Timestamp,
};

use crate::{
    server::vigie,
    support::{Answer, Town, begin, patrol_that_is, site_of, town_by},
};

/// Tuesday, 06:30 in Paris.
fn morning() -> Timestamp {
    "2026-11-24T05:30:00Z".parse().unwrap()
}

/// What happened: when, on which site, of which kind, and how it ended.
pub(crate) type Happened = (&'static str, &'static str, &'static str, Status);

/// The night of Monday 23 November, some Mondays before it, and what is of other nights or other landlords.
const HISTORY: &[Happened] = &[
    ("2026-11-23T16:59:59Z", "PH-0001", "OCC-HAL", Status::Closed), // a second too early
    ("2026-11-23T17:00:00Z", "PH-0001", "OCC-HAL", Status::Closed),
    ("2026-11-23T20:10:00Z", "PH-0001", "OCC-HAL", Status::Closed),
    ("2026-11-23T21:00:00Z", "PH-0001", "NUI-MUS", Status::Cancelled), // a duplicate
    ("2026-11-23T22:15:00Z", "PH-0002", "TEC-POR", Status::Closed),
    ("2026-11-24T04:59:59Z", "PH-0002", "NUI-MUS", Status::NoAction),
    ("2026-11-24T05:00:00Z", "PH-0002", "OCC-HAL", Status::Closed), // a second too late
    ("2026-11-23T20:30:00Z", "RI-0001", "PER-VIF", Status::Closed), // another landlord's
    ("2026-11-16T20:00:00Z", "PH-0001", "OCC-HAL", Status::Closed),
    ("2026-11-09T20:00:00Z", "PH-0001", "OCC-HAL", Status::Closed),
    ("2026-11-09T21:00:00Z", "PH-0003", "OCC-HAL", Status::Closed),
    ("2026-11-09T22:00:00Z", "PH-0003", "OCC-EXT", Status::Closed),
    ("2026-11-17T20:00:00Z", "PH-0001", "OCC-HAL", Status::Closed), // a Tuesday
    ("2026-10-20T20:00:00Z", "PH-0001", "OCC-HAL", Status::Closed), // the first that is known
];

pub(crate) fn in_town() -> Town {
    let town = town_by(
        morning,
        Settings::default(),
        [
            site_of("Paris Habitat", "PH-0001", 2.35, 48.85),
            site_of("Paris Habitat", "PH-0002", 2.36, 48.85),
            site_of("Paris Habitat", "PH-0003", 2.37, 48.86),
            site_of("RIVP", "RI-0001", 2.38, 48.86),
            patrol_that_is(Availability::Available, "TANGO-1", None),
        ],
    );
    record(&town, HISTORY);
    town
}

pub(crate) fn record(town: &Town, history: &[Happened]) {
    let incidents = history.iter().map(|(at, site, kind, status)| NewIncident {
        kind: kind.parse().unwrap(),
        channel: Channel::Call,
        status: *status,
        reported_at: Some(at.parse().unwrap()),
        whereabouts: Whereabouts::Site { code: site.parse().unwrap(), building: None },
        key: None,
    });
    let incidents = incidents.collect();
    let answers = actix_web::rt::System::new().block_on(town.app.receive_incidents(incidents));
    answers.unwrap().into_iter().for_each(|answer| drop(answer.unwrap()));
}

/// What the patrol adds in its own words, which no report may carry.
const REMARK: &str = "Groom de la porte A cassé.";

/// One intervention that a patrol has seen to, reported at 22:00 in Paris: qualified after 60 s, assigned after 60 more,
/// 300 on the way, and handed to the landlord.
pub(crate) fn seen_to(town: &Town) {
    assert_eq!(town.put("/api/v1/settings", json!({"remarks": true})).status, 200);
    let body = json!({"kind": "BIE-DEG", "channel": "call", "reported_at": "2026-11-23T21:00:00Z",
        "location": {"site_code": "PH-0003"}});
    let id = town.post("/api/v1/incidents", body).json()["id"].as_str().unwrap().to_owned();
    let step = |body: Value| {
        let answer = town.post(&format!("/api/v1/incidents/{id}/transitions"), body);
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let at = |minute: u32| format!("2026-11-23T21:{minute:02}:00Z");
    step(json!({"to": "qualified", "actor": "operator", "at": at(1)}));
    step(json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-1", "at": at(2),
        "override": "position_confirmed"}));
    for (to, minute) in [("acknowledged", 3), ("en_route", 4), ("on_site", 9), ("cleared", 20)] {
        step(json!({"to": to, "actor": "patrol", "patrol": "TANGO-1", "at": at(minute)}));
    }
    let report =
        json!({"outcome": "landlord", "people": "0", "with_police": false, "remark": REMARK});
    step(json!({"to": "reported", "actor": "patrol", "report": report, "at": at(22)}));
}

fn report(town: &Town, f: &str) -> Answer {
    let answer =
        town.get(&format!("/api/v1/reports/morning?landlord=paris-habitat&date=2026-11-23&f={f}"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// The words of a page, without its marks and with plain spaces.
pub(crate) fn words(html: &str) -> String {
    let body = &html[html.find("<body>").unwrap()..];
    let mut words = String::new();
    let mut depth = 0;
    for c in body.chars() {
        match c {
            '<' => depth += 1,
            '>' => {
                depth -= 1;
                words.push(' ');
            }
            c if depth == 0 => words.push(c),
            _ => {}
        }
    }
    plain(&words)
}

/// Lines of about a hundred letters, so that a change shows where it is.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.chars().count() + 1 + word.chars().count() > 112 {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn plain(text: &str) -> String {
    let text = text.replace(['\u{a0}', '\u{202f}'], " ").replace("&lt;", "<");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_crew_says_in_its_own_words_is_in_no_report() {
    let town = in_town();
    seen_to(&town);
    assert!(town.get("/api/v1/incidents").text().contains(REMARK), "the room reads it");
    for f in ["html", "csv", "geojson"] {
        let told = report(&town, f);
        assert!(told.text().contains("PH-0003"), "{f} tells of the intervention");
        assert!(!told.text().contains("Groom"), "{f}: {}", told.text());
    }
}

#[test]
fn a_landlord_reads_its_night_against_the_same_weekday() {
    let town = in_town();

    let told = report(&town, "geojson").json();

    // Counted again: not cancelled, from 18:00 to 06:00, on its own sites.
    let in_night = |at: &str, night: (&str, &str)| at >= night.0 && at < night.1;
    let count = |night: (&str, &str), site: &str| {
        let passes = |happened: &&Happened| {
            in_night(happened.0, night)
                && happened.1.starts_with(site)
                && happened.3 != Status::Cancelled
        };
        HISTORY.iter().filter(passes).count()
    };
    let tonight = ("2026-11-23T17:00:00Z", "2026-11-24T05:00:00Z");
    assert_eq!(told["total"], count(tonight, "PH-"));
    let of_sites = told["features"].as_array().unwrap();
    let by_site = of_sites.iter().map(|site| (&site["id"], &site["properties"]["interventions"]));
    for (code, interventions) in by_site {
        assert_eq!(*interventions, count(tonight, code.as_str().unwrap()), "{code}");
    }
    // The Mondays from 26 October on: 0, 0, 3 and 1.
    assert_eq!(told["usual"], json!({"median": 0.5, "low": 0, "high": 3, "nights": 4}));
    assert_eq!(of_sites[0]["properties"]["kinds"], json!({"OCC-HAL": 2}));
    assert_eq!((&told["from"], &told["to"]), (&json!(tonight.0), &json!(tonight.1)));
}

#[test]
fn every_intervention_is_a_row_with_its_times() {
    let town = in_town();
    seen_to(&town);

    let csv = report(&town, "csv");

    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(csv.text().starts_with('\u{feff}'), "spreadsheets see by it that it is UTF-8");
    insta::assert_snapshot!(csv.text().trim_start_matches('\u{feff}'), @r"
    night;landlord;reported_at;site;site_name;building;kind;kind_label;priority;channel;status;outcome;take_up_s;assignment_s;travel_s;overall_s;follow_up
    2026-11-23;paris-habitat;2026-11-23T17:00:00Z;PH-0001;Résidence PH-0001;;OCC-HAL;Occupation de hall;P2;call;clos;;;;;;
    2026-11-23;paris-habitat;2026-11-23T20:10:00Z;PH-0001;Résidence PH-0001;;OCC-HAL;Occupation de hall;P2;call;clos;;;;;;
    2026-11-23;paris-habitat;2026-11-23T21:00:00Z;PH-0003;Résidence PH-0003;;BIE-DEG;Dégradation, vandalisme;P3;call;rendu compte;relais bailleur;60;60;300;540;handed_over
    2026-11-23;paris-habitat;2026-11-23T22:15:00Z;PH-0002;Résidence PH-0002;;TEC-POR;Porte, contrôle d’accès hors service;P4;call;clos;;;;;;technical
    2026-11-23;paris-habitat;2026-11-24T04:59:59Z;PH-0002;Résidence PH-0002;;NUI-MUS;Musique, tapage nocturne, parties communes;P3;call;sans suite;;;;;;
    ");
}

#[test]
fn the_page_says_it_in_french_and_needs_nothing_else() {
    let town = in_town();
    seen_to(&town);

    let html = report(&town, "html");

    let page = html.text();
    for outside in ["<script", "http://", "https://", "src=", "<link", "@import", "url("] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"fr\">"));
    insta::assert_snapshot!(wrapped(&words(page)), @r"
    Bilan de la nuit Paris Habitat Nuit du lundi 23 novembre 2026 au mardi 24 novembre 2026, de 18 h à 6 h
    Interventions 5 d’ordinaire 0,5 (0 à 3) De l’appel à l’arrivée, médiane 9 min Arrivées dans le délai 100 % 1 sur
    1 avec un délai fixé Suites à donner 2 sur 2 résidences Où Carte des résidences 3 résidences sur 3 ont connu une
    intervention ; la plus concernée est Résidence PH-0001, avec 2 interventions. Les numéros renvoient au tableau.
    1 2 3 200 m Quand Interventions par heure L’heure la plus chargée commence à 18 h, avec 1. 0 1 2 18 h 20 h 22 h
    0 h 2 h 4 h Quoi Interventions par famille Occupations 2, Atteintes aux biens 1, Nuisances 1, Technique 1
    Occupations 2 Atteintes aux biens 1 Nuisances 1 Technique 1 Légende cette nuit ; d’ordinaire cette nuit
    d’ordinaire D’ordinaire : médiane et étendue des 4 lundis précédents ; la bande pâle va de la nuit la plus calme
    à la plus chargée, le trait est la médiane. 1 appel n’est pas compté (erreurs, doublons). Suites à donner Ce qui
    reste à faire, par résidence Résidence Objet Pourquoi Signalé à Résidence PH-0002 (PH-0002) Porte, contrôle
    d’accès hors service à réparer ou à enlever 23 h 15 Résidence PH-0003 (PH-0003) Dégradation, vandalisme relais
    bailleur 22 h 00 Par résidence Interventions par résidence, des plus nombreuses aux moins nombreuses Résidence
    Natures Interventions D’ordinaire 1 Résidence PH-0001 (PH-0001) Occupation de hall (2) 2 0,5 (0 à 1) 2 Résidence
    PH-0002 (PH-0002) Musique, tapage nocturne, parties communes ; Porte, contrôle d’accès hors service 2 0 3
    Résidence PH-0003 (PH-0003) Dégradation, vandalisme 1 0 (0 à 2) Délais Délais de chaque étape : médiane et
    neuvième décile Étape Mesurées Médiane 9 sur 10 en moins de Médiane d’ordinaire Prise en charge : de l’appel à
    la qualification 1 1 min 1 min – Attribution : jusqu’au choix d’une patrouille 1 1 min 1 min – Trajet : du
    départ à l’arrivée 1 5 min 5 min – En tout : de l’appel à l’arrivée 1 9 min 9 min – Sur place : de l’arrivée au
    départ 1 11 min 11 min – Une intervention est un signalement reçu entre 18 h et 6 h, heure de Paris, qui n’a pas
    été annulé. Périmètre : 3 résidences et 120 logements de Paris Habitat. Médiane : la moitié des nuits, ou des
    délais, ne la dépasse pas. Ce bilan ne nomme ni agent, ni patrouille, ni habitant. Établi par Vigie le 24
    novembre 2026 à 6 h 30, d’après la main courante.
    ");
}

#[test]
fn a_landlord_learns_nothing_of_patrols_and_of_other_landlords() {
    let town = in_town();
    seen_to(&town);

    for form in ["html", "csv", "geojson"] {
        let told = report(&town, form);
        for secret in ["TANGO", "RIVP", "rivp", "RI-0001", "PER-VIF", "intrafamiliales", "2.38"] {
            assert!(!told.text().contains(secret), "{form} says {secret}");
        }
    }
}

#[test]
fn what_the_stock_says_is_escaped() {
    let name = "<b>Paris & \"Habitat\"</b>";
    let town = town_by(morning, Settings::default(), [site_of(name, "PH-0001", 2.35, 48.85)]);

    let page = town.get("/api/v1/reports/morning?landlord=b-paris-habitat-b");

    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("&lt;b&gt;Paris &amp; &quot;Habitat&quot;&lt;/b&gt;"));
    assert!(!page.text().contains("<b>"));
}

#[test]
fn the_pdf_says_what_the_page_says_and_can_be_read_aloud() {
    let town = in_town();
    seen_to(&town);
    let (html, pdf) = (report(&town, "html"), report(&town, "pdf"));

    assert_eq!(pdf.header("content-type"), "application/pdf");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bilan.pdf");
    std::fs::write(&file, &pdf.bytes).unwrap();
    let file = file.to_str().unwrap();
    let tool = |name: &str, options: &[&str]| {
        let output = Command::new(name).args(options).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Titles of tags are told in UTF-16.
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = plain(&tool("pdftotext", &[file, "-"]));
    assert!(!text.contains("Groom"), "{text}");
    let info = tool("pdfinfo", &[file]);
    let structure = tool("pdfinfo", &["-struct-text", file]);

    assert!(info.contains("Title:           Bilan de la nuit – Paris Habitat"), "{info}");
    assert!(info.contains("Tagged:          yes") && info.contains("Pages:           1"), "{info}");
    for part in ["H1", "H2", "Table", "TH", "TD", "Figure"] {
        assert!(structure.contains(part), "{part}: {structure}");
    }
    let said = words(html.text());
    for figure in
        ["Paris Habitat", "d’ordinaire 0,5 (0 à 3)", "9 min", "1 sur 1 avec un délai fixé"]
    {
        assert!(said.contains(figure), "{figure}: {said}");
        assert!(text.contains(figure), "{figure}: {text}");
    }
}

/// Forty residences, each with two interventions of which one is left open.
#[test]
fn the_busiest_night_is_one_page_too_and_says_what_it_leaves_to_the_file() {
    let code = |number: u32| format!("PH-{number:04}");
    let sites = (1..=40).map(|number| {
        let lon = 2.30 + f64::from(number) * 0.002;
        site_of("Paris Habitat", &code(number), lon, 48.85)
    });
    let town = town_by(morning, Settings::default(), sites);
    let incidents = (1..=40).flat_map(|number| {
        [Status::Closed, Status::Received].map(|status| NewIncident {
            kind: "BIE-DEG".parse().unwrap(),
            channel: Channel::Call,
            status,
            reported_at: Some("2026-11-23T21:00:00Z".parse().unwrap()),
            whereabouts: Whereabouts::Site { code: code(number).parse().unwrap(), building: None },
            key: None,
        })
    });
    let taken = town.app.receive_incidents(incidents.collect());
    let taken = actix_web::rt::System::new().block_on(taken);
    taken.unwrap().into_iter().for_each(|answer| drop(answer.unwrap()));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bilan.pdf");
    std::fs::write(&file, report(&town, "pdf").bytes).unwrap();
    let info = Command::new("pdfinfo").arg(&file).output().unwrap();
    let info = String::from_utf8_lossy(&info.stdout).into_owned();
    assert!(info.contains("Pages:           1"), "{info}");
    let said = words(report(&town, "html").text());
    assert!(said.contains("autres suites à donner : le fichier CSV donne tout"), "{said}");
    assert!(said.contains("autres résidences : le fichier CSV donne tout"), "{said}");
    assert_eq!(report(&town, "csv").text().lines().count(), 81, "the file has them all");
}

#[test]
fn what_is_asked_wrongly_is_refused_with_the_field() {
    let town = in_town();
    let fault = |query: &str| {
        let (status, field, reason) = town.get(&format!("/api/v1/reports/{query}")).fault();
        format!("{status} {field}: {reason}")
    };

    assert_eq!(
        fault("morning?landlord=nobody"),
        "404 landlord: landlord `nobody` is not in the stock"
    );
    assert_eq!(
        fault("morning?landlord=paris-habitat&date=2026-11-24"),
        "422 date: the night of 2026-11-24 is not over yet"
    );
    assert_eq!(
        fault("morning?landlord=paris-habitat&date=24/11/2026"),
        "422 date: must be a date such as 2026-11-23"
    );
    assert_eq!(
        fault("morning?landlord=paris-habitat&f=docx"),
        "422 f: must be one of html, pdf, csv, geojson"
    );
    assert_eq!(fault("morning"), "422 landlord: is required");
    assert_eq!(fault("monthly?month=2026-11"), "422 month: 2026-11 is not over yet");
    assert_eq!(fault("monthly?landlord=rivp").split(':').next(), Some("400 landlord"));
}

#[test]
fn the_program_prints_a_report_of_any_past_date() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let app = App::open(store.parse::<StoreUrl>().unwrap().open().unwrap(), system_clock).unwrap();
    begin(
        &app,
        [site_of("Paris Habitat", "PH-0001", 2.35, 48.85), site_of("RIVP", "RI-0001", 2.38, 48.86)],
    );
    app.close();
    let run = |options: &[&str]| {
        let output = vigie().arg("report").args(options).args(["--store", &store]).output();
        let output = output.unwrap();
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };

    let (code, page, _) = run(&["morning", "--date", "2026-06-13", "--landlord", "rivp"]);
    assert_eq!(code, Some(0));
    assert!(words(std::str::from_utf8(&page).unwrap()).contains("Nuit du samedi 13 juin 2026"));
    let out = folder.path().join("bilans");
    let all = ["morning", "--date", "2026-06-13", "--all", "--format", "pdf", "--out"];
    let (code, _, said) = run(&[&all[..], &[out.to_str().unwrap()]].concat());
    assert_eq!(code, Some(0), "{said}");
    for landlord in ["paris-habitat", "rivp"] {
        let bytes = std::fs::read(out.join(format!("bilan-2026-06-13-{landlord}.pdf"))).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"));
    }
    let (code, note, said) = run(&["monthly", "--month", "2026-05", "--format", "geojson"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(serde_json::from_slice::<Value>(&note).unwrap()["month"], "2026-05");

    let (code, _, said) = run(&["morning", "--landlord", "nobody"]);
    assert_eq!((code, said.as_str()), (Some(1), "vigie: landlord `nobody` is not in the stock\n"));
    let (code, ..) = run(&["morning"]);
    assert_eq!(code, Some(2), "whose?");
    let (code, ..) = run(&["morning", "--all"]);
    assert_eq!(code, Some(2), "where to?");
}
