//! [`PostgresUrl`]: where a database is and how to get there.

use std::{fmt, path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use super::tls::{Roots, Trust};

/// How long we wait for a connection to one host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Silence after which the system asks whether the other side still lives, the pause between two questions,
/// and how many go unanswered: a dead peer is found in 11 s, also by whoever only listens.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
const KEEPALIVE_RETRIES: u32 = 3;
/// How long what was sent may stay unread: a server that works on one statement does not read the next.
const UNREAD_MAX: Duration = Duration::from_secs(20);

/// Where a database is and how to get there, such as `postgres://vigie@db.example/vigie?sslmode=verify-full`.
///
/// It is what `libpq` calls a connection URI. It never shows its password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    config: Box<Config>,
    trust: Trust,
}

/// Why a text is not a [`PostgresUrl`]. It repeats no value: one of them may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPostgresUrl {
    /// Not a URL that the client understands.
    #[error("{0}; it looks like postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    Form(String),
    /// A password with an `@` in it ends up in the name of the host.
    #[error("the name of a host has an `@`: write %40 for the one in the password")]
    AtInHost,
    /// No such mode.
    #[error("sslmode is disable, prefer, require, verify-ca or verify-full")]
    SslMode,
}

impl PostgresUrl {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// [`InvalidPostgresUrl`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidPostgresUrl> {
        let Settings { rest, sslmode, sslrootcert } = Settings::taken_out_of(text);
        let mut config: Config = rest.parse().map_err(form)?;
        let at = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
        if config.get_hosts().iter().any(at) {
            return Err(InvalidPostgresUrl::AtInHost);
        }
        let roots = sslrootcert.map(Roots::of_setting);
        let (mode, trust) = match (sslmode.as_deref(), roots) {
            (Some("disable"), _) => (SslMode::Disable, Trust::Anybody),
            (None | Some("prefer"), _) => (SslMode::Prefer, Trust::Anybody),
            (Some("require"), None) => (SslMode::Require, Trust::Anybody),
            // As libpq does: who names an authority wants it to be asked.
            (Some("require" | "verify-ca"), Some(roots)) => {
                (SslMode::Require, Trust::Authority(roots))
            }
            (Some("verify-ca"), None) => (SslMode::Require, Trust::Authority(Roots::System)),
            (Some("verify-full"), roots) => {
                (SslMode::Require, Trust::Host(roots.unwrap_or(Roots::System)))
            }
            _ => return Err(InvalidPostgresUrl::SslMode),
        };
        config.ssl_mode(mode);
        settle(&mut config);
        Ok(Self { config: Box::new(config), trust })
    }

    /// What the client needs to know.
    pub(super) const fn config(&self) -> &Config {
        &self.config
    }

    /// Which servers it believes.
    pub(super) const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How long a connection may take in all: each host in its turn.
    pub(super) fn connect_timeout(&self) -> Duration {
        let each = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        // Once more for what follows the connection: TLS, the password, the settings.
        each * (1 + self.config.get_hosts().len().max(1) as u32)
    }
}

impl fmt::Display for PostgresUrl {
    /// Without the password, and without anything that could be one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = self.config.get_ports();
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            f.write_str(if at > 0 { "," } else { "" })?;
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                Host::Unix(folder) => write!(f, "{}", folder.display())?,
            }
            // One port for all hosts, or one each.
            if let Some(port) = ports.get(at).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The settings that the client's own reader does not know, and the URL without them.
struct Settings {
    rest: String,
    sslmode: Option<String>,
    sslrootcert: Option<String>,
}

impl Settings {
    fn taken_out_of(text: &str) -> Self {
        let mut taken = Self { rest: text.to_owned(), sslmode: None, sslrootcert: None };
        // A password may hold a `?`; it ends at the first `@`.
        let host = text.find('@').unwrap_or(0);
        let Some(query) = text[host..].find('?').map(|at| host + at) else { return taken };
        let mut kept = Vec::new();
        for setting in text[query + 1..].split('&') {
            match setting.split_once('=') {
                Some(("sslmode", value)) => taken.sslmode = Some(decoded(value)),
                Some(("sslrootcert", value)) => taken.sslrootcert = Some(decoded(value)),
                _ => kept.push(setting),
            }
        }
        taken.rest.truncate(query);
        if !kept.is_empty() {
            taken.rest = format!("{}?{}", taken.rest, kept.join("&"));
        }
        taken
    }
}

