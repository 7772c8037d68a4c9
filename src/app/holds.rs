//! Holds: set and lifted by the data protection officer, decided against the last state.

use uuid::Uuid;

use super::{App, Unavailable, job::Job};
use crate::{
    access::AccountName,
    incident::IncidentId,
    retention::{Hold, HoldId, HoldReason, HoldScope, InvalidHold},
    stock::SiteCode,
    time::Timestamp,
    twin::Snapshot,
};

/// What is to become of holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldChange {
    /// A new one.
    Set {
        /// What it covers.
        scope: HoldScope,
        /// Why.
        reason: HoldReason,
        /// Until when.
        until: Timestamp,
        /// By which account; `None` for whoever runs the program on its machine.
        by: Option<AccountName>,
    },
    /// One ends before its time.
    Lift {
        /// Which.
        id: HoldId,
        /// By which account.
        by: Option<AccountName>,
    },
}

/// Why holds stayed as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// The stock has no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// There is no such incident.
    #[error("incident `{0}` is not known")]
    UnknownIncident(IncidentId),
    /// There is no such hold.
    #[error("hold `{0}` is not known")]
    UnknownHold(HoldId),
    /// It ended, or was lifted.
    #[error("the hold is over")]
    Over,
    /// It cannot be.
    #[error(transparent)]
    Invalid(#[from] InvalidHold),
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Sets or lifts a hold. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`HoldError`]; nothing is then recorded.
    pub async fn change_hold(&self, change: HoldChange) -> Result<Hold, HoldError> {
        self.ask(|reply| Job::Hold(Box::new(change), reply)).await?
    }
}

/// The hold that `change` leads to, decided against `state`.
///
/// # Errors
///
/// [`HoldError`]; nothing is then to be recorded.
pub(super) fn decide(
    state: &Snapshot,
    change: HoldChange,
    now: Timestamp,
) -> Result<Hold, HoldError> {
    match change {
        HoldChange::Set { scope, reason, until, by } => {
            if let Some(site) = &scope.site
                && state.stock().site_ix(site).is_none()
            {
                return Err(HoldError::UnknownSite(site.clone()));
            }
            if let Some(id) = scope.incident
                && state.incidents().get(id).is_none()
            {
                return Err(HoldError::UnknownIncident(id));
            }
            let id = HoldId::new(Uuid::now_v7());
            let hold = Hold { id, scope, reason, until, set_at: now, set_by: by, lifted: None };
            hold.check()?;
            Ok(hold)
        }
        HoldChange::Lift { id, by } => {
            let known = state.registers().hold(id).ok_or(HoldError::UnknownHold(id))?;
            if !known.is_in_force(now) {
                return Err(HoldError::Over);
            }
            Ok(Hold { lifted: Some((now, by)), ..known.clone() })
        }
    }
}
