//! [`MailServer`]: who takes our mail, and what it says.

use std::{fmt, net::IpAddr, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport as _,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};

use crate::{
    closed_list::closed_list,
    mailing::{MailAddress, Outcome, Patience},
};

/// Codes with which a server refuses us and not the message: what somebody sets right helps all of them.
const NOT_SIGNED_IN: [u16; 4] = [530, 534, 535, 538];

closed_list! {
    /// How the way to the mail server is protected.
    Security {
        /// TLS after `STARTTLS`; without it nothing is sent.
        StartTls = "starttls",
        /// TLS from the first byte on.
        Implicit = "implicit",
        /// None: to a server on this machine alone.
        None = "none",
    }
}

impl Security {
    /// The port that is usual for it.
    #[must_use]
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// A password. It is never told again.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// In whose name mail is sent, by which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// As whom we sign in.
    pub credentials: Option<(String, Password)>,
    /// An authority to believe besides those of the system, as PEM.
    pub authority: Option<Vec<u8>>,
    /// What stands behind `From`.
    pub from: MailAddress,
    /// How long one answer is waited for.
    pub patience: Patience,
}

/// Why mail cannot be sent as somebody wants it to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailServer {
    /// Everybody on the way could read it.
    #[error(
        "without TLS mail goes to a server on this machine alone, such as 127.0.0.1, and not to `{0}`"
    )]
    PlainBeyondLoopback(String),
    /// A password would be told to whoever listens.
    #[error("a password needs TLS")]
    PlainPassword,
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}

/// A server that takes mail.
pub struct MailServer {
    sender: Sender,
    transport: SmtpTransport,
}

/// How an attempt ended, and in which words, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How.
    pub outcome: Outcome,
    /// What the server or the system said.
    pub words: String,
}

impl MailServer {
    /// A server that is asked as `sender` says. It is not connected to yet.
    ///
    /// # Errors
    ///
    /// [`InvalidMailServer`].
    pub fn new(sender: Sender) -> Result<Self, InvalidMailServer> {
        let tls = match sender.security {
            Security::None if !is_loopback(&sender.host) => {
                return Err(InvalidMailServer::PlainBeyondLoopback(sender.host));
            }
            Security::None if sender.credentials.is_some() => {
                return Err(InvalidMailServer::PlainPassword);
            }
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(tls_parameters(&sender)?),
            Security::Implicit => Tls::Wrapper(tls_parameters(&sender)?),
        };
        let hello = ClientId::Domain(sender.from.domain().to_owned());
        let mut builder = SmtpTransport::builder_dangerous(&sender.host)
            .port(sender.port)
            .tls(tls)
            .hello_name(hello)
            .timeout(Some(Duration::from_secs(u64::from(sender.patience.answer_s))));
        if let Some((user, Password(password))) = &sender.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let transport = builder.build();
        Ok(Self { sender, transport })
    }

    /// In whose name mail is sent.
    #[must_use]
    pub const fn from(&self) -> &MailAddress {
        &self.sender.from
    }

    /// How long it is waited for.
    #[must_use]
    pub const fn patience(&self) -> Patience {
        self.sender.patience
    }

    /// Hands it a message, and waits until it has taken it or not.
    pub(super) fn send(&self, message: &Message) -> Told {
        match self.transport.send(message) {
            Ok(response) => Told {
                outcome: Outcome::Accepted { reply: Some(response.code().into()) },
                words: "accepted".to_owned(),
            },
            Err(error) => {
                let reply = error.status().map(u16::from);
                let is_ours = reply.is_some_and(|code| NOT_SIGNED_IN.contains(&code));
                let outcome = if error.is_permanent() && !is_ours {
                    Outcome::Refused { reply }
                } else if broke_off(&error) {
                    Outcome::Lost
                } else {
                    Outcome::NotNow { reply }
                };
                // What a server answers may repeat the mailbox: its code says enough.
                let words =
                    reply.map_or_else(|| in_words(&error), |code| format!("it answered {code}"));
                Told { outcome, words }
            }
        }
    }
}

fn tls_parameters(sender: &Sender) -> Result<TlsParameters, InvalidMailServer> {
    let invalid = |fault: lettre::transport::smtp::Error| InvalidMailServer::Tls(in_words(&fault));
    let mut builder =
        TlsParameters::builder(sender.host.clone()).certificate_store(CertificateStore::Default);
    if let Some(pem) = &sender.authority {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(invalid)?);
    }
    builder.build().map_err(invalid)
}

/// Whether a connection that there was broke, or an answer did not come: then the message may have been taken. A server that
/// cannot be reached has taken nothing.
fn broke_off(error: &lettre::transport::smtp::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let broken = [
        Kind::TimedOut,
        Kind::WouldBlock,
        Kind::ConnectionReset,
        Kind::ConnectionAborted,
        Kind::BrokenPipe,
        Kind::UnexpectedEof,
    ];
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        if let Some(fault) = deeper.downcast_ref::<std::io::Error>() {
            return broken.contains(&fault.kind());
        }
        cause = deeper.source();
    }
    false
}

/// Whether `host` is this machine, by its address or as `localhost`.
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// An error with what caused it.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = deeper.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(host: &str, security: Security, password: Option<&str>) -> Sender {
        Sender {
            host: host.to_owned(),
            port: 25,
            security,
            credentials: password.map(|text| ("vigie".to_owned(), Password(text.to_owned()))),
            authority: None,
            from: "bilans@vigie.example".parse().unwrap(),
            patience: Patience::default(),
        }
    }

    #[test]
    fn mail_leaves_this_machine_under_tls_alone() {
        let refused = |host: &str, security, password| {
            MailServer::new(sender(host, security, password)).err().map(|e| e.to_string())
        };
        for host in ["127.0.0.1", "::1", "localhost"] {
            assert_eq!(refused(host, Security::None, None), None, "{host}");
        }
        for host in ["mail.example", "192.0.2.1", "localhost.example", "127.0.0.1.example"] {
            let said = refused(host, Security::None, None).unwrap();
            assert!(said.contains(host) && said.contains("without TLS"), "{said}");
            assert_eq!(refused(host, Security::StartTls, Some("hunter2")), None, "{host}");
            assert_eq!(refused(host, Security::Implicit, Some("hunter2")), None, "{host}");
        }
        let said = refused("127.0.0.1", Security::None, Some("hunter2")).unwrap();
        assert_eq!(said, "a password needs TLS");
        let told = format!("{:?}", sender("mail.example", Security::StartTls, Some("hunter2")));
        assert!(!told.contains("hunter2"), "{told}");
    }
}
