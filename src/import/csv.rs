//! CSV as offices write it: any of four delimiters, with or without a byte order mark, UTF-8 or Windows-1252.

use std::{
    io::{BufReader, Read},
    path::Path,
    sync::Arc,
};

use csv::{ByteRecord, ReaderBuilder};

use super::{
    At, ImportError, Options,
    feature::{Each, Feature, Value},
    meter::Meter,
    summary::{Fault, Refusal},
    text::decode,
};

/// Delimiters that are tried, in the order in which ties are settled.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];
/// Bytes in which the header is looked for.
const HEADER_BYTES_MAX: usize = 65_536;
/// Most columns of a table: a table of INSEE has some 3,000.
const COLUMNS_MAX: usize = 10_000;

/// Hands each row to `each`, with its columns and without a geometry.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let mut head = Vec::new();
    let mut file = Meter::open(path, options.progress)?;
    let io = |e| ImportError::io(path, e);
    file.by_ref().take(HEADER_BYTES_MAX as u64).read_to_end(&mut head).map_err(io)?;
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.contains(&0) {
        return Err(ImportError::unsupported(path, "not UTF-8 text; save it as CSV in UTF-8"));
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let delimiter = sniff_delimiter(head);
    // The reader ends a line at its carriage return, and counts the line feed with the next one.
    let first_line = head.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let uncounted_lines = u64::from(first_line.ends_with(b"\r\n"));
    let mut rows = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(head.chain(BufReader::new(file)));
    let fault = |e: csv::Error| ImportError::malformed(path, e.to_string());
    let names: Vec<Arc<str>> =
        rows.byte_headers().map_err(fault)?.iter().map(|name| decode(name).trim().into()).collect();
    if names.len() > COLUMNS_MAX || names.iter().all(|name| name.is_empty()) {
        return Err(ImportError::malformed(path, "the first line does not name columns"));
    }
    let mut row = ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(fault)? {
        let at = At::Line(row.position().map_or(0, csv::Position::line) + uncounted_lines);
        each(if row.len() == names.len() {
            Ok(feature(at, &names, &row))
        } else {
            let detail = format!("{} values under {} columns", row.len(), names.len());
            Err(Refusal { at, fault: Fault::new("not as many values as columns", detail) })
        })?;
    }
    Ok(())
}

fn feature(at: At, names: &[Arc<str>], row: &ByteRecord) -> Feature {
    let properties = names
        .iter()
        .zip(row)
        .filter_map(|(name, value)| Some((Arc::clone(name), Value::of_text(&decode(value))?)));
    Feature {
        at,
        id: None,
        properties: properties.collect(),
        geometry: None,
        crs: None,
        mended: Vec::new(),
    }
}

/// The delimiter that cuts the first line into the most columns.
fn sniff_delimiter(head: &[u8]) -> u8 {
    let columns = |delimiter: u8| {
        let mut rows = ReaderBuilder::new().delimiter(delimiter).from_reader(head);
        rows.byte_headers().map_or(0, ByteRecord::len)
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| columns(*delimiter));
    best.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_cuts_most() {
        assert_eq!(sniff_delimiter(b"a;b;c\n1,5;2;3"), b';');
        assert_eq!(sniff_delimiter(b"a,b,c\n"), b',');
        assert_eq!(sniff_delimiter(b"a\tb\n"), b'\t');
        assert_eq!(sniff_delimiter(b"\"a;b;c\"|b"), b'|');
        assert_eq!(sniff_delimiter(b"alone"), b';');
    }
}
