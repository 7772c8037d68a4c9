//! [`examine`]: whether a database is there, fit, writable, and keeps what it acknowledges.

use std::net::IpAddr;

use super::{
    PostgresUrl,
    column::Columns as _,
    connection::Connection,
    database::Database,
    export,
    fault::unreadable,
    opening::{self, Standing},
    write,
};
use crate::{
    store::{
        Finding, StoreError,
        examination::{self, Head},
    },
    time::Timestamp,
};

/// The oldest server on which the tests run, as `server_version_num` has it.
const TESTED_VERSION_MIN: i32 = 150_000;
/// How far this machine's clock may be from the database's.
const CLOCKS_APART_S_MAX: f64 = 2.0;

const ADVICE_AWAY: &str =
    "check --store, that the server runs, and that it lets this role in (pg_hba.conf)";

/// `reset_val` is what the server and the role say; our connections set some of it otherwise.
const FACTS: &str = "SELECT
    current_setting('server_version'),
    current_setting('server_version_num')::INTEGER,
    (SELECT extversion FROM pg_extension WHERE extname = 'postgis'),
    current_database()::TEXT,
    host(inet_server_addr()),
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
    pg_database_size(current_database()),
    (SELECT string_agg(format('%s = %s', name, reset_val), ', ' ORDER BY name) FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')),
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'";

/// Rules that are switched off, in words; a schema that was only ever touched by migrations has none.
const SWITCHED_OFF: &str = "
    SELECT format('constraint %s is not validated', conname) FROM pg_constraint
    WHERE connamespace = 'vigie'::regnamespace AND NOT convalidated
    UNION ALL
    SELECT format('index %s is not valid', indexrelid::regclass) FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'vigie'::regnamespace AND NOT indisvalid
    UNION ALL
    SELECT format('trigger %s of %s is off', tgname, tgrelid::regclass) FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'vigie'::regnamespace AND tgenabled NOT IN ('O', 'A')
    LIMIT 3";

const EVENTS: &str = "
    SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0), max(recorded_at),
        (SELECT seq FROM head), min(recorded_at), (SELECT max(at) FROM purge)
    FROM event";

/// See [`crate::store::StoreUrl::examine`].
pub(in crate::store) fn examine(url: &PostgresUrl, clock: fn() -> Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    match look(url, clock, &mut findings) {
        Ok(()) => {}
        Err(fault) if findings.is_empty() => {
            findings.push(Finding::fail("store", fault, ADVICE_AWAY));
        }
        Err(fault) => {
            let advice = "the server went away meanwhile, or this role may not ask: try again";
            findings.push(Finding::fail("answers", fault, advice));
        }
    }
    findings
}

fn look(
    url: &PostgresUrl,
    clock: fn() -> Timestamp,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let database = Database::new(url)?;
    let connection = database.connection()?;
    let standing = opening::standing(&connection)?;
    findings.extend(server(&connection)?);
    findings.push(clocks(&connection, clock)?);
    let known = opening::known_version();
    if standing.version == 0 {
        let advice = "`vigie import` or `vigie restore` make a store there; else check --store";
        findings.push(Finding::fail("schema", "the database holds no store", advice));
        return Ok(());
    }
    findings.push(examination::schema(standing.version, known));
    if standing.version != known {
        return Ok(());
    }
    findings.push(rules(&connection)?);
    findings.extend(held(&database, clock())?);
    findings.push(writing(connection, &standing));
    Ok(())
}

