//! Rows of `event`.

use std::time::SystemTime;

use uuid::Uuid;

use super::{
    column::{of_instant, of_seq},
    connection::Connection,
};
use crate::{
    event::{Fact, Seq},
    incident::Incident,
    patrol::PatrolId,
    store::StoreError,
    time::Timestamp,
};

const PUT: &str = "
    INSERT INTO event (seq, recorded_at, fact, incident, incident_reported_at, patrol)
    SELECT * FROM unnest(
        $1::BIGINT[], $2::TIMESTAMPTZ[], $3::TEXT[], $4::UUID[], $5::TIMESTAMPTZ[], $6::TEXT[]
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
}

impl<'a> EventRow<'a> {
    /// The row of event `seq`, which says `fact`.
    pub(super) fn of(seq: Seq, recorded_at: Timestamp, fact: &'a Fact) -> Self {
        let (incident, patrol) = match fact {
            Fact::IncidentRecorded(Incident { id, reported_at, .. }) => {
                (Some((id.uuid(), *reported_at)), None)
            }
            Fact::PatrolRecorded(patrol) => (None, Some(&patrol.id)),
            Fact::StockChanged(_) => (None, None),
        };
        Self { seq, recorded_at, fact: fact.name(), incident, patrol }
    }
}

/// Writes events, whose numbers follow the last one.
pub(super) fn put(connection: &Connection<'_>, events: &[EventRow<'_>]) -> Result<(), StoreError> {
    let seqs: Vec<i64> = events.iter().map(|event| of_seq(event.seq)).collect::<Result<_, _>>()?;
    let recorded: Vec<_> = events.iter().map(|event| of_instant(event.recorded_at)).collect();
    let facts: Vec<&str> = events.iter().map(|event| event.fact).collect();
    let incidents: Vec<Option<Uuid>> =
        events.iter().map(|event| event.incident.map(|(id, _)| id)).collect();
    let reported: Vec<Option<SystemTime>> =
        events.iter().map(|event| event.incident.map(|(_, at)| of_instant(at))).collect();
    let patrols: Vec<Option<&str>> =
        events.iter().map(|event| event.patrol.map(PatrolId::as_str)).collect();
    connection.execute(PUT, &[&seqs, &recorded, &facts, &incidents, &reported, &patrols])
}
