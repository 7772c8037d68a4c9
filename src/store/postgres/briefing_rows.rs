//! Rows of `site_note` and `hazard`.

use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    column::{Columns as _, column, of_instant, of_seq},
    connection::{Call, Connection},
    fault::unreadable,
    last_of_each::last_of_each,
    stock_put::Changed,
    stock_read::Wanted,
};
use crate::{
    closed_list::ClosedList as _,
    stock::{Hazard, NoteText, SiteNote},
    store::{StoreError, archive::Stamped},
};

const PUT_NOTES: &str = "
    INSERT INTO site_note (site, topic, text, seq)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[])
    ON CONFLICT (site, topic) DO UPDATE SET text = excluded.text, seq = excluded.seq
";
const PUT_HAZARDS: &str = "
    INSERT INTO hazard (site, kind, since, until, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::TIMESTAMPTZ[], $4::TIMESTAMPTZ[], $5::BIGINT[]
    )
    ON CONFLICT (site, kind) DO UPDATE SET
        since = excluded.since, until = excluded.until, seq = excluded.seq
";

/// Writes notes, new or known.
pub(super) fn put_notes<'a>(piece: &[Changed<'a, SiteNote>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| (&item.site, item.topic));
    let values = [
        column(&rows, |(item, _)| item.site.as_str()),
        column(&rows, |(item, _)| item.topic.as_str()),
        column(&rows, |(item, _)| item.text.as_ref().map(NoteText::as_str)),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_NOTES, values)]
}

/// Writes hazards, new or known.
pub(super) fn put_hazards<'a>(piece: &[Changed<'a, Hazard>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| (&item.site, item.kind));
    let values = [
        column(&rows, |(item, _)| item.site.as_str()),
        column(&rows, |(item, _)| item.kind.as_str()),
        column(&rows, |(item, _)| of_instant(item.since)),
        column(&rows, |(item, _)| of_instant(item.until)),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_HAZARDS, values)]
}

/// Hands every note to `each`.
pub(super) fn notes(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<SiteNote>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select =
        format!("SELECT seq, site, topic, text FROM site_note {}", wanted.clauses("site, topic"));
    let types = [Type::INT8, Type::TEXT, Type::TEXT, Type::TEXT];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: note(row)? }))
}

/// Hands every hazard to `each`.
pub(super) fn hazards(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Hazard>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, site, kind, since, until FROM hazard {}",
        wanted.clauses("site, kind")
    );
    let types = [Type::INT8, Type::TEXT, Type::TEXT, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: hazard(row)? }))
}

fn note(row: &BinaryCopyOutRow) -> Result<SiteNote, StoreError> {
    let (site, words): (&str, Option<&str>) = (row.column(1)?, row.column(3)?);
    Ok(SiteNote {
        site: site.parse().map_err(|e| unreadable("site_note.site", e))?,
        topic: row.list(2)?,
        text: words.map(str::parse).transpose().map_err(|e| unreadable("site_note.text", e))?,
    })
}

fn hazard(row: &BinaryCopyOutRow) -> Result<Hazard, StoreError> {
    let site: &str = row.column(1)?;
    Ok(Hazard {
        site: site.parse().map_err(|e| unreadable("hazard.site", e))?,
        kind: row.list(2)?,
        since: row.instant(3)?,
        until: row.instant(4)?,
    })
}
