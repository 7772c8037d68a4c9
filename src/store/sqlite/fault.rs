//! What an error of SQLite means to whoever wanted something of the store.

use rusqlite::{Error, ErrorCode};

use crate::store::StoreError;

/// The error of the store that an error of SQLite is.
pub(super) fn told(error: Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::ConstraintViolation) => StoreError::Refused(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch) => {
            StoreError::Unreadable(text)
        }
        // Out of memory, input and output, permissions, …: the same call may go through later.
        Some(_) => StoreError::Away(text),
        // Not from SQLite itself: a column is missing or has another type than the schema says.
        None => StoreError::Unreadable(text),
    }
}

/// A value in `column` that the schema should have kept out.
pub(super) fn unreadable(column: &str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(format!("{column}: {reason}"))
}
