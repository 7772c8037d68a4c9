//! [`CsvRows`]: rows under a header, separated by commas, semicolons or tabs.

use csv::{ByteRecord, ReaderBuilder, Writer, WriterBuilder};

use super::{Block, Coordinates, Crs, Rows, StockIndex, located, position_of};
use crate::{
    geo::LonLat,
    http::{Problem, lines::Lines},
};

/// The columns that an answer adds to a row.
const ADDED: [&str; 5] = ["site_code", "building_id", "method", "distance_m", "error"];

/// The reader of CSV.
pub struct CsvRows {
    delimiter: u8,
    columns: usize,
    coordinates: Columns,
    crs: Option<Crs>,
}

/// In which columns the coordinates are.
#[derive(Clone, Copy)]
enum Columns {
    LonLat(usize, usize),
    Projected(usize, usize),
}

impl CsvRows {
    /// Reads the header, and returns the reader of the rows and the begin of the answer.
    ///
    /// # Errors
    ///
    /// 422 when the header has no coordinates; what the client's going away is.
    pub async fn begin(lines: &mut Lines, crs: Option<Crs>) -> Result<(Self, Vec<u8>), Problem> {
        let Some(Block::Lines(first)) = lines.next().await? else {
            return Err(Problem::unsaid("body", "must begin with a header"));
        };
        let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
        let delimiter = delimiter_of(text);
        let mut reader = reader(delimiter, text);
        let mut header = ByteRecord::new();
        let read = reader.read_byte_record(&mut header).map_err(|e| Problem::unsaid("body", e))?;
        let begins_at = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !read {
            return Err(Problem::unsaid("body", "must begin with a header"));
        }
        let coordinates = Columns::of(&header, crs.as_ref())?;
        let rows = Self { delimiter, columns: header.len(), coordinates, crs };
        let mut out = Vec::new();
        let mut writer = rows.writer(&mut out);
        write(&mut writer, header.iter().chain(ADDED.iter().map(|name| name.as_bytes())));
        drop(writer);
        lines.put_back(first.slice_ref(text.get(begins_at..).unwrap_or_default()));
        Ok((rows, out))
    }

    fn writer<'a>(&self, out: &'a mut Vec<u8>) -> Writer<&'a mut Vec<u8>> {
        WriterBuilder::new().delimiter(self.delimiter).flexible(true).from_writer(out)
    }

    fn position(&self, row: &ByteRecord) -> Result<LonLat, String> {
        if row.len() != self.columns {
            return Err(format!("has {} columns, not {}", row.len(), self.columns));
        }
        let number = |column: usize, name: &str| {
            let text = std::str::from_utf8(&row[column]).ok();
            let value = text.and_then(|text| text.trim().parse::<f64>().ok());
            value.map(Some).ok_or_else(|| format!("{name}: must be a number"))
        };
        let coordinates = match self.coordinates {
            Columns::LonLat(lon, lat) => Coordinates {
                lon: number(lon, "lon")?,
                lat: number(lat, "lat")?,
                ..Coordinates::default()
            },
            Columns::Projected(x, y) => {
                Coordinates { x: number(x, "x")?, y: number(y, "y")?, ..Coordinates::default() }
            }
        };
        position_of(self.crs.as_ref(), &coordinates)
            .map_err(|fault| format!("{}: {}", fault.field, fault.reason))
    }
}

impl Columns {
    fn of(header: &ByteRecord, crs: Option<&Crs>) -> Result<Self, Problem> {
        let column = |name: &str| {
            header.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        match (column("lon"), column("lat"), column("x"), column("y"), crs) {
            (_, _, Some(x), Some(y), Some(_)) => Ok(Self::Projected(x, y)),
            (Some(lon), Some(lat), ..) => Ok(Self::LonLat(lon, lat)),
            (_, _, Some(_), Some(_), None) => {
                Err(Problem::unsaid("crs", "is required: in which system are x and y?"))
            }
            _ => Err(Problem::unsaid("body", "the header has neither lon and lat nor x and y")),
        }
    }
}

impl Rows for CsvRows {
    fn answer(&mut self, stock: &StockIndex, block: &Block, out: &mut Vec<u8>) {
        let mut writer = self.writer(out);
        let nothing = vec![&b""[..]; self.columns];
        let Block::Lines(lines) = block else {
            let error = &b"the row is longer than 64 kB"[..];
            return write(&mut writer, nothing.into_iter().chain([&b""[..], b"", b"", b"", error]));
        };
        let rows: Vec<(ByteRecord, Result<LonLat, String>)> = reader(self.delimiter, lines)
            .into_byte_records()
            .map_while(Result::ok)
            .map(|row| {
                let position = self.position(&row);
                (row, position)
            })
            .collect();
        let mut answers = located(stock, rows.iter().map(|(_row, position)| position));
        for (row, position) in &rows {
            let cells = row.iter().chain(nothing.iter().copied()).take(self.columns);
            let answer = position.as_ref().map(|_position| answers.next());
            match answer {
                Ok(Some(answer)) => {
                    let distance_m = answer.distance_m.map(|metres| metres.to_string());
                    let added = [
                        answer.site_code.as_deref().unwrap_or_default(),
                        answer.building_id.as_deref().unwrap_or_default(),
                        answer.method.as_str(),
                        distance_m.as_deref().unwrap_or_default(),
                        "",
                    ];
                    write(&mut writer, cells.chain(added.map(str::as_bytes)));
                }
                Ok(None) => {}
                Err(error) => {
                    write(&mut writer, cells.chain(["", "", "", "", error].map(str::as_bytes)));
                }
            }
        }
    }
}

fn reader(delimiter: u8, text: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text)
}

/// Of the usual delimiters, the one that the header has most of.
fn delimiter_of(text: &[u8]) -> u8 {
    let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    [b';', b'\t', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn write<'a>(writer: &mut Writer<&mut Vec<u8>>, cells: impl Iterator<Item = &'a [u8]>) {
    // Writing into memory does not fail.
    let _ = writer.write_record(cells);
}
