//! What a purge finds, removes, and leaves no trace of on the disk.

use std::{collections::BTreeSet, time::Duration};

use uuid::Uuid;

use super::{
    column::{Columns as _, of_instant},
    connection::{Connection, STATEMENT_TIMEOUT},
    fault::unreadable,
};
use crate::{
    closed_list::ClosedList as _,
    retention::{HoldId, Kept, Purge, Removed},
    store::{Due, StoreError},
    time::Timestamp,
};

/// How long writing one table anew may take.
const SCRUB_TIMEOUT: Duration = Duration::from_secs(600);

/// Whether a hold covers an incident, or what happened during one.
macro_rules! held {
    ($incident:literal, $site:literal, $at:literal) => {
        concat!(
            "EXISTS (
                SELECT FROM hold WHERE hold.id = ANY ($2::UUID[])
                    AND (hold.incident IS NULL OR hold.incident = ",
            $incident,
            ")
                    AND (hold.site IS NULL OR hold.site = ",
            $site,
            ")
                    AND (hold.reported_from IS NULL OR hold.reported_from <= ",
            $at,
            ")
                    AND (hold.reported_to IS NULL OR ",
            $at,
            " < hold.reported_to)
            )"
        )
    };
}

/// What is over before `$1` and not held by one of the holds `$2`: since when (`t`), and by which key it is found.
const fn candidates(what: Kept) -> &'static str {
    match what {
        Kept::Receipts => {
            "SELECT event.recorded_at AS t, receipt.key AS key
             FROM receipt JOIN event ON event.seq = receipt.seq
             WHERE $2::UUID[] IS NOT NULL AND receipt.seq <= (
                 SELECT max(seq) FROM event WHERE recorded_at < $1
             )"
        }
        Kept::Positions => {
            "SELECT recorded_at AS t, patrol AS key FROM position WHERE $2::UUID[] IS NOT NULL"
        }
        Kept::Alerts => concat!(
            "SELECT raised_at AS t, id AS key FROM alert WHERE raised_at < $1 AND NOT ",
            held!("alert.incident", "alert.site", "alert.raised_at")
        ),
        Kept::PatrolChanges => {
            "SELECT recorded_at AS t, seq AS key FROM event
             WHERE $2::UUID[] IS NOT NULL AND patrol IS NOT NULL
                 AND seq < (SELECT max(seq) FROM event AS last WHERE last.patrol = event.patrol)"
        }
        Kept::Identities => concat!(
            "SELECT step.at AS t, step.incident AS key, step.ordinal AS extra
             FROM step JOIN incident ON incident.id = step.incident
             WHERE step.patrol IS NOT NULL AND step.at < $1 AND NOT ",
            held!("incident.id", "incident.site", "incident.reported_at")
        ),
        Kept::Hazards => {
            "SELECT until AS t, site AS key, kind AS extra FROM hazard
             WHERE $2::UUID[] IS NOT NULL AND until < $1"
        }
        Kept::Incidents => concat!(
            "SELECT greatest(
                 reported_at, (SELECT max(at) FROM step WHERE step.incident = incident.id)
             ) AS t, id AS key
             FROM incident WHERE reported_at < $1 AND NOT ",
            held!("incident.id", "incident.site", "incident.reported_at")
        ),
        // The program's own has no end: it holds the key of the store.
        Kept::Accounts => {
            "SELECT least(disabled_at, expires_at) AS t, id AS key FROM account
             WHERE $2::UUID[] IS NOT NULL AND seal IS NULL"
        }
        Kept::Signals => {
            "SELECT coalesce(until, at) AS t, number AS key FROM signal
             WHERE $2::UUID[] IS NOT NULL AND coalesce(until, at) < $1"
        }
        // One that is open is never over.
        Kept::Situations => {
            "SELECT closed_at AS t, id AS key FROM situation
             WHERE $2::UUID[] IS NOT NULL AND closed_at < $1"
        }
    }
}

/// What removes all candidates of a sort whose rows depend on no others.
const fn removal(what: Kept) -> Option<&'static str> {
    match what {
        Kept::Receipts => Some("DELETE FROM receipt USING due WHERE receipt.key = due.key"),
        Kept::Positions => Some("DELETE FROM position USING due WHERE position.patrol = due.key"),
        Kept::PatrolChanges => {
            Some("UPDATE event SET fact = 'gone', patrol = NULL FROM due WHERE event.seq = due.key")
        }
        Kept::Identities => Some(
            "UPDATE step SET patrol = NULL FROM due
             WHERE step.incident = due.key AND step.ordinal = due.extra",
        ),
        Kept::Hazards => Some(
            "DELETE FROM hazard USING due WHERE hazard.site = due.key AND hazard.kind = due.extra",
        ),
        Kept::Signals => Some("DELETE FROM signal USING due WHERE signal.number = due.key"),
        Kept::Alerts | Kept::Incidents | Kept::Accounts | Kept::Situations => None,
    }
}

