//! [`Kind`]: what sort of incident it is, by a [`KindCode`], and how urgent that is.

use std::{fmt, str::FromStr};

use super::Partner;
use crate::{patrol::CREW_MAX, time::Timestamp};

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

/// How many agents a kind may ask for.
pub(super) const CREW_MIN_RANGE: std::ops::RangeInclusive<u8> = 1..=CREW_MAX;

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
