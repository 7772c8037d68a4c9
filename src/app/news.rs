//! [`News`]: what has just changed, told to whoever listens, in the order of the log.
//!
//! It says of which incident or patrol an event is, and carries the state before and after: whoever listens
//! renders from the state, as any reader does. Positions are no events and so no news.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tokio::sync::broadcast;

use super::{App, lock};
use crate::{
    access::{AccountId, SettingName},
    alert::AlertId,
    correlation::SituationId,
    event::{Event, Fact, Seq},
    incident::IncidentId,
    patrol::PatrolId,
    retention::{Kept, Purge},
    stock::{SiteCode, StockChange},
    twin::{Snapshot, Twin},
};

/// Commits that a listener may be behind: it is then told that it missed some. News is light, but holds states.
const UNHEARD_MAX: usize = 256;

/// What one publication of the twin changed.
#[derive(Debug)]
pub struct News {
    /// The state that was replaced.
    pub before: Arc<Snapshot>,
    /// The state now.
    pub after: Arc<Snapshot>,
    /// What lies between.
    pub what: What,
}

/// How one state became another.
#[derive(Debug)]
pub enum What {
    /// By these events, in their order, without a gap.
    Events(Vec<(Seq, Subject)>),
    /// The store was read anew, with another history: what was told before may never have been.
    Anew,
}

/// Sites of which one event may tell by name: an import that changes what is told of more is a change of the stock.
const SITES_TOLD_MAX: usize = 32;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The stock.
    Stock,
    /// What crews are told of these sites, and nothing else of the stock.
    Briefings(BTreeSet<SiteCode>),
    /// An incident.
    Incident(IncidentId),
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
    /// A purge, and whether anything went that clients show.
    Purge {
        /// Whether anything went that clients show.
        shows: bool,
    },
    /// What concerns no client: a hold, or what is no longer there.
    Nobodys,
}

/// The hearing end.
pub type Listener = broadcast::Receiver<Arc<News>>;

impl App {
    /// Hears of every change from here on, whoever wrote it. Ends with [`App::stop_telling`].
    #[must_use]
    pub fn listen(&self) -> Listener {
        self.shared.desk.listen()
    }

    /// Ends every listener, present and future: the program stops, and nobody is to wait for news.
    pub fn stop_telling(&self) {
        lock(&self.shared.desk.mouth).take();
    }
}

/// Where the twin is published: each new state is told of as it appears, so that neither comes without the other.
pub(super) struct NewsDesk {
    twin: Twin,
    /// `None` once the program stops.
    mouth: Mutex<Option<broadcast::Sender<Arc<News>>>>,
}

impl NewsDesk {
    pub(super) fn new(twin: Twin) -> Self {
        Self { twin, mouth: Mutex::new(Some(broadcast::Sender::new(UNHEARD_MAX))) }
    }

    /// The state now.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.twin.snapshot()
    }

    /// Puts `state` in the place of the state now.
    pub(super) fn publish(&self, state: Snapshot, what: What) {
        let before = self.twin.snapshot();
        self.twin.publish(state);
        if matches!(&what, What::Events(events) if events.is_empty()) {
            return;
        }
        if let Some(mouth) = lock(&self.mouth).as_ref() {
            let after = self.twin.snapshot();
            // Nobody listens to a program that only imports.
            let _ = mouth.send(Arc::new(News { before, after, what }));
        }
    }

    fn listen(&self) -> Listener {
        match lock(&self.mouth).as_ref() {
            Some(mouth) => mouth.subscribe(),
            // Without a sender it ends at once.
            None => broadcast::Sender::new(1).subscribe(),
        }
    }
}

impl Subject {
    /// What `event` is about, with its number.
    pub(super) fn of(event: &Event) -> (Seq, Self) {
        let subject = match &event.fact {
            Fact::StockChanged(change) => Self::of_stock(change),
            Fact::IncidentRecorded(incident) => Self::Incident(incident.id),
            Fact::PatrolRecorded(patrol) => Self::Patrol(patrol.id.clone()),
            Fact::AlertRecorded(alert) => Self::Alert(alert.id),
            Fact::SituationRecorded(situation) => Self::Situation(situation.id),
            Fact::AccountRecorded(account) => Self::Account(account.id),
            Fact::SettingChanged(setting) => Self::Setting(setting.name),
            Fact::Purged(purge) => Self::Purge { shows: is_shown(purge) },
            Fact::HoldRecorded(_) | Fact::Gone => Self::Nobodys,
        };
        (event.seq, subject)
    }

    /// A change may be empty where an earlier event has told of it: see [`crate::store::Log::events_after`].
    fn of_stock(change: &StockChange) -> Self {
        let noted = change.notes.iter().map(|note| &note.site);
        let sites: BTreeSet<SiteCode> =
            noted.chain(change.hazards.iter().map(|hazard| &hazard.site)).cloned().collect();
        let is_small = change.has_only_briefings() && sites.len() <= SITES_TOLD_MAX;
        if is_small { Self::Briefings(sites) } else { Self::Stock }
    }
}

/// Whether a purge removed something that clients show.
fn is_shown(purge: &Purge) -> bool {
    let shown = [Kept::Incidents, Kept::Identities, Kept::Alerts, Kept::Hazards, Kept::Situations];
    shown.into_iter().any(|what| purge.count_of(what) > 0)
}
