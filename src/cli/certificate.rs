//! The options of TLS, and what keeps the certificate of a running server fresh.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

use crate::http::Certificate;

/// How often the files are looked at again: whatever renews a certificate does so weeks before it ends.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The files that a server proves itself with.
#[derive(Debug, Clone, clap::Args)]
pub struct TlsArgs {
    /// Speak TLS, with this chain of certificates (PEM, that of this server first). Read again when it changes, or on
    /// SIGHUP.
    #[arg(long, env = "VIGIE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM), for nobody else to read.
    #[arg(long, env = "VIGIE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// Whether the server speaks TLS.
    pub const fn is_set(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// What the server shows, where it speaks TLS.
    ///
    /// # Errors
    ///
    /// When the files cannot be read or do not fit.
    pub fn read(&self) -> anyhow::Result<Option<Arc<Certificate>>> {
        let Some((chain, key)) = self.tls_cert.clone().zip(self.tls_key.clone()) else {
            return Ok(None);
        };
        let certificate = Certificate::read(chain, key).context("--tls-cert and --tls-key")?;
        Ok(Some(Arc::new(certificate)))
    }
}

/// Reads the files again every minute and on SIGHUP, for as long as it is awaited. What cannot be read is said in the
/// log, once, and what was shown stays. Without a certificate, SIGHUP is taken and means nothing.
///
/// # Errors
///
/// When the system gives no signals.
pub async fn keep_fresh(certificate: Option<Arc<Certificate>>) -> std::io::Result<()> {
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut said = None;
    loop {
        let told = timeout(LOOK_AGAIN, hang_up.recv()).await.is_ok();
        let Some(again) = certificate.clone() else { continue };
        let read = actix_web::web::block(move || again.read_again()).await;
        let fault = match read {
            Ok(Ok(true)) => {
                tracing::info!("another certificate is shown from now on");
                None
            }
            Ok(Ok(false)) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(fault) => Some(fault.to_string()),
        };
        if fault.is_some() && (told || fault != said) {
            tracing::error!(fault, "the certificate that was shown stays");
        }
        said = fault;
    }
}
