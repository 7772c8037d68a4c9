//! [`Watch`]: a thread that hears when others commit, so that nobody has to ask all the time.
//!
//! What it hears is news only of where to look: a notification that is lost loses nothing, since readers go
//! by the numbers of events, and look after every connection that is made anew.

use std::{cell::Cell, convert::Infallible, future::pending, pin::pin, thread, time::Duration};

use futures_util::{StreamExt as _, future, stream};
use tokio::{runtime::Builder, sync::oneshot, time};
use tokio_postgres::{AsyncMessage, Config, Error, error::SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{PostgresUrl, tls};
use crate::store::StoreError;

/// Pause before the first new connection; it doubles up to [`PAUSE_MAX`] while none can be made.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// Longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Pause on a standby, where nobody can listen until it is promoted.
const PAUSE_ON_STANDBY: Duration = Duration::from_secs(30);

/// The listening thread; it ends when this is dropped.
pub(super) struct Watch {
    _wanted: oneshot::Sender<Infallible>,
}

/// Who listens, to what, and whom it tells.
struct Listener {
    config: Config,
    tls: MakeRustlsConnect,
    connect_timeout: Duration,
    /// What our own commits say.
    own: String,
    wake: Box<dyn Fn() + Send>,
}

impl Watch {
    /// Calls `wake` after each connection that listens, and after each commit of others: those of this
    /// store say `own`.
    pub(super) fn start(
        url: &PostgresUrl,
        own: String,
        wake: Box<dyn Fn() + Send>,
    ) -> Result<Self, StoreError> {
        let fault = |e: std::io::Error| StoreError::Away(format!("nobody can listen: {e}"));
        let mut config = url.config().clone();
        config.application_name("vigie listens");
        let tls = tls::connector(url.trust())?;
        let listener = Listener { config, tls, connect_timeout: url.connect_timeout(), own, wake };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(fault)?;
        let (wanted, gone) = oneshot::channel();
        let work = move || {
            runtime.block_on(future::select(gone, pin!(listener.listen_for_ever())));
        };
        thread::Builder::new().name("vigie-listener".to_owned()).spawn(work).map_err(fault)?;
        Ok(Self { _wanted: wanted })
    }
}

impl Listener {
    async fn listen_for_ever(&self) {
        let mut pause = PAUSE_MIN;
        loop {
            let (has_listened, fault) = self.listen().await;
            if has_listened {
                pause = PAUSE_MIN;
            }
            if fault.and_then(|fault| fault.code().cloned())
                == Some(SqlState::READ_ONLY_SQL_TRANSACTION)
            {
                pause = PAUSE_ON_STANDBY;
            }
            time::sleep(pause).await;
            pause = (2 * pause).min(PAUSE_MAX);
        }
    }

    /// Listens until the connection ends. Tells whether it ever did, and why it ended, if that is known.
    async fn listen(&self) -> (bool, Option<Error>) {
        let connected =
            time::timeout(self.connect_timeout, self.config.connect(self.tls.clone())).await;
        let (client, mut connection) = match connected {
            Ok(Ok(connected)) => connected,
            Ok(Err(fault)) => return (false, Some(fault)),
            Err(_elapsed) => return (false, None),
        };
        let has_listened = Cell::new(false);
        let mut heard = stream::poll_fn(move |turn| connection.poll_message(turn));
        let hearing = async {
            loop {
                match heard.next().await {
                    Some(Ok(AsyncMessage::Notification(news))) if news.payload() != self.own => {
                        (self.wake)();
                    }
                    Some(Ok(_own_or_notice)) => {}
                    Some(Err(fault)) => return Some(fault),
                    None => return None,
                }
            }
        };
        let listening = async {
            if let Err(fault) = client.batch_execute("LISTEN vigie").await {
                return Some(fault);
            }
            has_listened.set(true);
            (self.wake)(); // for what happened before
            pending().await
        };
        let (hearing, listening) = (pin!(hearing), pin!(listening));
        let (fault, _other) = future::select(hearing, listening).await.factor_first();
        (has_listened.get(), fault)
    }
}
