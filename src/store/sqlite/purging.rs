//! What a purge finds and removes.

use rusqlite::{Connection, params_from_iter, types::Value};

use super::fault::{told, unreadable};
use crate::{
    closed_list::ClosedList as _,
    retention::{HoldId, Kept, Purge, Removed},
    store::{Due, StoreError},
    time::Timestamp,
};

/// Whether a hold covers an incident, or what happened during one.
macro_rules! held {
    ($incident:literal, $site:literal, $at:literal) => {
        concat!(
            "EXISTS (
                SELECT 1 FROM json_each(?2) AS wanted JOIN hold ON hold.id = unhex(wanted.value)
                WHERE (hold.incident IS NULL OR hold.incident = ",
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

/// What is over before `?1` and not held by one of the holds `?2`: since when (`t`), and by which key it is found.
const fn candidates(what: Kept) -> &'static str {
    match what {
        Kept::Receipts => {
            "SELECT event.recorded_at AS t, receipt.key AS key, NULL AS extra
             FROM receipt JOIN event ON event.seq = receipt.seq
             WHERE ?2 IS NOT NULL AND receipt.seq < coalesce(
                 (SELECT seq FROM event WHERE recorded_at >= ?1 ORDER BY seq LIMIT 1), 9223372036854775807
             )"
        }
        Kept::Positions => {
            "SELECT recorded_at AS t, patrol AS key, NULL AS extra FROM position WHERE ?2 IS NOT NULL"
        }
        Kept::Alerts => concat!(
            "SELECT raised_at AS t, id AS key, NULL AS extra FROM alert WHERE NOT ",
            held!("alert.incident", "alert.site", "alert.raised_at")
        ),
        Kept::PatrolChanges => {
            "SELECT recorded_at AS t, seq AS key, NULL AS extra FROM event
             WHERE ?2 IS NOT NULL AND patrol IS NOT NULL
                 AND seq < (SELECT max(seq) FROM event AS last WHERE last.patrol = event.patrol)"
        }
        Kept::Identities => concat!(
            "SELECT step.at AS t, step.incident AS key, step.ordinal AS extra
             FROM step JOIN incident ON incident.id = step.incident
             WHERE step.patrol IS NOT NULL AND step.at < ?1 AND NOT ",
            held!("incident.id", "incident.site", "incident.reported_at")
        ),
        Kept::Hazards => {
            "SELECT until AS t, site AS key, kind AS extra FROM hazard WHERE ?2 IS NOT NULL"
        }
        Kept::Incidents => concat!(
            "SELECT max(reported_at, coalesce(
                 (SELECT max(at) FROM step WHERE step.incident = incident.id), reported_at
             )) AS t, id AS key, NULL AS extra
             FROM incident WHERE reported_at < ?1 AND NOT ",
            held!("incident.id", "incident.site", "incident.reported_at")
        ),
        // The program's own has no end: it holds the key of the store.
        Kept::Accounts => {
            "SELECT min(coalesce(disabled_at, expires_at), coalesce(expires_at, disabled_at)) AS t,
                 id AS key, NULL AS extra
             FROM account WHERE ?2 IS NOT NULL AND seal IS NULL"
        }
        Kept::Signals => {
            "SELECT coalesce(until, at) AS t, number AS key, NULL AS extra FROM signal WHERE ?2 IS NOT NULL"
        }
        // One that is open is never over.
        Kept::Situations => {
            "SELECT closed_at AS t, id AS key, NULL AS extra FROM situation
             WHERE ?2 IS NOT NULL AND closed_at IS NOT NULL"
        }
    }
}

/// What removes the one with the key `?1`, and `?2` where its key has two parts.
const fn removals(what: Kept) -> &'static [&'static str] {
    match what {
        Kept::Receipts => &["DELETE FROM receipt WHERE key = ?1"],
        Kept::Positions => &["DELETE FROM position WHERE patrol = ?1"],
        Kept::Alerts => &[
            "UPDATE event SET fact = 'gone', alert = NULL WHERE alert = ?1",
            "DELETE FROM alert WHERE id = ?1",
        ],
        Kept::PatrolChanges => &["UPDATE event SET fact = 'gone', patrol = NULL WHERE seq = ?1"],
        Kept::Identities => &["UPDATE step SET patrol = NULL WHERE incident = ?1 AND ordinal = ?2"],
        Kept::Hazards => &["DELETE FROM hazard WHERE site = ?1 AND kind = ?2"],
        Kept::Incidents => &[
            "DELETE FROM receipt WHERE seq IN (SELECT seq FROM event WHERE incident = ?1)",
            "UPDATE event SET fact = 'gone', incident = NULL WHERE incident = ?1",
            "UPDATE step SET other = NULL WHERE other = ?1",
            "UPDATE alert SET incident = NULL WHERE incident = ?1",
            "DELETE FROM step WHERE incident = ?1",
            "DELETE FROM incident WHERE id = ?1",
        ],
        Kept::Accounts => &[
            "UPDATE event SET fact = 'gone', account = NULL, author = NULL WHERE account = ?1",
            "UPDATE event SET author = NULL WHERE author = ?1",
            "UPDATE setting SET changed_by = NULL WHERE changed_by = ?1",
            "DELETE FROM account WHERE id = ?1",
        ],
        Kept::Signals => &["DELETE FROM signal WHERE number = ?1"],
        Kept::Situations => &[
            "UPDATE event SET fact = 'gone', situation = NULL WHERE situation = ?1",
            "DELETE FROM situation WHERE id = ?1",
        ],
    }
}

