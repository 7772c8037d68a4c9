//! Adapter: filters in the OGC's Common Query Language, CQL2 (OGC 21-065r2), as text and as JSON.
//!
//! Uses [`crate::time`] only. A filter is read into a [`Node`], which says what is written and nothing more, and then
//! turned into a [`Filter`] of named properties, whose kinds are checked: what names a property that is not there, or
//! compares a text with a number, is refused and never asked of a feature. Length, depth, lists and shapes are limited,
//! and every feature costs at most the nodes of its filter: whoever writes one cannot make the program work for long.

mod evaluate;
mod filter;
mod json;
mod like;
mod node;
mod shape;
mod span;
mod text;
mod tokens;

#[cfg(test)]
mod cql2_tests;

pub use evaluate::Feature;
pub use filter::{Filter, Frame, Property, PropertyKind};
pub use json::read_json;
pub use node::{Literal, Node, Operator};
pub use span::Span;
pub use text::read_text;

/// Longest filter, in bytes: half of the longest URL.
pub const LENGTH_MAX: usize = 4096;
/// Deepest nesting: a hundred times less than the stack of a thread holds.
pub const DEPTH_MAX: usize = 32;
/// Most corners of all shapes of a filter: a hand-drawn polygon has a tenth of that.
pub const CORNERS_MAX: usize = 1000;

/// Why a text is not a filter. It never repeats what somebody wrote but names of properties.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cql2Error {
    /// Longer than [`LENGTH_MAX`].
    #[error("has at most {LENGTH_MAX} bytes")]
    TooLong,
    /// Deeper than [`DEPTH_MAX`].
    #[error("is nested at most {DEPTH_MAX} deep")]
    TooDeep,
    /// More corners than [`CORNERS_MAX`].
    #[error("has shapes of at most {CORNERS_MAX} corners")]
    TooManyCorners,
    /// The text cannot go on like that.
    #[error("cannot be read at character {at}: expected {expected}")]
    Unexpected {
        /// Which character, the first being 1.
        at: usize,
        /// What could stand there.
        expected: &'static str,
    },
    /// The JSON is not of the form of a filter.
    #[error("is no CQL2 JSON: {0}")]
    Json(&'static str),
    /// No property of that name is there.
    #[error("names `{0}`, which is none of the queryables")]
    UnknownProperty(String),
    /// Operands do not go with what is done with them.
    #[error("{operator} takes {expected}")]
    Kinds {
        /// What is done.
        operator: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A shape that cannot be.
    #[error("has a shape that is no valid one: {0}")]
    Shape(String),
    /// A time that cannot be.
    #[error("has a time that is neither a date nor an RFC 3339 time in UTC")]
    Time,
}
