//! Rows of `account`.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    column::{instant, list, optional_instant, optional_text, text},
    fault::{told, unreadable},
};
use crate::{
    access::{Account, AccountId, Key, SEALED_SECRET_BYTES},
    closed_list::ClosedList as _,
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
/// How many those are.
pub(super) const COLUMN_COUNT: usize = 15;

const PUT: &str = "
    INSERT INTO account (
        id, name, role, landlord, patrol, password, token, seal, created_at, expires_at, disabled, epoch,
        totp, totp_step, recovery, disabled_at
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
    ON CONFLICT (id) DO UPDATE SET
        password = excluded.password, token = excluded.token, expires_at = excluded.expires_at,
        disabled = excluded.disabled, epoch = excluded.epoch, totp = excluded.totp,
        totp_step = excluded.totp_step, recovery = excluded.recovery, disabled_at = excluded.disabled_at
";

/// Writes an account, new or known.
pub(super) fn put(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    let KeyColumns { password, token, seal } = KeyColumns::of(&account.key);
    let second = SecondColumns::of(account.second_factor.as_ref());
    let scope = account.seat.scope();
    let mut put = connection.prepare_cached(PUT).map_err(told)?;
    put.execute(params![
        account.id.uuid().as_bytes(),
        account.name.as_str(),
        account.seat.role().as_str(),
        scope.landlord().map(|id| id.as_str()),
        scope.patrol().map(|id| id.as_str()),
        password,
        token,
        seal,
        account.created_at.unix_ms(),
        account.expires_at.map(|at| at.unix_ms()),
        account.is_disabled(),
        account.epoch,
        second.totp,
        second.totp_step,
        second.recovery,
        account.disabled_at.map(|at| at.unix_ms()),
    ])
    .map_err(told)?;
    Ok(())
}

/// The account whose [`COLUMNS`] begin at column `at` of `row`.
pub(super) fn read(row: &Row<'_>, at: usize) -> Result<Account, StoreError> {
    let id: [u8; 16] = row.get(at).map_err(told)?;
    let landlord = optional_text(row, at + 3)?.map(LandlordId::of_name).transpose();
    let patrol = optional_text(row, at + 4)?.map(str::parse).transpose();
    let (token, seal): (Option<[u8; 32]>, Option<[u8; 32]>) =
        (row.get(at + 6).map_err(told)?, row.get(at + 7).map_err(told)?);
    let totp: Option<[u8; SEALED_SECRET_BYTES]> = row.get(at + 12).map_err(told)?;
    Ok(Account {
        id: AccountId::new(Uuid::from_bytes(id)),
        name: text(row, at + 1)?.parse().map_err(|e| unreadable("account.name", e))?,
        seat: account_columns::seat(
            list(row, at + 2)?,
            landlord.map_err(|e| unreadable("account.landlord", e))?,
            patrol.map_err(|e| unreadable("account.patrol", e))?,
        )?,
        key: Key::try_from(KeyColumns {
            password: optional_text(row, at + 5)?,
            token: token.as_ref().map(|bytes| &bytes[..]),
            seal: seal.as_ref().map(|bytes| &bytes[..]),
        })?,
        second_factor: SecondColumns {
            totp: totp.as_ref().map(|bytes| &bytes[..]),
            totp_step: row.get(at + 13).map_err(told)?,
            recovery: row.get(at + 14).map_err(told)?,
        }
        .read()?,
        created_at: instant(row, at + 8)?,
        expires_at: optional_instant(row, at + 9)?,
        disabled_at: optional_instant(row, at + 10)?,
        epoch: row.get(at + 11).map_err(told)?,
    })
}
