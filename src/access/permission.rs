//! [`Permission`]: one thing that may be done, and the table of who may.

use super::Role;
use crate::closed_list::closed_list;

closed_list! {
    /// One thing that may be done. Each route of the API asks for one; see `docs/access.md`.
    Permission {
        /// Read what the program is and which kinds of incident there are.
        ReadMeta = "read_meta",
        /// Read landlords, sites, buildings and what lies around them.
        ReadStock = "read_stock",
        /// Read INSEE's zones, what INSEE says of them, and how its figures fall into classes: what anybody may read at INSEE's.
        ReadTracts = "read_tracts",
        /// Find the site of a position, whosever it is.
        Locate = "locate",
        /// Change what crews are told about a site.
        WriteStock = "write_stock",
        /// Read incidents.
        ReadIncidents = "read_incidents",
        /// Take down an incident.
        TakeCalls = "take_calls",
        /// Take down incidents by the stream, with their history.
        ImportIncidents = "import_incidents",
        /// Take steps of the life cycle of an incident.
        StepIncidents = "step_incidents",
        /// Read patrols and where they are.
        ReadPatrols = "read_patrols",
        /// Rank patrols for a place.
        RankPatrols = "rank_patrols",
        /// Record a patrol: its crew, and whether it is on duty.
        RecordPatrols = "record_patrols",
        /// Report where a patrol is.
        ReportPositions = "report_positions",
        /// Read what a patrol is on, with all that its tablet shows.
        ReadMissions = "read_missions",
        /// Say for a crew that all is well.
        CheckIn = "check_in",
        /// Read alerts.
        ReadAlerts = "read_alerts",
        /// Call for help.
        RaiseAlerts = "raise_alerts",
        /// Take alerts in hand and end them.
        HandleAlerts = "handle_alerts",
        /// Send what sensors, calendars and other programs say.
        SendSignals = "send_signals",
        /// Read what rules of correlation have found.
        ReadSituations = "read_situations",
        /// Count incidents by place, as far as the publication gate lets their counts through.
        ReadHeatmap = "read_heatmap",
        /// Be told counts to the single one, of what one sees: not through the publication gate.
        CountExactly = "count_exactly",
        /// Read how long interventions take.
        ReadKpis = "read_kpis",
        /// Follow what happens, as it happens.
        Listen = "listen",
        /// Take what one reads out of the house, as a file.
        ReadReports = "read_reports",
        /// Read what a month was like for all landlords together, as sums that passed the publication gate.
        ReadNotes = "read_notes",
        /// Read what a night was like on the sites of a landlord.
        ReadNights = "read_nights",
        /// Read what was sent of reports, and to which mailboxes.
        ReadMailings = "read_mailings",
        /// Say to which mailboxes reports go.
        ManageMailboxes = "manage_mailboxes",
        /// Read the registers: what was purged, refused, and read by whom.
        ReadRegisters = "read_registers",
        /// Keep incidents beyond their term, and let them go again.
        ManageHolds = "manage_holds",
        /// Read the counters of the program.
        ReadMetrics = "read_metrics",
        /// Give, change and take away accounts and tokens.
        ManageAccounts = "manage_accounts",
        /// Turn on and off what is a matter of the house, such as remarks.
        ManageSettings = "manage_settings",
    }
}

impl Permission {
    /// Who may: the one table. The demo may do everything but manage accounts and mailboxes and read registers, for it
    /// has none.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        use Role::{Admin, Demo, Dispatcher, Dpo, Landlord, Operator, Partner, Patrol, Planner};
        match self {
            Self::ReadMeta => {
                &[Operator, Dispatcher, Patrol, Landlord, Partner, Planner, Dpo, Admin, Demo]
            }
            Self::ReadStock => &[Operator, Dispatcher, Patrol, Landlord, Planner, Admin, Demo],
            // Public figures about places, for whoever reads the stock beside them and for partners, who do not.
            Self::ReadTracts => {
                &[Operator, Dispatcher, Patrol, Landlord, Partner, Planner, Admin, Demo]
            }
            // A crew reads what it is on with its mission, and no list.
            Self::ReadIncidents => &[Operator, Dispatcher, Landlord, Demo],
            Self::Listen => &[Operator, Dispatcher, Patrol, Landlord, Demo],
            Self::StepIncidents
            | Self::ReadPatrols
            | Self::RankPatrols
            | Self::RecordPatrols
            | Self::ReportPositions
            | Self::ReadMissions
            | Self::CheckIn
            | Self::ReadAlerts
            | Self::RaiseAlerts => &[Operator, Dispatcher, Patrol, Demo],
            Self::Locate | Self::TakeCalls | Self::HandleAlerts | Self::ReadSituations => {
                &[Operator, Dispatcher, Demo]
            }
            Self::ReadHeatmap => &[Operator, Dispatcher, Landlord, Partner, Planner, Demo],
            // Partners and planners are told counts only once they have passed the publication gate. Times have no
            // gate but that of the monthly note.
            Self::CountExactly | Self::ReadKpis => &[Operator, Dispatcher, Landlord, Demo],
            Self::ImportIncidents => &[Dispatcher, Demo],
            Self::WriteStock | Self::SendSignals => &[Dispatcher, Admin, Demo],
            // What leaves the house goes to whom it is for: the room has the evening itself, and exports nothing.
            Self::ReadReports => &[Landlord, Partner, Planner, Demo],
            // A landlord knows its own counts exactly, and so would learn those of others from a sum with them.
            Self::ReadNotes => &[Partner, Planner, Demo],
            Self::ReadNights => &[Landlord, Demo],
            Self::ReadMetrics | Self::ManageSettings => &[Admin, Demo],
            Self::ReadMailings => &[Dpo, Admin],
            Self::ReadRegisters | Self::ManageHolds => &[Dpo],
            Self::ManageAccounts | Self::ManageMailboxes => &[Admin],
        }
    }
}
