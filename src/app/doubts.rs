//! [`Doubts`]: the positions that seemed too far to be true, in memory alone, until the next one of the patrol.

use std::collections::HashMap;

use crate::{
    patrol::{FixRefusal, FixVerdict, PatrolId, PositionFix, judge_fix},
    time::Timestamp,
};

/// The last position of a patrol that was refused as too far from where it was known to be: one at most for each.
/// A single wrong position is outvoted by the next two. Another server, or this one after a restart, asks for two anew.
#[derive(Debug, Default)]
pub(super) struct Doubts(HashMap<PatrolId, PositionFix>);

impl Doubts {
    /// What `fix` does to a patrol whose last known position is `last`, at the time `now` of the server.
    pub(super) fn judge(
        &mut self,
        last: Option<&PositionFix>,
        fix: &PositionFix,
        now: Timestamp,
    ) -> FixVerdict {
        let verdict = judge_fix(last, self.0.get(&fix.patrol), fix, now);
        match &verdict {
            FixVerdict::Refused(FixRefusal::TooFast { .. }) => {
                self.0.insert(fix.patrol.clone(), fix.clone());
            }
            FixVerdict::Accepted => self.forget(&fix.patrol),
            FixVerdict::Ignored | FixVerdict::Refused(_) => {}
        }
        verdict
    }

    /// Forgets what was doubted of that patrol, as at the end of its duty.
    pub(super) fn forget(&mut self, patrol: &PatrolId) {
        self.0.remove(patrol);
    }
}
