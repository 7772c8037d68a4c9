//! [`Piece`]: some records of one kind.

use crate::{
    access::{AccessAnchor, Account, AccountId, Setting, SettingName},
    alert::{Alert, AlertId},
    correlation::{Situation, SituationId},
    event::Seq,
    incident::{IdempotencyKey, Incident, IncidentId, RequestDigest, Step},
    mailing::{Mailbox, Mailing},
    patrol::{Patrol, PatrolId, PositionFix},
    retention::{Hold, HoldId, Purge},
    roads::{ClassSpeeds, Road, Turn},
    stock::{Building, Hazard, Landlord, Site, SiteNote, Surrounding},
    store::KeptSignal,
    time::Timestamp,
    tract::{Dataset, Tract},
};

/// The kinds of records, in the order in which they come: each refers only to kinds before it, but for the
/// stock, whose numbers refer to events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// [`Piece::Landlords`].
    Landlord,
    /// [`Piece::Sites`].
    Site,
    /// [`Piece::Buildings`].
    Building,
    /// [`Piece::Surroundings`].
    Surrounding,
    /// [`Piece::Tracts`].
    Tract,
    /// [`Piece::Datasets`].
    Dataset,
    /// [`Piece::Roads`].
    Road,
    /// [`Piece::Turns`].
    Turn,
    /// [`Piece::RoadSpeeds`].
    RoadSpeed,
    /// [`Piece::SiteNotes`].
    SiteNote,
    /// [`Piece::Hazards`].
    Hazard,
    /// [`Piece::Incidents`].
    Incident,
    /// [`Piece::Patrols`].
    Patrol,
    /// [`Piece::Positions`].
    Position,
    /// [`Piece::Steps`].
    Step,
    /// [`Piece::Alerts`].
    Alert,
    /// [`Piece::Signals`].
    Signal,
    /// [`Piece::Situations`].
    Situation,
    /// [`Piece::Accounts`].
    Account,
    /// [`Piece::Mailboxes`].
    Mailbox,
    /// [`Piece::Mailings`].
    Mailing,
    /// [`Piece::AccessAnchors`].
    AccessAnchor,
    /// [`Piece::Settings`].
    Setting,
    /// [`Piece::Holds`].
    Hold,
    /// [`Piece::Purges`].
    Purge,
    /// [`Piece::Events`].
    Event,
    /// [`Piece::Receipts`].
    Receipt,
}

impl RecordKind {
    /// How many kinds there are.
    pub const COUNT: usize = 27;
    /// Every kind, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Landlord,
        Self::Site,
        Self::Building,
        Self::Surrounding,
        Self::Tract,
        Self::Dataset,
        Self::Road,
        Self::Turn,
        Self::RoadSpeed,
        Self::SiteNote,
        Self::Hazard,
        Self::Incident,
        Self::Patrol,
        Self::Position,
        Self::Step,
        Self::Alert,
        Self::Signal,
        Self::Situation,
        Self::Account,
        Self::Mailbox,
        Self::Mailing,
        Self::AccessAnchor,
        Self::Setting,
        Self::Hold,
        Self::Purge,
        Self::Event,
        Self::Receipt,
    ];

    /// What one of its records is called, such as `site`; so is the table that holds them.
    #[must_use]
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Landlord => "landlord",
            Self::Site => "site",
            Self::Building => "building",
            Self::Surrounding => "surrounding",
            Self::Tract => "tract",
            Self::Dataset => "dataset",
            Self::Road => "road",
            Self::Turn => "turn",
            Self::RoadSpeed => "road_speed",
            Self::SiteNote => "site_note",
            Self::Hazard => "hazard",
            Self::Incident => "incident",
            Self::Patrol => "patrol",
            Self::Position => "position",
            Self::Step => "step",
            Self::Alert => "alert",
            Self::Signal => "signal",
            Self::Situation => "situation",
            Self::Account => "account",
            Self::Mailbox => "mailbox",
            Self::Mailing => "mailing",
            Self::AccessAnchor => "access_anchor",
            Self::Setting => "setting",
            Self::Hold => "hold",
            Self::Purge => "purge",
            Self::Event => "event",
            Self::Receipt => "receipt",
        }
    }

    /// What its records are called together, such as `sites`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Landlord => "landlords",
            Self::Site => "sites",
            Self::Building => "buildings",
            Self::Surrounding => "surroundings",
            Self::Tract => "tracts",
            Self::Dataset => "datasets",
            Self::Road => "roads",
            Self::Turn => "turns",
            Self::RoadSpeed => "road_speeds",
            Self::SiteNote => "site_notes",
            Self::Hazard => "hazards",
            Self::Incident => "incidents",
            Self::Patrol => "patrols",
            Self::Position => "positions",
            Self::Step => "steps",
            Self::Alert => "alerts",
            Self::Signal => "signals",
            Self::Situation => "situations",
            Self::Account => "accounts",
            Self::Mailbox => "mailboxes",
            Self::Mailing => "mailings",
            Self::AccessAnchor => "access_anchors",
            Self::Setting => "settings",
            Self::Hold => "holds",
            Self::Purge => "purges",
            Self::Event => "events",
            Self::Receipt => "receipts",
        }
    }
}

