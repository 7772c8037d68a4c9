//! The transaction: facts are numbered and become durable, all or none.

use tokio_postgres::SimpleQueryRow;

use super::{
    account_rows, alert_rows, anchor_rows,
    connection::Connection,
    event_rows::{self, EventRow},
    fault::unreadable,
    incident_rows, log, mailing_rows, patrol_rows, purging, register_rows, setting_rows,
    signal_rows, situation_rows, step_rows, stock_put,
};
use crate::{
    access::{AccessAnchor, Account, Setting},
    alert::Alert,
    correlation::Situation,
    event::{Event, Fact, Seq},
    incident::{IdempotencyKey, Incident},
    mailing::{Mailbox, Mailing},
    patrol::{Patrol, PositionFix},
    retention::{Hold, HoldId, Kept, Purge, RegisterEnds},
    signal::Signal,
    store::{Batch, Due, KeptSignal, Log, MailChange, NewFact, Receipt, StoreError, Transaction},
    time::{Date, Timestamp},
};

/// Takes the lock of every writer and tells the head in one round trip. Whoever had to wait for the lock
/// sees the row as the other one left it, and every later statement what the other one wrote.
const BEGIN: &str = "
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT seq, commits FROM vigie.head FOR UPDATE
";

/// A write that has the lock. Dropping it rolls it back.
pub(super) struct PostgresTransaction<'a> {
    connection: Connection<'a>,
    /// Who commits, for those who listen.
    name: &'a str,
    head: Seq,
    /// The number of commits before this one.
    commits: u64,
    /// The number of commits that the store knows of.
    seen_commits: &'a mut u64,
}

impl<'a> PostgresTransaction<'a> {
    /// Takes the lock, so that the head stays the head.
    pub(super) fn begin(
        connection: Connection<'a>,
        name: &'a str,
        seen_commits: &'a mut u64,
    ) -> Result<Self, StoreError> {
        let row = connection.begin(BEGIN)?.ok_or_else(|| unreadable("head", "has no row"))?;
        let (head, commits) = (Seq(number(&row, 0)?), number(&row, 1)?);
        Ok(Self { connection, name, head, commits, seen_commits })
    }

    /// What it writes through.
    pub(super) const fn connection(&self) -> &Connection<'a> {
        &self.connection
    }

    /// Commits what was written, counts it, and tells those who listen.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        self.connection.commit(&format!(
            "UPDATE vigie.head SET commits = commits + 1; NOTIFY vigie, '{}'",
            self.name
        ))?;
        // What others have committed before stays news.
        if *self.seen_commits == self.commits {
            *self.seen_commits += 1;
        }
        Ok(())
    }

    /// Writes facts of which none, or the only one, is a change of the stock.
    fn put(&self, first: Seq, recorded_at: Timestamp, facts: &[NewFact]) -> Result<(), StoreError> {
        let numbered = || (first.0..).map(Seq).zip(facts);
        let incidents: Vec<_> = facts.iter().filter_map(incident_of).collect();
        let patrols: Vec<_> = facts.iter().filter_map(patrol_of).collect();
        let alerts: Vec<_> = facts.iter().filter_map(alert_of).collect();
        let situations: Vec<_> = facts.iter().filter_map(situation_of).collect();
        let accounts: Vec<_> = facts.iter().filter_map(account_of).collect();
        let settings: Vec<_> = facts.iter().filter_map(setting_of).collect();
        let holds: Vec<_> = facts.iter().filter_map(hold_of).collect();
        let purges: Vec<_> = facts.iter().filter_map(purge_of).collect();
        let steps: Vec<_> = incidents.iter().filter_map(|one| step_rows::last_of(one)).collect();
        let events: Vec<_> =
            numbered().map(|(seq, new)| EventRow::of(seq, recorded_at, new)).collect();
        let receipts: Vec<_> = numbered()
            .filter_map(|(seq, new)| new.key.as_ref().map(|(key, request)| (key, request, seq)))
            .collect();
        purges.iter().try_for_each(|purge| purging::remove(&self.connection, purge))?;
        // The subject before the event that refers to it; rows of the stock after their event.
        let mut calls = incident_rows::put(&incidents);
        calls.extend(patrol_rows::put(&patrols));
        calls.extend(step_rows::put(&steps));
        calls.extend(alert_rows::put(&alerts));
        calls.extend(situation_rows::put(&situations));
        calls.extend(account_rows::put(&accounts));
        calls.extend(setting_rows::put(&settings));
        calls.extend(register_rows::put_holds(&holds));
        calls.extend(register_rows::put_purges(&purges));
        calls.extend(event_rows::put(&events));
        calls.extend(incident_rows::put_receipts(&receipts));
        self.connection.send(&calls)?;
        match facts {
            [NewFact { fact: Fact::StockChanged(change), .. }] => {
                stock_put::put(&self.connection, change, first)
            }
            _ => Ok(()),
        }
    }
}

