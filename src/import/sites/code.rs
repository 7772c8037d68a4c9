//! [`Codes`]: a site code for every row, the landlord's own where there is one, else made from the row's id.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::{
    import::{
        columns::Columns,
        feature::Feature,
        summary::Fault,
        text::{judged, plain_letters, quoted},
    },
    privacy::Purpose,
    stock::{SITE_CODE_LENGTH_MAX, SiteCode},
};

/// Before the number of a financed programme whose id is too long for a code.
const PROGRAMME_PREFIX: &str = "PROG-";
/// Hexadecimal digits that tell programmes with one number apart; 8 where 4 are not enough.
const SUFFIX_LENGTHS: [usize; 2] = [4, 8];

/// What a row says of its code.
pub(super) enum Wish {
    /// The landlord's own code, perhaps written otherwise.
    Own { code: SiteCode, as_written: String },
    /// An id to make one from.
    Made { base: String, id: String },
}

/// The codes of a file, in the order of its rows.
#[derive(Default)]
pub(super) struct Codes {
    wishes: Vec<Wish>,
}

impl Codes {
    /// What a row says of its code.
    pub(super) fn wish(&self, columns: &mut Columns<'_>, feature: &Feature) -> Result<Wish, Fault> {
        if let Some(as_written) = columns.text(feature, "code") {
            let code = written_as_code(&as_written);
            let not_a_code = || Fault::new("not a site code", quoted(&as_written));
            judged("code", &as_written, Purpose::Code)?;
            return code.ok_or_else(not_a_code).map(|code| Wish::Own { code, as_written });
        }
        let id = feature.id.clone().or_else(|| columns.text(feature, "id"));
        let id = id.ok_or_else(|| Fault::new("no site code", "neither a code nor an id"))?;
        judged("id", &id, Purpose::Code)?;
        Ok(match written_as_code(&id) {
            Some(code) => Wish::Own { code, as_written: id },
            None => Wish::Made { base: programme_code(&id), id },
        })
    }

    /// Takes the wish of the next row.
    pub(super) fn add(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    /// The code of each row, and what is told of it. A code depends on the row's id and, where a number
    /// repeats, on the other ids with that number: the first in order of ids has the plain code.
    pub(super) fn settle(self) -> Vec<Result<(SiteCode, Option<Fault>), Fault>> {
        let mut ids_of: HashMap<&str, Vec<&str>> = HashMap::new();
        for wish in &self.wishes {
            if let Wish::Made { base, id } = wish {
                ids_of.entry(base).or_default().push(id);
            }
        }
        let mut code_of: HashMap<&str, String> = HashMap::new();
        for (base, mut ids) in ids_of {
            ids.sort_unstable();
            ids.dedup();
            let length = SUFFIX_LENGTHS.into_iter().find(|length| {
                let mut suffixes: Vec<String> = ids.iter().map(|id| suffix(id, *length)).collect();
                suffixes.sort_unstable();
                suffixes.windows(2).all(|pair| pair[0] != pair[1])
            });
            let length = length.unwrap_or(SUFFIX_LENGTHS[1]);
            for (index, id) in ids.into_iter().enumerate() {
                let code = match index {
                    0 => base.to_owned(),
                    _ => format!("{base}-{}", suffix(id, length)),
                };
                code_of.insert(id, code);
            }
        }
        self.wishes
            .iter()
            .map(|wish| match wish {
                Wish::Own { code, as_written } => {
                    let rewritten = (code.as_str() != as_written).then(|| {
                        Fault::new("code rewritten", format!("{} is `{code}`", quoted(as_written)))
                    });
                    Ok((code.clone(), rewritten))
                }
                Wish::Made { id, .. } => code_of
                    .get(id.as_str())
                    .and_then(|code| code.parse().ok())
                    .map(|code| (code, None))
                    .ok_or_else(|| Fault::new("not a site code", quoted(id))),
            })
            .collect()
    }
}

/// A text in the letters of a code, if it is short enough for one.
pub(in crate::import) fn written_as_code(text: &str) -> Option<SiteCode> {
    let mut code = String::with_capacity(text.len());
    for c in plain_letters(text) {
        if c.is_ascii_alphanumeric() {
            code.push(c.to_ascii_uppercase());
        } else if !code.is_empty() && !code.ends_with('-') {
            code.push('-');
        }
    }
    code.trim_end_matches('-').parse().ok()
}

/// The code of a programme with a long id, such as `PROG-2001646` for `2010-2001646-résidence étudiante-…`:
/// its number is the first part with a digit that is not a year; where there is none, the id's digest.
fn programme_code(id: &str) -> String {
    let is_year =
        |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let number = id
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|part| part.bytes().any(|b| b.is_ascii_digit()) && !is_year(part))
        .filter(|part| part.len() + PROGRAMME_PREFIX.len() + 9 <= SITE_CODE_LENGTH_MAX);
    match number {
        Some(number) => format!("{PROGRAMME_PREFIX}{}", number.to_ascii_uppercase()),
        None => format!("{PROGRAMME_PREFIX}{}", suffix(id, 12)),
    }
}

/// The first hexadecimal digits of an id's SHA-256.
fn suffix(id: &str, length: usize) -> String {
    let digest = Sha256::digest(id);
    digest.iter().map(|byte| format!("{byte:02X}")).collect::<String>()[..length].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(ids: &[&str]) -> Vec<String> {
        let mut codes = Codes::default();
        for id in ids {
            codes.add(Wish::Made { base: programme_code(id), id: (*id).to_owned() });
        }
        codes.settle().into_iter().map(|code| code.unwrap().0.to_string()).collect()
    }

    #[test]
    fn a_programme_is_called_by_its_number() {
        let ids = ["2010-2001646-résidence étudiante-acquisition réhabilitation-344"];
        assert_eq!(codes(&ids), ["PROG-2001646"]);
        assert_eq!(codes(&["2024-CPE12-logement familial-construction neuve-3"]), ["PROG-CPE12"]);
        assert_eq!(codes(&["sans numéro, mais avec un nom très long"])[0].len(), 17);
    }

    #[test]
    fn programmes_with_one_number_have_two_codes_in_whatever_order_they_come() {
        let (old, new) = ("2010-2001767-logement familial-1", "2024-2001767-logement familial-1");
        let forwards = codes(&[old, new]);
        assert_eq!(forwards[0], "PROG-2001767");
        assert!(forwards[1].starts_with("PROG-2001767-"), "{}", forwards[1]);
        let backwards = codes(&[new, old]);
        assert_eq!([&forwards[0], &forwards[1]], [&backwards[1], &backwards[0]]);
    }

    #[test]
    fn a_code_that_is_nearly_one_is_rewritten() {
        let code = |text| written_as_code(text).map(|code| code.to_string());
        assert_eq!(code("ph 0754").as_deref(), Some("PH-0754"));
        assert_eq!(code(" Résidence n° 4 ").as_deref(), Some("RESIDENCE-N-4"));
        assert_eq!(code("°"), None);
        assert_eq!(code(&"A".repeat(33)), None);
    }
}
