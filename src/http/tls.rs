//! [`Certificate`]: what the server shows to prove who it is, and reads anew while it runs.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};

/// A chain of certificates and its key, in PEM files, and as it is shown now.
///
/// The files are read at the start and by [`Certificate::read_again`]; connections that are there keep what they began
/// with.
#[derive(Debug)]
pub struct Certificate {
    chain_file: PathBuf,
    key_file: PathBuf,
    shown: ArcSwap<CertifiedKey>,
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file holds no certificate, or something that is none.
    #[error("{} holds no chain of certificates in PEM", .0.display())]
    NoChain(PathBuf),
    /// The file holds no key.
    #[error("{} holds no private key in PEM", .0.display())]
    NoKey(PathBuf, #[source] pem::Error),
    /// The key is of a sort that is not known, or not that of the first certificate.
    #[error("the key does not fit the certificate, or is not understood")]
    Unfit(#[source] rustls::Error),
}

impl Certificate {
    /// Reads both files. The chain begins with the certificate of this server.
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub fn read(chain_file: PathBuf, key_file: PathBuf) -> Result<Self, TlsError> {
        let shown = ArcSwap::from_pointee(certified(&chain_file, &key_file)?);
        Ok(Self { chain_file, key_file, shown })
    }

    /// Reads both files again, and shows what they hold now to whoever connects from now on; whether that is another
    /// certificate.
    ///
    /// # Errors
    ///
    /// [`TlsError`]; the one that was shown still is.
    pub fn read_again(&self) -> Result<bool, TlsError> {
        let read = certified(&self.chain_file, &self.key_file)?;
        let is_another = read.cert != self.shown.load().cert;
        if is_another {
            self.shown.store(Arc::new(read));
        }
        Ok(is_another)
    }

    /// How connections are encrypted: TLS 1.3 or 1.2, by *ring*.
    ///
    /// # Errors
    ///
    /// When *ring* knows neither version, which it does.
    pub fn config(self: Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let config = ServerConfig::builder_with_provider(provider().into())
            .with_protocol_versions(&[&TLS13, &TLS12])?;
        Ok(config.with_no_client_auth().with_cert_resolver(self))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.load_full())
    }
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}

fn certified(chain_file: &Path, key_file: &Path) -> Result<CertifiedKey, TlsError> {
    let read =
        |file: &Path| fs::read(file).map_err(|fault| TlsError::Unreadable(file.into(), fault));
    let (chain, key) = (read(chain_file)?, read(key_file)?);
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
        .collect::<Result<_, _>>()
        .ok()
        .filter(|chain: &Vec<_>| !chain.is_empty())
        .ok_or_else(|| TlsError::NoChain(chain_file.into()))?;
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|fault| TlsError::NoKey(key_file.into(), fault))?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(TlsError::Unfit)
}
