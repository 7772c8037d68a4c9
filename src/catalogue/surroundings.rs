//! [`surroundings`]: what lies around the stock.

use super::{Page, PageLimit};
use crate::{
    stock::{Surrounding, SurroundingClass},
    twin::StockIndex,
};

/// Which surroundings, and which page of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurroundingsQuery {
    /// Of these classes; of all where empty.
    pub classes: Vec<SurroundingClass>,
    /// After this one.
    pub after: Option<String>,
    /// Most items on the page.
    pub limit: PageLimit,
}

/// Streets, water and parks, in the order of ids. O(surroundings).
#[must_use]
pub fn surroundings<'a>(
    stock: &'a StockIndex,
    query: &SurroundingsQuery,
) -> Page<&'a Surrounding, String> {
    let wanted =
        |class: &SurroundingClass| query.classes.is_empty() || query.classes.contains(class);
    let found = stock.surroundings().iter().filter(|around| wanted(&around.class)).collect();
    Page::of(found, query.after.as_deref(), query.limit, |around| around.id.as_str())
        .map(|around| around, str::to_owned)
}
