//! Rows of `mailbox` and `mailing`.

use rusqlite::{Connection, Row, params};

use super::{
    column::{instant, list, optional_instant, optional_text, text},
    fault::{told, unreadable},
};
use crate::{
    closed_list::ClosedList as _,
    mailing::{FileDigests, Mailbox, Mailing, MailingKey},
    stock::LandlordId,
    store::{MailChange, StoreError},
    time::Date,
};

/// The columns that [`read_mailbox`] reads, in its order.
pub(super) const MAILBOX_COLUMNS: &str = "landlord, address, set_at";
/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "landlord, night, ordinal, state, mailbox, opened_at, changed_at, due_at, \
     attempts, unsure, reply, pdf_sha256, csv_sha256";

const PUT_MAILBOX: &str = "
    INSERT INTO mailbox (landlord, address, set_at) VALUES (?1, ?2, ?3)
    ON CONFLICT (landlord) DO UPDATE SET address = excluded.address, set_at = excluded.set_at
";
const PUT: &str = "
    INSERT INTO mailing (
        landlord, night, ordinal, state, mailbox, opened_at, changed_at, due_at, attempts, unsure, reply,
        pdf_sha256, csv_sha256
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (landlord, night, ordinal) DO UPDATE SET
        state = excluded.state, mailbox = excluded.mailbox, changed_at = excluded.changed_at,
        due_at = excluded.due_at, attempts = excluded.attempts, unsure = excluded.unsure,
        reply = excluded.reply, pdf_sha256 = excluded.pdf_sha256, csv_sha256 = excluded.csv_sha256
";

/// Writes what changed.
pub(super) fn put_change(connection: &Connection, change: &MailChange) -> Result<(), StoreError> {
    match change {
        MailChange::Mailbox(mailbox) => put_mailbox(connection, mailbox),
        MailChange::NoMailbox(landlord) => {
            let gone =
                connection.execute("DELETE FROM mailbox WHERE landlord = ?1", [landlord.as_str()]);
            gone.map(drop).map_err(told)
        }
        MailChange::Mailing(mailing) => put(connection, mailing),
    }
}

/// Writes a mailbox, new or known.
pub(super) fn put_mailbox(connection: &Connection, mailbox: &Mailbox) -> Result<(), StoreError> {
    let Mailbox { landlord, address, set_at } = mailbox;
    let mut put = connection.prepare_cached(PUT_MAILBOX).map_err(told)?;
    put.execute(params![landlord.as_str(), address.as_str(), set_at.unix_ms()]).map_err(told)?;
    Ok(())
}

/// Writes an entry of the register, new or known.
pub(super) fn put(connection: &Connection, mailing: &Mailing) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        mailing.key.landlord.as_str(),
        mailing.key.night.to_string(),
        mailing.key.ordinal,
        mailing.state.as_str(),
        mailing.mailbox.as_ref().map(|address| address.as_str()),
        mailing.opened_at.unix_ms(),
        mailing.changed_at.unix_ms(),
        mailing.due_at.map(|at| at.unix_ms()),
        mailing.attempts,
        mailing.unsure,
        mailing.reply,
        mailing.files.map(|files| files.pdf),
        mailing.files.map(|files| files.csv),
    ])
    .map_err(told)?;
    Ok(())
}

/// See [`crate::store::Log::mailboxes`].
pub(super) fn mailboxes(connection: &Connection) -> Result<Vec<Mailbox>, StoreError> {
    let sql = format!("SELECT {MAILBOX_COLUMNS} FROM mailbox ORDER BY landlord");
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query([]).map_err(told)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        all.push(read_mailbox(row)?);
    }
    Ok(all)
}

/// See [`crate::store::Log::mailings`].
pub(super) fn mailings(
    connection: &Connection,
    first: Date,
    last: Date,
) -> Result<Vec<Mailing>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM mailing WHERE night BETWEEN ?1 AND ?2 ORDER BY night, landlord, ordinal"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query(params![first.to_string(), last.to_string()]).map_err(told)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// The mailbox in `row`.
pub(super) fn read_mailbox(row: &Row<'_>) -> Result<Mailbox, StoreError> {
    Ok(Mailbox {
        landlord: landlord(row)?,
        address: text(row, 1)?.parse().map_err(|e| unreadable("mailbox.address", e))?,
        set_at: instant(row, 2)?,
    })
}

/// The entry in `row`.
pub(super) fn read(row: &Row<'_>) -> Result<Mailing, StoreError> {
    let mailbox = optional_text(row, 4)?.map(str::parse).transpose();
    let (pdf, csv): (Option<[u8; 32]>, Option<[u8; 32]>) =
        (row.get(11).map_err(told)?, row.get(12).map_err(told)?);
    Ok(Mailing {
        key: MailingKey {
            landlord: landlord(row)?,
            night: text(row, 1)?.parse().map_err(|e| unreadable("mailing.night", e))?,
            ordinal: row.get(2).map_err(told)?,
        },
        state: list(row, 3)?,
        mailbox: mailbox.map_err(|e| unreadable("mailing.mailbox", e))?,
        opened_at: instant(row, 5)?,
        changed_at: instant(row, 6)?,
        due_at: optional_instant(row, 7)?,
        attempts: row.get(8).map_err(told)?,
        unsure: row.get(9).map_err(told)?,
        reply: row.get(10).map_err(told)?,
        files: pdf.zip(csv).map(|(pdf, csv)| FileDigests { pdf, csv }),
    })
}

fn landlord(row: &Row<'_>) -> Result<LandlordId, StoreError> {
    LandlordId::of_name(text(row, 0)?).map_err(|e| unreadable("a landlord", e))
}
