//! `--access-log`: where it is taken down who asked what.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{
    access::AccessAnchor,
    app::App,
    audit::{AccessLog, ChainKey},
    store::StoreUrl,
};

/// The folder beside a file of SQLite.
const FOLDER: &str = "access-log";

/// Where it is taken down who asked what.
#[derive(Debug, Clone, clap::Args)]
pub struct AccessLogArgs {
    /// The folder of the access log; without it, `access-log` beside the file of SQLite, and nowhere with PostgreSQL.
    #[arg(long, env = "VIGIE_ACCESS_LOG", value_name = "DIR")]
    access_log: Option<PathBuf>,
}

impl AccessLogArgs {
    /// The folder for a store, where there is one.
    #[must_use]
    pub fn folder(&self, store: &StoreUrl) -> Option<PathBuf> {
        self.access_log.clone().or_else(|| match store {
            StoreUrl::Sqlite(file) => {
                Some(file.parent().unwrap_or_else(|| Path::new("")).join(FOLDER))
            }
            StoreUrl::Postgres(_) => None,
        })
    }

    /// The access log of a server over that store, where there is one.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or the store cannot be asked for its anchors: no server answers without its log.
    pub fn open(&self, store: &StoreUrl, app: &App) -> anyhow::Result<Option<AccessLog>> {
        let Some(folder) = self.folder(store) else {
            tracing::warn!("nothing is taken down of who asks what: say --access-log DIR");
            return Ok(None);
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(app.ensure_seal())?;
        let anchors = runtime.block_on(app.access_anchors())?;
        let key = key(app).context("the store has no key for the access log")?;
        let anchored = app.clone();
        let sink = Box::new(move |anchor: &AccessAnchor| {
            let put = runtime.block_on(anchored.anchor_access_log(*anchor));
            if let Err(fault) = &put {
                tracing::warn!(%fault, "the access log is not anchored");
            }
            put.is_ok()
        });
        let log = AccessLog::open(&folder, key, &anchors, app.now(), sink);
        Ok(Some(log.with_context(|| format!("--access-log {}", folder.display()))?))
    }
}

/// The key of the access logs of a store, once it has one.
#[must_use]
pub fn key(app: &App) -> Option<ChainKey> {
    app.snapshot().accounts().seal().map(ChainKey::of)
}
