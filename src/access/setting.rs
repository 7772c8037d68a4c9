//! [`Setting`]: what an administrator has turned on or off, and who it was.

use super::AccountId;
use crate::{closed_list::closed_list, time::Timestamp};

closed_list! {
    /// What can be turned on. What nobody has turned is off.
    SettingName {
        /// Crews may write a remark beside their report.
        Remarks = "remarks",
    }
}

/// How something is set. Keyed by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// What.
    pub name: SettingName,
    /// Whether it is on.
    pub is_on: bool,
    /// Who turned it last; nobody's account in a demo, and where that account is gone.
    pub changed_by: Option<AccountId>,
    /// When.
    pub changed_at: Timestamp,
}
