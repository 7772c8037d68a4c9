//! Rows of `situation`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list, optional_instant, optional_list, optional_text, text},
    fault::{told, unreadable},
};
use crate::{
    closed_list::ClosedList as _,
    correlation::{Situation, SituationId},
    stock::SiteCode,
    store::{StoreError, situation_columns},
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "situation.id, situation.rule, situation.scope, situation.subject, situation.opened_at, \
     situation.last_at, situation.times, situation.last_site, situation.closed_at, situation.closed_by";

const PUT: &str = "
    INSERT INTO situation (
        id, rule, scope, subject, opened_at, last_at, times, last_site, closed_at, closed_by
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (id) DO UPDATE SET
        last_at = excluded.last_at, times = excluded.times, last_site = excluded.last_site,
        closed_at = excluded.closed_at, closed_by = excluded.closed_by
";

/// Writes a situation, new or known.
pub(super) fn put(connection: &Connection, situation: &Situation) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        situation.id.uuid().as_bytes(),
        situation.rule.as_str(),
        situation.subject.scope().as_str(),
        situation.subject.name(),
        situation.opened_at.unix_ms(),
        situation.last_at.unix_ms(),
        situation.times,
        situation.last_site.as_ref().map(SiteCode::as_str),
        situation.closed.map(|(at, _)| at.unix_ms()),
        situation.closed.map(|(_, by)| by.as_str()),
    ])
    .map_err(told)?;
    Ok(())
}

/// The situation whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Situation, StoreError> {
    let id: [u8; 16] = row.get(at).map_err(told)?;
    let last_site = optional_text(row, at + 7)?.map(str::parse).transpose();
    Ok(Situation {
        id: SituationId::new(Uuid::from_bytes(id)),
        rule: text(row, at + 1)?.parse().map_err(|e| unreadable("situation.rule", e))?,
        subject: situation_columns::subject(list(row, at + 2)?, optional_text(row, at + 3)?)?,
        opened_at: instant(row, at + 4)?,
        last_at: instant(row, at + 5)?,
        times: row.get(at + 6).map_err(told)?,
        last_site: last_site.map_err(|e| unreadable("situation.last_site", e))?,
        closed: optional_instant(row, at + 8)?.zip(optional_list(row, at + 9)?),
    })
}
