//! [`Journal`]: one open chain.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use super::{
    chain::ChainKey,
    entry::{AccessEntry, AccessLine},
    folder::{self, OwnChain},
};
use crate::{
    access::AccessAnchor,
    time::{Date, Timestamp},
};

/// A chain that is written.
pub(super) struct Journal {
    chain: OwnChain,
    key: ChainKey,
    /// The file that is written, its day, and its length up to its last whole line.
    open: Option<(Date, File, u64)>,
    /// The number of the last line.
    seq: u64,
    /// Its hash, or what stands for it before the first line.
    hash: String,
    /// The last number that is anchored, by day.
    anchored: BTreeMap<Date, u64>,
}

/// Where a chain goes on, and what was wrong with it.
pub(super) struct Resumed {
    /// The chain.
    pub journal: Journal,
    /// For the log of the program: what was found and mended, or is missing.
    pub complaints: Vec<String>,
}

impl Journal {
    /// Takes a chain in the folder `home` and goes on behind its last line; where the store has anchored a later one, behind
    /// that, so that what is missing stays to be seen.
    pub fn resume(
        home: &Path,
        key: ChainKey,
        anchors: &[AccessAnchor],
        now: Timestamp,
    ) -> io::Result<Resumed> {
        let chain = folder::take_chain(home)?;
        let id = chain.id;
        let own = anchors.iter().filter(|anchor| anchor.log == id);
        let anchored = own.clone().map(|anchor| (anchor.day, anchor.seq)).collect();
        let mut complaints = Vec::new();
        let mut journal =
            Self { hash: key.beginning(id), chain, key, open: None, seq: 0, anchored };
        let is_torn = journal.find_end(&mut complaints)?;
        if let Some(head) = own.max_by_key(|anchor| anchor.seq)
            && head.seq > journal.seq
        {
            complaints.push(format!(
                "the access log ends with line {}, but line {} was there: see `vigie audit verify`",
                journal.seq, head.seq
            ));
            (journal.seq, journal.hash) = (head.seq, hex::encode(head.hash));
        }
        if is_torn {
            let line = AccessLine::mended(now, journal.seq + 1, journal.hash.clone());
            journal.append(Date::of(now), &line)?;
        }
        Ok(Resumed { journal, complaints })
    }

    /// Appends the line of a request. On an error nothing of it is left in the file, as far as the disk lets us.
    /// Returns what is to be anchored since a day has ended.
    pub fn write(&mut self, entry: &AccessEntry, missed: u64) -> io::Result<Option<AccessAnchor>> {
        let day = self.day_of(Date::of(entry.at));
        let ended = match &self.open {
            Some((open, ..)) if *open < day => self.head()?,
            _ => None,
        };
        let line = AccessLine::of(entry, self.seq + 1, missed, self.hash.clone());
        self.append(day, &line)?;
        Ok(ended)
    }

    /// The last line, once it is safe on the disk, where it is not anchored yet.
    pub fn head(&self) -> io::Result<Option<AccessAnchor>> {
        let Some((day, file, _)) = &self.open else { return Ok(None) };
        if self.anchored.get(day).is_some_and(|seq| *seq >= self.seq) {
            return Ok(None);
        }
        // Before the store hears of it: after a power cut the store must not know of lines that are gone.
        file.sync_data()?;
        let mut hash = [0; 32];
        hex::decode_to_slice(&self.hash, &mut hash).map_err(io::Error::other)?;
        Ok(Some(AccessAnchor { log: self.chain.id, day: *day, seq: self.seq, hash }))
    }

    /// Takes down that the store has that anchor.
    pub fn is_anchored(&mut self, anchor: &AccessAnchor) {
        let seq = self.anchored.entry(anchor.day).or_default();
        *seq = anchor.seq.max(*seq);
    }

    /// Removes the files of days that are no longer kept, where the store has anchored their ends. Returns how many.
    pub fn prune(&self, today: Date) -> io::Result<usize> {
        let first_kept = folder::first_kept(today);
        let days = folder::days(&self.chain.path)?;
        let old = days.into_iter().filter(|day| *day < first_kept);
        let mut removed = 0;
        for day in old.take_while(|day| self.anchored.contains_key(day)) {
            fs::remove_file(folder::file(&self.chain.path, day))?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Finds the last line of all files, and cuts off an unfinished one behind it. Returns whether there was one.
    fn find_end(&mut self, complaints: &mut Vec<String>) -> io::Result<bool> {
        let mut is_torn = false;
        for day in folder::days(&self.chain.path)?.into_iter().rev() {
            let path = folder::file(&self.chain.path, day);
            let bytes = fs::read(&path)?;
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let file = folder::append(&self.chain.path, day)?;
            if whole < bytes.len() {
                let (name, length) = (path.display(), bytes.len() - whole);
                complaints.push(format!(
                    "{name} ended with an unfinished line of {length} bytes: it is cut off"
                ));
                file.set_len(whole as u64)?;
                is_torn = true;
            }
            self.open.get_or_insert((day, file, whole as u64));
            let text = String::from_utf8_lossy(&bytes[..whole]);
            let last = text.lines().rev().find_map(|line| self.key.read(line));
            if let Some(last) = last {
                (self.seq, self.hash) = (last.line.seq, last.hash);
                break;
            }
        }
        Ok(is_torn)
    }

    /// The day that a line is filed under: a clock that is set back does not open old files again.
    fn day_of(&self, day: Date) -> Date {
        self.open.as_ref().map_or(day, |(open, ..)| day.max(*open))
    }

    fn append(&mut self, day: Date, line: &AccessLine) -> io::Result<()> {
        let (text, hash) = self.key.sealed(line)?;
        let day = self.day_of(day);
        if self.open.as_ref().is_none_or(|(open, ..)| *open != day) {
            let file = folder::append(&self.chain.path, day)?;
            let length = file.metadata()?.len();
            self.open = Some((day, file, length));
        }
        let Some((_, file, length)) = &mut self.open else { return Ok(()) };
        if let Err(fault) = file.write_all(text.as_bytes()) {
            // A piece of the line may be there: without it the next try finds the end where it was.
            file.set_len(*length)?;
            return Err(fault);
        }
        *length += text.len() as u64;
        (self.seq, self.hash) = (line.seq, hash);
        Ok(())
    }
}
