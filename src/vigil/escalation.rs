//! [`escalated`]: how loud an alert is to be by now.

use crate::{
    alert::{ALERT_LEVEL_MAX, Alert, AlertKind, AlertState},
    time::Timestamp,
};

/// How long an alert may lie before it is louder, in seconds.
pub const GROWS_AFTER_S: f64 = 30.0;
/// How long it may lie before it is as loud as can be, in seconds.
pub const SHOUTS_AFTER_S: f64 = 120.0;
/// How long a person may have it in hand before it asks again, in seconds.
pub const RETURNS_AFTER_S: i64 = 15 * 60;

/// `alert` as it is to be by now, where that is something else than it is.
///
/// One that comes back keeps who had it last: it lies since that person's time was over.
pub(super) fn escalated(alert: &Alert, now: Timestamp) -> Option<Alert> {
    if alert.kind == AlertKind::PurgeMissed {
        return None; // nobody is in danger: it stays as loud as it is, and in the hands that it is in
    }
    let came_back_at = alert.acknowledged.map(|(_, at)| at.plus_seconds(RETURNS_AFTER_S));
    match (alert.state, came_back_at) {
        (AlertState::Resolved, _) => None,
        (AlertState::Acknowledged, Some(at)) if now >= at => {
            let level = alert.level.max(2);
            Some(Alert { state: AlertState::Raised, level, ..alert.clone() })
        }
        (AlertState::Acknowledged, _) => None,
        (AlertState::Raised, came_back_at) => {
            let lain_s = now.seconds_since(came_back_at.unwrap_or(alert.raised_at));
            let level = match lain_s {
                SHOUTS_AFTER_S.. => ALERT_LEVEL_MAX,
                GROWS_AFTER_S.. => 2,
                _ => 1,
            };
            (level > alert.level).then(|| Alert { level, ..alert.clone() })
        }
    }
}
