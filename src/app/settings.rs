//! What an administrator turns on and off.

use super::{App, Unavailable, job::Job};
use crate::{
    access::{AccountId, Setting, SettingName},
    time::Timestamp,
    twin::Snapshot,
};

/// How somebody wants something to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingChange {
    /// What.
    pub name: SettingName,
    /// Whether it is to be on.
    pub is_on: bool,
    /// Who wants it so; nobody's account in a demo.
    pub by: Option<AccountId>,
}

impl App {
    /// Turns something on or off. It is durable when this returns; where it is so already, nothing is written.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; nothing is then changed.
    pub async fn set(&self, change: SettingChange) -> Result<(), Unavailable> {
        self.ask(|reply| Job::Setting(change, reply)).await?
    }
}

/// The setting that `change` leads to, decided against `state`; `None` where all is so already.
pub(super) fn decide(state: &Snapshot, change: SettingChange, now: Timestamp) -> Option<Setting> {
    let SettingChange { name, is_on, by } = change;
    (state.settings().is_on(name) != is_on).then_some(Setting {
        name,
        is_on,
        changed_by: by,
        changed_at: now,
    })
}
