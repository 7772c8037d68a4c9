//! The nomenclature: the kinds of incident, which are data and not code.

use std::{fmt, str::FromStr};

use super::Partner;
use crate::{closed_list::ClosedList as _, patrol::CREW_MAX, time::Timestamp};

/// A kind's code, such as `OCC-HAL`.
///
/// ASCII capitals, digits and hyphens, 1 to 16 bytes. A value is always well formed; whether the nomenclature holds it is another question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindCode(Box<str>);

/// Why a text is not a [`KindCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a kind has 1 to {KIND_CODE_LENGTH_MAX} of A-Z, 0-9 and `-`, such as OCC-HAL, got `{0}`")]
pub struct InvalidKindCode(String);

/// Longest code, in bytes.
const KIND_CODE_LENGTH_MAX: usize = 16;

impl KindCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The family of the kind: what stands before its first hyphen, such as `OCC`.
    #[must_use]
    pub fn family(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl FromStr for KindCode {
    type Err = InvalidKindCode;

    fn from_str(text: &str) -> Result<Self, InvalidKindCode> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        if (1..=KIND_CODE_LENGTH_MAX).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidKindCode(text.chars().take(KIND_CODE_LENGTH_MAX + 1).collect()))
        }
    }
}

impl fmt::Display for KindCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How soon a crew must be on site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// At once, help called first; within 8 minutes if safe.
    P1,
    /// Within 15 minutes.
    P2,
    /// Within 30 minutes.
    P3,
    /// On the round, or reported next morning.
    P4,
}

impl Priority {
    /// Every priority, most urgent first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// How soon a crew must be on site, in seconds from the call; `None` where no time is set.
    #[must_use]
    pub const fn target_s(self) -> Option<u32> {
        match self {
            Self::P1 => Some(8 * 60),
            Self::P2 => Some(15 * 60),
            Self::P3 => Some(30 * 60),
            Self::P4 => None,
        }
    }

    /// `P1` to `P4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
        }
    }
}

/// A kind of incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Unique in its nomenclature.
    pub code: KindCode,
    /// How soon a crew must be on site.
    pub priority: Priority,
    /// What operators read in French.
    pub label_fr: String,
    /// What operators read in English.
    pub label_en: String,
    /// Agents that are sent by day, at least.
    pub crew_min_by_day: u8,
    /// Agents that are sent by night, at least.
    pub crew_min_by_night: u8,
    /// Who is called first.
    pub partner: Option<Partner>,
}

impl Kind {
    /// Agents that are sent at that instant, at least: the night is from 22:00 to 06:00 in Paris.
    #[must_use]
    pub fn crew_min(&self, at: Timestamp) -> u8 {
        match at.hour_of_week().hour() {
            6..22 => self.crew_min_by_day,
            _ => self.crew_min_by_night,
        }
    }
}

/// The kinds that are in force, in the order in which people read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomenclature {
    kinds: Vec<Kind>,
}

/// Why a text is not a nomenclature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the nomenclature: {reason}")]
pub struct InvalidNomenclature {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Nomenclature {
    /// The kinds that ship with the program (`nomenclature.csv`).
    #[must_use]
    pub fn shipped() -> Self {
        // A test parses it, so that a program that starts has a good one.
        include_str!("nomenclature.csv").parse().expect("the shipped nomenclature is valid")
    }

    /// Every kind.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind with that code.
    #[must_use]
    pub fn get(&self, code: &KindCode) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == *code)
    }
}

impl FromStr for Nomenclature {
    type Err = InvalidNomenclature;

    /// Reads `code;priority;label_fr;label_en;crew_min;crew_min_night;partner` lines after a header; the partner
    /// may be empty.
    fn from_str(text: &str) -> Result<Self, InvalidNomenclature> {
        let mut kinds: Vec<Kind> = Vec::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let fault = |reason: String| InvalidNomenclature { line: index + 1, reason };
            let [code, priority, label_fr, label_en, by_day, by_night, partner] =
                line.split(';').collect::<Vec<_>>()[..]
            else {
                return Err(fault("must have seven columns".to_owned()));
            };
            let agents = |text: &str| {
                let agents = text.parse().ok().filter(|agents| (1..=CREW_MAX).contains(agents));
                agents.ok_or_else(|| fault(format!("`{text}` is not 1 to {CREW_MAX} agents")))
            };
            let code: KindCode = code.parse().map_err(|e: InvalidKindCode| fault(e.to_string()))?;
            let priority = Priority::ALL
                .into_iter()
                .find(|known| known.as_str() == priority)
                .ok_or_else(|| fault(format!("`{priority}` is not a priority")))?;
            if kinds.iter().any(|kind| kind.code == code) {
                return Err(fault(format!("`{code}` comes twice")));
            }
            let partner = match partner {
                "" => None,
                name => Some(
                    Partner::of_name(name)
                        .ok_or_else(|| fault(format!("`{name}` is not a partner")))?,
                ),
            };
            kinds.push(Kind {
                crew_min_by_day: agents(by_day)?,
                crew_min_by_night: agents(by_night)?,
                partner,
                code,
                priority,
                label_fr: label_fr.to_owned(),
                label_en: label_en.to_owned(),
            });
        }
        Ok(Self { kinds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_nomenclature_has_the_37_kinds_of_the_programme() {
        let shipped = Nomenclature::shipped();
        assert_eq!(shipped.kinds().len(), 37);
        let fire = shipped.get(&"BIE-INC".parse().unwrap()).unwrap();
        assert_eq!(
            (fire.priority, fire.label_fr.as_str()),
            (Priority::P1, "Départ de feu (relais 18)")
        );
    }

    #[test]
    fn a_broken_nomenclature_is_refused_with_its_line() {
        let fault = |text: &str| text.parse::<Nomenclature>().unwrap_err();
        assert_eq!(fault("h\nA;P1;x;y;2;2;\nA;P1;x;y;2;2;").line, 3);
        assert_eq!(fault("h\nA;P9;x;y;2;2;").reason, "`P9` is not a priority");
        assert_eq!(fault("h\nA;P1;x;y;0;2;").reason, "`0` is not 1 to 12 agents");
        assert_eq!(fault("h\nA;P1;x;y;2;2;16").reason, "`16` is not a partner");
        assert_eq!(fault("h\nA;P1;x").reason, "must have seven columns");
    }
}
