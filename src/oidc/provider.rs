//! [`Provider`]: what is known of the provider, kept fresh, and the two steps of a sign-in.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, JsonWebKeySet, LogoutRequest,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    },
    url::Url,
};

use super::{
    Flow, NotSignedIn, PostOfGroup,
    courier::{Courier, NoAnswer, is_private},
    posts::{groups, opened},
    token::{self, Fault, OtherClaims, TokenAnswer, Wanted},
};
use crate::{access::AccountName, time::Timestamp};

/// The path to which the provider sends browsers back.
const RETURN_PATH: &str = "/api/v1/session/oidc/callback";
/// The path to which the provider sends browsers back once a session there is over.
const LEFT_PATH: &str = "/signin";
/// What it brings back with them.
const LEFT: &str = "left";
/// How long after a first failure the provider is asked again; each one doubles it.
const RETRY_MIN: Duration = Duration::from_secs(1);
/// Longest time between two tries.
const RETRY_MAX: Duration = Duration::from_secs(60);
/// How often what the provider says of itself is read anew.
const FRESH: Duration = Duration::from_secs(3600);
/// How often keys are asked for at most because a token names one that is not known: anybody can write such a token.
const KEYS_AGAIN: Duration = Duration::from_secs(10);

/// What proves that we are the client. It is never told again.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Which provider is asked, as whom, and what its groups open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its address, word for word as it says it itself.
    pub issuer: String,
    /// What it calls us.
    pub client: String,
    /// What proves that we are; a public client has none.
    pub secret: Option<Secret>,
    /// What people call it.
    pub name: String,
    /// The address by which browsers reach us: scheme, host and port.
    pub public_url: String,
    /// The claim that holds groups.
    pub claim: String,
    /// Scopes that are asked for besides `openid`.
    pub scopes: Vec<String>,
    /// What its groups open, the first that fits before the others.
    pub posts: Vec<PostOfGroup>,
    /// An authority to believe besides those of the system, as PEM.
    pub authority: Option<Vec<u8>>,
}

/// Why a provider cannot be asked as somebody wants it to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProvider {
    /// It is no address, or one without TLS beyond this machine.
    #[error("the issuer is an https address; http is for this machine alone")]
    Issuer,
    /// It is no address of a server.
    #[error(
        "the public address is https://HOST, with a port where it has one and nothing behind; http is for this machine alone"
    )]
    PublicUrl,
    /// Nobody could sign in.
    #[error("no group opens a post: say GROUP=ACCOUNT at least once")]
    NoPost,
    /// A file is not what it should be.
    #[error("the file of the authority {0}")]
    Authority(#[from] super::courier::NoCertificate),
    /// The system has no thread for it.
    #[error("the system has no thread to watch the provider with")]
    NoThread,
}

/// Our side of the provider.
type OurClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider.
pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    return_url: RedirectUrl,
    left_url: PostLogoutRedirectUrl,
    settings: ProviderSettings,
    courier: Courier,
    known: ArcSwapOption<Discovered>,
    keys_asked: Mutex<Option<Instant>>,
    /// Held, so that the thread which watches ends with it.
    _watched: mpsc::Sender<()>,
}

/// What the provider says of itself.
struct Discovered {
    metadata: ProviderMetadataWithLogout,
    keys: JsonWebKeySet<CoreJsonWebKey>,
}

/// Why the provider is not known yet, for the log.
#[derive(Debug, thiserror::Error)]
enum NotDiscovered {
    #[error(transparent)]
    NoAnswer(NoAnswer),
    #[error("it answers {0}")]
    Status(u16),
    #[error("what it says of itself cannot be read, or is of another issuer")]
    Unreadable,
    #[error("it has no token endpoint, or one that is asked without TLS")]
    Endpoint,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// A provider that is asked as `settings` say. It is asked in the background what it can do, until it answers, and
    /// then again every hour.
    ///
    /// # Errors
    ///
    /// [`InvalidProvider`].
    pub fn start(settings: ProviderSettings) -> Result<Arc<Self>, InvalidProvider> {
        let (watched, over) = mpsc::channel();
        let provider = Arc::new(Self::new(settings, watched)?);
        let watch_it = Arc::downgrade(&provider);
        let thread = std::thread::Builder::new().name("oidc".to_owned());
        thread.spawn(move || watch(&watch_it, &over)).map_err(|_full| InvalidProvider::NoThread)?;
        Ok(provider)
    }

    /// Whether it could be started with these settings; nobody is asked.
    ///
    /// # Errors
    ///
    /// [`InvalidProvider`].
    pub fn check(settings: ProviderSettings) -> Result<(), InvalidProvider> {
        Self::new(settings, mpsc::channel().0).map(drop)
    }