/// An item of the stock, and the event that changed it last.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped<T> {
    /// The item.
    pub item: T,
    /// The event.
    pub seq: Seq,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The stock.
    Stock,
    /// An incident.
    Incident {
        /// Which.
        id: IncidentId,
        /// When it was reported, as its own record says: a store may divide incidents by it.
        reported_at: Timestamp,
    },
    /// A patrol.
    Patrol(PatrolId),
    /// An alert.
    Alert(AlertId),
    /// A situation.
    Situation(SituationId),
    /// An account.
    Account(AccountId),
    /// What is turned on.
    Setting(SettingName),
    /// A hold.
    Hold(HoldId),
    /// The purge with that number.
    Purge(u64),
    /// What is no longer there.
    Gone,
}

/// A step of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// The incident.
    pub incident: IncidentId,
    /// Its place among the steps of the incident, from 0.
    pub ordinal: u32,
    /// What was done.
    pub step: Step,
}

/// An event without the state of its subject, which is a record of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its number.
    pub seq: Seq,
    /// When the store took it.
    pub recorded_at: Timestamp,
    /// What it is about.
    pub subject: Subject,
    /// Which account did it, where it is about an account.
    pub author: Option<AccountId>,
}

/// Which event a request made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecord {
    /// The request's key.
    pub key: IdempotencyKey,
    /// What it asked.
    pub request: RequestDigest,
    /// The event that it made.
    pub seq: Seq,
}

/// Records of one kind, never none, [`crate::store::PIECE_FACTS_MAX`] at most, in ascending order of the
/// bytes of their key.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// By id.
    Landlords(Vec<Stamped<Landlord>>),
    /// By code.
    Sites(Vec<Stamped<Site>>),
    /// By id; each with its halls.
    Buildings(Vec<Stamped<Building>>),
    /// By id.
    Surroundings(Vec<Stamped<Surrounding>>),
    /// By code, then by vintage.
    Tracts(Vec<Stamped<Tract>>),
    /// By id; each with its variables and rows.
    Datasets(Vec<Stamped<Dataset>>),
    /// By id.
    Roads(Vec<Stamped<Road>>),
    /// By id.
    Turns(Vec<Stamped<Turn>>),
    /// By the name of the class.
    RoadSpeeds(Vec<Stamped<ClassSpeeds>>),
    /// By site, then by the name of the topic.
    SiteNotes(Vec<Stamped<SiteNote>>),
    /// By site, then by the name of the kind.
    Hazards(Vec<Stamped<Hazard>>),
    /// By id; their steps are records of their own.
    Incidents(Vec<Incident>),
    /// By id.
    Patrols(Vec<Patrol>),
    /// By patrol.
    Positions(Vec<PositionFix>),
    /// By incident, then in their order.
    Steps(Vec<StepRecord>),
    /// By id.
    Alerts(Vec<Alert>),
    /// By number.
    Signals(Vec<KeptSignal>),
    /// By id.
    Situations(Vec<Situation>),
    /// By id.
    Accounts(Vec<Account>),
    /// By landlord.
    Mailboxes(Vec<Mailbox>),
    /// By landlord, then by night, then by ordinal.
    Mailings(Vec<Mailing>),
    /// By log, then by day.
    AccessAnchors(Vec<AccessAnchor>),
    /// By name.
    Settings(Vec<Setting>),
    /// By id.
    Holds(Vec<Hold>),
    /// By number.
    Purges(Vec<Purge>),
    /// By number.
    Events(Vec<EventRecord>),
    /// By key.
    Receipts(Vec<ReceiptRecord>),
}

