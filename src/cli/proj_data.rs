//! Keeps the databases of other PROJ installations out of the way of the one inside the program.

use std::{env, os::unix::process::CommandExt as _, process::Command};

use anyhow::{Context as _, bail};

use crate::crs;

/// A folder that does not exist: PROJ then looks no further, and takes the database that it embeds.
const NOWHERE: &str = "/nonexistent/vigie-uses-its-own-proj-database";

/// Starts the program anew without the `proj.db` that PROJ found and cannot use, if there is one.
///
/// PROJ reads where to look from the environment of the process, which cannot be changed safely from inside.
///
/// # Errors
///
/// When the program cannot be started anew, or PROJ does not work then either.
pub(super) fn ensure_usable() -> anyhow::Result<()> {
    let Err(fault) = crs::check_database() else { return Ok(()) };
    if env::var("PROJ_DATA").is_ok_and(|data| data == NOWHERE) {
        bail!(
            "{fault}. A proj.db of another PROJ in the working folder does this; start elsewhere"
        );
    }
    let program = env::current_exe().context("cannot tell where the program is")?;
    let failure = Command::new(program)
        .args(env::args_os().skip(1))
        .env("PROJ_DATA", NOWHERE)
        .env("PROJ_SKIP_READ_USER_WRITABLE_DIRECTORY", "YES")
        .exec();
    Err(failure).context("cannot start again without PROJ_DATA")
}
