//! [`JsonPieces`]: cuts a JSON text into its values without reading them into memory at once.
//!
//! Only brackets and quotes are looked at, so that a value that is broken inside spoils itself alone.

use std::io::{self, BufReader, Bytes, Read};

/// Longest value that is cut out, in bytes: a department's outline has 2 MB.
const VALUE_BYTES_MAX: usize = 64 << 20;
/// ASCII record separator, before each text of RFC 8142.
pub(super) const RECORD_SEPARATOR: u8 = 0x1E;

/// A JSON text that is read piece by piece.
pub(super) struct JsonPieces<R: Read> {
    bytes: Bytes<BufReader<R>>,
    peeked: Option<u8>,
    line: u64,
}

/// Why a text cannot be cut.
#[derive(Debug, thiserror::Error)]
pub(super) enum JsonFault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {line}: the file ends inside a value")]
    CutOff { line: u64 },
    #[error("line {line}: `{found}` where {expected} should be")]
    Unexpected { line: u64, found: char, expected: &'static str },
    #[error("line {line}: a value has more than {VALUE_BYTES_MAX} bytes")]
    TooLong { line: u64 },
}

impl<R: Read> JsonPieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { bytes: BufReader::with_capacity(1 << 16, reader).bytes(), peeked: None, line: 1 }
    }

    /// The line that is being read, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// The next byte that is not blank, which stays where it is; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, JsonFault> {
        loop {
            match self.peek_any()? {
                Some(byte) if is_blank(byte) => self.peeked = None,
                // A byte order mark is not white space to JSON, but is to those who save files.
                Some(0xEF | 0xBB | 0xBF) => self.peeked = None,
                other => return Ok(other),
            }
        }
    }

    /// Takes `byte`, which must come next.
    pub(super) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonFault> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.peeked = None;
                Ok(())
            }
            Some(found) => Err(self.unexpected(found, expected)),
            None => Err(JsonFault::CutOff { line: self.line }),
        }
    }

    /// Takes `byte` where it comes next.
    pub(super) fn take_if(&mut self, byte: u8) -> Result<bool, JsonFault> {
        let found = self.peek()? == Some(byte);
        if found {
            self.peeked = None;
        }
        Ok(found)
    }

    /// Cuts out the next value, whatever is in it, into `value`.
    pub(super) fn value(&mut self, value: &mut Vec<u8>) -> Result<(), JsonFault> {
        value.clear();
        match self.peek()? {
            None => Err(JsonFault::CutOff { line: self.line }),
            Some(b'{' | b'[') => self.bracketed(value),
            Some(b'"') => self.string(value),
            Some(found @ (b'}' | b']' | b',' | b':')) => Err(self.unexpected(found, "a value")),
            Some(_) => self.word(value),
        }
    }

    fn bracketed(&mut self, value: &mut Vec<u8>) -> Result<(), JsonFault> {
        let mut depth = 0_usize;
        loop {
            match self.peek_any()? {
                None => return Err(JsonFault::CutOff { line: self.line }),
                Some(b'"') => {
                    self.string(value)?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
            }
            self.push(value)?;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn string(&mut self, value: &mut Vec<u8>) -> Result<(), JsonFault> {
        self.push(value)?;
        let mut escaped = false;
        loop {
            let byte = self.peek_any()?.ok_or(JsonFault::CutOff { line: self.line })?;
            self.push(value)?;
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Ok(()),
                _ => {}
            }
        }
    }

    /// At least one byte: what ends a word is what [`Self::peek`] passes over, or no value.
    fn word(&mut self, value: &mut Vec<u8>) -> Result<(), JsonFault> {
        while let Some(byte) = self.peek_any()? {
            if is_blank(byte) || matches!(byte, b',' | b']' | b'}' | b':') {
                break;
            }
            self.push(value)?;
        }
        Ok(())
    }

    /// Moves the peeked byte into `value`.
    fn push(&mut self, value: &mut Vec<u8>) -> Result<(), JsonFault> {
        if value.len() >= VALUE_BYTES_MAX {
            return Err(JsonFault::TooLong { line: self.line });
        }
        value.extend(self.peeked.take());
        Ok(())
    }

    fn peek_any(&mut self) -> Result<Option<u8>, JsonFault> {
        if self.peeked.is_none() {
            self.peeked = self.bytes.next().transpose()?;
            self.line += u64::from(self.peeked == Some(b'\n'));
        }
        Ok(self.peeked)
    }

    fn unexpected(&self, found: u8, expected: &'static str) -> JsonFault {
        JsonFault::Unexpected { line: self.line, found: char::from(found), expected }
    }
}

/// White space of JSON (RFC 8259, 2), and what stands between texts of a sequence.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | RECORD_SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_at_brackets_outside_strings() {
        let mut pieces = JsonPieces::new(&b" {\"a\": \"}\\\"\", \"b\": [1, {}]} \n NaN, \"x\""[..]);
        let mut value = Vec::new();
        pieces.value(&mut value).unwrap();
        assert_eq!(value, b"{\"a\": \"}\\\"\", \"b\": [1, {}]}");
        pieces.value(&mut value).unwrap();
        assert_eq!((value.as_slice(), pieces.line()), (&b"NaN"[..], 2));
        assert!(pieces.take_if(b',').unwrap());
        pieces.value(&mut value).unwrap();
        assert_eq!((value.as_slice(), pieces.peek().unwrap()), (&b"\"x\""[..], None));
    }

    #[test]
    fn every_byte_leads_on() {
        for byte in 0..=u8::MAX {
            let text = [byte, b'1', b','];
            let mut pieces = JsonPieces::new(&text[..]);
            let mut value = Vec::new();
            if pieces.value(&mut value).is_ok() {
                assert!(!value.is_empty(), "{byte:#04x}");
            }
        }
    }

    #[test]
    fn a_text_that_ends_too_soon_is_told() {
        for text in ["{", "[[1]", "\"abc", "{\"a\": \"b}"] {
            let mut pieces = JsonPieces::new(text.as_bytes());
            let cut = pieces.value(&mut Vec::new());
            assert!(matches!(cut, Err(JsonFault::CutOff { .. })), "{text}");
        }
    }
}
