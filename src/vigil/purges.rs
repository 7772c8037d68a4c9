//! [`purges`]: whether a purge was missed, and whether one that was missed has been done since.

use super::Watch;
use crate::{
    alert::{Alert, AlertId, AlertKind, AlertState, Resolution},
    incident::ActorRole,
    retention::PURGE_MISSED_AFTER_H,
};

/// How long after its start a program has to catch up with what was missed before, in seconds.
const CATCHES_UP_S: f64 = 900.0;

/// The alert that a purge was missed, new or over by now.
///
/// It asks for a person: it ends by itself only once somebody has it in hand and the purge is done. Where somebody ends
/// it and there is still no purge, the next one comes a full term later.
pub(super) fn purges(watch: &Watch<'_>, new_id: impl FnOnce() -> AlertId) -> Option<Alert> {
    let Watch { snapshot, now, listening_since, .. } = *watch;
    let last = snapshot.registers().last_purge().map(|purge| purge.at);
    if let Some(open) = snapshot.alerts().open_of_purges() {
        let is_done = last.is_some_and(|at| at > open.raised_at);
        let is_seen = open.state == AlertState::Acknowledged;
        let over = || open.clone().resolved_by(ActorRole::System, Resolution::Purged, now).ok();
        return if is_done && is_seen { over() } else { None };
    }
    let resolved = snapshot.alerts().last_resolved_at(None, AlertKind::PurgeMissed);
    let since = last.max(resolved).unwrap_or(listening_since);
    let is_missed = now.seconds_since(since) > (PURGE_MISSED_AFTER_H * 3600) as f64
        && now.seconds_since(listening_since) > CATCHES_UP_S;
    let is_asked_for = watch.purges && !snapshot.incidents().is_empty();
    (is_missed && is_asked_for).then(|| Alert {
        id: new_id(),
        kind: AlertKind::PurgeMissed,
        patrol: None,
        incident: None,
        site: None,
        raised_at: now,
        level: 1,
        state: AlertState::Raised,
        acknowledged: None,
        resolved: None,
    })
}
