//! Rows of `step`.

use std::collections::HashMap;

use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list, optional_list, optional_text},
    fault::{told, unreadable},
};
use crate::{
    closed_list::ClosedList as _,
    incident::{Incident, IncidentId, Remark, Report, Step},
    store::{StoreError, archive::StepRecord},
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "incident, ordinal, action, at, recorded_at, actor, patrol, reason, override_reason, \
     partner, other, outcome, people, with_police, remark";

const PUT: &str = "
    INSERT INTO step (
        incident, ordinal, action, at, recorded_at, actor, patrol, reason, override_reason, partner, other,
        outcome, people, with_police, remark
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    ON CONFLICT (incident, ordinal) DO NOTHING
";

/// Writes a step, unless it is there.
pub(super) fn put(
    connection: &Connection,
    incident: IncidentId,
    ordinal: usize,
    step: &Step,
) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        incident.uuid().as_bytes(),
        ordinal,
        step.action.as_str(),
        step.at.unix_ms(),
        step.recorded_at.unix_ms(),
        step.actor.as_str(),
        step.patrol.as_ref().map(|patrol| patrol.as_str()),
        step.reason.map(|reason| reason.as_str()),
        step.override_reason.map(|reason| reason.as_str()),
        step.partner.map(|partner| partner.as_str()),
        step.other.as_ref().map(|other| other.uuid().into_bytes()),
        step.report.map(|report| report.outcome.as_str()),
        step.report.map(|report| report.people.as_str()),
        step.report.map(|report| report.with_police),
        step.remark.as_ref().map(Remark::as_str),
    ])
    .map_err(told)?;
    Ok(())
}

/// The step whose [`COLUMNS`] are the columns of `row`.
pub(super) fn read(row: &Row<'_>) -> Result<StepRecord, StoreError> {
    let incident: [u8; 16] = row.get(0).map_err(told)?;
    let other: Option<[u8; 16]> = row.get(10).map_err(told)?;
    let patrol = optional_text(row, 6)?.map(str::parse).transpose();
    let report = match (optional_list(row, 11)?, optional_list(row, 12)?) {
        (Some(outcome), Some(people)) => {
            Some(Report { outcome, people, with_police: row.get(13).map_err(told)? })
        }
        _ => None,
    };
    let remark = optional_text(row, 14)?.map(Remark::kept).transpose();
    let step = Step {
        action: list(row, 2)?,
        at: instant(row, 3)?,
        recorded_at: instant(row, 4)?,
        actor: list(row, 5)?,
        patrol: patrol.map_err(|e| unreadable("step.patrol", e))?,
        reason: optional_list(row, 7)?,
        override_reason: optional_list(row, 8)?,
        partner: optional_list(row, 9)?,
        other: other.map(|id| IncidentId::new(Uuid::from_bytes(id))),
        report,
        remark: remark.map_err(|e| unreadable("step.remark", e))?,
    };
    Ok(StepRecord {
        incident: IncidentId::new(Uuid::from_bytes(incident)),
        ordinal: row.get(1).map_err(told)?,
        step,
    })
}

/// The steps of incidents, first to last: of those that `which` says with `values`, a condition on `step`.
pub(super) fn of_incidents(
    view: &Connection,
    which: &str,
    values: impl Params,
) -> Result<HashMap<IncidentId, Vec<Step>>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM step WHERE {which} ORDER BY incident, ordinal");
    let mut statement = view.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query(values).map_err(told)?;
    let mut steps: HashMap<IncidentId, Vec<Step>> = HashMap::new();
    while let Some(row) = rows.next().map_err(told)? {
        let StepRecord { incident, step, .. } = read(row)?;
        steps.entry(incident).or_default().push(step);
    }
    Ok(steps)
}

/// The incident with its steps.
pub(super) fn with_steps(
    view: &Connection,
    mut incident: Incident,
) -> Result<Incident, StoreError> {
    let mut steps = of_incidents(view, "incident = ?1", [incident.id.uuid().as_bytes()])?;
    incident.steps = steps.remove(&incident.id).unwrap_or_default();
    Ok(incident)
}
