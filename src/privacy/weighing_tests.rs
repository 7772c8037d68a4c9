//! How `rules/weights.txt` is made: a logistic regression over the sentences of `tests/privacy/` that the rules were written on.
//!
//! `UPDATE_WEIGHTS=1 cargo test --lib weighing` writes the file anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::PathBuf,
};

use super::{RULEBOOK, weights};

/// The sentences to learn from, of which `held-out.tsv`, `fresh.tsv`, `unseen.tsv` and `sealed.tsv` are none. Nor is `voices.tsv`: with it
/// the weights were no better on those (`docs/privacy.md`).
const LEARNT: [&str; 5] = ["dev", "night", "rounds", "indirect", "varied"];
/// What the patterns find by its form, and words do not tell.
const OF_FORM: [&str; 5] = ["phone", "email", "plate", "identity", "street"];
/// How much a sentence counts against weights that are far from nothing.
const TRUST: f64 = 1.0;
/// Rounds over every sign; later ones change no hundredth.
const ROUNDS: u32 = 300;
/// Fewest sentences of a sign that has a weight.
const SENTENCES_MIN: usize = 2;
/// Smallest weight that is kept, in hundredths.
const WEIGHT_MIN: i32 = 10;
/// Sentences that weigh more are refused, in hundredths: chosen on batches that were not learnt from (`docs/privacy.md`).
const LIMIT: i32 = 200;

/// A sentence that is learnt from.
struct Example {
    is_personal: bool,
    signs: BTreeSet<String>,
}

fn examples() -> Vec<Example> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/privacy");
    let mut examples = Vec::new();
    for name in LEARNT {
        let text = fs::read_to_string(folder.join(name).with_extension("tsv")).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            if !OF_FORM.contains(&fields[1]) {
                let row = RULEBOOK.row(fields[2]);
                let words = weights::words(&row);
                let signs = weights::sentences(&words).flat_map(weights::signs).collect();
                examples.push(Example { is_personal: fields[0] == "personal", signs });
            }
        }
    }
    examples
}

/// The weights that tell personal sentences from clean ones best, and what every sentence starts with: the least of
/// `|weights|² / 2 + TRUST × Σ ln(1 + exp(∓sum))`, by one sign after the other.
fn learnt(examples: &[Example]) -> (BTreeMap<&str, f64>, f64) {
    const START: &str = "";
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, example) in examples.iter().enumerate() {
        for sign in &example.signs {
            holders.entry(sign).or_default().push(number);
        }
    }
    holders.retain(|_, examples| examples.len() >= SENTENCES_MIN);
    holders.insert(START, (0..examples.len()).collect());
    let mut weights: BTreeMap<&str, f64> = holders.keys().map(|sign| (*sign, 0.0)).collect();
    let mut sums = vec![0.0_f64; examples.len()];
    for _ in 0..ROUNDS {
        for (sign, weight) in &mut weights {
            let (mut slope, mut bend) = (*weight, 1.0);
            for &number in &holders[sign] {
                let chance = 1.0 / (1.0 + (-sums[number]).exp());
                slope += TRUST * (chance - f64::from(u8::from(examples[number].is_personal)));
                bend += TRUST / 4.0;
            }
            let step = -slope / bend;
            *weight += step;
            holders[sign].iter().for_each(|&number| sums[number] += step);
        }
    }
    let start = weights.remove(START).unwrap_or_default();
    (weights, start)
}

/// The file of the weights.
#[expect(clippy::cast_possible_truncation, reason = "weights are small")]
fn file(weights: &BTreeMap<&str, f64>, start: f64) -> String {
    let hundredths = |weight: f64| (100.0 * weight).round() as i32;
    let mut by_weight: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for (sign, weight) in weights {
        let weight = hundredths(*weight);
        if weight.abs() >= WEIGHT_MIN {
            by_weight.entry(weight).or_default().push(sign);
        }
    }
    let mut file = String::from(
        "# What a sentence adds up for rule `likely`, in hundredths: above 0 what stands where somebody is told of, below 0 what stands where nobody is.\n\
         # `src/privacy/weights.rs` tells how it is read, `src/privacy/weighing_tests.rs` writes it: not by hand.\n",
    );
    writeln!(file, "start: {}\nlimit: {LIMIT}", hundredths(start)).unwrap();
    for (weight, signs) in by_weight.iter().rev() {
        writeln!(file, "{weight}: {}", signs.join(" ")).unwrap();
    }
    file
}

#[test]
fn the_weights_are_those_that_the_sentences_teach() {
    let examples = examples();
    let (weights, start) = learnt(&examples);
    let learnt = file(&weights, start);

    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/privacy/rules/weights.txt");
    if std::env::var_os("UPDATE_WEIGHTS").is_some() {
        fs::write(&kept, &learnt).unwrap();
    }
    let is_kept = fs::read_to_string(kept).unwrap() == learnt;
    assert!(is_kept, "UPDATE_WEIGHTS=1 writes them anew");
}
