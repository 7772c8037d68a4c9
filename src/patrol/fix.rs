//! [`PositionFix`]: where a patrol says it is, and which such messages count.

use super::{Availability, PatrolId};
use crate::{
    geo::{LonLat, geodesic_distance_m},
    time::Timestamp,
};

/// How far ahead of the server a device's clock may run, in seconds.
pub const CLOCK_SKEW_S_MAX: i64 = 60;
/// Fastest that a patrol can have moved, in metres a second (360 km/h).
pub const SPEED_M_PER_S_MAX: f64 = 100.0;
/// How old the last position of a patrol on a mission, or busy otherwise, may be to be trusted, in seconds.
pub const POSITION_AGE_S_MAX_ON_MISSION: f64 = 120.0;
/// How old the last position of another patrol may be to be trusted, in seconds.
pub const POSITION_AGE_S_MAX: f64 = 300.0;
/// How far two fixes may jump apart whatever the time between them, in metres: receivers err among towers.
pub const JUMP_ALLOWANCE_M: f64 = 500.0;

/// Where a patrol was at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionFix {
    /// Who says so.
    pub patrol: PatrolId,
    /// Where it was.
    pub position: LonLat,
    /// When it was there, by its own clock.
    pub recorded_at: Timestamp,
    /// Radius of the 68 % circle, in metres, where the receiver tells.
    pub accuracy_m: Option<f64>,
}

/// What a fix does.
#[derive(Debug, Clone, PartialEq)]
pub enum FixVerdict {
    /// It becomes the last known position.
    Accepted,
    /// It is not newer than the last known position, and changes nothing.
    Ignored,
    /// It cannot be.
    Refused(FixRefusal),
}

/// Whether nobody can say where a patrol is: its last position is unknown or too old. `availability` is what it may
/// be sent for, so busy while it is on an incident; off duty it is asked for no position, and none is missed.
#[must_use]
pub fn is_stale(
    last_fix: Option<&PositionFix>,
    availability: Availability,
    now: Timestamp,
) -> bool {
    let age_s_max = match availability {
        Availability::Available => POSITION_AGE_S_MAX,
        Availability::Busy => POSITION_AGE_S_MAX_ON_MISSION,
        Availability::OffDuty => return false,
    };
    last_fix.is_none_or(|fix| now.seconds_since(fix.recorded_at) > age_s_max)
}

/// Why a fix cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FixRefusal {
    /// Nobody has that id.
    #[error("patrol `{0}` is not known")]
    UnknownPatrol(PatrolId),
    /// Positions are not collected off duty.
    #[error("patrol `{0}` is off duty: its position is not collected")]
    OffDuty(PatrolId),
    /// Positions are not collected while the crew has switched them off.
    #[error("patrol `{0}` has switched its position off: it is not collected")]
    SwitchedOff(PatrolId),
    /// From a clock that runs ahead.
    #[error(
        "recorded_at {recorded_at} is {ahead_s:.0} s in the future, more than {CLOCK_SKEW_S_MAX} s"
    )]
    InTheFuture {
        /// The time given.
        recorded_at: Timestamp,
        /// Seconds ahead of the server.
        ahead_s: f64,
    },
    /// Too far from the last one for the time between them.
    #[error("{distance_m:.0} m in {elapsed_s:.1} s is faster than {SPEED_M_PER_S_MAX} m/s")]
    TooFast {
        /// Metres from the last position.
        distance_m: f64,
        /// Seconds since the last position.
        elapsed_s: f64,
    },
}

/// What `fix` does to a patrol whose last known position is `last`, at the time `now` of the server. `doubted` is the
/// last one that was refused as too far from there: where the next agrees with it, the position between was the wrong one.
#[must_use]
pub fn judge_fix(
    last: Option<&PositionFix>,
    doubted: Option<&PositionFix>,
    fix: &PositionFix,
    now: Timestamp,
) -> FixVerdict {
    let ahead_s = fix.recorded_at.seconds_since(now);
    if ahead_s > CLOCK_SKEW_S_MAX as f64 {
        return FixVerdict::Refused(FixRefusal::InTheFuture {
            recorded_at: fix.recorded_at,
            ahead_s,
        });
    }
    let Some(last) = last else { return FixVerdict::Accepted };
    if fix.recorded_at <= last.recorded_at {
        return FixVerdict::Ignored;
    }
    let agrees = |other: &PositionFix| too_fast(other, fix).is_none();
    match too_fast(last, fix) {
        Some(refusal) if !doubted.is_some_and(agrees) => FixVerdict::Refused(refusal),
        _ => FixVerdict::Accepted,
    }
}