    fn new(settings: ProviderSettings, watched: mpsc::Sender<()>) -> Result<Self, InvalidProvider> {
        let issuer = IssuerUrl::new(settings.issuer.clone()).ok();
        let issuer = issuer.filter(|issuer| is_private(issuer.url()));
        let issuer = issuer.ok_or(InvalidProvider::Issuer)?;
        let of_ours = |path| our_url(&settings.public_url, path).ok_or(InvalidProvider::PublicUrl);
        let return_url = RedirectUrl::from_url(of_ours(RETURN_PATH)?);
        let left_url = PostLogoutRedirectUrl::from_url(of_ours(LEFT_PATH)?);
        if settings.posts.is_empty() {
            return Err(InvalidProvider::NoPost);
        }
        Ok(Self {
            issuer,
            client_id: ClientId::new(settings.client.clone()),
            return_url,
            left_url,
            courier: Courier::new(settings.authority.as_deref())?,
            settings,
            known: ArcSwapOption::empty(),
            keys_asked: Mutex::new(None),
            _watched: watched,
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether that is its address: it may say so when it sends somebody back
    /// ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
    #[must_use]
    pub fn is_issuer(&self, text: &str) -> bool {
        self.settings.issuer == text
    }

    /// Where a browser is sent to sign in, and what it must bring back. With `anew_since`, somebody who has signed in there
    /// already must show all the same who they are.
    ///
    /// # Errors
    ///
    /// [`NotSignedIn::Away`] while the provider has not said where.
    pub fn begin(&self, anew_since: Option<Timestamp>) -> Result<(String, Flow), NotSignedIn> {
        let known = self.known.load_full().ok_or(NotSignedIn::Away)?;
        let (flow, challenge) = Flow::new(anew_since);
        let client = self.client(&known);
        let state = CsrfToken::new(flow.state.clone());
        let nonce = flow.nonce();
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let mut asked = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || state,
                move || nonce,
            )
            .set_pkce_challenge(challenge)
            .add_scopes(scopes);
        if anew_since.is_some() {
            asked = asked.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (url, _, _) = asked.url();
        Ok((url.to_string(), flow))
    }

    /// Where a browser ends the session at the provider, and comes back from to `/signin?state=left`; `None` where the
    /// provider has no such place, or has not said so yet. It names us and nobody else: of a token nothing is left that
    /// could say whose session it is, so the provider asks.
    #[must_use]
    pub fn end_session_url(&self) -> Option<String> {
        let known = self.known.load_full()?;
        let end = known.metadata.additional_metadata().end_session_endpoint.clone()?;
        let request = LogoutRequest::from(end)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.left_url.clone())
            .set_state(CsrfToken::new(LEFT.to_owned()));
        Some(request.http_get_url()).filter(is_private).map(Into::into)
    }

    /// The accounts that are open to whoever comes back with `code`, the first before the others; it may be none. Blocks
    /// for two answers of the provider at most.
    ///
    /// # Errors
    ///
    /// [`NotSignedIn`].
    pub fn finish(
        &self,
        flow: &Flow,
        code: String,
        now: Timestamp,
    ) -> Result<Vec<AccountName>, NotSignedIn> {
        let known = self.known.load_full().ok_or(NotSignedIn::Away)?;
        let client = self.client(&known);
        let exchange = client.exchange_code(AuthorizationCode::new(code));
        let exchange =
            exchange.map_err(|_no_url| NotSignedIn::Away)?.set_pkce_verifier(flow.verifier());
        let answer = exchange.request(&self.courier).map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => NotSignedIn::CodeRefused,
            RequestTokenError::Request(_) => NotSignedIn::Away,
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => NotSignedIn::NoToken,
        })?;
        let token = answer.extra_fields().id_token().ok_or(NotSignedIn::NoToken)?;
        let (nonce, anew_since) = (flow.nonce(), flow.anew_since);
        let checked = |keys| {
            let wanted = Wanted {
                client: &self.client_id,
                issuer: &self.issuer,
                keys,
                nonce: &nonce,
                anew_since,
                now,
            };
            token::checked(token, &wanted)
        };
        let claims = match checked(&known.keys) {
            // Keys change: those that the provider has now may have it.
            Err(Fault::UnknownKey) => match self.newer_keys(&known) {
                Some(newer) => checked(&newer.keys),
                None => Err(Fault::UnknownKey),
            },
            known => known,
        };
        let claims = claims.map_err(NotSignedIn::TokenRefused)?;
        Ok(opened(&self.settings.posts, &groups(&claims.all, &self.settings.claim)))
    }

    fn client(&self, known: &Discovered) -> OurClient {
        let secret = self.settings.secret.clone().map(|Secret(secret)| ClientSecret::new(secret));
        let client = OurClient::from_provider_metadata(
            known.metadata.clone(),
            self.client_id.clone(),
            secret,
        );
        client.set_auth_type(auth_type(&known.metadata)).set_redirect_uri(self.return_url.clone())
    }

    /// Reads anew what the provider says of itself.
    fn discover(&self) -> Result<(), NotDiscovered> {
        let metadata = ProviderMetadataWithLogout::discover(&self.issuer, &self.courier)
            .map_err(|error| not_discovered(&error))?;
        let token_url = metadata.token_endpoint().map(|url| url.url());
        let urls = [Some(metadata.authorization_endpoint().url()), token_url];
        if !urls.iter().all(|url| url.is_some_and(is_private)) {
            return Err(NotDiscovered::Endpoint);
        }
        let keys = metadata.jwks().clone();
        self.known.store(Some(Arc::new(Discovered { metadata, keys })));
        Ok(())
    }

