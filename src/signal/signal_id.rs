//! [`SignalId`]: what one signal is told from another by.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{KindName, SignalPlace, SourceName};
use crate::time::Timestamp;

/// The first 128 bits of the SHA-256 of all that a signal says, with the reference that its source gave it.
///
/// A signal that comes twice has one id; two whose content differs have two. The reference itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalId(u128);

/// All that a signal says.
pub(super) struct Content<'a> {
    pub(super) source: &'a SourceName,
    pub(super) kind: &'a KindName,
    pub(super) place: &'a SignalPlace,
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) value: Option<f64>,
    pub(super) reference: Option<&'a str>,
}

impl SignalId {
    pub(super) fn of(content: &Content<'_>) -> Self {
        let mut digest = Sha256::new();
        // Each part ends with a byte that none of them holds, so that no two contents read alike.
        let mut part = |bytes: &[u8]| {
            digest.update(bytes);
            digest.update([0]);
        };
        part(content.source.as_str().as_bytes());
        part(content.kind.as_str().as_bytes());
        part(place_text(content.place).as_bytes());
        part(content.at.unix_ms().to_string().as_bytes());
        part(content.until.map_or(String::new(), |until| until.unix_ms().to_string()).as_bytes());
        part(content.value.map_or(String::new(), |value| value.to_string()).as_bytes());
        part(content.reference.unwrap_or_default().as_bytes());
        let bytes: [u8; 32] = digest.finalize().into();
        Self(bytes[..16].iter().fold(0, |id, byte| id << 8 | u128::from(*byte)))
    }

    /// The id that is this number, as a store kept it.
    #[must_use]
    pub const fn new(number: u128) -> Self {
        Self(number)
    }

    /// The id as a number.
    #[must_use]
    pub const fn number(self) -> u128 {
        self.0
    }
}

fn place_text(place: &SignalPlace) -> String {
    match place {
        SignalPlace::Site(code) => format!("site {code}"),
        SignalPlace::Point(at) => format!("point {} {}", at.lon(), at.lat()),
        SignalPlace::Area(area) => {
            let corners: Vec<String> =
                area.corners().map(|(lon, lat)| format!("{lon} {lat}")).collect();
            format!("area {}", corners.join(","))
        }
        SignalPlace::Everywhere => "everywhere".to_owned(),
    }
}

impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
