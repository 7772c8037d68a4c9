//! [`Database`]: the way to a database, and the connections that are kept to it.

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod,
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use super::{
    PostgresUrl,
    connection::{Connection, LOCK_TIMEOUT, STATEMENT_TIMEOUT},
    fault, tls,
    watch::Watch,
};
use crate::store::StoreError;

/// Connections that are kept: the store does one thing at a time, and may read beside an import.
const CONNECTIONS_MAX: usize = 2;
/// How often connections are looked after before one is lent: enough to see that a server has gone.
const TURNS: usize = 4;

/// A view of one state, for as long as it is read, however slowly.
const VIEW: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = 0;
    SET LOCAL tcp_user_timeout = 0
";

/// A database, connected to when it is needed and again after it was away.
pub(super) struct Database {
    runtime: Runtime,
    pool: Pool,
    url: PostgresUrl,
    /// What our commits say to those who listen, so that we need not heed our own.
    name: String,
}

impl Database {
    /// The database at `url`; nothing is connected yet.
    pub(super) fn new(url: &PostgresUrl) -> Result<Self, StoreError> {
        // The store has a thread to itself, and so has its runtime.
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| StoreError::Away(format!("the client does not start: {e}")))?;
        let tls = tls::connector(url.trust())?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager =
            Manager::from_config::<MakeRustlsConnect>(url.config().clone(), tls, recycling);
        let settings = settings();
        let settle = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
            let settings = settings.clone();
            Box::pin(
                async move { client.batch_execute(&settings).await.map_err(HookError::Backend) },
            )
        });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS_MAX)
            .post_create(settle)
            .build()
            .map_err(|e| StoreError::Away(format!("the client does not start: {e}")))?;
        Ok(Self { runtime, pool, url: url.clone(), name: Uuid::now_v7().to_string() })
    }

    /// Who we are among those who use the database.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A thread that calls `wake` when others commit.
    pub(super) fn watch(&self, wake: Box<dyn Fn() + Send>) -> Result<Watch, StoreError> {
        Watch::start(&self.url, self.name.clone(), wake)
    }

    /// What drives the connections.
    pub(super) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// A connection, new where there is none or the old one broke.
    pub(super) fn connection(&self) -> Result<Connection<'_>, StoreError> {
        let limit = self.url.connect_timeout();
        let got = self.runtime.block_on(async {
            // Connections are only driven while we wait for something: let each see whether it has ended
            // meanwhile, so that a server that was restarted costs nobody a refusal.
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            tokio::time::timeout(limit, self.pool.get()).await
        });
        match got {
            Ok(Ok(client)) => Ok(Connection::new(&self.runtime, client)),
            Ok(Err(fault)) => Err(self.told(&fault)),
            Err(_elapsed) => Err(StoreError::Away(format!(
                "{} does not answer within {} s",
                self.url,
                limit.as_secs()
            ))),
        }
    }

    /// A connection that sees one state throughout, and changes nothing.
    pub(super) fn view(&self) -> Result<Connection<'_>, StoreError> {
        let connection = self.connection()?;
        connection.begin(VIEW)?;
        Ok(connection)
    }

    fn told(&self, fault: &PoolError) -> StoreError {
        let error = match fault {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                fault::told(error)
            }
            other => StoreError::Away(other.to_string()),
        };
        match error {
            StoreError::Away(reason) => StoreError::Away(format!("{}: {reason}", self.url)),
            StoreError::NotReady(reason) => StoreError::NotReady(format!("{}: {reason}", self.url)),
            other => other,
        }
    }
}

/// Settings of a connection, whatever those of the server, the database or the role are.
///
/// PostGIS may have been put into a schema of its own. A writer that freezes with the lock of all writers
/// loses it after as long as another one waits for it; one that is cut off, once it is found dead.
/// A commit waits for the disk, and for replicas where the server is told to. Our queries are short or bound
/// by the wire: compiling them or sharing them out takes longer than it saves. Every one that does not want a
/// whole table has an index to go by, and a plan that was made while a table was small must not read all of it
/// once it is large.
pub(super) fn settings() -> String {
    let (lock_ms, statement_ms) = (LOCK_TIMEOUT.as_millis(), STATEMENT_TIMEOUT.as_millis());
    format!(
        "SELECT
            set_config('search_path', 'vigie, public' || coalesce((
                SELECT ', ' || quote_ident(nspname) FROM pg_extension
                JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'postgis'
            ), ''), false),
            set_config('lock_timeout', '{lock_ms}', false),
            set_config('statement_timeout', '{statement_ms}', false),
            set_config('idle_in_transaction_session_timeout', '{lock_ms}', false),
            set_config('tcp_keepalives_idle', '5', false),
            set_config('tcp_keepalives_interval', '2', false),
            set_config('tcp_keepalives_count', '3', false),
            set_config('tcp_user_timeout', '20000', false),
            set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false),
            set_config('timezone', 'UTC', false),
            set_config('jit', 'off', false),
            set_config('max_parallel_workers_per_gather', '0', false),
            set_config('enable_seqscan', 'off', false),
            set_config('enable_hashjoin', 'off', false),
            set_config('enable_mergejoin', 'off', false)"
    )
}
