//! Alerts: raised by crews and by the watch, taken in hand and ended by people.

use super::{App, Unavailable, job::Job};
use crate::{
    alert::{Alert, AlertId, AlertIsOver, AlertKind, Resolution},
    incident::{ActorRole, IdempotencyKey, STEP_AGE_S_MAX},
    patrol::{PatrolId, PositionFix},
    time::Timestamp,
    twin::Snapshot,
    vigil::{self, Watch},
};

/// An alert as a crew raises it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    /// What is the matter: [`AlertKind::Sos`] or [`AlertKind::NoMovement`].
    pub kind: AlertKind,
    /// With whom.
    pub patrol: PatrolId,
    /// Since when, by the crew's clock; now, where not told. It is never refused: a call for help counts,
    /// whatever the clock says.
    pub at: Option<Timestamp>,
    /// Where it is. A position that cannot be is dropped, and the alert raised all the same.
    pub fix: Option<PositionFix>,
    /// Under which key it is asked.
    pub key: Option<IdempotencyKey>,
}

/// What is done about an alert that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertCare {
    /// Somebody with that role has it in hand.
    Acknowledge(ActorRole),
    /// It is over, as somebody with that role says.
    Resolve(ActorRole, Resolution),
}

/// What is asked about alerts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AlertRequest {
    Raise(NewAlert),
    Care(AlertId, AlertCare),
}

/// An alert that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Cared {
    /// The alert as it now is.
    pub alert: Alert,
    /// Whether this request changed nothing: it was so already.
    pub repeated: bool,
}

/// Why nothing was done about an alert.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AlertError {
    /// Nobody has that id.
    #[error("patrol `{0}` is not known")]
    UnknownPatrol(PatrolId),
    /// Nobody raised it.
    #[error("alert `{0}` is not known")]
    UnknownAlert(AlertId),
    /// It has ended.
    #[error(transparent)]
    Over(#[from] AlertIsOver),
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Raises an alert. It is durable when this returns. While one of that kind about that patrol is open, it is
    /// that one.
    ///
    /// # Errors
    ///
    /// [`AlertError`]; nothing is then recorded.
    pub async fn raise_alert(&self, new: NewAlert) -> Result<Cared, AlertError> {
        self.ask(|reply| Job::Alert(Box::new(AlertRequest::Raise(new)), reply)).await?
    }

    /// Takes an alert in hand, or ends it. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`AlertError`]; nothing is then recorded.
    pub async fn care_for_alert(&self, id: AlertId, care: AlertCare) -> Result<Cared, AlertError> {
        self.ask(|reply| Job::Alert(Box::new(AlertRequest::Care(id, care)), reply)).await?
    }
}

/// The alert that `request` leads to, decided against `state`.
///
/// # Errors
///
/// [`AlertError`]; nothing is then to be recorded.
pub(super) fn decide(
    state: &Snapshot,
    request: AlertRequest,
    now: Timestamp,
) -> Result<Cared, AlertError> {
    match request {
        AlertRequest::Raise(new) => raise(state, new, now),
        AlertRequest::Care(id, care) => {
            let known = state.alerts().get(id).ok_or(AlertError::UnknownAlert(id))?;
            let alert = match care {
                AlertCare::Acknowledge(role) => known.clone().acknowledged_by(role, now)?,
                AlertCare::Resolve(role, resolution) => {
                    known.clone().resolved_by(role, resolution, now)?
                }
            };
            Ok(Cared { repeated: alert == *known, alert })
        }
    }
}

fn raise(state: &Snapshot, new: NewAlert, now: Timestamp) -> Result<Cared, AlertError> {
    let NewAlert { kind, patrol, at, key, .. } = new;
    if state.patrols().get(&patrol).is_none() {
        return Err(AlertError::UnknownPatrol(patrol));
    }
    // A tablet asks again under its key until it is answered, perhaps after a person has ended the alert.
    let chance = key.map(|key| chance_of(&key));
    let under_key = || {
        let is_asked = |alert: &&Alert| chance.is_some_and(|chance| alert.id.has_chance(&chance));
        state
            .alerts()
            .iter()
            .rev()
            .filter(is_asked)
            .find(|alert| alert.patrol.as_ref() == Some(&patrol) && alert.kind == kind)
    };
    if let Some(known) = under_key() {
        return Ok(Cared { alert: known.clone(), repeated: true });
    }
    if let Some(known) = state.alerts().open_of(&patrol, kind) {
        // Whoever calls again while somebody has it in hand is in need again.
        let alert = known.clone().raised_again();
        return Ok(Cared { repeated: alert == *known, alert });
    }
    let raised_at = at.unwrap_or(now).min(now).max(now.plus_seconds(-STEP_AGE_S_MAX));
    let id = chance.map_or_else(new_id, |chance| AlertId::at(now, &chance));
    Ok(Cared { alert: vigil::raised(id, kind, &patrol, state, raised_at), repeated: false })
}

/// What the watch finds.
pub(super) fn watched(watch: Watch<'_>) -> Vec<Alert> {
    vigil::watch(watch, new_id)
}

fn new_id() -> AlertId {
    AlertId::new(uuid::Uuid::now_v7())
}

/// The part of an id that belongs to a key, so that the alert of a key is found again without a table of keys.
fn chance_of(key: &IdempotencyKey) -> [u8; 10] {
    std::array::from_fn(|at| key.digest()[at])
}