/// What removes those with the ids `$1`, where others depend on them.
const fn removals(what: Kept) -> &'static [&'static str] {
    match what {
        Kept::Alerts => &[
            "UPDATE event SET fact = 'gone', alert = NULL WHERE alert = ANY ($1)",
            "DELETE FROM alert WHERE id = ANY ($1)",
        ],
        Kept::Incidents => &[
            "DELETE FROM receipt USING event
             WHERE event.incident = ANY ($1) AND receipt.seq = event.seq",
            "UPDATE event SET fact = 'gone', incident = NULL, incident_reported_at = NULL
             WHERE incident = ANY ($1)",
            "UPDATE step SET other = NULL WHERE other = ANY ($1)",
            "UPDATE alert SET incident = NULL WHERE incident = ANY ($1)",
            "DELETE FROM step WHERE incident = ANY ($1)",
            "DELETE FROM incident WHERE id = ANY ($1)",
        ],
        Kept::Accounts => &[
            "UPDATE event SET fact = 'gone', account = NULL, author = NULL WHERE account = ANY ($1)",
            "UPDATE event SET author = NULL WHERE author = ANY ($1)",
            "UPDATE setting SET changed_by = NULL WHERE changed_by = ANY ($1)",
            "DELETE FROM account WHERE id = ANY ($1)",
        ],
        Kept::Situations => &[
            "UPDATE event SET fact = 'gone', situation = NULL WHERE situation = ANY ($1)",
            "DELETE FROM situation WHERE id = ANY ($1)",
        ],
        _ => &[],
    }
}

/// See [`crate::store::Transaction::due`].
pub(super) fn due(
    view: &Connection<'_>,
    what: Kept,
    before: Timestamp,
    holds: &[HoldId],
    at_most: u64,
) -> Result<Due, StoreError> {
    let holds = ids(holds);
    let next = format!(
        "SELECT t FROM ({}) AS due WHERE t < $1 ORDER BY t LIMIT 1 OFFSET {at_most}",
        candidates(what)
    );
    let next = view.query(&next, &[&of_instant(before), &holds])?;
    let next = next.first().map(|row| row.instant(0)).transpose()?;
    let mut due = Due { before: next.unwrap_or(before), count: 0 };
    due.count = count(view, what, due.before, &holds)?;
    if let Some(at) = next
        && due.count == 0
    {
        // More of one instant than were asked for: they go together.
        due.before = Timestamp::from_unix_ms(at.unix_ms() + 1).unwrap_or(before);
        due.count = count(view, what, due.before, &holds)?;
    }
    Ok(due)
}

/// Removes what `purge` says, or fails where that is not what is there.
pub(super) fn remove(connection: &Connection<'_>, purge: &Purge) -> Result<(), StoreError> {
    let holds = ids(&purge.holds);
    for Removed { what, before, count } in purge.removed.iter().copied() {
        let removed = match removal(what) {
            Some(removal) => {
                let sql = format!(
                    "WITH due AS (SELECT * FROM ({}) AS due WHERE t < $1), gone AS ({removal} RETURNING 1)
                     SELECT count(*) FROM gone",
                    candidates(what)
                );
                let rows = connection.query(&sql, &[&of_instant(before), &holds])?;
                rows.first().map_or(Ok(0), |row| row.number::<i64, u64>(0))?
            }
            None => {
                let keys = keys(connection, what, before, &holds)?;
                for removal in removals(what) {
                    connection.query(removal, &[&keys])?;
                }
                keys.len() as u64
            }
        };
        if removed != count {
            return Err(StoreError::Refused(format!(
                "the purge counts {count} {}, there are {removed}",
                what.as_str()
            )));
        }
    }
    Ok(())
}

fn count(
    view: &Connection<'_>,
    what: Kept,
    before: Timestamp,
    holds: &[Uuid],
) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM ({}) AS due WHERE t < $1", candidates(what));
    let rows = view.query(&sql, &[&of_instant(before), &holds])?;
    rows.first().ok_or_else(|| unreadable("a count", "has no row"))?.number::<i64, u64>(0)
}

