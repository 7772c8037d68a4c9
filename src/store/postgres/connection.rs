//! [`Connection`]: calls to the server, one after the other, each bounded in time.

use std::{cell::Cell, time::Duration};

use deadpool_postgres::{Client, ClientWrapper};
use futures_util::{StreamExt as _, future::try_join_all};
use tokio::runtime::Runtime;
use tokio_postgres::{
    Error, Row, SimpleQueryMessage, SimpleQueryRow,
    binary_copy::{BinaryCopyOutRow, BinaryCopyOutStream},
    types::{ToSql, Type},
};

use super::fault;
use crate::store::StoreError;

/// The values of a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A statement that answers no rows, with its values: mostly arrays, one a column.
pub(super) struct Call<'a> {
    sql: &'static str,
    values: Vec<Box<dyn ToSql + Sync + 'a>>,
}

impl<'a> Call<'a> {
    /// A call of `sql` with `values` for `$1`, `$2`, ….
    pub(super) fn new(
        sql: &'static str,
        values: impl IntoIterator<Item = Box<dyn ToSql + Sync + 'a>>,
    ) -> Self {
        Self { sql, values: values.into_iter().collect() }
    }
}

/// How long a statement waits for a lock, which is for another writer.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server works on a statement.
pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long we wait for an answer, or for the next rows of a long one. Longer than the server takes to give
/// up by itself, so that this ends only what is frozen or cut off.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long we wait for an answer to `ROLLBACK`: it is quick, and without it the connection goes.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(1);
/// Rows that are taken from a scan at once: enough that waking up the runtime costs nothing.
const SCAN_ROWS: usize = 1024;

/// A connection lent by the pool. It goes back when it is dropped, without an open transaction, or is
/// closed where something is wrong with it.
///
/// Calls block, and what they are handed runs outside the runtime: it may call another store.
pub(super) struct Connection<'a> {
    runtime: &'a Runtime,
    client: Option<Client>,
    state: Cell<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is open.
    Idle,
    /// A transaction is.
    InTransaction,
    /// An answer did not come, or not to its end.
    Broken,
}

impl<'a> Connection<'a> {
    pub(super) fn new(runtime: &'a Runtime, client: Client) -> Self {
        Self { runtime, client: Some(client), state: Cell::new(State::Idle) }
    }

    /// Begins a transaction by a script, whose first row is the answer. Dropping the connection undoes it.
    pub(super) fn begin(&self, script: &str) -> Result<Option<SimpleQueryRow>, StoreError> {
        self.state.set(State::InTransaction);
        let said = self.answer(self.client().simple_query(script))?;
        Ok(said.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        }))
    }

    /// Runs `last_words` and commits.
    pub(super) fn commit(self, last_words: &str) -> Result<(), StoreError> {
        if self.client().is_closed() {
            return Err(StoreError::Away("the connection broke before the commit".to_owned()));
        }
        let script = format!("{last_words}; COMMIT");
        match self.in_time(self.client().batch_execute(&script)) {
            Some(Ok(())) => {
                self.state.set(State::Idle);
                Ok(())
            }
            Some(Err(error)) => Err(fault::told_of_commit(&error)),
            None => Err(StoreError::Unsure(no_answer())),
        }
    }

    /// The rows that a query answers.
    pub(super) fn query(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        self.answer(async {
            let statement = self.client().prepare_cached(sql).await?;
            self.client().query(&statement, values).await
        })
    }

    /// Makes calls one after the other, without waiting for an answer in between: together they take one
    /// round trip. The first one that fails is the answer, and ends the transaction for those after it.
    pub(super) fn send(&self, calls: &[Call<'_>]) -> Result<(), StoreError> {
        let done = self.answer(async {
            let mut statements = Vec::with_capacity(calls.len());
            for call in calls {
                statements.push(self.client().prepare_cached(call.sql).await?);
            }
            let made = statements.iter().zip(calls).map(|(statement, call)| {
                self.client().execute_raw(statement, call.values.iter().map(|value| &**value))
            });
            try_join_all(made).await // begins each in this order
        });
        done.map(drop)
    }

    /// Runs statements without values.
    pub(super) fn run(&self, script: &str) -> Result<(), StoreError> {
        self.answer(self.client().batch_execute(script))
    }

    /// Runs statements without values that may take so long.
    pub(super) fn run_for(&self, script: &str, limit: Duration) -> Result<(), StoreError> {
        let done = self.runtime.block_on(async {
            tokio::time::timeout(limit, self.client().batch_execute(script)).await.ok()
        });
        match done {
            Some(done) => self.answer(std::future::ready(done)),
            None => {
                self.state.set(State::Broken);
                Err(StoreError::Away(format!("no answer within {} s", limit.as_secs())))
            }
        }
    }

    /// Hands each row of a query to `each`, whose columns have these types. The rows come as a binary `COPY`,
    /// as fast as they are taken: a table never lies in memory as a whole.
    pub(super) fn scan(
        &self,
        select: &str,
        types: &[Type],
        mut each: impl FnMut(&BinaryCopyOutRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let copy = format!("COPY ({select}) TO STDOUT (FORMAT binary)");
        let rows = self.answer(self.client().copy_out(&copy))?;
        let rows = BinaryCopyOutStream::new(rows, types).ready_chunks(SCAN_ROWS);
        let mut rows = std::pin::pin!(rows);
        // Until the last row: whoever leaves earlier leaves rows on the wire.
        let before = self.state.replace(State::Broken);
        while let Some(ready) = self.next_in_time(rows.next())? {
            for row in ready {
                each(&row.map_err(|e| fault::told(&e))?)?;
            }
        }
        self.state.set(before);
        Ok(())
    }

    /// The client by itself, out of the pool; it closes when it is dropped.
    pub(super) fn into_client(mut self) -> ClientWrapper {
        let client = self.client.take();
        Client::take(client.unwrap_or_else(|| unreachable!("a connection in use has a client")))
    }

    /// The answer to a call, which is the last one where it does not come.
    fn answer<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        match self.in_time(call) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => {
                let fault = fault::told(&error);
                // Whatever is more than a refusal may be a matter of this connection: of a server that
                // became a replica, of statements that were prepared for another schema.
                if !matches!(fault, StoreError::Refused(_) | StoreError::Locked | StoreError::Full)
                {
                    self.state.set(State::Broken);
                }
                Err(fault)
            }
            None => {
                self.state.set(State::Broken);
                Err(StoreError::Away(no_answer()))
            }
        }
    }

    fn next_in_time<T>(&self, next: impl Future<Output = T>) -> Result<T, StoreError> {
        self.in_time(next).ok_or_else(|| StoreError::Away(no_answer()))
    }

    fn in_time<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(async { tokio::time::timeout(ANSWER_TIMEOUT, call).await.ok() })
    }

    fn client(&self) -> &Client {
        // Taken in `drop` alone.
        self.client.as_ref().unwrap_or_else(|| unreachable!("a connection in use has a client"))
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        let is_sound = match self.state.get() {
            State::Idle => true,
            State::Broken => false,
            State::InTransaction => self.runtime.block_on(async {
                let undone = client.batch_execute("ROLLBACK");
                tokio::time::timeout(ROLLBACK_TIMEOUT, undone)
                    .await
                    .is_ok_and(|undone| undone.is_ok())
            }),
        };
        if !is_sound {
            drop(Client::take(client)); // out of the pool, and closed
        }
    }
}

fn no_answer() -> String {
    format!("no answer within {} s", ANSWER_TIMEOUT.as_secs())
}