impl Log for PostgresTransaction<'_> {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        log::events_after(&self.connection, seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        patrol_rows::last_fixes(&self.connection)
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        log::receipt(&self.connection, key)
    }

    fn receipts(&mut self, keys: &[IdempotencyKey]) -> Result<Vec<Option<Receipt>>, StoreError> {
        log::receipts(&self.connection, keys)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        mailing_rows::mailboxes(&self.connection)
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        mailing_rows::mailings(&self.connection, first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        anchor_rows::all(&self.connection)
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        signal_rows::after(&self.connection, number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        register_rows::ends(&self.connection)
    }
}

impl Transaction for PostgresTransaction<'_> {
    fn head(&self) -> Seq {
        self.head
    }

    fn take_time(&mut self) -> Result<(), StoreError> {
        self.connection.run("SET LOCAL idle_in_transaction_session_timeout = '5min'")
    }

    fn due(
        &mut self,
        what: Kept,
        before: Timestamp,
        holds: &[HoldId],
        at_most: u64,
    ) -> Result<Due, StoreError> {
        purging::due(&self.connection, what, before, holds, at_most)
    }

    fn commit(self: Box<Self>, batch: Batch) -> Result<Vec<Event>, StoreError> {
        let Batch { recorded_at, facts, fixes } = batch;
        let mut next = self.head.next();
        // Together what depends on nothing else; a change of the stock or a purge by itself, in its place.
        for together in facts.chunk_by(|a, b| !is_alone(a) && !is_alone(b)) {
            self.put(next, recorded_at, together)?;
            next.0 += together.len() as u64;
        }
        self.connection.send(&patrol_rows::put_fixes(&fixes))?;
        let first = self.head.next();
        self.finish()?;
        let numbered = (first.0..).map(Seq).zip(facts);
        Ok(numbered.map(|(seq, new)| Event { seq, recorded_at, fact: new.fact }).collect())
    }

    fn commit_mail(self: Box<Self>, change: MailChange) -> Result<(), StoreError> {
        self.connection.send(&[mailing_rows::put_change(&change)])?;
        self.finish()
    }

    fn commit_signals(
        self: Box<Self>,
        received_at: Timestamp,
        signals: &[Signal],
    ) -> Result<Vec<KeptSignal>, StoreError> {
        let new = signal_rows::add(&self.connection, received_at, signals)?;
        // What is there already is no news.
        if !new.is_empty() {
            self.finish()?;
        }
        Ok(new)
    }

    fn commit_anchor(self: Box<Self>, anchor: &AccessAnchor) -> Result<(), StoreError> {
        self.connection.send(&[anchor_rows::put(std::slice::from_ref(anchor))])?;
        self.finish()
    }
}

const fn is_alone(new: &NewFact) -> bool {
    matches!(new.fact, Fact::StockChanged(_) | Fact::Purged(_))
}

const fn incident_of(new: &NewFact) -> Option<&Incident> {
    if let Fact::IncidentRecorded(incident) = &new.fact { Some(incident) } else { None }
}

const fn patrol_of(new: &NewFact) -> Option<&Patrol> {
    if let Fact::PatrolRecorded(patrol) = &new.fact { Some(patrol) } else { None }
}

const fn alert_of(new: &NewFact) -> Option<&Alert> {
    if let Fact::AlertRecorded(alert) = &new.fact { Some(alert) } else { None }
}

const fn situation_of(new: &NewFact) -> Option<&Situation> {
    if let Fact::SituationRecorded(situation) = &new.fact { Some(situation) } else { None }
}

const fn account_of(new: &NewFact) -> Option<&Account> {
    if let Fact::AccountRecorded(account) = &new.fact { Some(account) } else { None }
}

const fn setting_of(new: &NewFact) -> Option<&Setting> {
    if let Fact::SettingChanged(setting) = &new.fact { Some(setting) } else { None }
}

const fn hold_of(new: &NewFact) -> Option<&Hold> {
    if let Fact::HoldRecorded(hold) = &new.fact { Some(hold) } else { None }
}

const fn purge_of(new: &NewFact) -> Option<&Purge> {
    if let Fact::Purged(purge) = &new.fact { Some(purge) } else { None }
}

/// The number in column `at` of a row that came as text.
fn number(row: &SimpleQueryRow, at: usize) -> Result<u64, StoreError> {
    let text = row.try_get(at).ok().flatten().unwrap_or_default();
    text.parse().map_err(|e| unreadable("head", format!("`{text}` {e}")))
}

/// See [`crate::store::Store::probe`].
pub(super) fn probe(connection: Connection<'_>) -> Result<(), StoreError> {
    connection.begin(BEGIN)?;
    // To what it is: that writes a new version of the row.
    connection.commit("UPDATE vigie.head SET seq = seq")
}
