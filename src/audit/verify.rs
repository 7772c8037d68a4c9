//! [`verify`]: finds every line that was altered, removed, moved or put in.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::{chain::ChainKey, folder};
use crate::{access::AccessAnchor, time::Date};

/// What an access log is like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Chains that were read, one for each server.
    pub chains: usize,
    /// Files.
    pub files: usize,
    /// Lines that are as they were written.
    pub lines: u64,
    /// Requests that the lines say are in none of them.
    pub missed: u64,
    /// Lines that say that an unfinished one stood in their place.
    pub mended: u64,
    /// What is not as it was written.
    pub faults: Vec<AuditFault>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFault {
    /// In which file or folder.
    pub place: PathBuf,
    /// In which line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for AuditFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Reads every chain in the folder `home` and compares it with the anchors of the store, which were read before.
///
/// # Errors
///
/// When the folder or a file cannot be read.
pub fn verify(
    home: &Path,
    key: &ChainKey,
    anchors: &[AccessAnchor],
    today: Date,
) -> io::Result<Verified> {
    let mut verified = Verified::default();
    let chains = folder::chains(home)?;
    for (id, path) in &chains {
        let own: Vec<&AccessAnchor> = anchors.iter().filter(|anchor| anchor.log == *id).collect();
        ChainReader { key, path, anchors: own, verified: &mut verified }.read(*id, today)?;
    }
    let first_kept = folder::first_kept(today);
    let mut lost: Vec<Uuid> = anchors
        .iter()
        .filter(|anchor| anchor.day >= first_kept)
        .map(|anchor| anchor.log)
        .filter(|log| !chains.iter().any(|(id, _)| id == log))
        .collect();
    lost.sort();
    lost.dedup();
    verified.faults.extend(lost.into_iter().map(|log| lost_chain(home, log)));
    Ok(verified)
}

/// As [`verify`], for the lines of one day: where they begin is told by the day before, whose other lines are not looked at.
///
/// # Errors
///
/// When the folder or a file cannot be read.
pub fn verify_day(
    home: &Path,
    key: &ChainKey,
    anchors: &[AccessAnchor],
    day: Date,
) -> io::Result<Verified> {
    let mut verified = Verified::default();
    let chains = folder::chains(home)?;
    for (id, path) in &chains {
        let own: Vec<&AccessAnchor> = anchors.iter().filter(|anchor| anchor.log == *id).collect();
        ChainReader { key, path, anchors: own, verified: &mut verified }.read_one(*id, day)?;
    }
    let of_day = anchors.iter().filter(|anchor| anchor.day == day).map(|anchor| anchor.log);
    let lost = of_day.filter(|log| !chains.iter().any(|(id, _)| id == log));
    verified.faults.extend(lost.map(|log| lost_chain(home, log)));
    Ok(verified)
}

fn lost_chain(home: &Path, log: Uuid) -> AuditFault {
    let what = format!("the chain {log}, which the store has anchored, is not here");
    AuditFault { place: home.to_owned(), line: None, what }
}

struct ChainReader<'a> {
    key: &'a ChainKey,
    path: &'a Path,
    anchors: Vec<&'a AccessAnchor>,
    verified: &'a mut Verified,
}

