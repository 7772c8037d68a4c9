//! The transaction: facts are numbered and become durable, all or none.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{
    account_rows, alert_rows, anchor_rows, fault::told, incident_rows, log, mailing_rows,
    patrol_rows, purging, register_rows, setting_rows, signal_rows, situation_rows, step_rows,
    stock_put,
};
use crate::{
    access::AccessAnchor,
    closed_list::ClosedList as _,
    event::{Event, Fact, Seq},
    incident::IdempotencyKey,
    mailing::{Mailbox, Mailing},
    patrol::PositionFix,
    retention::{HoldId, Kept, RegisterEnds},
    signal::Signal,
    store::{
        Batch, Due, KeptSignal, Log, MailChange, NewFact, Receipt, StoreError, Transaction,
        archive::{EventRecord, Subject},
    },
    time::{Date, Timestamp},
};

const PUT_EVENT: &str = "
    INSERT INTO event (
        seq, recorded_at, fact, incident, patrol, alert, situation, account, author, setting, hold, purge
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
";

/// A write that has the lock. Dropping it rolls it back.
pub(super) struct SqliteTransaction<'a> {
    inner: rusqlite::Transaction<'a>,
    head: Seq,
}

impl<'a> SqliteTransaction<'a> {
    /// Takes the write lock at once (`BEGIN IMMEDIATE`), so that the head stays the head.
    pub(super) fn begin(connection: &'a mut Connection) -> Result<Self, StoreError> {
        let inner =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
        let head = log::head(&inner)?;
        Ok(Self { inner, head })
    }

    fn put(&self, new: &NewFact, seq: Seq, recorded_at: Timestamp) -> Result<(), StoreError> {
        // The subject before the event that refers to it; rows of the stock after their event.
        let subject = match &new.fact {
            Fact::IncidentRecorded(incident) => {
                incident_rows::put(&self.inner, incident)?;
                if let Some((last, before)) = incident.steps.split_last() {
                    step_rows::put(&self.inner, incident.id, before.len(), last)?;
                }
                Subject::Incident { id: incident.id, reported_at: incident.reported_at }
            }
            Fact::PatrolRecorded(patrol) => {
                patrol_rows::put(&self.inner, patrol)?;
                Subject::Patrol(patrol.id.clone())
            }
            Fact::AlertRecorded(alert) => {
                alert_rows::put(&self.inner, alert)?;
                Subject::Alert(alert.id)
            }
            Fact::SituationRecorded(situation) => {
                situation_rows::put(&self.inner, situation)?;
                Subject::Situation(situation.id)
            }
            Fact::AccountRecorded(account) => {
                account_rows::put(&self.inner, account)?;
                Subject::Account(account.id)
            }
            Fact::SettingChanged(setting) => {
                setting_rows::put(&self.inner, setting)?;
                Subject::Setting(setting.name)
            }
            Fact::HoldRecorded(hold) => {
                register_rows::put_hold(&self.inner, hold)?;
                Subject::Hold(hold.id)
            }
            Fact::Purged(purge) => {
                purging::remove(&self.inner, purge)?;
                register_rows::put_purge(&self.inner, purge)?;
                Subject::Purge(purge.number)
            }
            Fact::StockChanged(_) => Subject::Stock,
            Fact::Gone => Subject::Gone,
        };
        let event = EventRecord { seq, recorded_at, subject, author: new.author };
        put_event(&self.inner, &event)?;
        if let Fact::StockChanged(change) = &new.fact {
            stock_put::put(&self.inner, change, seq)?;
        }
        if let Some((key, request)) = &new.key {
            incident_rows::put_receipt(&self.inner, key, request, seq)?;
        }
        Ok(())
    }
}

