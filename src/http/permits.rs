//! [`Permit`]: each [`Permission`] as a type, so that a handler says in its signature which one it asks for.

use crate::access::Permission;

/// A permission as a type.
pub trait Permit {
    /// Which one.
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($permission:ident,)+) => {
        $(
            #[doc = concat!("[`Permission::", stringify!($permission), "`].")]
            pub enum $permission {}

            impl Permit for $permission {
                const PERMISSION: Permission = Permission::$permission;
            }
        )+
    };
}

permits! {
    ReadMeta,
    ReadStock,
    ReadTracts,
    Locate,
    WriteStock,
    ReadIncidents,
    TakeCalls,
    ImportIncidents,
    StepIncidents,
    ReadPatrols,
    RankPatrols,
    RecordPatrols,
    ReportPositions,
    ReadMissions,
    CheckIn,
    ReadAlerts,
    RaiseAlerts,
    HandleAlerts,
    SendSignals,
    ReadSituations,
    ReadHeatmap,
    CountExactly,
    ReadKpis,
    Listen,
    ReadNotes,
    ReadNights,
    ReadMailings,
    ReadRegisters,
    ManageMailboxes,
    ManageHolds,
    ReadMetrics,
    ManageAccounts,
    ManageSettings,
}
