//! The code keeps its own rules: direction of dependence, purity, size, a first line for each file, and
//! pages that name only what there is.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each top-level module and what it may use, in the order of `src/lib.rs`: a module may name only modules
/// that stand above it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("closed_list", &[]),
    ("geo", &[]),
    ("time", &[]),
    ("statistics", &["geo"]),
    ("tract", &["closed_list", "geo"]),
    ("roads", &["geo", "time"]),
    ("privacy", &["closed_list", "geo", "time"]),
    ("stock", &["closed_list", "geo", "time", "tract", "roads"]),
    ("mailing", &["closed_list", "time", "privacy", "stock"]),
    ("patrol", &["geo", "time"]),
    ("incident", &["closed_list", "time", "privacy", "stock", "patrol"]),
    ("alert", &["closed_list", "time", "stock", "patrol", "incident"]),
    ("access", &["closed_list", "time", "stock", "patrol"]),
    ("retention", &["closed_list", "time", "stock", "incident", "access"]),
    ("signal", &["closed_list", "geo", "time", "privacy", "stock"]),
    ("correlation", &["closed_list", "geo", "time", "statistics", "stock", "signal"]),
    ("event", NOUNS),
    ("twin", STATE),
    ("locate", TWIN),
    ("dispatch", TWIN),
    ("vigil", TWIN),
    ("publication", TWIN),
    ("heatmap", HEATMAP),
    ("hot_spot", HOT_SPOT),
    ("response", TWIN),
    ("catalogue", TWIN),
    ("report", REPORT),
    ("portrait", PORTRAIT),
    ("figure", &["geo", "time"]),
    ("simulation", NOUNS),
    ("demo", DEMO),
    ("store", STATE),
    ("crs", &["geo"]),
    ("import", IMPORT),
    ("press", PRESS),
    ("tile", TILE),
    ("export", &["closed_list"]),
    ("cql2", &["time"]),
    ("audit", &["closed_list", "time", "access"]),
    ("app", APP),
    ("post", POST),
    ("oidc", &["closed_list", "time", "access"]),
    ("http", HTTP),
    ("mqtt", &["signal", "app", "http"]),
    ("cli", CLI),
];
#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "mailing", "patrol",
    "incident", "alert", "access", "retention", "signal", "correlation",
];
#[rustfmt::skip]
const STATE: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "mailing", "patrol",
    "incident", "alert", "access", "retention", "signal", "correlation", "event",
];
#[rustfmt::skip]
const TWIN: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "patrol", "incident",
    "alert", "access", "retention", "event", "twin",
];
const HEATMAP: &[&str] = &[
    "closed_list",
    "geo",
    "time",
    "tract",
    "roads",
    "privacy",
    "stock",
    "patrol",
    "incident",
    "alert",
    "event",
    "twin",
    "publication",
];
const HOT_SPOT: &[&str] = &[
    "closed_list",
    "geo",
    "time",
    "statistics",
    "tract",
    "privacy",
    "stock",
    "incident",
    "event",
    "twin",
    "publication",
    "heatmap",
];
const REPORT: &[&str] = &[
    "closed_list",
    "geo",
    "time",
    "statistics",
    "tract",
    "roads",
    "privacy",
    "stock",
    "patrol",
    "incident",
    "alert",
    "event",
    "twin",
    "publication",
    "heatmap",
    "response",
];
const TILE: &[&str] =
    &["closed_list", "geo", "tract", "roads", "stock", "access", "twin", "heatmap", "catalogue"];
