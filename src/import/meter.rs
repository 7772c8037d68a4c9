//! [`Meter`]: a file that tells how far it has been read.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{ImportError, Progress};

/// Bytes between two reports: often enough for a bar, seldom enough to cost nothing.
const STEP_BYTES: u64 = 1 << 18;

/// A file that reports how far it has been read.
pub(super) struct Meter<'a> {
    file: File,
    /// Bytes of the file.
    pub(super) total: u64,
    done: u64,
    reported: u64,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Meter<'a> {
    pub(super) fn open(
        path: &Path,
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(|e| ImportError::io(path, e))?;
        let total = file.metadata().map_err(|e| ImportError::io(path, e))?.len();
        Ok(Self { file, total, done: 0, reported: 0, progress })
    }
}

impl Read for Meter<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done += count as u64;
        if self.done >= self.reported + STEP_BYTES || count == 0 {
            self.reported = self.done;
            (self.progress)(Progress { done: self.done, total: self.total.max(self.done) });
        }
        Ok(count)
    }
}
