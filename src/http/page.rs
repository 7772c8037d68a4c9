//! Pages of lists: `limit`, the opaque `after`, and the `next` link.

use std::{fmt::Display, str::FromStr};

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Link, Problem, query::number};
use crate::catalogue::{PAGE_LIMIT_MAX, PageLimit};

/// Which page of a list that is short, so that its first page is the whole of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ShortListParams {
    /// Most items of the page, 1 to 10,000; 10,000 where it is left out.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// Taken from a `next` link.
    after: Option<String>,
}

impl ShortListParams {
    /// Most items, and the key after which they begin.
    ///
    /// # Errors
    ///
    /// 422 when one of them is refused.
    pub fn parse<K: FromStr>(&self) -> Result<(PageLimit, Option<K>), Problem> {
        let asked = self.limit.as_deref().map(|text| limit(Some(text))).transpose()?;
        Ok((asked.unwrap_or(PageLimit::MAX), after(self.after.as_deref())?))
    }
}

/// Most items of a page, as `limit` says.
///
/// # Errors
///
/// 422 when it is not 1 to 10,000.
pub fn limit(text: Option<&str>) -> Result<PageLimit, Problem> {
    let reason = format!("must be 1 to {PAGE_LIMIT_MAX}");
    let Some(limit) = number("limit", text, reason)? else { return Ok(PageLimit::default()) };
    PageLimit::new(limit).map_err(|e| Problem::field("limit", limit, e))
}

/// The key that `after` holds, where it is given.
///
/// # Errors
///
/// 422 when it was not taken from a `next` link.
pub fn after<K: FromStr>(text: Option<&str>) -> Result<Option<K>, Problem> {
    let refused = |text| Problem::field("after", text, "must be taken from a `next` link");
    text.map(|text| unhex(text).and_then(|key| key.parse().ok()).ok_or_else(|| refused(text)))
        .transpose()
}

/// The address of a list, to make the links to its other pages.
#[derive(Debug, Clone)]
pub struct ListAddress {
    path: String,
    query: String,
}

impl ListAddress {
    /// That of the list that is asked for.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self { path: request.path().to_owned(), query: request.query_string().to_owned() }
    }

    /// The link to the page that begins after `next`; none on the last page.
    pub fn links(&self, next: Option<impl Display>) -> Vec<Link> {
        let Some(next) = next else { return Vec::new() };
        let kept = self.query.split('&');
        let mut query: Vec<&str> =
            kept.filter(|pair| !pair.is_empty() && !pair.starts_with("after=")).collect();
        let after = format!("after={}", hex::encode(next.to_string()));
        query.push(&after);
        let href = format!("{}?{}", self.path, query.join("&"));
        vec![Link { rel: "next".to_owned(), href }]
    }
}

/// The key of a link: in hexadecimal digits, for clients should not read a key out of it, nor have to escape it.
fn unhex(text: &str) -> Option<String> {
    String::from_utf8(hex::decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_out_of_its_link() {
        assert_eq!(unhex(&hex::encode("2/PH-0754 é")).as_deref(), Some("2/PH-0754 é"));
        for text in ["abc", "zz", "é", "ff"] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
