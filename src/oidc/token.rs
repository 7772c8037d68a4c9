//! What makes an ID token good, and what is read of it: [OpenID Connect Core, 3.1.3.7](
//! https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, EmptyExtraTokenFields, IdToken,
    IdTokenFields, IdTokenVerifier, IssuerUrl, JsonWebKeySet, Nonce, SignatureVerificationError,
    StandardTokenResponse,
    core::{
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// By how much the clocks of two machines may differ, in seconds.
const SKEW_S: i64 = 60;
/// How old a token may be, in seconds: it comes right from the provider.
const AGE_S_MAX: i64 = 600;
/// How a token may be signed: by a key that the provider alone has. `none`, and what is signed with the secret of the
/// client (HS256), are not among them.
const SIGNED: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claims beside those of the standard.
#[derive(Clone, Serialize, Deserialize)]
pub struct OtherClaims {
    #[serde(flatten)]
    pub all: serde_json::Map<String, serde_json::Value>,
}

impl fmt::Debug for OtherClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl AdditionalClaims for OtherClaims {}

/// The token.
pub type Token = IdToken<
    OtherClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// What the provider answers when a code is handed in.
pub type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is signed with a key that is not among those of the provider.
    #[error("its key is not known")]
    UnknownKey,
    /// It is not signed, or in a way that is not taken.
    #[error("it is not signed, or by an algorithm that is not taken")]
    Algorithm,
    /// The signature is not of that key.
    #[error("its signature is wrong")]
    Signature,
    /// Another provider has made it.
    #[error("it is of another issuer")]
    Issuer,
    /// It was made for another client, or for several.
    #[error("it is for another client")]
    Audience,
    /// It is over, too old, or from times to come.
    #[error("it is too old, or the clocks differ by more than {SKEW_S} s")]
    Time,
    /// It tells that somebody signed in there before they were asked to.
    #[error("it tells of a sign-in from before they were asked anew")]
    NotAnew,
    /// It was asked for by another sign-in.
    #[error("its nonce is another sign-in's")]
    Nonce,
    /// Something else.
    #[error("it is not a token of this kind")]
    Other,
}

/// For whom a token must be, and by whom.
pub struct Wanted<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// The provider.
    pub issuer: &'a IssuerUrl,
    /// The keys of the provider.
    pub keys: &'a JsonWebKeySet<CoreJsonWebKey>,
    /// What the token must say.
    pub nonce: &'a Nonce,
    /// From when on somebody must have shown who they are, where that is asked.
    pub anew_since: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// The claims of a token, where it is good.
///
/// # Errors
///
/// [`Fault`].
pub fn checked<'t>(token: &'t Token, wanted: &Wanted<'_>) -> Result<&'t OtherClaims, Fault> {
    let now = DateTime::<Utc>::from_timestamp_millis(wanted.now.unix_ms()).ok_or(Fault::Time)?;
    let (skew, age) = (TimeDelta::seconds(SKEW_S), TimeDelta::seconds(AGE_S_MAX + SKEW_S));
    // That of a public client takes no signature by a shared secret, whatever else is allowed.
    let verifier = IdTokenVerifier::new_public_client(
        wanted.client.clone(),
        wanted.issuer.clone(),
        wanted.keys.clone(),
    )
    .set_allowed_algs(SIGNED)
    .set_time_fn(move || now - skew)
    .set_issue_time_verifier_fn(move |issued| {
        let fresh = issued <= now + skew && issued >= now - age;
        if fresh { Ok(()) } else { Err(String::new()) }
    });
    let claims = token.claims(&verifier, wanted.nonce).map_err(|error| fault(&error))?;
    // The crate leaves `azp` to whoever uses it.
    if claims.authorized_party().is_some_and(|party| party != wanted.client) {
        return Err(Fault::Audience);
    }
    // `auth_time` goes with `max_age`, but not every provider tells it.
    let before = wanted.anew_since.zip(claims.auth_time()).is_some_and(|(since, signed_in)| {
        signed_in.timestamp_millis() < since.plus_seconds(-SKEW_S).unix_ms()
    });
    if before {
        return Err(Fault::NotAnew);
    }
    Ok(claims.additional_claims())
}

fn fault(error: &ClaimsVerificationError) -> Fault {
    use ClaimsVerificationError as Claims;
    use SignatureVerificationError as Signed;
    match error {
        Claims::SignatureVerification(Signed::NoMatchingKey) => Fault::UnknownKey,
        Claims::SignatureVerification(
            Signed::DisallowedAlg(_) | Signed::UnsupportedAlg(_) | Signed::NoSignature,
        ) => Fault::Algorithm,
        Claims::SignatureVerification(_) => Fault::Signature,
        Claims::InvalidIssuer(_) => Fault::Issuer,
        Claims::InvalidAudience(_) => Fault::Audience,
        Claims::Expired(_) | Claims::InvalidAuthTime(_) => Fault::Time,
        Claims::InvalidNonce(_) => Fault::Nonce,
        _ => Fault::Other,
    }
}