impl Log for SqliteTransaction<'_> {
    fn events_after(&mut self, seq: Seq) -> Result<Vec<Event>, StoreError> {
        log::events_after(&self.inner, seq)
    }

    fn last_fixes(&mut self) -> Result<Vec<PositionFix>, StoreError> {
        patrol_rows::last_fixes(&self.inner)
    }

    fn receipt(&mut self, key: &IdempotencyKey) -> Result<Option<Receipt>, StoreError> {
        log::receipt(&self.inner, key)
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        mailing_rows::mailboxes(&self.inner)
    }

    fn mailings(&mut self, first: Date, last: Date) -> Result<Vec<Mailing>, StoreError> {
        mailing_rows::mailings(&self.inner, first, last)
    }

    fn access_anchors(&mut self) -> Result<Vec<AccessAnchor>, StoreError> {
        anchor_rows::all(&self.inner)
    }

    fn signals_after(
        &mut self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<KeptSignal>, StoreError> {
        signal_rows::after(&self.inner, number, since)
    }

    fn register_ends(&mut self) -> Result<RegisterEnds, StoreError> {
        register_rows::ends(&self.inner)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn head(&self) -> Seq {
        self.head
    }

    fn due(
        &mut self,
        what: Kept,
        before: Timestamp,
        holds: &[HoldId],
        at_most: u64,
    ) -> Result<Due, StoreError> {
        purging::due(&self.inner, what, before, holds, at_most)
    }

    fn commit(self: Box<Self>, batch: Batch) -> Result<Vec<Event>, StoreError> {
        let Batch { recorded_at, facts, fixes } = batch;
        let mut events = Vec::with_capacity(facts.len());
        let mut seq = self.head;
        for new in facts {
            seq = seq.next();
            self.put(&new, seq, recorded_at)?;
            events.push(Event { seq, recorded_at, fact: new.fact });
        }
        for fix in &fixes {
            patrol_rows::put_fix(&self.inner, fix)?;
        }
        self.inner.commit().map_err(told)?;
        Ok(events)
    }

    fn commit_mail(self: Box<Self>, change: MailChange) -> Result<(), StoreError> {
        mailing_rows::put_change(&self.inner, &change)?;
        self.inner.commit().map_err(told)
    }

    fn commit_signals(
        self: Box<Self>,
        received_at: Timestamp,
        signals: &[Signal],
    ) -> Result<Vec<KeptSignal>, StoreError> {
        let new = signal_rows::add(&self.inner, received_at, signals)?;
        // What is there already is no news.
        if !new.is_empty() {
            self.inner.commit().map_err(told)?;
        }
        Ok(new)
    }

    fn commit_anchor(self: Box<Self>, anchor: &AccessAnchor) -> Result<(), StoreError> {
        anchor_rows::put(&self.inner, anchor)?;
        self.inner.commit().map_err(told)
    }
}

/// Writes an event, whose number follows the last one.
pub(super) fn put_event(connection: &Connection, event: &EventRecord) -> Result<(), StoreError> {
    let (mut incident, mut patrol, mut alert, mut account) = (None, None, None, None);
    let (mut situation, mut setting, mut hold, mut purge) = (None, None, None, None);
    let fact = match &event.subject {
        Subject::Stock => "stock",
        Subject::Incident { id, .. } => {
            incident = Some(id.uuid().into_bytes());
            "incident"
        }
        Subject::Patrol(id) => {
            patrol = Some(id.as_str());
            "patrol"
        }
        Subject::Alert(id) => {
            alert = Some(id.uuid().into_bytes());
            "alert"
        }
        Subject::Situation(id) => {
            situation = Some(id.uuid().into_bytes());
            "situation"
        }
        Subject::Account(id) => {
            account = Some(id.uuid().into_bytes());
            "account"
        }
        Subject::Setting(name) => {
            setting = Some(name.as_str());
            "setting"
        }
        Subject::Hold(id) => {
            hold = Some(id.uuid().into_bytes());
            "hold"
        }
        Subject::Purge(number) => {
            purge = Some(*number);
            "purge"
        }
        Subject::Gone => "gone",
    };
    let (seq, recorded_at) = (event.seq.0, event.recorded_at.unix_ms());
    let author = event.author.map(|id| id.uuid().into_bytes());
    let mut put = connection.prepare_cached(PUT_EVENT).map_err(told)?;
    let about = params![
        seq,
        recorded_at,
        fact,
        incident,
        patrol,
        alert,
        situation,
        account,
        author,
        setting,
        hold,
        purge
    ];
    put.execute(about).map_err(told)?;
    Ok(())
}

/// See [`crate::store::Store::probe`].
pub(super) fn probe(connection: &mut Connection) -> Result<(), StoreError> {
    let inner =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
    // We do not use the user version. Setting it, even to what it is, writes a page.
    inner.pragma_update(None, "user_version", 0).map_err(told)?;
    inner.commit().map_err(told)
}