/// Nothing that sends patrols may use it: it stands below them.
#[rustfmt::skip]
const PORTRAIT: &[&str] = &[
    "closed_list", "geo", "time", "statistics", "tract", "privacy", "stock", "incident", "event", "twin",
    "publication", "heatmap", "catalogue",
];
#[rustfmt::skip]
const PRESS: &[&str] = &[
    "closed_list", "geo", "time", "statistics", "tract", "privacy", "stock", "incident", "response", "report",
    "portrait", "figure",
];
#[rustfmt::skip]
const DEMO: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "patrol", "incident",
    "alert", "access", "retention", "event", "twin", "simulation",
];
#[rustfmt::skip]
const IMPORT: &[&str] =
    &["closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "patrol", "incident", "signal", "correlation", "event", "crs"];
#[rustfmt::skip]
const APP: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "mailing", "patrol",
    "incident", "alert", "access", "retention", "signal", "correlation", "event", "twin", "locate", "dispatch", "vigil",
    "store",
];
#[rustfmt::skip]
const POST: &[&str] =
    &["closed_list", "time", "stock", "mailing", "incident", "figure", "report", "press", "twin", "app"];
#[rustfmt::skip]
const HTTP: &[&str] = &[
    "closed_list", "geo", "time", "statistics", "tract", "roads", "privacy", "stock", "mailing",
    "patrol", "incident", "alert", "access", "retention", "signal", "correlation", "event", "twin", "locate", "dispatch",
    "vigil", "publication", "heatmap", "hot_spot", "response", "catalogue", "report", "portrait",
    "crs", "press", "tile", "export", "cql2", "audit", "app", "oidc",
];
#[rustfmt::skip]
const CLI: &[&str] = &[
    "closed_list", "geo", "time", "tract", "roads", "privacy", "stock", "mailing", "patrol",
    "incident", "alert", "access", "retention", "signal", "correlation", "event", "twin",
    "locate", "dispatch", "vigil", "publication", "heatmap", "response", "catalogue", "report",
    "portrait", "simulation", "demo", "crs", "store", "import", "press", "tile", "export", "audit", "app", "post",
    "oidc", "http", "mqtt",
];

/// Modules of the core, and words that would let the outside world in.
#[rustfmt::skip]
const PURE: &[&str] = &[
    "closed_list", "geo", "time", "statistics", "tract", "roads", "privacy", "stock", "mailing",
    "patrol", "incident", "alert", "access", "retention", "signal", "correlation", "event", "twin",
    "locate", "dispatch", "vigil", "publication", "heatmap", "hot_spot", "response", "catalogue", "report", "portrait",
    "figure", "simulation", "demo",
];
const IMPURE_WORDS: &[&str] = &[
    "actix",
    "serde",
    "async ",
    "std::fs",
    "std::net",
    "std::io",
    "std::env",
    "SystemTime",
    "Instant::now",
    "rusqlite",
    "tokio",
    "tracing",
];
/// Words that belong to one module alone.
const OWNED_WORDS: &[(&str, &str)] = &[
    ("anyhow", "cli"),
    ("lettre", "post"),
    ("rumqttc", "mqtt"),
    ("rusqlite", "store"),
    ("actix_web::", "http"),
    ("proj::", "crs"),
    ("openidconnect", "oidc"),
];
/// Where an owned word may stand all the same, with its reason.
const OWNED_WORDS_ELSEWHERE: &[(&str, &str)] = &[
    ("actix_web::", "cli"), // the command line runs the server's event loop
    ("rusqlite", "import"), // a GeoPackage is a file of SQLite
    ("rusqlite", "export"), // the same, written
];

const FILE_LINES_MAX: usize = 500;

struct Source {
    path: PathBuf,
    module: String,
    text: String,
    /// The text without comments and without the unit tests at its end.
    code: String,
}

#[test]
fn modules_depend_in_one_direction() {
    let mut above: Vec<&str> = Vec::new();
    for (module, uses) in MAY_USE {
        let low = uses.iter().find(|used| !above.contains(used));
        assert!(low.is_none(), "{module} may use only what stands above it, not {low:?}");
        above.push(module);
    }
    for source in sources() {
        let place = source.path.display();
        assert!(
            !source.code.contains("super::super"),
            "{place}: write crate::, so that the direction shows"
        );
        let allowed = MAY_USE.iter().find(|(module, _)| *module == source.module);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{} is not in MAY_USE", source.module));
        for used in used_modules(&source.code) {
            let fine = used == source.module || allowed.contains(&used.as_str());
            assert!(fine, "{place} uses crate::{used}");
        }
    }
}

