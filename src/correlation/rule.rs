//! [`Rule`]: what makes a situation, and [`RuleSet`]: the rules in force.

use std::{fmt, str::FromStr};

use super::{Selector, Span, Territory};
use crate::{
    closed_list::closed_list,
    stock::{LandlordId, SiteCode},
};

/// Most rules in force.
pub const RULES_MAX: usize = 10_000;
/// Most territories that rules name.
pub const TERRITORIES_MAX: usize = 500;
/// Most selectors of one list: their numbers are bits of a word.
pub const SELECTORS_MAX: usize = 16;
/// Most signals that a count asks for.
pub const AT_LEAST_MAX: u32 = 1_000;
/// Farthest that signals of one situation may lie apart, in metres.
pub const WITHIN_M_MAX: f64 = 5_000.0;
/// Longest name of a rule or a territory, in bytes.
pub const RULE_NAME_LENGTH_MAX: usize = 48;

/// The name of a rule or of a territory, such as `lift-then-calls`.
///
/// Lower-case ASCII letters, digits and `-`, 1 to 48 bytes. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleName(Box<str>);

/// Why a text is not a [`RuleName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {RULE_NAME_LENGTH_MAX} of a-z, 0-9 and `-`, such as lift-then-calls")]
pub struct InvalidRuleName;

closed_list! {
    /// On what a rule opens its situations: one on each at a time.
    Scope {
        /// On the site that signals are on.
        Site = "site",
        /// On all sites of a landlord together.
        Landlord = "landlord",
        /// On each territory that the rule names.
        Territory = "territory",
        /// On all the ground there is.
        Everywhere = "everywhere",
    }
}

/// What makes a situation. Times are those of the signals, never those of a clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// So many of these within that time.
    Count {
        /// Which signals count.
        of: Vec<Selector>,
        /// How many of them, 1 to [`AT_LEAST_MAX`].
        at_least: u32,
        /// From the first to the last of them.
        within: Span,
    },
    /// These one after another; each is strictly later than the one before it.
    Sequence {
        /// Two at least.
        steps: Vec<Selector>,
        /// From the first to the last of them.
        within: Span,
    },
    /// One of these, and then none of those for that time. What asks again before it is answered, or has run out, changes
    /// nothing.
    Absence {
        /// What asks for an answer.
        after: Vec<Selector>,
        /// What is an answer, also at the same instant.
        no: Vec<Selector>,
        /// How long an answer is waited for.
        within: Span,
    },
    /// One of each of these near one another: around the last of them the others lie within that distance and time.
    Together {
        /// Two at least.
        of: Vec<Selector>,
        /// How far from the last one, in true metres.
        within_m: f64,
        /// How long before the last one.
        within: Span,
    },
}

/// Which places a rule is about; an empty list is any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrowing {
    /// On one of these sites.
    pub sites: Vec<SiteCode>,
    /// On a site of one of these landlords.
    pub landlords: Vec<LandlordId>,
    /// In one of these territories, as indices into [`RuleSet::territories`].
    pub territories: Vec<usize>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Unique.
    pub name: RuleName,
    /// What it is for, as people read it.
    pub about: String,
    /// On what its situations are.
    pub on: Scope,
    /// Which places it is about.
    pub narrowing: Narrowing,
    /// What must last where and when a signal comes, for it to count: each of them.
    pub during: Vec<Selector>,
    /// What makes a situation.
    pub condition: Condition,
    /// A situation is over when its condition has not been met again for so long.
    pub closes_after: Span,
    /// Or with one of these.
    pub closes_on: Vec<Selector>,
}

/// The rules in force, with the territories that they name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSet {
    /// In the order of their file.
    pub rules: Vec<Rule>,
    /// In the order of their names.
    pub territories: Vec<Territory>,
    /// How long after another a signal may come that was earlier, in seconds.
    pub lateness_s: i64,
}

impl RuleSet {
    /// For how long at most something said now may still matter, in seconds, beside the situations that are open.
    #[must_use]
    pub fn memory_s(&self) -> i64 {
        let spans = |rule: &Rule| [rule.condition.within().seconds(), rule.closes_after.seconds()];
        self.lateness_s + self.rules.iter().flat_map(spans).max().unwrap_or(0)
    }
}

impl Condition {
    /// How long it looks back.
    #[must_use]
    pub const fn within(&self) -> Span {
        match self {
            Self::Count { within, .. }
            | Self::Sequence { within, .. }
            | Self::Absence { within, .. }
            | Self::Together { within, .. } => *within,
        }
    }
}

impl RuleName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleName {
    type Err = InvalidRuleName;

    fn from_str(text: &str) -> Result<Self, InvalidRuleName> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=RULE_NAME_LENGTH_MAX).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidRuleName)
        }
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
