//! What the columns of the register of purges mean, in either store: lists as text.

use super::StoreError;
use crate::{
    closed_list::ClosedList as _,
    retention::{Kept, Removed},
    time::Timestamp,
};

/// A line for each sort: its name, before when it was over in milliseconds since 1970, how many went.
pub(super) fn of_removed(removed: &[Removed]) -> String {
    let line =
        |one: &Removed| format!("{} {} {}", one.what.as_str(), one.before.unix_ms(), one.count);
    removed.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What [`of_removed`] wrote.
///
/// # Errors
///
/// [`StoreError::Unreadable`].
pub(super) fn removed(text: &str) -> Result<Vec<Removed>, StoreError> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let what = words.next().and_then(Kept::of_name)?;
        let before = Timestamp::from_unix_ms(words.next()?.parse().ok()?).ok()?;
        let count = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Removed { what, before, count })
    };
    text.lines().map(|one| line(one).ok_or_else(|| odd("purge.removed", one))).collect()
}

/// Ids with a space between.
pub(super) fn of_ids(ids: impl IntoIterator<Item = impl ToString>) -> String {
    ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(" ")
}

/// What [`of_ids`] wrote.
///
/// # Errors
///
/// [`StoreError::Unreadable`].
pub(super) fn ids<T: std::str::FromStr>(
    column: &'static str,
    text: &str,
) -> Result<Vec<T>, StoreError> {
    let id = |word: &str| word.parse().map_err(|_not_an_id| odd(column, word));
    text.split_whitespace().map(id).collect()
}

fn odd(column: &str, value: &str) -> StoreError {
    StoreError::Unreadable(format!("{column}: {value}"))
}
