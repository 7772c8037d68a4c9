//! [`NewFile`]: a file that is there as a whole, or not at all.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;

/// A file while it is written beside its place, so that renaming it is one step. For this user only (mode 0600), and removed
/// again where anything fails.
#[derive(Debug)]
pub(super) struct NewFile {
    written: NamedTempFile,
    place: PathBuf,
    replaces: Replaces,
}

/// What becomes of a file that is in the place already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaces {
    /// It stays, and nothing is written.
    Nothing,
    /// It is replaced.
    WhatIsThere,
}

impl Replaces {
    /// As `--force` says.
    pub(super) const fn forced(force: bool) -> Self {
        if force { Self::WhatIsThere } else { Self::Nothing }
    }
}

impl NewFile {
    /// Begins a file for that place; `kind` is in its name until it is there.
    ///
    /// # Errors
    ///
    /// Where one is there that stays, or its folder cannot be written.
    pub(super) fn begin(kind: &str, place: &Path, replaces: Replaces) -> anyhow::Result<Self> {
        if replaces == Replaces::Nothing && place.exists() {
            bail!(
                "{} is there already; name another file, or say --force to replace it",
                place.display()
            );
        }
        let folder = folder_of(place);
        let written = tempfile::Builder::new()
            .prefix(&format!(".vigie-{kind}-"))
            .tempfile_in(folder)
            .with_context(|| format!("cannot write to {}", folder.display()))?;
        Ok(Self { written, place: place.to_owned(), replaces })
    }

    /// Where it is while it is written.
    pub(super) fn path(&self) -> &Path {
        self.written.path()
    }

    /// What is written.
    pub(super) fn file(&mut self) -> &mut File {
        self.written.as_file_mut()
    }

    /// Puts it in its place, on the disk.
    ///
    /// # Errors
    ///
    /// Where the disk does not take it, or another one came there meanwhile that stays.
    pub(super) fn place(self) -> anyhow::Result<()> {
        let name = self.place.display();
        // A handle of its own: SQLite's locks are gone, so closing it releases none.
        File::open(self.written.path())?
            .sync_all()
            .with_context(|| format!("{name} does not reach the disk"))?;
        let placed = match self.replaces {
            Replaces::WhatIsThere => self.written.persist(&self.place).map(drop),
            Replaces::Nothing => self.written.persist_noclobber(&self.place).map(drop),
        };
        placed.with_context(|| format!("cannot place {name}"))?;
        File::open(folder_of(&self.place))?
            .sync_all()
            .with_context(|| format!("the name of {name} does not reach the disk"))
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
