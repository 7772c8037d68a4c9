//! [`newest_lines`]: lines of a day, newest first, read from the ends of its files.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    str::FromStr,
};

use super::{AccessLine, folder};
use crate::time::{Date, Timestamp};

/// Bytes that one question reads of the files of a day, at most: a few tens of thousands of lines.
const READ_BYTES_MAX: u64 = 16 << 20;
/// Bytes that are read at once.
const BLOCK_BYTES: u64 = 64 << 10;
/// Longest line; ours have some hundred bytes. What is longer is no line, and passed over.
const LINE_BYTES_MAX: usize = 64 << 10;
/// Most chains that a place names: as many as servers may write into a folder.
const CHAINS_MAX: usize = 64;

/// Where the next answer goes on: for each chain of the folder, how many bytes of its file are not told yet. As text
/// `1.4711-2.98`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPlace(Vec<(u32, u64)>);

/// A text is no place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `next` of an answer")]
pub struct InvalidLogPlace;

impl FromStr for LogPlace {
    type Err = InvalidLogPlace;

    fn from_str(text: &str) -> Result<Self, InvalidLogPlace> {
        let part = |part: &str| {
            let (chain, bytes) = part.split_once('.')?;
            Some((chain.parse().ok()?, bytes.parse().ok()?))
        };
        let parts: Option<Vec<(u32, u64)>> =
            text.split('-').take(CHAINS_MAX + 1).map(part).collect();
        parts.filter(|parts| parts.len() <= CHAINS_MAX).map(Self).ok_or(InvalidLogPlace)
    }
}

impl std::fmt::Display for LogPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (chain, bytes)) in self.0.iter().enumerate() {
            let dash = if at == 0 { "" } else { "-" };
            write!(f, "{dash}{chain}.{bytes}")?;
        }
        Ok(())
    }
}

/// What is asked of a day.
#[derive(Debug, Clone)]
pub struct LogQuestion {
    /// Which day.
    pub day: Date,
    /// Behind which answer.
    pub after: Option<LogPlace>,
    /// Ids of accounts and tokens, where only lines of those are wanted.
    pub accounts: Option<Vec<String>>,
    /// How the template of the route begins, where only such lines are wanted.
    pub route: Option<String>,
    /// Most lines.
    pub most: usize,
}

impl LogQuestion {
    fn wants(&self, line: &AccessLine) -> bool {
        let of = |ids: &Vec<String>| line.account.as_ref().is_some_and(|id| ids.contains(id));
        let on = |begin: &String| line.route.as_ref().is_some_and(|route| route.starts_with(begin));
        self.accounts.as_ref().is_none_or(of) && self.route.as_ref().is_none_or(on)
    }
}

/// The lines of a day that are wanted, over all chains of the folder `home`, newest first; and where the next answer goes
/// on, unless all is told. Reads 16 MiB at most: where few lines are wanted of many, an answer may have none and yet not
/// be the last. What is no line is left out: it is for [`super::verify`].
///
/// # Errors
///
/// When a file cannot be read.
pub fn newest_lines(
    home: &Path,
    question: &LogQuestion,
) -> io::Result<(Vec<AccessLine>, Option<LogPlace>)> {
    let mut chains = open(home, question)?;
    let mut left = READ_BYTES_MAX;
    let mut lines = Vec::new();
    loop {
        for chain in &mut chains {
            if !chain.fill(&mut left)? {
                return Ok((lines, Some(place_of(&chains))));
            }
        }
        let newest = chains.iter_mut().filter(|chain| chain.next.is_some());
        let newest = newest.max_by_key(|chain| chain.next.as_ref().map(|next| next.at));
        let Some(newest) = newest else { return Ok((lines, None)) };
        let wanted = newest.next.as_ref().is_some_and(|next| question.wants(&next.line));
        if wanted && lines.len() == question.most {
            return Ok((lines, Some(place_of(&chains))));
        }
        lines.extend(newest.take().filter(|_| wanted));
    }
}

fn place_of(chains: &[Backwards]) -> LogPlace {
    LogPlace(chains.iter().map(|chain| (chain.number, chain.untold())).collect())
}

fn open(home: &Path, question: &LogQuestion) -> io::Result<Vec<Backwards>> {
    let mut open = Vec::new();
    for (_, path) in folder::chains(home)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(number) = name.and_then(|name| name.parse().ok()) else { continue };
        let file = match File::open(folder::file(&path, question.day)) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => continue,
            Err(fault) => return Err(fault),
        };
        let length = file.metadata()?.len();
        // A chain that came after the answer before is newer than what is asked for.
        let untold = question.after.as_ref().map_or(length, |LogPlace(places)| {
            let known = places.iter().find(|(chain, _)| *chain == number);
            known.map_or(0, |(_, bytes)| (*bytes).min(length))
        });
        open.push(Backwards { number, file, begin: untold, buffer: Vec::new(), next: None });
    }
    Ok(open)
}

/// A line that is read and not told yet.
struct Next {
    line: AccessLine,
    at: Timestamp,
    /// Its length in the file, with its line break.
    bytes: u64,
}

/// One file, read from its end.
struct Backwards {
    number: u32,
    file: File,
    /// Where the buffer begins in the file.
    begin: u64,
    /// What is read and not taken apart yet.
    buffer: Vec<u8>,
    next: Option<Next>,
}

impl Backwards {
    /// How many bytes of the file are not told.
    fn untold(&self) -> u64 {
        self.begin + self.buffer.len() as u64 + self.next.as_ref().map_or(0, |next| next.bytes)
    }

    fn take(&mut self) -> Option<AccessLine> {
        self.next.take().map(|next| next.line)
    }

    /// Reads until there is a line to tell, or none is left; false where `left` bytes are not enough for that.
    fn fill(&mut self, left: &mut u64) -> io::Result<bool> {
        while self.next.is_none() {
            let whole = self.buffer.len().saturating_sub(1);
            let line_break =
                self.buffer.get(..whole).and_then(|all| all.iter().rposition(|b| *b == b'\n'));
            if line_break.is_none() && self.begin > 0 {
                if *left == 0 {
                    return Ok(false);
                }
                self.read_block(left)?;
                continue;
            }
            if self.buffer.is_empty() {
                return Ok(true);
            }
            let text = self.buffer.split_off(line_break.map_or(0, |at| at + 1));
            let line = text
                .strip_suffix(b"\n")
                .and_then(|line| serde_json::from_slice::<AccessLine>(line).ok());
            self.next = line.and_then(|line| {
                let at = line.at.parse().ok()?;
                Some(Next { line, at, bytes: text.len() as u64 })
            });
        }
        Ok(true)
    }

    fn read_block(&mut self, left: &mut u64) -> io::Result<()> {
        if self.buffer.len() > LINE_BYTES_MAX {
            self.buffer.clear();
        }
        let bytes = BLOCK_BYTES.min(self.begin).min(*left);
        self.begin -= bytes;
        *left -= bytes;
        self.file.seek(SeekFrom::Start(self.begin))?;
        let mut block = Vec::new();
        (&mut self.file).take(bytes).read_to_end(&mut block)?;
        block.append(&mut self.buffer);
        self.buffer = block;
        Ok(())
    }
}
