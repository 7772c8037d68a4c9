//! What the program is built on: every crate under a permissive licence, from one registry, pinned.

use std::process::Command;

use serde_json::Value;

/// Licences that a landlords' group may ship without opening its own code.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_crate_has_a_permissive_licence() {
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| package["source"].is_string())
        .filter(|package| !is_permissive(package["license"].as_str().unwrap_or("")))
        .map(|package| {
            format!("{} {}: {}", package["name"], package["version"], package["license"])
        })
        .collect();
    assert!(refused.is_empty(), "not permissive: {refused:#?}");
}

#[test]
fn every_crate_comes_from_crates_io() {
    let packages = packages();
    assert!(packages.len() > 50, "cargo metadata lists the dependencies");
    for package in packages {
        let Some(source) = package["source"].as_str() else { continue };
        assert!(source.starts_with("registry+"), "{} comes from {source}", package["name"]);
    }
}

/// What a registry serves later under the same version is not what was looked at: cargo refuses it by its checksum.
#[test]
fn every_crate_is_pinned_by_its_checksum() {
    let lock = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let foreign: Vec<&str> =
        lock.split("[[package]]").filter(|package| package.contains("\nsource = ")).collect();
    assert!(foreign.len() > 50, "Cargo.lock lists the dependencies");
    for package in foreign {
        let checksum = package.lines().find_map(|line| line.strip_prefix("checksum = "));
        let is_sha256 = checksum.is_some_and(|sum| sum.trim_matches('"').len() == 64);
        assert!(is_sha256, "no checksum:{package}");
    }
}

#[test]
fn the_licence_reader_knows_and_from_or() {
    for text in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-2.0) AND BSD-3-Clause"] {
        assert!(is_permissive(text), "{text}");
    }
    for text in ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-2.0 OR LGPL-2.1) AND MIT"] {
        assert!(!is_permissive(text), "{text}");
    }
}

/// Whether an SPDX expression can be met with permissive licences alone.
fn is_permissive(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let all = split_outside_parentheses(&expression, " AND ");
    if all.len() > 1 {
        return all.iter().all(|part| is_permissive(part));
    }
    let any = split_outside_parentheses(&expression, " OR ");
    if any.len() > 1 {
        return any.iter().any(|part| is_permissive(part));
    }
    let term = expression.trim();
    match term.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => is_permissive(inner),
        None => PERMISSIVE.contains(&term),
    }
}

fn split_outside_parentheses<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at >= start && text[at..].starts_with(separator) {
            parts.push(&text[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    metadata["packages"].as_array().expect("packages").clone()
}
