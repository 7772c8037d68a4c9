//! Rows of `account`.

use tokio_postgres::types::Type;

use super::{
    column::{Columns, column, of_instant},
    connection::Call,
    fault::unreadable,
    last_of_each::last_of_each,
};
use crate::{
    access::{Account, AccountId, Key},
    closed_list::ClosedList as _,
    patrol::PatrolId,
    stock::LandlordId,
    store::{
        StoreError,
        account_columns::{self, KeyColumns, SecondColumns},
    },
};

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str = "account.id, account.name, account.role, account.landlord, account.patrol, \
     account.password, account.token, account.seal, account.created_at, account.expires_at, \
     account.disabled_at, account.epoch, account.totp, account.totp_step, account.recovery";
/// Their types.
pub(super) const TYPES: [Type; 15] = [
    Type::UUID,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
    Type::BYTEA,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::TIMESTAMPTZ,
    Type::INT8,
    Type::BYTEA,
    Type::INT8,
    Type::BYTEA,
];

const PUT: &str = "
    INSERT INTO account (
        id, name, role, landlord, patrol, password, token, seal, created_at, expires_at, disabled, epoch,
        totp, totp_step, recovery, disabled_at
    )
    SELECT * FROM unnest(
        $1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::BYTEA[], $8::BYTEA[],
        $9::TIMESTAMPTZ[], $10::TIMESTAMPTZ[], $11::BOOLEAN[], $12::BIGINT[], $13::BYTEA[], $14::BIGINT[],
        $15::BYTEA[], $16::TIMESTAMPTZ[]
    )
    ON CONFLICT (id) DO UPDATE SET
        password = excluded.password, token = excluded.token, expires_at = excluded.expires_at,
        disabled = excluded.disabled, epoch = excluded.epoch, totp = excluded.totp,
        totp_step = excluded.totp_step, recovery = excluded.recovery, disabled_at = excluded.disabled_at
";

/// Writes accounts, new or known.
pub(super) fn put<'a>(accounts: &[&'a Account]) -> Vec<Call<'a>> {
    let rows = last_of_each(accounts.iter().copied(), |account| account.id);
    if rows.is_empty() {
        return Vec::new();
    }
    let values = [
        column(&rows, |row| row.id.uuid()),
        column(&rows, |row| row.name.as_str()),
        column(&rows, |row| row.seat.role().as_str()),
        column(&rows, |row| row.seat.scope().landlord().map(LandlordId::as_str)),
        column(&rows, |row| row.seat.scope().patrol().map(PatrolId::as_str)),
        column(&rows, |row| KeyColumns::of(&row.key).password),
        column(&rows, |row| KeyColumns::of(&row.key).token),
        column(&rows, |row| KeyColumns::of(&row.key).seal),
        column(&rows, |row| of_instant(row.created_at)),
        column(&rows, |row| row.expires_at.map(of_instant)),
        column(&rows, |row| row.is_disabled()),
        column(&rows, |row| i64::from(row.epoch)),
        column(&rows, |row| SecondColumns::of(row.second_factor.as_ref()).totp),
        column(&rows, |row| SecondColumns::of(row.second_factor.as_ref()).totp_step),
        column(&rows, |row| SecondColumns::of(row.second_factor.as_ref()).recovery),
        column(&rows, |row| row.disabled_at.map(of_instant)),
    ];
    vec![Call::new(PUT, values)]
}

/// The account whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &impl Columns, at: usize) -> Result<Account, StoreError> {
    let name: &str = row.column(at + 1)?;
    let landlord: Option<&str> = row.column(at + 3)?;
    let patrol: Option<&str> = row.column(at + 4)?;
    let landlord = landlord.map(LandlordId::of_name).transpose();
    let patrol = patrol.map(str::parse).transpose();
    Ok(Account {
        id: AccountId::new(row.column(at)?),
        name: name.parse().map_err(|e| unreadable("account.name", e))?,
        seat: account_columns::seat(
            row.list(at + 2)?,
            landlord.map_err(|e| unreadable("account.landlord", e))?,
            patrol.map_err(|e| unreadable("account.patrol", e))?,
        )?,
        key: Key::try_from(KeyColumns {
            password: row.column(at + 5)?,
            token: row.column(at + 6)?,
            seal: row.column(at + 7)?,
        })?,
        second_factor: SecondColumns {
            totp: row.column(at + 12)?,
            totp_step: row.column(at + 13)?,
            recovery: row.column(at + 14)?,
        }
        .read()?,
        created_at: row.instant(at + 8)?,
        expires_at: row.optional_instant(at + 9)?,
        disabled_at: row.optional_instant(at + 10)?,
        epoch: row.number::<i64, u32>(at + 11)?,
    })
}