/// See [`crate::store::Transaction::due`].
pub(super) fn due(
    view: &Connection,
    what: Kept,
    before: Timestamp,
    holds: &[HoldId],
    at_most: u64,
) -> Result<Due, StoreError> {
    let next = format!(
        "SELECT t FROM ({}) WHERE t < ?1 ORDER BY t LIMIT 1 OFFSET {at_most}",
        candidates(what)
    );
    let mut asked = view.prepare_cached(&next).map_err(told)?;
    let mut rows = asked.query((before.unix_ms(), list(holds))).map_err(told)?;
    let next: Option<i64> =
        rows.next().map_err(told)?.map(|row| row.get(0)).transpose().map_err(told)?;
    drop(rows);
    let mut before = match next.map(Timestamp::from_unix_ms) {
        None => before,
        Some(at) => at.map_err(|e| unreadable("a time", e))?,
    };
    let mut keys = keys(view, what, before, holds)?;
    if keys.is_empty() && next.is_some() {
        // More of one instant than were asked for: they go together.
        before = Timestamp::from_unix_ms(before.unix_ms() + 1).unwrap_or(before);
        keys = self::keys(view, what, before, holds)?;
    }
    Ok(Due { before, count: keys.len() as u64 })
}

/// Removes what `purge` says, or fails where that is not what is there.
pub(super) fn remove(connection: &Connection, purge: &Purge) -> Result<(), StoreError> {
    for Removed { what, before, count } in purge.removed.iter().copied() {
        let keys = keys(connection, what, before, &purge.holds)?;
        if keys.len() as u64 != count {
            return Err(StoreError::Refused(format!(
                "the purge counts {count} {}, there are {}",
                what.as_str(),
                keys.len()
            )));
        }
        for sql in removals(what) {
            let mut removal = connection.prepare_cached(sql).map_err(told)?;
            let parts = removal.parameter_count();
            for key in &keys {
                removal.execute(params_from_iter(&key[..parts])).map_err(told)?;
            }
        }
    }
    Ok(())
}

fn keys(
    view: &Connection,
    what: Kept,
    before: Timestamp,
    holds: &[HoldId],
) -> Result<Vec<[Value; 2]>, StoreError> {
    let sql = format!("SELECT key, extra FROM ({}) WHERE t < ?1", candidates(what));
    let mut asked = view.prepare_cached(&sql).map_err(told)?;
    let found = asked
        .query_map((before.unix_ms(), list(holds)), |row| Ok([row.get(0)?, row.get(1)?]))
        .map_err(told)?;
    found.collect::<Result<_, _>>().map_err(told)
}

/// Ids as a list that SQL takes apart.
fn list(holds: &[HoldId]) -> String {
    let ids: Vec<String> = holds.iter().map(|id| format!("\"{}\"", id.uuid().simple())).collect();
    format!("[{}]", ids.join(","))
}
