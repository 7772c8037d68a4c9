//! [`Naming`]: the names of what rules know by number.

use super::{Ground, Scope, Subject, heard::KnownTerritories};
use crate::stock::SiteCode;

/// A subject of a rule by its number, and where its name is.
#[derive(Clone, Copy)]
pub(super) struct Naming<'a> {
    pub(super) ground: &'a Ground,
    pub(super) territories: &'a KnownTerritories,
    pub(super) on: Scope,
    /// Of a site, a landlord or a territory, by what the rule is on; 0 for everywhere.
    pub(super) key: u32,
}

impl Naming<'_> {
    pub(super) fn subject(&self) -> Subject {
        let key = self.key as usize;
        match self.on {
            Scope::Site => Subject::Site(self.site(self.key)),
            Scope::Landlord => Subject::Landlord(self.ground.landlords[key].clone()),
            Scope::Territory => Subject::Territory(self.territories.all[key].name.clone()),
            Scope::Everywhere => Subject::Everywhere,
        }
    }

    pub(super) fn site(&self, ix: u32) -> SiteCode {
        self.ground.sites[ix as usize].code.clone()
    }
}
