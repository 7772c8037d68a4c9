//! Rows of `step`.

use std::collections::HashMap;

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::{Call, Connection, Values},
    fault::unreadable,
};
use crate::{
    closed_list::ClosedList as _,
    incident::{Incident, IncidentId, Remark, Report, Step},
    patrol::PatrolId,
    store::{StoreError, archive::StepRecord},
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "incident, ordinal, action, at, recorded_at, actor, patrol, reason, override_reason, \
     partner, other, outcome, people, with_police, remark";
/// Their types.
pub(super) const TYPES: [Type; 15] = [
    Type::UUID,
    Type::INT4,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::UUID,
    Type::TEXT,
    Type::TEXT,
    Type::BOOL,
    Type::TEXT,
];

const PUT: &str = "
    INSERT INTO step (
        incident, ordinal, action, at, recorded_at, actor, patrol, reason, override_reason, partner, other,
        outcome, people, with_police, remark
    )
    SELECT * FROM unnest(
        $1::UUID[], $2::INTEGER[], $3::TEXT[], $4::TIMESTAMPTZ[], $5::TIMESTAMPTZ[], $6::TEXT[], $7::TEXT[],
        $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::UUID[], $12::TEXT[], $13::TEXT[], $14::BOOLEAN[],
        $15::TEXT[]
    )
    ON CONFLICT (incident, ordinal) DO NOTHING
";

/// A step and its place.
pub(super) type StepRow<'a> = (IncidentId, usize, &'a Step);

/// The last step of an incident, where it has any.
pub(super) fn last_of(incident: &Incident) -> Option<StepRow<'_>> {
    incident.steps.split_last().map(|(last, before)| (incident.id, before.len(), last))
}

/// Writes steps, unless they are there.
pub(super) fn put<'a>(rows: &[StepRow<'a>]) -> Vec<Call<'a>> {
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(rows, |(incident, ..)| incident.uuid()),
        column(rows, |(_, ordinal, _)| i32::try_from(*ordinal).unwrap_or(i32::MAX)),
        column(rows, |(.., step)| step.action.as_str()),
        column(rows, |(.., step)| of_instant(step.at)),
        column(rows, |(.., step)| of_instant(step.recorded_at)),
        column(rows, |(.., step)| step.actor.as_str()),
        column(rows, |(.., step)| step.patrol.as_ref().map(PatrolId::as_str)),
        column(rows, |(.., step)| step.reason.map(|reason| reason.as_str())),
        column(rows, |(.., step)| step.override_reason.map(|reason| reason.as_str())),
        column(rows, |(.., step)| step.partner.map(|partner| partner.as_str())),
        column(rows, |(.., step)| step.other.map(IncidentId::uuid)),
        column(rows, |(.., step)| step.report.map(|report| report.outcome.as_str())),
        column(rows, |(.., step)| step.report.map(|report| report.people.as_str())),
        column(rows, |(.., step)| step.report.map(|report| report.with_police)),
        column(rows, |(.., step)| step.remark.as_ref().map(Remark::as_str)),
    ];
    vec![Call::new(PUT, values)]
}

/// The step whose [`COLUMNS`] are the columns of `row`.
pub(super) fn read(row: &impl Columns) -> Result<StepRecord, StoreError> {
    let patrol: Option<&str> = row.column(6)?;
    let other: Option<uuid::Uuid> = row.column(10)?;
    let report = match (row.optional_list(11)?, row.optional_list(12)?) {
        (Some(outcome), Some(people)) => {
            Some(Report { outcome, people, with_police: row.column(13)? })
        }
        _ => None,
    };
    let remark: Option<&str> = row.column(14)?;
    let step = Step {
        action: row.list(2)?,
        at: row.instant(3)?,
        recorded_at: row.instant(4)?,
        actor: row.list(5)?,
        patrol: patrol.map(str::parse).transpose().map_err(|e| unreadable("step.patrol", e))?,
        reason: row.optional_list(7)?,
        override_reason: row.optional_list(8)?,
        partner: row.optional_list(9)?,
        other: other.map(IncidentId::new),
        report,
        remark: remark.map(Remark::kept).transpose().map_err(|e| unreadable("step.remark", e))?,
    };
    let incident = IncidentId::new(row.column(0)?);
    Ok(StepRecord { incident, ordinal: row.number::<i32, u32>(1)?, step })
}

/// Steps by incident, first to last.
pub(super) type StepsByIncident = HashMap<IncidentId, Vec<Step>>;

/// The steps of incidents: of those that `which` says with `values`, a condition on `step`.
pub(super) fn of_incidents(
    view: &Connection<'_>,
    which: &str,
    values: Values<'_>,
) -> Result<StepsByIncident, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM step WHERE {which} ORDER BY incident, ordinal");
    let mut steps = StepsByIncident::new();
    for row in view.query(&sql, values)? {
        add(&mut steps, read(&row)?);
    }
    Ok(steps)
}

/// The steps of every incident.
pub(super) fn all(view: &Connection<'_>) -> Result<StepsByIncident, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM step ORDER BY incident, ordinal");
    let mut steps = StepsByIncident::new();
    view.scan(&sql, &TYPES, |row| {
        add(&mut steps, read(row)?);
        Ok(())
    })?;
    Ok(steps)
}

fn add(steps: &mut StepsByIncident, StepRecord { incident, step, .. }: StepRecord) {
    steps.entry(incident).or_default().push(step);
}
