//! [`Lines`]: a streamed body as blocks of whole lines, in constant memory.

use actix_web::{
    dev::Payload,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;

use super::{
    Problem, ProblemKind,
    limit::{LINE_BYTES_MAX, STREAM_SILENCE_MAX},
};

/// Where a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// At each line feed.
    LineFeed,
    /// At each line feed outside double quotes, as in CSV.
    LineFeedOutsideQuotes,
}

/// Some whole lines, as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Whole lines with their ends; the last line of a body may have none.
    Lines(Bytes),
    /// The place of a line that was longer than [`LINE_BYTES_MAX`] and was skipped.
    TooLong,
}

/// The reader of a body.
pub struct Lines {
    payload: Payload,
    cutter: Cutter,
    ready: Vec<Block>,
    ended: bool,
}

impl Lines {
    /// The lines of `payload`.
    #[must_use]
    pub fn of(payload: Payload, end: LineEnd) -> Self {
        Self { payload, cutter: Cutter::new(end), ready: Vec::new(), ended: false }
    }

    /// Gives back the rest of a block, to be read next.
    pub fn put_back(&mut self, rest: Bytes) {
        if !rest.is_empty() {
            self.ready.insert(0, Block::Lines(rest));
        }
    }

    /// The next block; `None` at the end of the body.
    ///
    /// # Errors
    ///
    /// When the client goes away or is silent for too long.
    pub async fn next(&mut self) -> Result<Option<Block>, Problem> {
        loop {
            if !self.ready.is_empty() {
                return Ok(Some(self.ready.remove(0)));
            }
            if self.ended {
                return Ok(None);
            }
            let piece = tokio::time::timeout(STREAM_SILENCE_MAX, self.payload.next()).await;
            let piece = piece.map_err(|_elapsed| {
                let silence_s = STREAM_SILENCE_MAX.as_secs();
                let detail = format!("nothing came for {silence_s} s");
                Problem::new(ProblemKind::RequestTimeout, detail)
            })?;
            match piece {
                Some(Ok(piece)) => self.ready = self.cutter.take_in(&piece),
                Some(Err(fault)) => {
                    return Err(Problem::new(ProblemKind::UnreadableRequest, fault));
                }
                None => {
                    self.ended = true;
                    self.ready = self.cutter.finish();
                }
            }
        }
    }
}

/// Cuts pieces at the ends of lines.
struct Cutter {
    end: LineEnd,
    /// The begin of a line whose end has not come.
    rest: BytesMut,
    /// Whether the line in `rest` has an open quote.
    quoted: bool,
    /// Whether the line that is coming is too long already.
    skipping: bool,
}

impl Cutter {
    fn new(end: LineEnd) -> Self {
        Self { end, rest: BytesMut::new(), quoted: false, skipping: false }
    }

    fn take_in(&mut self, piece: &[u8]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut piece = piece;
        if self.skipping {
            // A quote that was opened in a line too long for one is taken to be closed with it.
            let Some(at) = piece.iter().position(|byte| *byte == b'\n') else { return blocks };
            piece = &piece[at + 1..];
            self.skipping = false;
        }
        let last_end = self.last_end(piece);
        if let Some(at) = last_end {
            self.rest.extend_from_slice(&piece[..=at]);
            blocks.push(Block::Lines(self.rest.split().freeze()));
            piece = &piece[at + 1..];
        }
        self.rest.extend_from_slice(piece);
        if self.rest.len() > LINE_BYTES_MAX {
            self.rest.clear();
            (self.skipping, self.quoted) = (true, false);
            blocks.push(Block::TooLong);
        }
        blocks
    }

    fn finish(&mut self) -> Vec<Block> {
        let rest = self.rest.split().freeze();
        if rest.is_empty() { Vec::new() } else { vec![Block::Lines(rest)] }
    }

    /// Where the last whole line of `piece` ends.
    fn last_end(&mut self, piece: &[u8]) -> Option<usize> {
        match self.end {
            LineEnd::LineFeed => piece.iter().rposition(|byte| *byte == b'\n'),
            LineEnd::LineFeedOutsideQuotes => {
                let mut last = None;
                for (at, byte) in piece.iter().enumerate() {
                    match byte {
                        b'"' => self.quoted = !self.quoted,
                        b'\n' if !self.quoted => last = Some(at),
                        _ => {}
                    }
                }
                last
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(end: LineEnd, pieces: &[&[u8]]) -> Vec<Block> {
        let mut cutter = Cutter::new(end);
        let mut blocks: Vec<Block> =
            pieces.iter().flat_map(|piece| cutter.take_in(piece)).collect();
        blocks.extend(cutter.finish());
        blocks
    }

    fn lines(text: &str) -> Block {
        Block::Lines(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn blocks_are_whole_lines_however_the_body_is_cut() {
        let blocks = cut(LineEnd::LineFeed, &[b"a\nb", b"c", b"\nd"]);
        assert_eq!(blocks, [lines("a\n"), lines("bc\n"), lines("d")]);
    }

    #[test]
    fn a_line_feed_inside_quotes_ends_no_row() {
        let blocks = cut(LineEnd::LineFeedOutsideQuotes, &[b"1,\"a\n", b"b\"\n2"]);
        assert_eq!(blocks, [lines("1,\"a\nb\"\n"), lines("2")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_its_place() {
        let long = vec![b'x'; LINE_BYTES_MAX];
        let blocks = cut(LineEnd::LineFeed, &[b"a\n", &long, b"x", b"yy", b"\nb\n"]);
        assert_eq!(blocks, [lines("a\n"), Block::TooLong, lines("b\n")]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_doubled(text in "[ab\n]{0,200}", cuts in proptest::collection::vec(1_usize..20, 1..20)) {
            let mut pieces: Vec<&[u8]> = Vec::new();
            let mut left = text.as_bytes();
            for cut in cuts.iter().cycle() {
                if left.is_empty() { break; }
                let (piece, rest) = left.split_at((*cut).min(left.len()));
                pieces.push(piece);
                left = rest;
            }
            let blocks = cut(LineEnd::LineFeed, &pieces);
            let whole: Vec<u8> = blocks.iter().flat_map(|block| match block {
                Block::Lines(bytes) => bytes.to_vec(),
                Block::TooLong => unreachable!("no line is long"),
            }).collect();
            prop_assert_eq!(whole, text.as_bytes());
        }
    }
}
