//! [`Courier`]: asks the provider, one short answer at a time.

use std::{io::Read as _, sync::Arc, time::Duration};

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient, http, url::Url};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

/// How long one answer is waited for, from the name of the host to the last byte.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read: keys and metadata have a few kilobytes.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// Why an answer did not come. It does not say more than that: an address may have a code in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// It would go over the network for everybody to read.
    #[error("it would be asked without TLS, beyond this machine")]
    Plain,
    /// The request cannot be made, or nothing came back in time.
    #[error("it does not answer within {} s", PATIENCE.as_secs())]
    Silent,
    /// The certificate is not one that is believed, or TLS fails in another way.
    #[error("its TLS is not accepted")]
    Tls,
    /// The answer has no end.
    #[error("its answer has more than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
}

/// Asks over TLS, or without on this machine alone. Follows no redirect, and goes through no proxy.
#[derive(Debug)]
pub struct Courier(Agent);

/// That a file holds no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no PEM file of certificates")]
pub struct NoCertificate;

impl Courier {
    /// One that believes the authorities of the system, and that in `authority`, a PEM file.
    ///
    /// # Errors
    ///
    /// [`NoCertificate`].
    pub fn new(authority: Option<&[u8]>) -> Result<Self, NoCertificate> {
        let mut roots = rustls_native_certs::load_native_certs().certs;
        if let Some(pem) = authority {
            let more: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            let more = more.ok().filter(|more| !more.is_empty()).ok_or(NoCertificate)?;
            roots.extend(more);
        }
        let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .proxy(None)
            .user_agent("vigie")
            .build();
        Ok(Self(config.new_agent()))
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_no_url| NoAnswer::Plain)?;
        if !is_private(&url) {
            return Err(NoAnswer::Plain);
        }
        let (head, body) = self.0.run(request).map_err(|error| no_answer(&error))?.into_parts();
        let mut bytes = Vec::new();
        let mut reader = body.into_reader().take(ANSWER_BYTES_MAX + 1);
        reader.read_to_end(&mut bytes).map_err(|_cut_off| NoAnswer::Silent)?;
        if bytes.len() as u64 > ANSWER_BYTES_MAX {
            return Err(NoAnswer::TooLong);
        }
        Ok(http::Response::from_parts(head, bytes))
    }
}

impl SyncHttpClient for Courier {
    type Error = NoAnswer;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        self.ask(request)
    }
}

fn no_answer(error: &ureq::Error) -> NoAnswer {
    match error {
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => NoAnswer::Tls,
        // What rustls says on the way comes as an error of the connection.
        ureq::Error::Io(fault)
            if fault.get_ref().is_some_and(|cause| cause.is::<rustls::Error>()) =>
        {
            NoAnswer::Tls
        }
        _ => NoAnswer::Silent,
    }
}

/// Whether nobody on the way reads what is sent there: by TLS, or on this machine.
pub fn is_private(url: &Url) -> bool {
    use openidconnect::url::Host;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    };
    url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && is_here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_could_read_is_not_sent() {
        let private = |text: &str| is_private(&Url::parse(text).unwrap());
        for text in [
            "https://id.example/x",
            "http://127.0.0.1:3000/",
            "http://[::1]/",
            "http://localhost:1",
        ] {
            assert!(private(text), "{text}");
        }
        for text in [
            "http://id.example/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://10.0.0.1/",
            "http://id.example@10.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(!private(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_said() {
        assert_eq!(Courier::new(Some(b"hello")).err(), Some(NoCertificate));
        assert!(Courier::new(None).is_ok());
    }
}
