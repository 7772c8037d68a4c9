//! `--sources`, `--rules` and `--mqtt`: who may send signals, what is looked for in them, and which broker is heard.

use std::{fs, net::ToSocketAddrs as _, path::PathBuf};

use anyhow::{Context as _, anyhow, bail};

use super::secret_file::first_line;
use crate::{
    correlation::RuleSet,
    import,
    mqtt::{Broker, SESSION_DEFAULT, TOPIC_DEFAULT, is_topic},
    signal::{INCIDENT_SOURCE, Sources},
};

/// Which sources of signals there are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SourcesArgs {
    /// A file of sources of signals, in the place of those that ship with the program. `vigie rules sources` prints one to begin with.
    #[arg(long, env = "VIGIE_SOURCES", value_name = "FILE")]
    sources: Option<PathBuf>,
}

/// What is looked for in signals and incidents.
#[derive(Debug, Clone, clap::Args)]
pub struct SignalArgs {
    #[command(flatten)]
    sources: SourcesArgs,
    /// Rules of correlation to put to work, as TOML; none without it. `vigie rules check` says what is wrong with a file.
    #[arg(long, env = "VIGIE_RULES", value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    mqtt: MqttArgs,
}

/// Which broker of signals is heard.
#[derive(Debug, Clone, clap::Args)]
struct MqttArgs {
    /// An MQTT broker on this machine to hear signals from, as HOST:PORT; none without it. Plain MQTT is spoken: have a broker here
    /// that bridges to others by TLS.
    #[arg(long, env = "VIGIE_MQTT", value_name = "HOST:PORT")]
    mqtt: Option<String>,
    /// As whom to sign in there.
    #[arg(long, env = "VIGIE_MQTT_USER", value_name = "USER", requires = "mqtt_password_file")]
    mqtt_user: Option<String>,
    /// The file whose first line is the password.
    #[arg(long, env = "VIGIE_MQTT_PASSWORD_FILE", value_name = "FILE", requires = "mqtt_user")]
    mqtt_password_file: Option<PathBuf>,
    /// The name of the session that the broker keeps for us: of each server its own.
    #[arg(long, env = "VIGIE_MQTT_SESSION", default_value = SESSION_DEFAULT, value_name = "NAME")]
    mqtt_session: String,
    /// Which topics are heard.
    #[arg(long, env = "VIGIE_MQTT_TOPIC", default_value = TOPIC_DEFAULT, value_name = "TOPIC")]
    mqtt_topic: String,
}

/// Signals and rules as whoever started the server chose.
#[derive(Default)]
pub struct Signals {
    /// Who may send signals, and what each may say.
    pub sources: Sources,
    /// What is looked for in signals and incidents; without it, whoever else looks is left alone.
    pub rules: Option<RuleSet>,
    /// The broker that is heard.
    pub broker: Option<Broker>,
}

impl MqttArgs {
    fn broker(&self) -> anyhow::Result<Option<Broker>> {
        let Some(address) = &self.mqtt else { return Ok(None) };
        let parts =
            address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        // What stands before an @ may be a password.
        let said = if address.contains('@') { "what it names" } else { address };
        let not_one = || format!("--mqtt {said} is not a host and port, such as 127.0.0.1:1883");
        let (host, port) = parts.with_context(not_one)?;
        let mut addresses = address.to_socket_addrs().with_context(not_one)?;
        if !addresses.all(|address| address.ip().is_loopback()) {
            bail!(
                "--mqtt {address}: plain MQTT is spoken, and the broker is another machine. Run one here that bridges to it by \
                 TLS: see docs/signals.md"
            );
        }
        if !is_topic(&self.mqtt_topic) {
            bail!("--mqtt-topic: not topics as MQTT has them, such as {TOPIC_DEFAULT}");
        }
        let password = self.mqtt_password_file.as_ref();
        let password = password.map(|file| first_line("--mqtt-password-file", file)).transpose()?;
        Ok(Some(Broker {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            credentials: self.mqtt_user.clone().zip(password),
            session: self.mqtt_session.clone(),
            topic: self.mqtt_topic.clone(),
        }))
    }
}

impl SourcesArgs {
    /// The sources in force.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or declares no sources: with line and reason.
    pub fn read(&self) -> anyhow::Result<Sources> {
        let Some(file) = &self.sources else { return Ok(Sources::shipped()) };
        let named = || format!("--sources {}", file.display());
        let text = fs::read_to_string(file).with_context(named)?;
        let sources: Sources = text.parse().map_err(|invalid| anyhow!("{}: {invalid}", named()))?;
        let takes_incidents =
            INCIDENT_SOURCE.parse().is_ok_and(|incident| sources.takes_any_kind(&incident));
        if takes_incidents {
            return Ok(sources);
        }
        Err(anyhow!(
            "{}: has no line `{INCIDENT_SOURCE};*;site;;;;never;…`, by which rules hear of incidents",
            named()
        ))
    }
}

impl SignalArgs {
    /// The same, with `shipped` as rules where no file names any.
    ///
    /// # Errors
    ///
    /// As [`SignalArgs::read`].
    pub fn read_or(&self, shipped: &str) -> anyhow::Result<Signals> {
        let read = self.read()?;
        match self.rules {
            Some(_) => Ok(read),
            None => {
                let rules = Some(import::rules::parse(shipped, &read.sources)?);
                Ok(Signals { rules, ..read })
            }
        }
    }

    /// The sources, the rules and the broker.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or does not hold what it should: with all that is wrong with it.
    pub fn read(&self) -> anyhow::Result<Signals> {
        let sources = self.sources.read()?;
        let rules = self.rules.as_ref().map(|file| {
            import::rules::read(file, &sources)
                .with_context(|| format!("--rules {}", file.display()))
        });
        let rules = rules.transpose()?;
        Ok(Signals { sources, rules, broker: self.mqtt.broker()? })
    }
}
