//! Setting the hazards of a site: decided against the last state, by the server's clock.

use super::{App, Unavailable, job::Job};
use crate::{
    stock::{Hazard, RefusedHazard, SiteCode, WantedHazard, set_hazards},
    time::Timestamp,
    twin::Snapshot,
};

/// The hazards that a site is to have, and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetHazards {
    /// Where.
    pub site: SiteCode,
    /// Which.
    pub wanted: Vec<WantedHazard>,
}

/// Why the hazards of a site were left as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetHazardsError {
    /// There is no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// One of them cannot be.
    #[error(transparent)]
    Refused(#[from] RefusedHazard),
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Flags these hazards on a site and lifts all others. It is durable when this returns; where all is so
    /// already, nothing is written.
    ///
    /// # Errors
    ///
    /// [`SetHazardsError`]; nothing is then changed.
    pub async fn set_hazards(&self, set: SetHazards) -> Result<(), SetHazardsError> {
        self.ask(|reply| Job::Hazards(set, reply)).await?
    }
}

/// The hazards that `set` changes, decided against `state`.
///
/// # Errors
///
/// [`SetHazardsError`]; nothing is then to be recorded.
pub(super) fn decide(
    state: &Snapshot,
    set: SetHazards,
    now: Timestamp,
) -> Result<Vec<Hazard>, SetHazardsError> {
    let SetHazards { site, wanted } = set;
    if state.stock().site_ix(&site).is_none() {
        return Err(SetHazardsError::UnknownSite(site));
    }
    let known = state.briefings().of(&site).map_or(&[][..], |briefing| briefing.hazards());
    Ok(set_hazards(&site, known, &wanted, now)?)
}
