//! [`Flow`]: a sign-in that has begun, and how it ends.

use std::fmt;

use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier};

use super::token;
use crate::time::Timestamp;

/// What a browser brings back with the code, to show that it is the one that was sent away.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// What the provider sends back.
    pub state: String,
    /// What the token must say.
    pub nonce: String,
    /// What only whoever began can say when the code is handed in ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).
    pub verifier: String,
    /// From when on they must have shown there who they are; `None` where an earlier time will do.
    pub anew_since: Option<Timestamp>,
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Why nobody has signed in. The words are all that a log gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    /// The provider does not answer, or has not yet.
    #[error("the provider is away")]
    Away,
    /// The provider does not take the code: it was used, is too old, or is another client's.
    #[error("the provider refused the code")]
    CodeRefused,
    /// The answer has no token in it that could be read.
    #[error("the provider's answer holds no token that can be read")]
    NoToken,
    /// The token is not good.
    #[error("the token is refused: {0}")]
    TokenRefused(token::Fault),
}

impl Flow {
    /// A new one, of random bytes; its challenge goes to the provider.
    pub(super) fn new(anew_since: Option<Timestamp>) -> (Self, PkceCodeChallenge) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = Self {
            state: CsrfToken::new_random().into_secret(),
            nonce: Nonce::new_random().secret().clone(),
            verifier: verifier.into_secret(),
            anew_since,
        };
        (flow, challenge)
    }

    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.verifier.clone())
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.nonce.clone())
    }
}