impl ChainReader<'_> {
    fn read(&mut self, id: Uuid, today: Date) -> io::Result<()> {
        let days = folder::days(self.path)?;
        self.verified.chains += 1;
        let gone: Vec<Date> = self
            .anchors
            .iter()
            .map(|anchor| anchor.day)
            .filter(|day| *day >= folder::first_kept(today) && !days.contains(day))
            .collect();
        for day in gone {
            self.fault(
                &folder::file(self.path, day),
                None,
                "is gone: the store has anchored its end",
            );
        }
        let mut before = self.beginning(id, days.first().copied());
        let last = days.last().copied();
        for day in days {
            before = self.read_day(day, Some(day) == last, before)?;
        }
        Ok(())
    }

    /// Reads one day, behind the last line of the day before.
    fn read_one(&mut self, id: Uuid, day: Date) -> io::Result<()> {
        let days = folder::days(self.path)?;
        if !days.contains(&day) {
            if self.anchors.iter().any(|anchor| anchor.day == day) {
                let file = folder::file(self.path, day);
                self.fault(&file, None, "is gone: the store has anchored its end");
            }
            return Ok(());
        }
        self.verified.chains += 1;
        let before = match days.iter().rev().find(|one| **one < day) {
            Some(one) => self.end_of(*one)?,
            None => None,
        };
        let before = before.unwrap_or_else(|| self.beginning(id, Some(day)));
        self.read_day(day, days.last() == Some(&day), before)?;
        Ok(())
    }

    /// The number and hash of the last line of that day, where it has one that is a line.
    fn end_of(&self, day: Date) -> io::Result<Option<(u64, String)>> {
        let mut last = None;
        for line in BufReader::new(File::open(folder::file(self.path, day))?).split(b'\n') {
            last = Some(line?);
        }
        let text = last.map(|last| String::from_utf8_lossy(&last).into_owned());
        let read = text.and_then(|text| self.key.read(&text));
        Ok(read.map(|read| (read.line.seq, read.hash)))
    }

    /// The number and hash before the first line that is there.
    fn beginning(&self, id: Uuid, first: Option<Date>) -> (u64, String) {
        let removed = self.anchors.iter().filter(|anchor| Some(anchor.day) < first);
        match removed.max_by_key(|anchor| anchor.seq) {
            Some(anchor) => (anchor.seq, hex::encode(anchor.hash)),
            None => (0, self.key.beginning(id)),
        }
    }

    fn read_day(
        &mut self,
        day: Date,
        is_last: bool,
        mut before: (u64, String),
    ) -> io::Result<(u64, String)> {
        let file = folder::file(self.path, day);
        let mut lines = BufReader::new(File::open(&file)?);
        let mut wanted: BTreeMap<u64, String> = BTreeMap::new();
        for anchor in self.anchors.iter().filter(|anchor| anchor.day == day) {
            wanted.insert(anchor.seq, hex::encode(anchor.hash));
        }
        self.verified.files += 1;
        for number in 1.. {
            let mut bytes = Vec::new();
            if lines.read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            let line = String::from_utf8_lossy(&bytes);
            let Some(line) = line.strip_suffix('\n') else {
                // A server may be writing it.
                if !is_last {
                    self.fault(&file, Some(number), "is not finished");
                }
                continue;
            };
            let Some(read) = self.key.read(line) else {
                self.fault(&file, Some(number), "is no line of an access log");
                continue;
            };
            let seq = read.line.seq;
            if read.fits {
                self.verified.lines += 1;
                self.verified.missed += read.line.missed;
                self.verified.mended += u64::from(read.line.what == "mended");
            } else {
                self.fault(&file, Some(number), &format!("line {seq} was altered"));
            }
            if let Some(what) = out_of_order(seq, &read.line.prev, &before) {
                self.fault(&file, Some(number), &what);
            }
            if wanted.get(&seq).is_some_and(|hash| *hash == read.hash) {
                wanted.remove(&seq);
            }
            before = (seq, read.hash);
        }
        for seq in wanted.into_keys() {
            self.fault(
                &file,
                None,
                &format!("line {seq}, which the store has anchored, is not in it"),
            );
        }
        Ok(before)
    }

    fn fault(&mut self, place: &Path, line: Option<usize>, what: &str) {
        let (place, what) = (place.to_owned(), what.to_owned());
        self.verified.faults.push(AuditFault { place, line, what });
    }
}

/// What is wrong with a line `seq` behind the line `before`, if anything is.
fn out_of_order(seq: u64, prev: &str, (before, hash): &(u64, String)) -> Option<String> {
    match seq.checked_sub(*before) {
        Some(1) if prev == hash => None,
        Some(1) => {
            Some(format!("line {seq} does not follow the line before it, which was replaced"))
        }
        Some(2) => Some(format!("line {} is missing before line {seq}", before + 1)),
        Some(3..) => {
            Some(format!("lines {} to {} are missing before line {seq}", before + 1, seq - 1))
        }
        Some(0) | None => {
            Some(format!("line {seq} stands behind line {before}: it was moved or put in again"))
        }
    }
}
