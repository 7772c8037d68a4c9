//! Rows of `situation`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::Call,
    fault::unreadable,
    last_of_each::last_of_each,
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
/// Their types.
pub(super) const TYPES: [Type; 10] = [
    Type::UUID,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TEXT,
];

const PUT: &str = "
    INSERT INTO situation (
        id, rule, scope, subject, opened_at, last_at, times, last_site, closed_at, closed_by
    )
    SELECT * FROM unnest(
        $1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TIMESTAMPTZ[], $6::TIMESTAMPTZ[], $7::BIGINT[],
        $8::TEXT[], $9::TIMESTAMPTZ[], $10::TEXT[]
    )
    ON CONFLICT (id) DO UPDATE SET
        last_at = excluded.last_at, times = excluded.times, last_site = excluded.last_site,
        closed_at = excluded.closed_at, closed_by = excluded.closed_by
";

/// Writes situations, new or known.
pub(super) fn put<'a>(situations: &[&'a Situation]) -> Vec<Call<'a>> {
    let rows = last_of_each(situations.iter().copied(), |situation| situation.id);
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(&rows, |row| row.id.uuid()),
        column(&rows, |row| row.rule.as_str()),
        column(&rows, |row| row.subject.scope().as_str()),
        column(&rows, |row| row.subject.name()),
        column(&rows, |row| of_instant(row.opened_at)),
        column(&rows, |row| of_instant(row.last_at)),
        column(&rows, |row| row.times.cast_signed()),
        column(&rows, |row| row.last_site.as_ref().map(SiteCode::as_str)),
        column(&rows, |row| row.closed.map(|(at, _)| of_instant(at))),
        column(&rows, |row| row.closed.map(|(_, by)| by.as_str())),
    ];
    vec![Call::new(PUT, values)]
}

/// The situation whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Situation, StoreError> {
    let rule: &str = row.column(at + 1)?;
    let last_site: Option<&str> = row.column(at + 7)?;
    let last_site = last_site.map(str::parse).transpose();
    Ok(Situation {
        id: SituationId::new(row.column(at)?),
        rule: rule.parse().map_err(|e| unreadable("situation.rule", e))?,
        subject: situation_columns::subject(row.list(at + 2)?, row.column(at + 3)?)?,
        opened_at: row.instant(at + 4)?,
        last_at: row.instant(at + 5)?,
        times: row.number::<i64, u64>(at + 6)?,
        last_site: last_site.map_err(|e| unreadable("situation.last_site", e))?,
        closed: row.optional_instant(at + 8)?.zip(row.optional_list(at + 9)?),
    })
}
