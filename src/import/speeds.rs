//! The `speeds` layer: how fast traffic is, by class of roads, day and hour.

use std::{io::Read as _, path::Path};

use super::{At, ImportError, Options, Reading, Summary, meter::Meter};
use crate::{roads::speeds, stock::StockChange};

/// Largest file, in bytes: a line for each class and hour has some 100 KB.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Reads the speeds of every class.
///
/// # Errors
///
/// [`ImportError`] names the line at fault; nothing of the file is then kept.
pub fn read(path: &Path, options: &Options<'_>) -> Result<Reading<StockChange>, ImportError> {
    let mut text = String::new();
    let file = Meter::open(path, options.progress)?;
    file.take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|e| ImportError::io(path, e))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(ImportError::malformed(path, format!("larger than {FILE_BYTES_MAX} bytes")));
    }
    let speeds = speeds::parse(&text).map_err(|e| ImportError::malformed(path, e.to_string()))?;
    let mut summary = Summary::default();
    speeds.iter().for_each(|class| summary.keep(&At::Named(class.class.as_str().to_owned()), &[]));
    Ok(Reading { content: StockChange { speeds, ..StockChange::default() }, summary })
}
