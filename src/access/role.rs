//! [`Role`]: what somebody is there for.

use super::Permission;
use crate::closed_list::closed_list;

closed_list! {
    /// What somebody is there for.
    Role {
        /// Takes calls.
        Operator = "operator",
        /// Sends patrols and leads the room.
        Dispatcher = "dispatcher",
        /// Leads a patrol: its own missions alone.
        Patrol = "patrol",
        /// Looks after the sites of one landlord: those alone, and no agents.
        Landlord = "landlord",
        /// Town, prefecture, police: aggregates alone.
        Partner = "partner",
        /// Studies places: aggregates, never the live map.
        Planner = "planner",
        /// The data protection officer: registers, never operations.
        Dpo = "dpo",
        /// Accounts, health and configuration, never what happens.
        Admin = "admin",
        /// Whoever looks at a demo on the machine that it runs on: nothing there is real. No account has it.
        Demo = "demo",
        /// The program itself. Nobody can ask in its name.
        System = "system",
    }
}

impl Role {
    /// Whether this role may do that: the table is [`Permission::roles`].
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.roles().contains(&self)
    }

    /// Whether somebody may be given it.
    #[must_use]
    pub const fn is_given(self) -> bool {
        !matches!(self, Self::Demo | Self::System)
    }
}