/// Which server it is, over which way, and whether it keeps what it acknowledges.
fn server(connection: &Connection<'_>) -> Result<Vec<Finding>, StoreError> {
    let rows = connection.query(FACTS, &[])?;
    let facts = rows.first().ok_or_else(|| unreadable("the server", "says nothing"))?;
    let (version, number): (&str, i32) = (facts.column(0)?, facts.column(1)?);
    let postgis: Option<&str> = facts.column(2)?;
    let (name, host): (&str, Option<&str>) = (facts.column(3)?, facts.column(4)?);
    let (over_tls, bytes): (bool, i64) = (facts.column(5)?, facts.column(6)?);
    let (settings, keeps): (&str, bool) = (facts.column(7)?, facts.column(8)?);

    let found = format!("PostgreSQL {version}, database {name}, {} MB", (bytes >> 20) + 1);
    let mut findings = vec![if number < TESTED_VERSION_MIN {
        Finding::warn("store", found, "Vigie is tested with PostgreSQL 15 and later: upgrade")
    } else {
        Finding::ok("store", found)
    }];
    findings.push(match postgis {
        Some(version) => Finding::ok("postgis", version),
        None => {
            let advice = "let an administrator run `CREATE EXTENSION postgis` in the database";
            Finding::fail("postgis", "not installed in the database", advice)
        }
    });
    findings.push(network(host, over_tls));
    findings.push(if keeps {
        Finding::ok("settings", settings)
    } else {
        let advice = "set fsync and full_page_writes to on: else a power cut may take or damage what was \
                      acknowledged";
        Finding::fail("settings", settings, advice)
    });
    Ok(findings)
}

fn network(host: Option<&str>, over_tls: bool) -> Finding {
    let Some(host) = host else { return Finding::ok("network", "a socket of this machine") };
    if over_tls {
        return Finding::ok("network", format!("{host} over TLS"));
    }
    let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let found = format!("{host} without TLS");
    if loopback {
        return Finding::ok("network", found);
    }
    let advice = "say sslmode=verify-full in --store: the password and all data cross a network";
    Finding::warn("network", found, advice)
}

/// How far apart the clocks are: each is read within the round trip of the other.
fn clocks(connection: &Connection<'_>, clock: fn() -> Timestamp) -> Result<Finding, StoreError> {
    let before = clock();
    let rows = connection.query("SELECT date_trunc('milliseconds', clock_timestamp())", &[])?;
    let after = clock();
    let theirs = rows.first().ok_or_else(|| unreadable("the clock", "says nothing"))?.instant(0)?;
    let ahead_s = before.seconds_since(theirs).max(theirs.seconds_since(after)).max(0.0);
    let found = format!("{ahead_s:.3} s apart from the database's clock");
    Ok(if ahead_s > CLOCKS_APART_S_MAX {
        Finding::warn("clocks", found, "set the clocks of both machines, by NTP")
    } else {
        Finding::ok("clocks", found)
    })
}

fn rules(connection: &Connection<'_>) -> Result<Finding, StoreError> {
    let rows = connection.query(SWITCHED_OFF, &[])?;
    if rows.is_empty() {
        return Ok(Finding::ok("integrity", "constraints, indexes and triggers are in force"));
    }
    let found: Vec<&str> = rows.iter().map(|row| row.column(0)).collect::<Result<_, _>>()?;
    let advice = "somebody has changed the schema: restore a backup into a new database";
    Ok(Finding::fail("integrity", found.join("; "), advice))
}

/// Numbers, times and counts.
fn held(database: &Database, now: Timestamp) -> Result<Vec<Finding>, StoreError> {
    let view = database.view()?;
    let rows = view.query(EVENTS, &[])?;
    let row = rows.first().ok_or_else(|| unreadable("event", "says nothing"))?;
    let head = Head {
        count: row.number::<i64, u64>(0)?,
        first: row.number::<i64, u64>(1)?,
        last: row.number::<i64, u64>(2)?,
        recorded_at: row.optional_instant(3)?,
        begun_at: row.optional_instant(5)?,
        purged_at: row.optional_instant(6)?,
    };
    let next: u64 = row.number::<i64, u64>(4)?;
    let last = head.last;
    let mut findings = examination::held(Ok(head), export::counts(&view), now);
    if next != last {
        let found = format!("the head says {next}, the last event is {last}");
        let advice = "somebody has changed the tables: restore a backup into a new database";
        findings.push(Finding::fail("head", found, advice));
    }
    Ok(findings)
}

fn writing(connection: Connection<'_>, standing: &Standing) -> Finding {
    if standing.is_replica {
        let advice = "it serves for reading; name the primary server where Vigie shall write";
        return Finding::warn("writing", "a read-only replica", advice);
    }
    match write::probe(connection) {
        Ok(()) => Finding::ok("writing", "a durable write went through"),
        Err(fault) => {
            let advice = "check the disk of the server, the rights of this role, and who holds locks \
                          (pg_stat_activity)";
            Finding::fail("writing", fault, advice)
        }
    }
}