fn keys(
    view: &Connection<'_>,
    what: Kept,
    before: Timestamp,
    holds: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    let sql = format!("SELECT key FROM ({}) AS due WHERE t < $1", candidates(what));
    view.query(&sql, &[&of_instant(before), &holds])?.iter().map(|row| row.column(0)).collect()
}

fn ids(holds: &[HoldId]) -> Vec<Uuid> {
    holds.iter().map(|id| id.uuid()).collect()
}

/// The months of incidents that may have lost some.
const MONTHS: &str = "
    SELECT relname::TEXT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'vigie.incident'::regclass
        AND relname::TEXT COLLATE \"C\" <= to_char($1 AT TIME ZONE 'UTC', '\"incident_\"YYYY_MM')
    ORDER BY 1
";

/// The tables that lose rows, or whose rows are changed, when something of that sort goes.
const fn tables(what: Kept) -> &'static [&'static str] {
    match what {
        Kept::Receipts => &["receipt"],
        Kept::Positions => &["position"],
        Kept::Alerts => &["alert", "event"],
        Kept::PatrolChanges => &["event"],
        Kept::Identities => &["step"],
        Kept::Hazards => &["hazard"],
        Kept::Incidents => &["receipt", "event", "step"],
        Kept::Accounts => &["account", "event", "setting"],
        Kept::Signals => &["signal"],
        Kept::Situations => &["situation", "event"],
    }
}

/// The number of a transaction that begins and ends now, after all that removed something.
const MARK: &str = "SELECT pg_current_xact_id()::TEXT::BIGINT";

/// Whether every transaction up to that number is over, in any database of the server, and nobody here reads a state
/// from before it: a table that is written anew takes rows along that somebody could still see.
const IS_PAST: &str = "
    SELECT pg_snapshot_xmin(pg_current_snapshot())::TEXT::BIGINT > $1 AND NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND age(backend_xmin) >= age(($1 % 4294967296)::TEXT::XID)
    )
";
/// How often that is asked, and the pause in between: transactions of our own take milliseconds.
const ASKED_MAX: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Waits a moment until what was removed can be seen by nobody.
///
/// # Errors
///
/// [`StoreError::Locked`] where somebody takes longer.
fn wait_for_others(connection: &Connection<'_>) -> Result<(), StoreError> {
    let mark: i64 = connection.query(MARK, &[])?.first().map_or(Ok(0), |row| row.column(0))?;
    for _ in 0..ASKED_MAX {
        let rows = connection.query(IS_PAST, &[&mark])?;
        if rows.first().map_or(Ok(false), |row| row.column(0))? {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(StoreError::Locked)
}

/// See [`crate::store::Store::scrub`]. A row that was removed stays in its page until another one takes its place:
/// each table that has such rows is written anew, which keeps others from it for as long as it takes to read it. A
/// month of incidents of which nothing is left is dropped.
pub(super) fn scrub(connection: &Connection<'_>, removed: &[Removed]) -> Result<(), StoreError> {
    wait_for_others(connection)?;
    let mut anew: BTreeSet<String> = BTreeSet::new();
    let mut empty: Vec<String> = Vec::new();
    for Removed { what, before, .. } in removed.iter().filter(|one| one.count > 0) {
        anew.extend(tables(*what).iter().map(|table| (*table).to_owned()));
        if *what == Kept::Incidents {
            for row in connection.query(MONTHS, &[&of_instant(*before)])? {
                let month: String = row.column(0)?;
                let is_empty = format!("SELECT NOT EXISTS (SELECT FROM vigie.{month})");
                let rows = connection.query(&is_empty, &[])?;
                if rows.first().map_or(Ok(false), |row| row.column(0))? {
                    empty.push(month);
                } else {
                    anew.insert(month);
                }
            }
        }
    }
    connection.run(&format!("SET statement_timeout = {}", SCRUB_TIMEOUT.as_millis()))?;
    let drops = empty.iter().map(|month| format!("DROP TABLE IF EXISTS vigie.{month}"));
    let vacuums = anew.iter().map(|table| format!("VACUUM (FULL) vigie.{table}"));
    let done = drops.chain(vacuums).try_for_each(|sql| connection.run_for(&sql, SCRUB_TIMEOUT));
    connection.run(&format!("SET statement_timeout = {}", STATEMENT_TIMEOUT.as_millis()))?;
    done
}