/// `text` with `%2F` and the like read as the bytes that they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sets what the URL leaves open.
fn settle(config: &mut Config) {
    let untouched = Config::new();
    if config.get_application_name().is_none() {
        config.application_name("vigie");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNREAD_MAX);
    }
    if config.get_keepalives_idle() == untouched.get_keepalives_idle() {
        config.keepalives_idle(KEEPALIVE_IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVE_INTERVAL);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(KEEPALIVE_RETRIES);
    }
}

fn form(error: tokio_postgres::Error) -> InvalidPostgresUrl {
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    InvalidPostgresUrl::Form(cause.unwrap_or_else(|| error.to_string()))
}

impl Roots {
    fn of_setting(value: String) -> Self {
        if value == "system" { Self::System } else { Self::File(PathBuf::from(value)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> PostgresUrl {
        PostgresUrl::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn a_url_shows_where_the_database_is_and_never_the_password() {
        for (text, shown) in [
            ("postgres://me:secret@db/vigie", "postgres://me@db:5432/vigie"),
            (
                "postgresql://me:sec?ret@db:5433/vigie?sslmode=require",
                "postgres://me@db:5433/vigie",
            ),
            ("postgres://db/vigie?user=me&password=secret", "postgres://me@db:5432/vigie"),
            (
                "postgres://me:secret@a:1,b:2/vigie?target_session_attrs=read-write",
                "postgres://me@a:1,b:2/vigie",
            ),
            ("postgres://me:secret@a,b/vigie", "postgres://me@a:5432,b:5432/vigie"),
            (
                "postgres://me:secret@%2Fvar%2Frun%2Fpostgresql/vigie",
                "postgres://me@/var/run/postgresql:5432/vigie",
            ),
        ] {
            let url = read(text);
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?} {:?}", url.config()).contains("secret"), "{url:?}");
        }
    }

    #[test]
    fn a_wrong_url_is_told_without_repeating_it() {
        for (text, reason) in [
            ("postgres://me:sec@ret@db/vigie", "%40"),
            ("postgres://me:secret@db/vigie?sslmode=maybe", "verify-full"),
            ("postgres://me:secret@db/vigie?sslmode=", "verify-full"),
            ("postgres://me:secret@db:port/vigie", "port"),
            ("postgres://me:secret@db/vigie?colour=secret", "colour"),
        ] {
            let told = PostgresUrl::parse(text).unwrap_err().to_string();
            assert!(told.contains(reason), "{text}: {told}");
            assert!(!told.contains("sec"), "{told}");
        }
    }

    #[test]
    fn sslmode_says_how_far_a_server_is_believed() {
        let file = |name: &str| Roots::File(PathBuf::from(name));
        for (settings, mode, trust) in [
            ("", SslMode::Prefer, Trust::Anybody),
            ("?sslmode=disable", SslMode::Disable, Trust::Anybody),
            ("?sslmode=prefer", SslMode::Prefer, Trust::Anybody),
            ("?sslmode=require", SslMode::Require, Trust::Anybody),
            (
                "?sslmode=require&sslrootcert=ca.pem",
                SslMode::Require,
                Trust::Authority(file("ca.pem")),
            ),
            ("?sslmode=verify-ca", SslMode::Require, Trust::Authority(Roots::System)),
            ("?sslmode=verify-full", SslMode::Require, Trust::Host(Roots::System)),
            (
                "?sslrootcert=system&sslmode=verify-full",
                SslMode::Require,
                Trust::Host(Roots::System),
            ),
            (
                "?sslrootcert=%2Fetc%2Fca%20%C3%A9.pem&sslmode=verify-full",
                SslMode::Require,
                Trust::Host(file("/etc/ca é.pem")),
            ),
        ] {
            let url = read(&format!("postgres://me@db/vigie{settings}"));
            assert_eq!((url.config().get_ssl_mode(), url.trust()), (mode, &trust), "{settings}");
        }
    }

    #[test]
    fn what_the_url_says_of_time_is_kept() {
        let url = read(
            "postgres://a,b,c/vigie?connect_timeout=1&keepalives_idle=60&application_name=night",
        );
        assert_eq!(url.connect_timeout(), Duration::from_secs(4));
        assert_eq!(url.config().get_keepalives_idle(), Duration::from_secs(60));
        assert_eq!(url.config().get_application_name(), Some("night"));
    }
}
