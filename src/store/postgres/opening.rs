//! Opening a database: whether it is fit to be a store, and which schema it has.

use refinery::error::Kind;

use super::{PostgresUrl, column::Columns, connection::Connection, database, fault::unreadable};
use crate::store::StoreError;

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

use database::Database;

/// Who migrates a database has this lock, so that others wait instead of trying the same. "VIGI"; the
/// number is ours alone within one database.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(1447642953)";

const STANDING: &str = "SELECT pg_is_in_recovery(), to_regnamespace('vigie') IS NOT NULL,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis'),
    to_regclass('vigie.refinery_schema_history') IS NOT NULL";

const NEWEST: &str = "SELECT coalesce(max(version), 0)::BIGINT FROM vigie.refinery_schema_history";

/// What a database is like.
pub(super) struct Standing {
    /// It follows another one, and cannot be written.
    pub(super) is_replica: bool,
    has_schema: bool,
    has_postgis: bool,
    /// Version of the schema; 0 before the first.
    pub(super) version: u32,
}

/// Opens the database at `url` and brings its schema up to the newest version, or refuses one that is newer.
pub(super) fn open(url: &PostgresUrl) -> Result<Database, StoreError> {
    let database = Database::new(url)?;
    let known = known_version();
    let found = standing(&database.connection()?)?;
    if found.version < known && found.is_replica {
        return Err(StoreError::NotReady(format!(
            "this replica has schema version {}, version {known} is needed; open the primary server with \
             this program first",
            found.version
        )));
    }
    if found.version < known || !found.has_postgis {
        migrate(&database)?;
    }
    let found = standing(&database.connection()?)?.version;
    if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(database) }
}

/// Refuses a database that holds no store; makes nothing.
pub(in crate::store) fn check_existence(url: &PostgresUrl) -> Result<(), StoreError> {
    let database = Database::new(url)?;
    if standing(&database.connection()?)?.version == 0 {
        return Err(StoreError::NotReady(format!("{url} holds no store")));
    }
    Ok(())
}

/// The newest version of the schema that this program knows.
pub(super) fn known_version() -> u32 {
    let runner = embedded::migrations::runner();
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max();
    known.and_then(|version| u32::try_from(version).ok()).unwrap_or(0)
}

/// Asks what the database is like.
pub(super) fn standing(connection: &Connection<'_>) -> Result<Standing, StoreError> {
    let rows = connection.query(STANDING, &[])?;
    let row = rows.first().ok_or_else(|| unreadable("the database", "says nothing"))?;
    let has_history: bool = row.column(3)?;
    let version = if has_history { connection.query(NEWEST, &[])? } else { Vec::new() };
    Ok(Standing {
        is_replica: row.column(0)?,
        has_schema: row.column(1)?,
        has_postgis: row.column(2)?,
        version: version.first().map_or(Ok(0), |row| row.number::<i64, u32>(0))?,
    })
}

/// Makes what is missing. The connection goes with the lock that it holds.
fn migrate(database: &Database) -> Result<(), StoreError> {
    let connection = database.connection()?;
    connection.query(MIGRATION_LOCK, &[])?;
    let found = standing(&connection)?; // another program may have been quicker
    if !found.has_schema {
        connection.run("CREATE SCHEMA vigie").map_err(|e| {
            not_allowed(e, "may not make the schema `vigie`", "CREATE SCHEMA vigie AUTHORIZATION …")
        })?;
    }
    if !found.has_postgis {
        connection
            .run("CREATE EXTENSION postgis SCHEMA public")
            .map_err(|e| not_allowed(e, "may not install PostGIS", "CREATE EXTENSION postgis"))?;
    }
    connection.run(&format!("{}; SET statement_timeout = 0", database::settings()))?;
    let mut client = connection.into_client();
    // One transaction for a migration and its entry in the history: a crash leaves both or neither.
    let runner = embedded::migrations::runner().set_grouped(true);
    let done = database.runtime().block_on(runner.run_async(&mut *client));
    match done {
        Ok(_) => Ok(()),
        Err(e) => Err(match e.kind() {
            Kind::DivergentVersion(..) | Kind::MissingVersion(_) => StoreError::NotReady(format!(
                "its schema `vigie` was made by another program: {e}; name another database"
            )),
            _ => StoreError::Away(format!(
                "the schema cannot be brought up to version {}: {e}: {:?}",
                known_version(),
                std::error::Error::source(&e)
            )),
        }),
    }
}

/// What to do where this role may not do it.
fn not_allowed(fault: StoreError, what: &str, command: &str) -> StoreError {
    match fault {
        StoreError::NotReady(said) => StoreError::NotReady(format!(
            "this role {what} ({said}); let an administrator of the server run `{command}` in the \
             database once, then start again"
        )),
        StoreError::Unreadable(said) | StoreError::Away(said) => {
            StoreError::NotReady(format!("`{command}` fails: {said}"))
        }
        other => other,
    }
}
