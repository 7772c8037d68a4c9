//! [`Settings`]: what is turned on.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{AccountId, Setting, SettingName};

/// How everything is set; what nobody has turned is off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<SettingName, Setting>);

impl Settings {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self, name: SettingName) -> bool {
        self.get(name).is_some_and(|setting| setting.is_on)
    }

    /// How it was set last, where it ever was.
    #[must_use]
    pub fn get(&self, name: SettingName) -> Option<&Setting> {
        self.0.get(&name)
    }

    /// Whatever was ever set, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Setting> {
        self.0.values()
    }

    /// Forgets who turned something, where it was one of those.
    pub(super) fn forget_accounts(&mut self, gone: &BTreeSet<AccountId>) {
        for setting in self.0.values_mut() {
            setting.changed_by = setting.changed_by.filter(|id| !gone.contains(id));
        }
    }

    pub(super) fn record(&mut self, setting: Setting) {
        self.0.insert(setting.name, setting);
    }
}
