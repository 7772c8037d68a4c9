//! [`Turn`]: a turn that a sign forbids or orders.

/// A sign about turning from one road into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Unique and stable in its source, such as `relation/42`.
    pub id: String,
    /// The road that one comes from.
    pub from: String,
    /// What lies between.
    pub via: Via,
    /// The road that one would go to.
    pub to: String,
    /// What the sign says.
    pub rule: TurnRule,
}

/// What lies between the two roads of a [`Turn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// The node where they meet.
    Node(i64),
    /// Roads from one to the other, in order.
    Roads(Vec<String>),
}

/// What the sign of a [`Turn`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnRule {
    /// This turn is forbidden.
    No,
    /// This turn is the only one allowed.
    Only,
    /// Nothing any more: the sign is gone.
    Lifted,
}

impl TurnRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::No, Self::Only, Self::Lifted];

    /// Its name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Only => "only",
            Self::Lifted => "lifted",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }
}
