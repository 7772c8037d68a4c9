//! Every target of `fuzz/` on its seeds, and on what small changes make of them: what was once found stays found, and a
//! parser that panics is seen without a fuzzer. `SEED_CHANGES=20000 cargo test --test it seeds` looks for longer.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::{fs, path::Path};

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use self::targets::TARGETS;

/// How many others are made of each seed, where the environment does not say.
const CHANGES: usize = 60;
/// Largest seed, in bytes: they are here to be read and changed quickly.
const SEED_BYTES_MAX: u64 = 8 * 1024;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        assert!(fs::metadata(file).unwrap().len() <= SEED_BYTES_MAX, "{} is large", file.display());
        fs::read(file).unwrap()
    };
    files.iter().map(read).collect()
}

/// A seed with a few bytes that are others, a piece that is gone or comes twice, or an end that is missing.
fn changed(seed: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut content = seed.to_vec();
    for _ in 0..rng.random_range(1..4) {
        if content.is_empty() {
            return content;
        }
        let at = rng.random_range(0..content.len());
        let end = rng.random_range(at..content.len().min(at + 64)) + 1;
        match rng.random_range(0..5) {
            0 => content[at] ^= 1 << rng.random_range(0..8),
            1 => content[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'\n'][rng.random_range(0..7)],
            2 => drop(content.drain(at..end)),
            3 => {
                let piece = content[at..end].to_vec();
                content.splice(at..at, piece);
            }
            _ => content.truncate(at),
        }
    }
    content
}

fn run(target: &str) {
    let (_, read) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "no seed for {target}");
    read(&[]);
    let changes = std::env::var("SEED_CHANGES").ok();
    let changes = changes.map_or(CHANGES, |changes| changes.parse().unwrap());
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for seed in &seeds {
        read(seed);
        for _ in 0..changes {
            let content = changed(seed, &mut rng);
            let tried = std::panic::catch_unwind(|| read(&content));
            assert!(tried.is_ok(), "{target} panics on {content:?}");
        }
        let mut noise = vec![0; rng.random_range(0..200)];
        rng.fill_bytes(&mut noise);
        read(&noise);
    }
}

#[test]
fn every_target_has_a_program_and_every_program_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut programs: Vec<String> = fs::read_dir(root.join("fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    programs.sort();
    let mut targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    targets.sort_unstable();
    assert_eq!(programs, targets);
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} in fuzz/Cargo.toml");
    }
}

#[test]
fn no_text_makes_a_reader_panic() {
    for target in
        ["csv", "geojson", "geojsonl", "speeds", "indicators", "words", "remarks", "rules", "cql2"]
    {
        run(target);
    }
}

#[test]
fn no_bytes_make_a_reader_panic() {
    for target in ["shapefile", "geopackage", "flatgeobuf", "osm", "footprints"] {
        run(target);
    }
}