    /// What is known with the keys that the provider has now; `None` where it does not answer, or was asked just now.
    fn newer_keys(&self, known: &Discovered) -> Option<Arc<Discovered>> {
        // Held while the provider is asked: whoever else has such a token waits, and finds the keys.
        let mut asked = self.keys_asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|at| at.elapsed() < KEYS_AGAIN) {
            return self.known.load_full();
        }
        *asked = Some(Instant::now());
        let keys = JsonWebKeySet::fetch(known.metadata.jwks_uri(), &self.courier).ok()?;
        let newer = Arc::new(Discovered { metadata: known.metadata.clone(), keys });
        self.known.store(Some(Arc::clone(&newer)));
        Some(newer)
    }
}

/// Asks the provider what it can do, again and again, until nobody needs it any more.
fn watch(provider: &Weak<Provider>, over: &mpsc::Receiver<()>) {
    let (mut retry, mut is_known) = (RETRY_MIN, None);
    while let Some(asked) = provider.upgrade() {
        let (issuer, outcome) = (asked.settings.issuer.clone(), asked.discover());
        drop(asked);
        let pause = match outcome {
            Ok(()) => {
                if is_known != Some(true) {
                    tracing::info!(oidc.issuer = issuer, "the OpenID Connect provider answers");
                }
                (retry, is_known) = (RETRY_MIN, Some(true));
                FRESH
            }
            Err(cause) => {
                if is_known != Some(false) {
                    tracing::warn!(oidc.issuer = issuer, %cause, "the OpenID Connect provider is not known: asked again until it is");
                }
                is_known = Some(false);
                let pause = retry;
                retry = (2 * retry).min(RETRY_MAX);
                pause
            }
        };
        if over.recv_timeout(pause) != Err(mpsc::RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn not_discovered(error: &openidconnect::DiscoveryError<NoAnswer>) -> NotDiscovered {
    use openidconnect::DiscoveryError as Error;
    match error {
        Error::Request(cause) => NotDiscovered::NoAnswer(*cause),
        Error::Response(status, ..) => NotDiscovered::Status(status.as_u16()),
        _ => NotDiscovered::Unreadable,
    }
}

/// How the secret is shown: in a header, which is the rule, or in the body where the provider takes nothing else.
fn auth_type(metadata: &ProviderMetadataWithLogout) -> AuthType {
    let taken = metadata.token_endpoint_auth_methods_supported();
    let in_body = taken.is_some_and(|taken| {
        taken.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !taken.contains(&CoreClientAuthMethod::ClientSecretBasic)
    });
    if in_body { AuthType::RequestBody } else { AuthType::BasicAuth }
}

/// The address of `path` at ours.
fn our_url(public_url: &str, path: &str) -> Option<Url> {
    let url = Url::parse(public_url).ok().filter(is_private)?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_bare { url.join(path).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ProviderSettings {
        ProviderSettings {
            issuer: "https://id.invalid".to_owned(),
            client: "vigie".to_owned(),
            secret: Some("hunter2".to_owned().into()),
            name: "Annuaire".to_owned(),
            public_url: "https://vigie.example".to_owned(),
            claim: "roles".to_owned(),
            scopes: Vec::new(),
            posts: vec!["salle=salle-1".parse().unwrap()],
            authority: None,
        }
    }

    #[test]
    fn settings_that_would_let_others_read_or_nobody_in_are_refused() {
        let refused = |settings| Provider::start(settings).err();
        for issuer in ["http://id.example", "id.example", "", "ftp://id.example"] {
            let settings = ProviderSettings { issuer: issuer.to_owned(), ..settings() };
            assert_eq!(refused(settings), Some(InvalidProvider::Issuer), "{issuer}");
        }
        for public_url in [
            "http://vigie.example",
            "vigie.example",
            "https://vigie.example/vigie",
            "https://vigie.example/?a",
            "https://a:b@vigie.example",
        ] {
            let settings = ProviderSettings { public_url: public_url.to_owned(), ..settings() };
            assert_eq!(refused(settings), Some(InvalidProvider::PublicUrl), "{public_url}");
        }
        let nobody = ProviderSettings { posts: Vec::new(), ..settings() };
        assert_eq!(refused(nobody), Some(InvalidProvider::NoPost));
    }

    #[test]
    fn a_provider_that_is_away_lets_nobody_begin_and_its_secret_is_not_told() {
        let provider = Provider::start(settings()).unwrap();
        assert_eq!(provider.begin(None).err(), Some(NotSignedIn::Away));
        assert_eq!(provider.end_session_url(), None);
        assert!(!format!("{provider:?} {:?}", provider.settings).contains("hunter2"));
    }

    #[test]
    fn browsers_come_back_to_one_path() {
        let url = our_url("http://127.0.0.1:8080/", RETURN_PATH).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:8080/api/v1/session/oidc/callback");
    }
}
