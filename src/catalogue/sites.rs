//! [`sites`]: the sites, or those that a text may mean, best first.

use std::{fmt, str::FromStr};

use super::{Page, PageLimit, check_landlord};
use crate::{
    geo::Bbox,
    stock::{LandlordId, SiteCode, folded},
    twin::{SelectionError, SiteIx, StockIndex},
};

/// Which sites, and which page of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SitesQuery {
    /// Whose position lies in this box.
    pub bbox: Option<Bbox>,
    /// Of this landlord.
    pub landlord: Option<LandlordId>,
    /// Whose code or name this may mean; accents and case are ignored.
    pub text: Option<String>,
    /// Whether the text may mean a code only.
    pub by_code_alone: bool,
    /// After this one.
    pub after: Option<SiteCursor>,
    /// Most sites on the page.
    pub limit: PageLimit,
}

/// Where a site stands in the list: how well it fits the text, then its code.
///
/// Written `match/code`, such as `2/PH-0754`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteCursor {
    fit: Fit,
    code: SiteCode,
}

/// How well a site fits a text, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The text is its code; or no text was asked for.
    Code = 0,
    /// Its code begins with the text.
    CodePrefix = 1,
    /// Each word of the text begins a word of its name.
    NameWords = 2,
    /// Its code or name has the text in it.
    Part = 3,
}

/// Why a text is not a [`SiteCursor`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be taken from a `next` link")]
pub struct InvalidSiteCursor;

impl SiteCursor {
    /// Where the site of that code stands in the list by code.
    #[must_use]
    pub fn of_code(code: &SiteCode) -> Self {
        Self { fit: Fit::Code, code: code.clone() }
    }
}

impl fmt::Display for SiteCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.fit as u8, self.code)
    }
}

impl FromStr for SiteCursor {
    type Err = InvalidSiteCursor;

    fn from_str(text: &str) -> Result<Self, InvalidSiteCursor> {
        let (fit, code) = text.split_once('/').ok_or(InvalidSiteCursor)?;
        let fit = [Fit::Code, Fit::CodePrefix, Fit::NameWords, Fit::Part]
            .into_iter()
            .find(|known| fit == (*known as u8).to_string())
            .ok_or(InvalidSiteCursor)?;
        let code = code.parse().map_err(|_not_a_code| InvalidSiteCursor)?;
        Ok(Self { fit, code })
    }
}

/// The sites that pass every filter: by code, or the best fit first where a text is asked for. O(sites).
///
/// # Errors
///
/// [`SelectionError::UnknownLandlord`].
pub fn sites(
    stock: &StockIndex,
    query: &SitesQuery,
) -> Result<Page<SiteIx, SiteCursor>, SelectionError> {
    if let Some(landlord) = &query.landlord {
        check_landlord(stock, landlord)?;
    }
    let text = query.text.as_deref().map(folded);
    let found = stock.sites().iter().enumerate().filter_map(|(row, site)| {
        let passes = query.bbox.is_none_or(|bbox| bbox.contains(site.position))
            && query.landlord.as_ref().is_none_or(|landlord| *landlord == site.landlord);
        let ix = SiteIx(row as u32);
        let fit = match &text {
            _ if !passes => return None,
            None => Fit::Code,
            Some(text) => fit(text, query.by_code_alone, stock, ix)?,
        };
        Some((fit, ix))
    });
    let after = query.after.as_ref().map(|cursor| (cursor.fit, &cursor.code));
    let page =
        Page::of(found.collect(), after, query.limit, |(fit, ix)| (*fit, &stock.site(*ix).code));
    Ok(page.map(|(_, ix)| ix, |(fit, code)| SiteCursor { fit, code: code.clone() }))
}

/// How well a site fits a folded text, or `None` where it does not.
fn fit(text: &str, by_code_alone: bool, stock: &StockIndex, ix: SiteIx) -> Option<Fit> {
    let code = folded(stock.site(ix).code.as_str());
    let name = if by_code_alone { "" } else { stock.folded_name(ix) };
    let begins_a_word = |word: &str| name.split(' ').any(|of_name| of_name.starts_with(word));
    if code == text {
        Some(Fit::Code)
    } else if code.starts_with(text) {
        Some(Fit::CodePrefix)
    } else if text.split(' ').all(begins_a_word) {
        Some(Fit::NameWords)
    } else if code.contains(text) || name.contains(text) {
        Some(Fit::Part)
    } else {
        None
    }
}
