//! [`Database`]: where one test keeps its data, and the ways to it.

use std::sync::{Arc, OnceLock};

use super::{Cluster, PASSWORD, ROLE, said};

/// A database of one test, gone with it.
pub struct Database {
    /// The server that holds it.
    pub cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// One that is there.
    pub(super) fn named(name: String, cluster: Arc<Cluster>) -> Self {
        Self { cluster, name }
    }

    /// An empty database with PostGIS on the shared server.
    pub fn fresh() -> Self {
        static SHARED: OnceLock<Arc<Cluster>> = OnceLock::new();
        SHARED.get_or_init(Cluster::new).database()
    }

    /// As `--store` takes it.
    pub fn url(&self) -> String {
        self.url_at("127.0.0.1", self.cluster.port)
    }

    /// The same database where something else, such as a proxy, stands before the server.
    pub fn url_at(&self, host: &str, port: u16) -> String {
        format!("postgres://{ROLE}:{PASSWORD}@{host}:{port}/{}", self.name)
    }

    /// Its copy on another server, such as a standby.
    pub fn url_on(&self, other: &Cluster) -> String {
        self.url_at("127.0.0.1", other.port)
    }

    /// Itself and its copy, whichever takes writes.
    pub fn url_over(&self, other: &Cluster) -> String {
        let hosts = format!("127.0.0.1:{},127.0.0.1:{}", self.cluster.port, other.port);
        let name = &self.name;
        format!("postgres://{ROLE}:{PASSWORD}@{hosts}/{name}?target_session_attrs=read-write")
    }

    /// Runs SQL as the superuser; answers with rows as lines, columns apart by `|`.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sql_on(&self.cluster, sql)
    }

    /// Runs SQL in its copy on another server.
    #[track_caller]
    pub fn sql_on(&self, other: &Cluster, sql: &str) -> String {
        said(other.psql(&self.name, sql))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.cluster.psql("postgres", &drop); // where the server is away, it goes with its folder
    }
}
