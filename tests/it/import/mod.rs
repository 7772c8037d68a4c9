//! Importing files: real ones, the same stock in every format, broken ones, and the program itself.

mod command;
mod formats;
mod incidents;
mod malformed;
mod real;

use std::process::Command;

use tempfile::TempDir;
use vigie::{
    app::{App, system_clock},
    store::sqlite::SqliteStore,
};

/// Runs `ogr2ogr`, or says plainly that the test is skipped where GDAL is absent.
fn ogr2ogr(arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new("ogr2ogr").args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(_) => {
            eprintln!("skipped: ogr2ogr (Debian's gdal-bin) is not there");
            None
        }
    }
}

/// An app on an empty store of its own.
fn empty_app() -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("vigie.db")).unwrap();
    (App::open(Box::new(store), system_clock).unwrap(), folder)
}

fn wait_for<T>(answer: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(answer)
}