impl Piece {
    /// What its records are.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Landlords(_) => RecordKind::Landlord,
            Self::Sites(_) => RecordKind::Site,
            Self::Buildings(_) => RecordKind::Building,
            Self::Surroundings(_) => RecordKind::Surrounding,
            Self::Tracts(_) => RecordKind::Tract,
            Self::Datasets(_) => RecordKind::Dataset,
            Self::Roads(_) => RecordKind::Road,
            Self::Turns(_) => RecordKind::Turn,
            Self::RoadSpeeds(_) => RecordKind::RoadSpeed,
            Self::SiteNotes(_) => RecordKind::SiteNote,
            Self::Hazards(_) => RecordKind::Hazard,
            Self::Incidents(_) => RecordKind::Incident,
            Self::Patrols(_) => RecordKind::Patrol,
            Self::Positions(_) => RecordKind::Position,
            Self::Steps(_) => RecordKind::Step,
            Self::Alerts(_) => RecordKind::Alert,
            Self::Signals(_) => RecordKind::Signal,
            Self::Situations(_) => RecordKind::Situation,
            Self::Accounts(_) => RecordKind::Account,
            Self::Mailboxes(_) => RecordKind::Mailbox,
            Self::Mailings(_) => RecordKind::Mailing,
            Self::AccessAnchors(_) => RecordKind::AccessAnchor,
            Self::Settings(_) => RecordKind::Setting,
            Self::Holds(_) => RecordKind::Hold,
            Self::Purges(_) => RecordKind::Purge,
            Self::Events(_) => RecordKind::Event,
            Self::Receipts(_) => RecordKind::Receipt,
        }
    }

    /// How many records it has.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a piece has records")]
    pub const fn len(&self) -> usize {
        match self {
            Self::Landlords(records) => records.len(),
            Self::Sites(records) => records.len(),
            Self::Buildings(records) => records.len(),
            Self::Surroundings(records) => records.len(),
            Self::Tracts(records) => records.len(),
            Self::Datasets(records) => records.len(),
            Self::Roads(records) => records.len(),
            Self::Turns(records) => records.len(),
            Self::RoadSpeeds(records) => records.len(),
            Self::SiteNotes(records) => records.len(),
            Self::Hazards(records) => records.len(),
            Self::Incidents(records) => records.len(),
            Self::Patrols(records) => records.len(),
            Self::Positions(records) => records.len(),
            Self::Steps(records) => records.len(),
            Self::Alerts(records) => records.len(),
            Self::Signals(records) => records.len(),
            Self::Situations(records) => records.len(),
            Self::Accounts(records) => records.len(),
            Self::Mailboxes(records) => records.len(),
            Self::Mailings(records) => records.len(),
            Self::AccessAnchors(records) => records.len(),
            Self::Settings(records) => records.len(),
            Self::Holds(records) => records.len(),
            Self::Purges(records) => records.len(),
            Self::Events(records) => records.len(),
            Self::Receipts(records) => records.len(),
        }
    }
}
