//! What a role may not read on a page it may not read in a file, and the room takes no counts out of the house.

use vigie::access::Role;

use super::{Guarded, Who, matrix::roles};

const LISTS: [&str; 4] =
    ["/api/v1/sites", "/api/v1/buildings", "/api/v1/tracts", "/api/v1/heatmap?cell=site"];
const FORMATS: [&str; 6] = ["geojson", "geojsonseq", "csv", "gpkg", "fgb", "parquet"];

fn as_file(path: &str, format: &str) -> String {
    format!("{path}{}f={format}", if path.contains('?') { '&' } else { '?' })
}

#[test]
fn a_list_that_is_refused_is_refused_as_a_file_too() {
    let town = Guarded::new();
    for role in roles() {
        let who = Who::Role(role);
        for path in LISTS {
            let page = town.reads(who, path).status;
            let takes_counts_out = matches!(role, Role::Landlord | Role::Partner | Role::Planner);
            let expected = match page {
                200 if path.contains("heatmap") && !takes_counts_out => 403,
                other => other,
            };
            for format in FORMATS {
                let file = town.reads(who, &as_file(path, format));
                assert_eq!(file.status, expected, "{role:?} {path} as {format}");
            }
        }
        let counted = town.reads(who, "/api/v1/tracts?f=csv&incidents=true").status;
        let may = matches!(role, Role::Landlord | Role::Partner | Role::Planner);
        assert_eq!(counted, if may { 200 } else { 403 }, "{role:?}");
    }
    for path in LISTS {
        assert_eq!(town.reads(Who::Nobody, &as_file(path, "csv")).status, 401, "{path}");
    }
}

#[test]
fn a_landlord_finds_its_own_in_a_file_and_a_planner_no_names() {
    let town = Guarded::new();
    for format in ["geojson", "geojsonseq", "csv", "gpkg", "fgb"] {
        for path in LISTS {
            let file = town.reads(Who::Role(Role::Landlord), &as_file(path, format));
            let said = String::from_utf8_lossy(&file.bytes).into_owned();
            for word in ["BB-0", "two", "Two"] {
                assert!(!said.contains(word), "{path} as {format} says {word}");
            }
            assert!(path.contains("tracts") || said.contains("AA-01"), "{path} as {format}");
        }
        let file = town.reads(Who::Role(Role::Planner), &as_file("/api/v1/sites", format));
        let said = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(said.contains("AA-01") && !said.contains("Résidence"), "{format}");
    }
}

#[test]
fn counts_of_incidents_pass_the_gate_before_they_leave_in_a_file() {
    let town = Guarded::new();
    for role in [Role::Partner, Role::Planner] {
        let who = Who::Role(role);
        let csv = town.reads(who, "/api/v1/heatmap?cell=site&metric=rate&f=csv");
        for line in csv.text().lines().skip(1) {
            assert!(line.contains(";published;"), "{line}");
        }
        // The two calls of today are of no month that is over.
        let page = town.reads(who, "/api/v1/heatmap?cell=site&metric=rate").json();
        assert_eq!(page["total"], 0);
        assert!(!csv.text().contains(";1;1;"), "{}", csv.text());
        let hours = town.reads(who, "/api/v1/heatmap?cell=site&hours=18-2&f=csv");
        assert_eq!(hours.status, 422);
    }
    let landlord = town.reads(Who::Role(Role::Landlord), "/api/v1/heatmap?cell=site&f=csv");
    assert!(landlord.text().contains(";1;1;") && landlord.text().contains(";exact;"));
}

#[test]
fn a_partner_reads_tracts_and_figures_and_nothing_of_the_stock() {
    let town = Guarded::new();
    let partner = Who::Role(Role::Partner);
    let table = town.reads(partner, "/api/v1/tracts?f=csv");
    assert!(
        table.text().starts_with("\u{feff}code;name;kind;outline_vintage;WKT"),
        "{}",
        table.text()
    );
    let planner = town.reads(Who::Role(Role::Planner), "/api/v1/tracts?f=csv");
    assert!(planner.text().contains(";dwellings;"));
    for path in ["/api/v1/tracts", "/api/v1/indicators"] {
        assert_eq!(town.reads(partner, path).status, 200, "{path}");
    }
    for path in ["/api/v1/sites", "/api/v1/buildings", "/api/v1/landlords", "/api/v1/surroundings"]
    {
        assert_eq!(town.reads(partner, path).status, 403, "{path}");
    }
}
