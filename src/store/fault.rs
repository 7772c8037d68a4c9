//! [`StoreError`]: why a store did not do it, and what to do about it.

use std::path::PathBuf;

/// Why the store did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder cannot be opened, created or written by this user.
    #[error("cannot open {}: {reason}; check that the folder exists and that this user may write to it", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Another program has held the write lock for too long; the same call may go through later.
    #[error("another program has been writing to the store for too long; try again")]
    Locked,
    /// No room is left; once there is some, the same call goes through.
    #[error("the disk of the store is full; free some space, no restart is needed")]
    Full,
    /// It cannot be read or written now; the same call may go through later.
    #[error("the store is away: {0}")]
    Away(String),
    /// The connection broke while a commit was under way: it may be there as a whole, or not at all.
    #[error(
        "the store went away during a commit; it is found by its idempotency key if it is there: {0}"
    )]
    Unsure(String),
    /// The database lacks something that only its administrator can give.
    #[error("the database is not ready to be a store: {0}")]
    NotReady(String),
    /// The file is something else.
    #[error("{} is not a store of Vigie: {reason}; name another file, or move this one away", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// What it holds cannot be read as what it should be.
    #[error("the store holds something unreadable: {0}; restore a backup")]
    Unreadable(String),
    /// What was to be written breaks a rule of the schema, such as a site of an unknown landlord.
    #[error("the store refuses what breaks its rules: {0}")]
    Refused(String),
    /// Records of another store can only be taken into an empty one.
    #[error("the store is not empty; name a new one, or move what is there away first")]
    NotEmpty,
    /// It was made by a newer program.
    #[error(
        "the store has schema version {found}, this program knows versions up to {known}; use the newer program"
    )]
    TooNew {
        /// Version of the store.
        found: u32,
        /// Newest version that the program knows.
        known: u32,
    },
}
