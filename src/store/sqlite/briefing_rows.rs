//! Rows of `site_note` and `hazard`.

use rusqlite::{Connection, Row, params};

use super::{
    column::{instant, list, optional_text, seq, text},
    fault::unreadable,
    stock_put::execute,
    stock_read::{Orders, Wanted, scan},
};
use crate::{
    closed_list::ClosedList as _,
    event::Seq,
    stock::{Hazard, NoteText, SiteNote},
    store::{StoreError, archive::Stamped},
};

const PUT_NOTE: &str = "
    INSERT INTO site_note (site, topic, text, seq) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (site, topic) DO UPDATE SET text = excluded.text, seq = excluded.seq
";
const PUT_HAZARD: &str = "
    INSERT INTO hazard (site, kind, since, until, seq) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (site, kind) DO UPDATE SET
        since = excluded.since, until = excluded.until, seq = excluded.seq
";

const NOTES: &str = "SELECT site, topic, text, seq FROM site_note";
const HAZARDS: &str = "SELECT site, kind, since, until, seq FROM hazard";

/// Writes a note as changed by event `seq`.
pub(super) fn put_note(
    connection: &Connection,
    note: &SiteNote,
    seq: Seq,
) -> Result<(), StoreError> {
    let words = note.text.as_ref().map(NoteText::as_str);
    execute(connection, PUT_NOTE, params![note.site.as_str(), note.topic.as_str(), words, seq.0])
}

/// Writes a hazard as changed by event `seq`.
pub(super) fn put_hazard(
    connection: &Connection,
    hazard: &Hazard,
    seq: Seq,
) -> Result<(), StoreError> {
    let values = params![
        hazard.site.as_str(),
        hazard.kind.as_str(),
        hazard.since.unix_ms(),
        hazard.until.unix_ms(),
        seq.0,
    ];
    execute(connection, PUT_HAZARD, values)
}

/// Hands every note to `each`.
pub(super) fn notes(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<SiteNote>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "site, topic" };
    scan(view, NOTES, orders, wanted, |row| each(Stamped { item: note(row)?, seq: seq(row, 3)? }))
}

/// Hands every hazard to `each`.
pub(super) fn hazards(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Hazard>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "site, kind" };
    scan(view, HAZARDS, orders, wanted, |row| {
        each(Stamped { item: hazard(row)?, seq: seq(row, 4)? })
    })
}

fn note(row: &Row<'_>) -> Result<SiteNote, StoreError> {
    let words = optional_text(row, 2)?.map(str::parse).transpose();
    Ok(SiteNote {
        site: text(row, 0)?.parse().map_err(|e| unreadable("site_note.site", e))?,
        topic: list(row, 1)?,
        text: words.map_err(|e| unreadable("site_note.text", e))?,
    })
}

fn hazard(row: &Row<'_>) -> Result<Hazard, StoreError> {
    Ok(Hazard {
        site: text(row, 0)?.parse().map_err(|e| unreadable("hazard.site", e))?,
        kind: list(row, 1)?,
        since: instant(row, 2)?,
        until: instant(row, 3)?,
    })
}
