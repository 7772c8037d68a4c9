//! Rows of `event`.

use uuid::Uuid;

use super::{
    column::{column, of_instant, of_seq},
    connection::Call,
};
use crate::{
    access::{AccountId, SettingName},
    alert::AlertId,
    closed_list::ClosedList as _,
    correlation::SituationId,
    event::{Fact, Seq},
    incident::Incident,
    patrol::PatrolId,
    retention::HoldId,
    store::NewFact,
    time::Timestamp,
};

const PUT: &str = "
    INSERT INTO event (
        seq, recorded_at, fact, incident, incident_reported_at, patrol, alert, account, author,
        setting, hold, purge, situation
    )
    SELECT * FROM unnest(
        $1::BIGINT[], $2::TIMESTAMPTZ[], $3::TEXT[], $4::UUID[], $5::TIMESTAMPTZ[], $6::TEXT[],
        $7::UUID[], $8::UUID[], $9::UUID[], $10::TEXT[], $11::UUID[], $12::BIGINT[],
        $13::UUID[]
    )
";

/// An event, as its row names its subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventRow<'a> {
    /// Its number.
    pub(super) seq: Seq,
    /// When the server took it.
    pub(super) recorded_at: Timestamp,
    /// [`Fact::name`].
    pub(super) fact: &'static str,
    /// The incident that it is about: its id, and when it was reported.
    pub(super) incident: Option<(Uuid, Timestamp)>,
    /// The patrol that it is about.
    pub(super) patrol: Option<&'a PatrolId>,
    /// The alert that it is about.
    pub(super) alert: Option<AlertId>,
    /// The situation that it is about.
    pub(super) situation: Option<SituationId>,
    /// The account that it is about.
    pub(super) account: Option<AccountId>,
    /// The account that did it.
    pub(super) author: Option<AccountId>,
    /// The setting that it is about.
    pub(super) setting: Option<SettingName>,
    /// The hold that it is about.
    pub(super) hold: Option<HoldId>,
    /// The purge that it is about.
    pub(super) purge: Option<u64>,
}

impl<'a> EventRow<'a> {
    /// The row of event `seq`, which says `new`.
    pub(super) fn of(seq: Seq, recorded_at: Timestamp, new: &'a NewFact) -> Self {
        let author = new.author;
        let about = Self { author, ..Self::about_nothing(seq, recorded_at, new.fact.name()) };
        match &new.fact {
            Fact::IncidentRecorded(Incident { id, reported_at, .. }) => {
                Self { incident: Some((id.uuid(), *reported_at)), ..about }
            }
            Fact::PatrolRecorded(patrol) => Self { patrol: Some(&patrol.id), ..about },
            Fact::AlertRecorded(alert) => Self { alert: Some(alert.id), ..about },
            Fact::SituationRecorded(situation) => Self { situation: Some(situation.id), ..about },
            Fact::AccountRecorded(account) => Self { account: Some(account.id), ..about },
            Fact::SettingChanged(setting) => Self { setting: Some(setting.name), ..about },
            Fact::HoldRecorded(hold) => Self { hold: Some(hold.id), ..about },
            Fact::Purged(purge) => Self { purge: Some(purge.number), ..about },
            Fact::StockChanged(_) | Fact::Gone => about,
        }
    }

    /// The row of an event that names no subject yet.
    pub(super) const fn about_nothing(
        seq: Seq,
        recorded_at: Timestamp,
        fact: &'static str,
    ) -> Self {
        Self {
            seq,
            recorded_at,
            fact,
            incident: None,
            patrol: None,
            alert: None,
            situation: None,
            account: None,
            author: None,
            setting: None,
            hold: None,
            purge: None,
        }
    }
}

/// Writes events, whose numbers follow the last one.
pub(super) fn put<'a>(events: &[EventRow<'a>]) -> Vec<Call<'a>> {
    let values = [
        column(events, |row| of_seq(row.seq)),
        column(events, |row| of_instant(row.recorded_at)),
        column(events, |row| row.fact),
        column(events, |row| row.incident.map(|(id, _)| id)),
        column(events, |row| row.incident.map(|(_, reported_at)| of_instant(reported_at))),
        column(events, |row| row.patrol.map(PatrolId::as_str)),
        column(events, |row| row.alert.map(AlertId::uuid)),
        column(events, |row| row.account.map(AccountId::uuid)),
        column(events, |row| row.author.map(AccountId::uuid)),
        column(events, |row| row.setting.map(|name| name.as_str())),
        column(events, |row| row.hold.map(HoldId::uuid)),
        column(events, |row| row.purge.map(u64::cast_signed)),
        column(events, |row| row.situation.map(SituationId::uuid)),
    ];
    vec![Call::new(PUT, values)]
}
