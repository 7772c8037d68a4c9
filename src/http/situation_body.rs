//! A situation as clients read it, in lists and in streams.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    geojson::rounded,
    named::{ClosedByName, Named, ScopeName},
};
use crate::{
    correlation::{RuleSet, Situation, Subject},
    stock::SiteCode,
    twin::Snapshot,
};

/// What a rule has found: signals and incidents that came as it describes. Nothing is said of what brought them about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Situation)]
pub struct SituationBody {
    /// Unique; the same signals make the same id.
    id: String,
    /// The name of the rule.
    rule: String,
    /// What the rule is for, as its file says; empty where the server has no such rule any more.
    about: String,
    /// On what it is.
    on: ScopeName,
    /// Code of the site, id of the landlord or name of the territory; empty for everywhere.
    subject: String,
    /// Code of the site that the last signal was on.
    #[schema(required = true)]
    site_code: Option<String>,
    /// What that site is called.
    #[schema(required = true)]
    site_name: Option<String>,
    /// Where that site is: longitude, WGS 84 degrees.
    #[schema(required = true)]
    lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    #[schema(required = true)]
    lat: Option<f64>,
    /// When the rule was first met, by the time of the signals, RFC 3339.
    opened_at: String,
    /// When it was last met, RFC 3339.
    last_at: String,
    /// How often it was met.
    times: u64,
    /// When it was over, RFC 3339; null while it is open.
    #[schema(required = true)]
    closed_at: Option<String>,
    /// Why it is over.
    #[schema(required = true)]
    closed_by: Option<ClosedByName>,
}

impl SituationBody {
    /// `situation` with what `snapshot` knows of its site and `rules` of its rule.
    pub fn of(snapshot: &Snapshot, rules: &RuleSet, situation: &Situation) -> Self {
        let Situation { id, rule, subject, opened_at, last_at, times, last_site, closed } =
            situation;
        let code: Option<&SiteCode> = match subject {
            Subject::Site(code) => Some(code),
            _ => last_site.as_ref(),
        };
        let stock = snapshot.stock();
        let site = code.and_then(|code| stock.site_ix(code)).map(|ix| stock.site(ix));
        let position = site.map(|site| rounded(site.position.into()));
        let known = rules.rules.iter().find(|known| known.name == *rule);
        Self {
            id: id.to_string(),
            rule: rule.to_string(),
            about: known.map(|rule| rule.about.clone()).unwrap_or_default(),
            on: Named(subject.scope()),
            subject: subject.name().unwrap_or_default().to_owned(),
            site_code: code.map(ToString::to_string),
            site_name: site.map(|site| site.name.clone()),
            lon: position.map(|[lon, _]| lon),
            lat: position.map(|[_, lat]| lat),
            opened_at: opened_at.to_string(),
            last_at: last_at.to_string(),
            times: *times,
            closed_at: closed.map(|(at, _)| at.to_string()),
            closed_by: closed.map(|(_, by)| Named(by)),
        }
    }
}
