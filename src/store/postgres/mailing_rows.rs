//! Rows of `mailbox` and `mailing`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::{Call, Connection},
    fault::unreadable,
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
/// Their types.
pub(super) const MAILBOX_TYPES: [Type; 3] = [Type::TEXT, Type::TEXT, Type::TIMESTAMPTZ];
/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "landlord, night, ordinal, state, mailbox, opened_at, changed_at, due_at, \
     attempts, unsure, reply, pdf_sha256, csv_sha256";
/// Their types.
pub(super) const TYPES: [Type; 13] = [
    Type::TEXT,
    Type::TEXT,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::INT8,
    Type::INT4,
    Type::BYTEA,
    Type::BYTEA,
];

const PUT_MAILBOX: &str = "
    INSERT INTO mailbox (landlord, address, set_at)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TIMESTAMPTZ[])
    ON CONFLICT (landlord) DO UPDATE SET address = excluded.address, set_at = excluded.set_at
";
const REMOVE_MAILBOX: &str = "DELETE FROM mailbox WHERE landlord = ANY ($1::TEXT[])";
const PUT: &str = "
    INSERT INTO mailing (
        landlord, night, ordinal, state, mailbox, opened_at, changed_at, due_at, attempts, unsure, reply,
        pdf_sha256, csv_sha256
    )
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::TIMESTAMPTZ[], $7::TIMESTAMPTZ[],
        $8::TIMESTAMPTZ[], $9::BIGINT[], $10::BIGINT[], $11::INTEGER[], $12::BYTEA[], $13::BYTEA[]
    )
    ON CONFLICT (landlord, night, ordinal) DO UPDATE SET
        state = excluded.state, mailbox = excluded.mailbox, changed_at = excluded.changed_at,
        due_at = excluded.due_at, attempts = excluded.attempts, unsure = excluded.unsure,
        reply = excluded.reply, pdf_sha256 = excluded.pdf_sha256, csv_sha256 = excluded.csv_sha256
";

/// Writes what changed.
pub(super) fn put_change(change: &MailChange) -> Call<'_> {
    match change {
        MailChange::Mailbox(mailbox) => put_mailboxes(std::slice::from_ref(mailbox)),
        MailChange::NoMailbox(landlord) => {
            Call::new(REMOVE_MAILBOX, [column(&[landlord], |landlord| landlord.as_str())])
        }
        MailChange::Mailing(mailing) => put(std::slice::from_ref(mailing)),
    }
}

/// Writes mailboxes, new or known, each once.
pub(super) fn put_mailboxes(mailboxes: &[Mailbox]) -> Call<'_> {
    let rows: Vec<&Mailbox> = mailboxes.iter().collect();
    let values = [
        column(&rows, |row| row.landlord.as_str()),
        column(&rows, |row| row.address.as_str()),
        column(&rows, |row| of_instant(row.set_at)),
    ];
    Call::new(PUT_MAILBOX, values)
}

/// Writes entries of the register, new or known, each once.
pub(super) fn put(mailings: &[Mailing]) -> Call<'_> {
    let rows: Vec<&Mailing> = mailings.iter().collect();
    let values = [
        column(&rows, |row| row.key.landlord.as_str()),
        column(&rows, |row| row.key.night.to_string()),
        column(&rows, |row| i64::from(row.key.ordinal)),
        column(&rows, |row| row.state.as_str()),
        column(&rows, |row| row.mailbox.as_ref().map(|address| address.as_str())),
        column(&rows, |row| of_instant(row.opened_at)),
        column(&rows, |row| of_instant(row.changed_at)),
        column(&rows, |row| row.due_at.map(of_instant)),
        column(&rows, |row| i64::from(row.attempts)),
        column(&rows, |row| i64::from(row.unsure)),
        column(&rows, |row| row.reply.map(i32::from)),
        column(&rows, |row| row.files.as_ref().map(|files| files.pdf.to_vec())),
        column(&rows, |row| row.files.as_ref().map(|files| files.csv.to_vec())),
    ];
    Call::new(PUT, values)
}

/// See [`crate::store::Log::mailboxes`].
pub(super) fn mailboxes(connection: &Connection<'_>) -> Result<Vec<Mailbox>, StoreError> {
    let sql = format!("SELECT {MAILBOX_COLUMNS} FROM mailbox ORDER BY landlord");
    connection.query(&sql, &[])?.iter().map(read_mailbox).collect()
}

/// See [`crate::store::Log::mailings`].
pub(super) fn mailings(
    connection: &Connection<'_>,
    first: Date,
    last: Date,
) -> Result<Vec<Mailing>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM mailing WHERE night BETWEEN $1 AND $2 ORDER BY night, landlord, ordinal"
    );
    let rows = connection.query(&sql, &[&first.to_string(), &last.to_string()])?;
    rows.iter().map(read).collect()
}

/// The mailbox in `row`.
pub(super) fn read_mailbox(row: &impl Columns) -> Result<Mailbox, StoreError> {
    let address: &str = row.column(1)?;
    Ok(Mailbox {
        landlord: landlord(row)?,
        address: address.parse().map_err(|e| unreadable("mailbox.address", e))?,
        set_at: row.instant(2)?,
    })
}

/// The entry in `row`.
pub(super) fn read(row: &impl Columns) -> Result<Mailing, StoreError> {
    let night: &str = row.column(1)?;
    let mailbox = row.column::<Option<&str>>(4)?.map(str::parse).transpose();
    let (pdf, csv) = (digest(row, 11)?, digest(row, 12)?);
    Ok(Mailing {
        key: MailingKey {
            landlord: landlord(row)?,
            night: night.parse().map_err(|e| unreadable("mailing.night", e))?,
            ordinal: row.number::<i64, u32>(2)?,
        },
        state: row.list(3)?,
        mailbox: mailbox.map_err(|e| unreadable("mailing.mailbox", e))?,
        opened_at: row.instant(5)?,
        changed_at: row.instant(6)?,
        due_at: row.optional_instant(7)?,
        attempts: row.number::<i64, u32>(8)?,
        unsure: row.number::<i64, u32>(9)?,
        reply: row.optional_number::<i32, u16>(10)?,
        files: pdf.zip(csv).map(|(pdf, csv)| FileDigests { pdf, csv }),
    })
}

fn landlord(row: &impl Columns) -> Result<LandlordId, StoreError> {
    LandlordId::of_name(row.column(0)?).map_err(|e| unreadable("a landlord", e))
}

fn digest(row: &impl Columns, at: usize) -> Result<Option<[u8; 32]>, StoreError> {
    let bytes: Option<&[u8]> = row.column(at)?;
    bytes.map(|bytes| bytes.try_into().map_err(|e| unreadable("a digest", e))).transpose()
}
