//! `--smtp-…`: which server takes our mail.

use std::{convert::Infallible, fs, path::PathBuf, str::FromStr};

use anyhow::Context as _;

use super::{NotUnderstood, of_list, secret_file::first_line};
use crate::{
    mailing::{MailAddress, PATIENCE_S_DEFAULT, Patience},
    post::{MailServer, Password, Security, Sender},
};

/// Which server takes our mail, and in whose name.
#[derive(Debug, Clone, clap::Args)]
pub struct MailArgs {
    /// The mail server that takes morning reports; without it none are sent.
    #[arg(long, env = "VIGIE_SMTP_HOST", value_name = "HOST", requires = "smtp_from")]
    smtp_host: Option<String>,
    /// Its port; 587 for starttls, 465 for implicit, 25 for none.
    #[arg(long, env = "VIGIE_SMTP_PORT", value_name = "PORT")]
    smtp_port: Option<u16>,
    /// starttls, implicit (TLS from the first byte on), or none: to a server on this machine alone.
    #[arg(long, env = "VIGIE_SMTP_TLS", value_parser = of_list::<Security>, default_value = "starttls", value_name = "MODE")]
    smtp_tls: Security,
    /// As whom to sign in.
    #[arg(long, env = "VIGIE_SMTP_USER", value_name = "USER")]
    smtp_user: Option<String>,
    /// The file whose first line is the password.
    #[arg(
        long,
        env = "VIGIE_SMTP_PASSWORD_FILE",
        value_name = "FILE",
        conflicts_with = "smtp_password"
    )]
    smtp_password_file: Option<PathBuf>,
    /// The password. Others can read it on a command line: use the variable, or the file.
    #[arg(long, env = "VIGIE_SMTP_PASSWORD", hide_env_values = true, hide = true)]
    smtp_password: Option<Secret>,
    /// A file with an authority to believe besides those of the system, as PEM.
    #[arg(long, env = "VIGIE_SMTP_CA", value_name = "FILE")]
    smtp_ca: Option<PathBuf>,
    /// What stands behind `From`, such as bilans@exploitant.example.
    #[arg(long, env = "VIGIE_SMTP_FROM", value_name = "ADDRESS")]
    smtp_from: Option<MailAddress>,
    /// How long one answer of the mail server is waited for, seconds. What fails is tried again after as long, then
    /// twice as long, up to 60 times; a server that is killed while it sends holds a report up 15 times as long.
    #[arg(long, env = "VIGIE_SMTP_PATIENCE_S", default_value_t = PATIENCE_S_DEFAULT,
        value_parser = clap::value_parser!(u32).range(1..=600), value_name = "SECONDS")]
    smtp_patience_s: u32,
}

/// A password on the command line or in the environment.
#[derive(Debug, Clone)]
struct Secret(Password);

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned().into()))
    }
}

impl MailArgs {
    /// The server that they name, if they name one.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or mail may not be sent as they say.
    pub fn server(&self) -> anyhow::Result<Option<MailServer>> {
        let (Some(host), Some(from)) = (&self.smtp_host, &self.smtp_from) else { return Ok(None) };
        let authority = self
            .smtp_ca
            .as_ref()
            .map(|file| fs::read(file).with_context(|| format!("--smtp-ca {}", file.display())));
        let password = self.password()?;
        let credentials = match (&self.smtp_user, password) {
            (Some(user), Some(password)) => Some((user.clone(), password)),
            (None, None) => None,
            _ => {
                let both = "--smtp-user goes with a password, and a password with --smtp-user";
                return Err(NotUnderstood(both.to_owned()).into());
            }
        };
        let server = MailServer::new(Sender {
            host: host.clone(),
            port: self.smtp_port.unwrap_or(self.smtp_tls.usual_port()),
            security: self.smtp_tls,
            credentials,
            authority: authority.transpose()?,
            from: from.clone(),
            patience: Patience { answer_s: self.smtp_patience_s },
        });
        Ok(Some(server.map_err(|fault| NotUnderstood(format!("--smtp-host: {fault}")))?))
    }

    fn password(&self) -> anyhow::Result<Option<Password>> {
        if let Some(Secret(password)) = &self.smtp_password {
            return Ok(Some(password.clone()));
        }
        let file = self.smtp_password_file.as_deref();
        let password = file.map(|file| first_line("--smtp-password-file", file)).transpose()?;
        Ok(password.map(Into::into))
    }
}
