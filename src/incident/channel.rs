//! [`Channel`]: how an incident came in.

/// How an incident came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A tenant called.
    Call,
    /// A patrol found it on its own initiative; such records follow the patrols, so analyses can leave them out.
    Patrol,
    /// A caretaker told.
    Caretaker,
    /// The town, the police or another partner told.
    Partner,
    /// A device told.
    Sensor,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] =
        [Self::Call, Self::Patrol, Self::Caretaker, Self::Partner, Self::Sensor];

    /// Its name in the API and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Patrol => "patrol",
            Self::Caretaker => "caretaker",
            Self::Partner => "partner",
            Self::Sensor => "sensor",
        }
    }

    /// The channel of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}
