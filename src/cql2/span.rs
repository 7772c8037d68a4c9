//! [`Span`]: the instants that a time of a filter means.

use std::cmp::Ordering;

use super::{Cql2Error, node::Operator};
use crate::time::Timestamp;

/// What a day has, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// From one instant to another, both included, in milliseconds since 1970: of an instant the same twice, of a day its
/// first and its last, of an open end the first or last that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from_ms: i64,
    /// Last instant.
    pub to_ms: i64,
}

impl Span {
    /// One instant.
    #[must_use]
    pub const fn at(ms: i64) -> Self {
        Self { from_ms: ms, to_ms: ms }
    }

    /// The instant of an RFC 3339 text in UTC.
    ///
    /// # Errors
    ///
    /// [`Cql2Error::Time`].
    pub fn instant(text: &str) -> Result<Self, Cql2Error> {
        let time: Timestamp = text.parse().map_err(|_not_a_time| Cql2Error::Time)?;
        Ok(Self::at(time.unix_ms()))
    }

    /// The day of a text such as `2026-11-30`, in UTC.
    ///
    /// # Errors
    ///
    /// [`Cql2Error::Time`].
    pub fn day(text: &str) -> Result<Self, Cql2Error> {
        if text.len() != "2026-11-30".len() {
            return Err(Cql2Error::Time);
        }
        let midnight = Self::instant(&format!("{text}T00:00:00Z"))?.from_ms;
        Ok(Self { from_ms: midnight, to_ms: midnight + DAY_MS - 1 })
    }

    /// An end of an interval: a day, an instant, or `..`.
    ///
    /// # Errors
    ///
    /// [`Cql2Error::Time`].
    pub fn end(text: &str) -> Result<Option<Self>, Cql2Error> {
        match text {
            ".." | "" => Ok(None),
            _ => Self::day(text).or_else(|_no_day| Self::instant(text)).map(Some),
        }
    }

    /// What begins with `from` and ends with `to`; an open end has no limit.
    #[must_use]
    pub fn between(from: Option<Self>, to: Option<Self>) -> Self {
        Self {
            from_ms: from.map_or(i64::MIN, |from| from.from_ms),
            to_ms: to.map_or(i64::MAX, |to| to.to_ms),
        }
    }

    /// How it stands to another: less where it ends before it, equal where the two share an instant.
    #[must_use]
    pub fn compared(self, other: Self) -> Ordering {
        if self.to_ms < other.from_ms {
            Ordering::Less
        } else if self.from_ms > other.to_ms {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }

    /// Whether the relation of that name holds between the two; `None` where it is none between times.
    #[must_use]
    pub fn relates(self, operator: Operator, other: Self) -> Option<bool> {
        use Operator as O;
        let (a, b) = (self, other);
        let begin = a.from_ms.cmp(&b.from_ms);
        let end = a.to_ms.cmp(&b.to_ms);
        let apart = a.to_ms < b.from_ms || a.from_ms > b.to_ms;
        Some(match operator {
            O::TAfter => a.from_ms > b.to_ms,
            O::TBefore => a.to_ms < b.from_ms,
            O::TDisjoint => apart,
            O::TIntersects => !apart,
            O::TEquals => begin.is_eq() && end.is_eq(),
            O::TContains => begin.is_lt() && end.is_gt(),
            O::TDuring => begin.is_gt() && end.is_lt(),
            O::TFinishedBy => begin.is_lt() && end.is_eq(),
            O::TFinishes => begin.is_gt() && end.is_eq(),
            O::TMeets => a.to_ms == b.from_ms,
            O::TMetBy => a.from_ms == b.to_ms,
            O::TOverlappedBy => begin.is_gt() && a.from_ms < b.to_ms && end.is_gt(),
            O::TOverlaps => begin.is_lt() && a.to_ms > b.from_ms && end.is_lt(),
            O::TStartedBy => begin.is_eq() && end.is_gt(),
            O::TStarts => begin.is_eq() && end.is_lt(),
            _ => return None,
        })
    }
}
