//! [`Link`] and [`Here`]: where else to look.

use std::fmt::Display;

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use utoipa::ToSchema;

use super::format::Format;
use crate::http::tiles::address;

/// Where else to look, and for what.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OgcLink)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What the other document is to this one.
    #[schema(value_type = String)]
    pub rel: &'static str,
    /// The media type of what it leads to.
    #[schema(value_type = String)]
    pub r#type: &'static str,
    /// What it leads to, in words.
    pub title: String,
}

impl Link {
    /// A link to `href`.
    pub fn new(
        href: impl Into<String>,
        rel: &'static str,
        r#type: &'static str,
        title: impl Into<String>,
    ) -> Self {
        Self { href: href.into(), rel, r#type, title: title.into() }
    }
}

/// Where a request came to.
#[derive(Debug, Clone, Hash)]
pub struct Here {
    /// Scheme and host.
    address: String,
    path: String,
    query: String,
}

impl Here {
    /// That of `request`.
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            address: address(request),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
        }
    }

    /// The address of something else under `/ogc`.
    pub fn ogc(&self, path: &str) -> String {
        format!("{}/ogc{path}", self.address)
    }

    /// The address of something else on this server.
    pub fn root(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The address of the same thing, without the parameters `left_out` and with `added`.
    fn other(&self, left_out: &str, added: &str) -> String {
        // A client may have escaped the letters of a name, too.
        let is_it = |pair: &str| {
            let name = pair.split('=').next().unwrap_or_default();
            percent_decode_str(name).decode_utf8_lossy() == left_out
        };
        let kept = self.query.split('&').filter(|pair| !pair.is_empty() && !is_it(pair));
        let query: Vec<&str> = kept.chain([added]).collect();
        format!("{}{}?{}", self.address, self.path, query.join("&"))
    }

    /// The links to this document and to what it is otherwise, where JSON is of the type `json`.
    pub fn itself(&self, format: Format, json: &'static str) -> Vec<Link> {
        let link = |one: Format| {
            let rel = if one == format { "self" } else { "alternate" };
            let href = self.other("f", &format!("f={}", one.as_str()));
            Link::new(href, rel, one.media_type(json), format!("This document as {}", one.as_str()))
        };
        let mut links = Format::ALL.map(link).to_vec();
        links.sort_by_key(|link| link.rel != "self");
        links
    }

    /// The link to the page that begins after that key.
    pub fn next(&self, key: impl Display, format: Format, json: &'static str) -> Link {
        let after = format!("after={}", hex::encode(key.to_string()));
        Link::new(self.other("after", &after), "next", format.media_type(json), "The next page")
    }
}
