//! Looking after a store: opening only what is there, backing it up, examining it.

use std::path::Path;

use super::{
    Store, StoreError, StoreUrl,
    archive::{self, CopyError, Manifest, Progress},
    finding::Finding,
    postgres,
    sqlite::{self, SqliteStore},
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
            Self::Postgres(url) => postgres::check_existence(url)?,
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
            Self::Postgres(_) => {
                let mut from = self.open_existing().map_err(CopyError::Source)?;
                let mut to = SqliteStore::open(file).map_err(CopyError::Target)?;
                let manifest = archive::copy(&mut *from, &mut to, tell)?;
                to.seal().map_err(CopyError::Target)?;
                Ok(manifest)
            }
        }
    }

    /// Looks whether the store is well, by the time that `clock` tells; changes nothing in it.
    #[must_use]
    pub fn examine(&self, clock: fn() -> Timestamp) -> Vec<Finding> {
        match self {
            Self::Sqlite(path) => sqlite::examine(path, clock()),
            Self::Postgres(url) => postgres::examine(url, clock),
        }
    }
}