#[test]
fn the_core_knows_no_outside_world() {
    for source in sources().iter().filter(|source| PURE.contains(&source.module.as_str())) {
        let said = IMPURE_WORDS.iter().find(|word| source.code.contains(**word));
        assert!(said.is_none(), "{} says {said:?}", source.path.display());
    }
}

#[test]
fn a_tool_is_known_by_one_module() {
    for source in sources() {
        for (word, owner) in OWNED_WORDS {
            let allowed = source.module == *owner
                || OWNED_WORDS_ELSEWHERE.contains(&(word, source.module.as_str()));
            assert!(
                allowed || !source.code.contains(word),
                "{} says {word}",
                source.path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files =
        ["src", "tests", "benches"].iter().flat_map(|folder| rust_files(&root.join(folder)));
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} has no first line", path.display());
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_handler_asks_first_who_calls() {
    let routed = ["#[get(", "#[post(", "#[put(", "#[delete("];
    for source in sources().iter().filter(|source| source.module == "http") {
        for (at, _) in routed.iter().flat_map(|route| source.code.match_indices(route)) {
            let handler = source.code[at..].split("async fn ").nth(1).unwrap();
            let (name, arguments) = handler.split_once('(').unwrap();
            let first = arguments.trim_start().split([',', ')']).next().unwrap();
            let known = [": Caller<", ": Public", ": Scraper", ": SignedIn"];
            let asks = known.iter().any(|who| first.contains(who));
            assert!(asks, "{}: {name} begins with `{first}`", source.path.display());
        }
    }
}

#[test]
fn the_front_page_has_every_module_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next());
    let known: Vec<&str> = MAY_USE
        .iter()
        .map(|(module, _)| *module)
        .filter(|module| page.contains(&format!("pub mod {module};")))
        .collect();
    assert_eq!(rows.collect::<Vec<_>>(), known);
}

#[test]
fn a_path_that_a_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    pages.extend(files(&root.join("docs"), "md"));
    for page in pages.iter().filter(|page| page.is_file()) {
        let text = fs::read_to_string(page).unwrap();
        for named in text.split('`').skip(1).step_by(2) {
            let first = named.split('/').next().unwrap_or_default();
            let is_path = named.contains('/')
                && ["src", "tests", "benches", "docs", "migrations", "web", "geodata", "deploy"]
                    .contains(&first)
                && named.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            // Made by the build, and so not in a clone.
            let is_made = named.starts_with("web/dist") || named.starts_with("web/node_modules");
            let there = root.join(named).exists();
            assert!(!is_path || is_made || there, "{} names {named}", page.display());
        }
    }
}

/// Names after `crate::`, both in `crate::a::B` and in `crate::{a::B, c}`.
fn used_modules(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(first_word(rest)),
            Some(group) => found.extend(heads(group)),
        }
    }
    found.retain(|name| name.starts_with(char::is_lowercase));
    found
}

/// The first words of the items of a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let mut heads = vec![first_word(group)];
    let mut depth = 1;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => heads.push(first_word(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Every file of `src` but the crate's roots.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_owned();
    let paths = rust_files(&root).into_iter();
    paths
        .filter(|path| !["lib.rs", "main.rs"].contains(&inside(path).to_str().unwrap()))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let module = inside(&path)
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy()
                .replace(".rs", "")
                .replace("_tests", "");
            let is_test = path.file_stem().unwrap().to_string_lossy().ends_with("tests");
            let code = if is_test { String::new() } else { code_of(&text) };
            Source { path, module, text, code }
        })
        .inspect(|source| assert!(!source.text.is_empty(), "{} is empty", source.path.display()))
        .collect()
}

fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files(folder, "rs")
}

/// Every file with that extension under `folder`.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
    found
}
