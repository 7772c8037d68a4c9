//! Looking after a store: opening only what is there, backing it up, examining it.

use std::path::Path;

use super::{
    Store, StoreError, StoreUrl,
    archive::{CopyError, Manifest, Progress},
    finding::Finding,
    sqlite,
};
use crate::time::Timestamp;

impl StoreUrl {
    /// Opens the store as [`StoreUrl::open`] does, but makes none where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what is wrong and what to do.
    pub fn open_existing(&self) -> Result<Box<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) => sqlite::check_existence(path)?,
        }
        self.open()
    }

    /// Writes all of the store, as it is at one instant, into the empty `file`, which becomes a store of
    /// SQLite in one file. Others may go on writing to the store.
    ///
    /// # Errors
    ///
    /// [`CopyError`]; `file` is then of no use.
    pub fn back_up(
        &self,
        file: &Path,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Manifest, CopyError> {
        match self {
            Self::Sqlite(path) => sqlite::back_up(path, file, tell),
        }
    }

    /// Looks whether the store is well at `now`; changes nothing in it.
    #[must_use]
    pub fn examine(&self, now: Timestamp) -> Vec<Finding> {
        match self {
            Self::Sqlite(path) => sqlite::examine(path, now),
        }
    }
}
