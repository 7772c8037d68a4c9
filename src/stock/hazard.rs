//! [`Hazard`]: what may hurt a crew on a site, and until when that is to be believed.

use super::SiteCode;
use crate::{closed_list::closed_list, time::Timestamp};

/// How far ahead a hazard may end, in days: what is older than a season is hearsay, and whoever knows that it still
/// holds says so again.
pub const HAZARD_DAYS_MAX: i64 = 90;
const DAY_S: i64 = 24 * 3600;

closed_list! {
    /// What may hurt a crew.
    HazardKind {
        /// A dangerous dog.
        Dog = "dog",
        /// A weapon has been seen or used.
        Weapon = "weapon",
        /// Something may fall, break or give way.
        Structure = "structure",
        /// Something that burns, poisons or corrodes.
        Chemical = "chemical",
        /// Crews have been lured or attacked.
        Ambush = "ambush",
        /// There is no light.
        Lighting = "lighting",
    }
}

/// A flag on a site. There is one of a kind; one that is lifted ends at that moment, and stays as what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// Where.
    pub site: SiteCode,
    /// What.
    pub kind: HazardKind,
    /// Since when it is flagged without a break, by the server's clock.
    pub since: Timestamp,
    /// When it ends: it holds until just before.
    pub until: Timestamp,
}

impl Hazard {
    /// Whether crews are to be warned at that time.
    #[must_use]
    pub fn is_active_at(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// A hazard that somebody wants to flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedHazard {
    /// What.
    pub kind: HazardKind,
    /// When it ends.
    pub until: Timestamp,
}

/// Which of the wanted hazards was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hazard {index}: {fault}")]
pub struct RefusedHazard {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Why.
    pub fault: HazardFault,
}

/// Why a hazard was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HazardFault {
    /// It is over before it begins.
    #[error("must be after now, {now}")]
    Over {
        /// The server's clock.
        now: Timestamp,
    },
    /// Nobody can know that.
    #[error("is at most {HAZARD_DAYS_MAX} days ahead: {latest} or before")]
    TooFar {
        /// The last moment that is taken.
        latest: Timestamp,
    },
    /// There is one of a kind.
    #[error("comes twice")]
    Twice,
}

/// What changes when the hazards of `site` are to be those of `wanted` and no others: hazards to put in the place of
/// the `known` ones of their kind. Empty where all is so already.
///
/// A hazard that is flagged already keeps its `since`; one that is not wanted any more ends now.
///
/// # Errors
///
/// [`RefusedHazard`], the first; nothing is then to be changed.
pub fn set_hazards(
    site: &SiteCode,
    known: &[Hazard],
    wanted: &[WantedHazard],
    now: Timestamp,
) -> Result<Vec<Hazard>, RefusedHazard> {
    let latest = now.plus_seconds(HAZARD_DAYS_MAX * DAY_S);
    for (index, WantedHazard { kind, until }) in wanted.iter().enumerate() {
        let fault = if *until <= now {
            HazardFault::Over { now }
        } else if *until > latest {
            HazardFault::TooFar { latest }
        } else if wanted[..index].iter().any(|earlier| earlier.kind == *kind) {
            HazardFault::Twice
        } else {
            continue;
        };
        return Err(RefusedHazard { index, fault });
    }
    let active = |kind| known.iter().find(|one| one.kind == kind && one.is_active_at(now));
    let set = wanted.iter().map(|WantedHazard { kind, until }| Hazard {
        site: site.clone(),
        kind: *kind,
        since: active(*kind).map_or(now, |one| one.since),
        until: *until,
    });
    let is_wanted = |kind| wanted.iter().any(|one| one.kind == kind);
    let lifted = known.iter().filter(|one| one.is_active_at(now) && !is_wanted(one.kind));
    let lifted = lifted.map(|one| Hazard { until: now, ..one.clone() });
    Ok(set.filter(|one| !known.contains(one)).chain(lifted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use HazardKind::{Ambush, Dog, Weapon};

    fn at(day: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_800_000_000_000).unwrap().plus_seconds(day * DAY_S)
    }

    fn hazard(kind: HazardKind, since: i64, until: i64) -> Hazard {
        Hazard { site: "PH-0754".parse().unwrap(), kind, since: at(since), until: at(until) }
    }

    /// What changes on a site with these hazards when on day 10 these are wanted.
    #[track_caller]
    fn check(
        known: &[Hazard],
        wanted: &[(HazardKind, i64)],
        expected: Result<&[Hazard], (usize, HazardFault)>,
    ) {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(kind, day)| WantedHazard { kind: *kind, until: at(*day) })
            .collect();
        let changed = set_hazards(&"PH-0754".parse().unwrap(), known, &wanted, at(10));
        let expected = expected.map(<[Hazard]>::to_vec);
        assert_eq!(changed, expected.map_err(|(index, fault)| RefusedHazard { index, fault }));
    }

    #[test]
    fn what_is_wanted_is_flagged_and_what_is_not_is_lifted() {
        check(&[], &[(Dog, 11)], Ok(&[hazard(Dog, 10, 11)]));
        check(&[hazard(Dog, 1, 11)], &[], Ok(&[hazard(Dog, 1, 10)]));
        check(
            &[hazard(Dog, 1, 11), hazard(Weapon, 2, 12)],
            &[(Weapon, 20), (Ambush, 11)],
            Ok(&[hazard(Weapon, 2, 20), hazard(Ambush, 10, 11), hazard(Dog, 1, 10)]),
        );
    }

    #[test]
    fn what_is_so_already_changes_nothing() {
        check(&[hazard(Dog, 1, 11), hazard(Weapon, 2, 9)], &[(Dog, 11)], Ok(&[]));
        check(&[hazard(Weapon, 2, 10)], &[], Ok(&[]));
    }

    #[test]
    fn one_that_was_over_begins_anew() {
        check(&[hazard(Dog, 1, 10)], &[(Dog, 12)], Ok(&[hazard(Dog, 10, 12)]));
    }

    #[test]
    fn a_hazard_ends_and_within_a_season() {
        let over = HazardFault::Over { now: at(10) };
        check(&[], &[(Dog, 11), (Weapon, 10)], Err((1, over)));
        check(&[], &[(Dog, 100)], Ok(&[hazard(Dog, 10, 100)]));
        check(&[], &[(Dog, 101)], Err((0, HazardFault::TooFar { latest: at(100) })));
        check(&[], &[(Dog, 11), (Dog, 12)], Err((1, HazardFault::Twice)));
    }
}
