//! What an error of PostgreSQL, or of the way to it, means to whoever wanted something of the store.

use std::error::Error as _;

use tokio_postgres::{
    Error,
    error::{DbError, Severity, SqlState},
};

use crate::store::StoreError;

/// The error of the store that an error of the client is.
pub(super) fn told(error: &Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) => refused(refusal),
        // The server did not say it: the connection broke, or was never made.
        None => StoreError::Away(text(error)),
    }
}

/// The error that an error of the last words of a transaction is, when these say `COMMIT`.
pub(super) fn told_of_commit(error: &Error) -> StoreError {
    match error.as_db_error() {
        // A server that is going down may have written the commit before it had to go.
        Some(refusal) if class(refusal.code()) != "57" && !is_deadly(refusal) => refused(refusal),
        _ => StoreError::Unsure(text(error)),
    }
}

/// A value in `column` that the schema should have kept out.
pub(super) fn unreadable(column: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(format!("{column}: {reason}"))
}

/// Whether it ended the session, or the server: it is then not known what became of what was under way.
fn is_deadly(refusal: &DbError) -> bool {
    matches!(refusal.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
}

fn refused(refusal: &DbError) -> StoreError {
    let said = refusal.message().to_owned();
    let code = refusal.code();
    if *code == SqlState::DISK_FULL {
        return StoreError::Full;
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return StoreError::Away(format!("the server is a read-only replica: {said}"));
    }
    if [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ]
    .contains(code)
    {
        return StoreError::Locked;
    }
    match class(code) {
        // Data that no column takes, and rules that it breaks.
        "22" | "23" => StoreError::Refused(said),
        // Who we are, which database, what we may do.
        "28" | "3D" => StoreError::NotReady(said),
        "42" if *code == SqlState::INSUFFICIENT_PRIVILEGE => StoreError::NotReady(said),
        // A table or a column that is not there, a damaged page.
        "42" | "XX" => StoreError::Unreadable(said),
        // Starting up, going down, too many connections, cancelled, …: it may go through later.
        _ => StoreError::Away(said),
    }
}

/// The first two characters of a code tell its class.
/// Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
fn class(code: &SqlState) -> &str {
    code.code().get(..2).unwrap_or_default()
}

/// An error with its causes: the client's own text alone says "error communicating with the server".
fn text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
