//! [`Status`]: how far an incident has got.

/// How far an incident has got, from the call to closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Taken down (T0).
    Received,
    /// Its kind and place are sure (T1).
    Qualified,
    /// A patrol was chosen (T2).
    Assigned,
    /// The patrol has read it (T3).
    Acknowledged,
    /// The patrol drives (T4).
    EnRoute,
    /// The patrol is there (T5).
    OnSite,
    /// The patrol has left (T6).
    Cleared,
    /// The report is written (T7).
    Reported,
    /// Nothing is left to do (T8).
    Closed,
    /// Given up, with a reason.
    Cancelled,
    /// Given to 17, 18, 15, 115 or the landlord.
    HandedOver,
    /// Nothing was to be done.
    NoAction,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 12] = [
        Self::Received,
        Self::Qualified,
        Self::Assigned,
        Self::Acknowledged,
        Self::EnRoute,
        Self::OnSite,
        Self::Cleared,
        Self::Reported,
        Self::Closed,
        Self::Cancelled,
        Self::HandedOver,
        Self::NoAction,
    ];

    /// Its name in the API and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Qualified => "qualified",
            Self::Assigned => "assigned",
            Self::Acknowledged => "acknowledged",
            Self::EnRoute => "en_route",
            Self::OnSite => "on_site",
            Self::Cleared => "cleared",
            Self::Reported => "reported",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::HandedOver => "handed_over",
            Self::NoAction => "no_action",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}