/// Why a patrol that was at `earlier` cannot be at `fix`; a fix that is not later agrees with nothing.
fn too_fast(earlier: &PositionFix, fix: &PositionFix) -> Option<FixRefusal> {
    let elapsed_s = fix.recorded_at.seconds_since(earlier.recorded_at);
    let distance_m = geodesic_distance_m(earlier.position, fix.position);
    let possible =
        elapsed_s > 0.0 && distance_m <= JUMP_ALLOWANCE_M + SPEED_M_PER_S_MAX * elapsed_s;
    (!possible).then_some(FixRefusal::TooFast { distance_m, elapsed_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(lon: f64, at: &str) -> PositionFix {
        PositionFix {
            patrol: "TANGO-1".parse().unwrap(),
            position: LonLat::new(lon, 48.85).unwrap(),
            recorded_at: at.parse().unwrap(),
            accuracy_m: None,
        }
    }

    #[track_caller]
    fn check(last: &str, next: PositionFix, expected: FixVerdict) {
        let now = "2026-11-24T02:10:00Z".parse().unwrap();
        assert_eq!(judge_fix(Some(&fix(2.35, last)), None, &next, now), expected);
    }

    #[test]
    fn a_newer_fix_counts_and_a_late_or_repeated_one_changes_nothing() {
        check("2026-11-24T02:05:00Z", fix(2.351, "2026-11-24T02:05:01Z"), FixVerdict::Accepted);
        check("2026-11-24T02:05:00Z", fix(2.351, "2026-11-24T02:04:59Z"), FixVerdict::Ignored);
        check("2026-11-24T02:05:00Z", fix(2.351, "2026-11-24T02:05:00Z"), FixVerdict::Ignored);
    }

    #[test]
    fn a_position_is_trusted_for_five_minutes_two_where_somebody_may_need_it() {
        let last = fix(2.35, "2026-11-24T02:00:00Z");
        for (availability, trusted_s) in [(Availability::Available, 300), (Availability::Busy, 120)]
        {
            let is_stale_after =
                |s| is_stale(Some(&last), availability, last.recorded_at.plus_seconds(s));
            assert_eq!([trusted_s, trusted_s + 1].map(is_stale_after), [false, true]);
            assert!(is_stale(None, availability, last.recorded_at));
        }
        assert!(!is_stale(None, Availability::OffDuty, last.recorded_at));
    }

    #[test]
    fn a_fix_from_the_future_or_from_too_far_is_refused() {
        let now = "2026-11-24T02:10:00Z".parse().unwrap();
        let refused = |next| {
            matches!(
                judge_fix(Some(&fix(2.35, "2026-11-24T02:05:00Z")), None, &next, now),
                FixVerdict::Refused(_)
            )
        };
        assert!(refused(fix(2.351, "2026-11-24T02:11:01Z")));
        assert!(refused(fix(3.35, "2026-11-24T02:05:10Z")));
        assert!(
            !refused(fix(2.351, "2026-11-24T02:10:59Z")),
            "a minute ahead is a clock, not a lie"
        );
    }

    #[test]
    fn two_that_agree_outvote_the_one_before_them() {
        let now = "2026-11-24T02:10:00Z".parse().unwrap();
        let wrong = fix(0.0, "2026-11-24T02:05:00Z");
        let (first, second) =
            (fix(2.35, "2026-11-24T02:05:10Z"), fix(2.351, "2026-11-24T02:05:20Z"));
        let judged = |doubted, fix| judge_fix(Some(&wrong), doubted, fix, now);
        assert!(matches!(judged(None, &first), FixVerdict::Refused(FixRefusal::TooFast { .. })));
        assert_eq!(judged(Some(&first), &second), FixVerdict::Accepted);
        let elsewhere = fix(40.0, "2026-11-24T02:05:20Z");
        assert!(matches!(judged(Some(&first), &elsewhere), FixVerdict::Refused(_)));
        assert!(matches!(judged(Some(&first), &first), FixVerdict::Refused(_)), "one is not two");
    }
}
