//! `--oidc-…`: the OpenID Connect provider that people may sign in with.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::Context as _;

use super::{NotUnderstood, secret_file::first_line};
use crate::oidc::{InvalidProvider, PostOfGroup, Provider, ProviderSettings};

/// The OpenID Connect provider that people may sign in with.
#[derive(Debug, Clone, clap::Args)]
pub struct OidcArgs {
    /// An OpenID Connect provider that people may sign in with, such as `https://annuaire.example/realms/groupe`.
    #[arg(long, env = "VIGIE_OIDC_ISSUER", value_name = "URL", requires_all = ["oidc_client_id", "oidc_public_url", "oidc_post"])]
    oidc_issuer: Option<String>,
    /// What the provider calls Vigie.
    #[arg(long, env = "VIGIE_OIDC_CLIENT_ID", value_name = "ID", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,
    /// The file whose first line is the secret of Vigie at the provider; without it, Vigie is a public client.
    #[arg(
        long,
        env = "VIGIE_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE",
        requires = "oidc_issuer"
    )]
    oidc_client_secret_file: Option<PathBuf>,
    /// The address by which browsers reach Vigie, such as `https://vigie.example`: the provider sends them back to
    /// /api/v1/session/oidc/callback there.
    #[arg(long, env = "VIGIE_OIDC_PUBLIC_URL", value_name = "URL", requires = "oidc_issuer")]
    oidc_public_url: Option<String>,
    /// What people call the provider: "Se connecter avec …".
    #[arg(long, env = "VIGIE_OIDC_NAME", default_value = "OpenID Connect", value_name = "NAME")]
    oidc_name: String,
    /// The claim of the token that holds groups or roles; dots lead to one inside another, such as
    /// `realm_access.roles`.
    #[arg(long, env = "VIGIE_OIDC_ROLE_CLAIM", default_value = "roles", value_name = "CLAIM")]
    oidc_role_claim: String,
    /// That whoever is in that group signs in to that account, such as `vigie-salle=salle-1`; may be given more than
    /// once, and the first that fits holds.
    #[arg(
        long,
        env = "VIGIE_OIDC_POST",
        value_delimiter = ';',
        value_name = "GROUP=ACCOUNT",
        requires = "oidc_issuer"
    )]
    oidc_post: Vec<PostOfGroup>,
    /// A scope to ask for besides `openid`, where the provider tells groups only so; may be given more than once.
    #[arg(long, env = "VIGIE_OIDC_SCOPE", value_delimiter = ',', value_name = "SCOPE")]
    oidc_scope: Vec<String>,
    /// A file with an authority to believe besides those of the system, as PEM.
    #[arg(long, env = "VIGIE_OIDC_CA", value_name = "FILE")]
    oidc_ca: Option<PathBuf>,
}

impl OidcArgs {
    /// The provider that they name, if they name one. It is asked in the background from now on.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or the provider may not be asked as they say.
    pub fn provider(&self) -> anyhow::Result<Option<Arc<Provider>>> {
        Ok(self.settings()?.map(Provider::start).transpose().map_err(not_understood)?)
    }

    /// Whether the provider that they name could be asked; it is not.
    ///
    /// # Errors
    ///
    /// As of [`Self::provider`].
    pub fn check(&self) -> anyhow::Result<()> {
        let checked = self.settings()?.map(Provider::check).transpose();
        Ok(checked.map(drop).map_err(not_understood)?)
    }

    fn settings(&self) -> anyhow::Result<Option<ProviderSettings>> {
        let (Some(issuer), Some(client), Some(public_url)) =
            (&self.oidc_issuer, &self.oidc_client_id, &self.oidc_public_url)
        else {
            return Ok(None);
        };
        let secret = self.oidc_client_secret_file.as_deref();
        let secret =
            secret.map(|file| first_line("--oidc-client-secret-file", file)).transpose()?;
        let authority = self
            .oidc_ca
            .as_ref()
            .map(|file| fs::read(file).with_context(|| format!("--oidc-ca {}", file.display())));
        Ok(Some(ProviderSettings {
            issuer: issuer.clone(),
            client: client.clone(),
            secret: secret.map(Into::into),
            name: self.oidc_name.clone(),
            public_url: public_url.clone(),
            claim: self.oidc_role_claim.clone(),
            scopes: self.oidc_scope.clone(),
            posts: self.oidc_post.clone(),
            authority: authority.transpose()?,
        }))
    }
}

fn not_understood(fault: InvalidProvider) -> NotUnderstood {
    NotUnderstood(format!("--oidc-issuer: {fault}"))
}
