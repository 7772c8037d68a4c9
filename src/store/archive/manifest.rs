//! [`Manifest`]: what a store holds, by count and checksum of each kind.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{
    encode,
    record::{Piece, RecordKind},
};

/// How many records of each kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; RecordKind::COUNT]);

impl Counts {
    /// The counts that `count` tells, kind by kind.
    ///
    /// # Errors
    ///
    /// The first one of `count`.
    pub fn of<E>(mut count: impl FnMut(RecordKind) -> Result<u64, E>) -> Result<Self, E> {
        let mut counts = Self::default();
        for kind in RecordKind::ALL {
            counts.0[kind as usize] = count(kind)?;
        }
        Ok(counts)
    }

    /// Records of a kind.
    #[must_use]
    pub const fn get(&self, kind: RecordKind) -> u64 {
        self.0[kind as usize]
    }

    /// Records of all kinds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// Records of one kind, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// SHA-256 of their canonical bytes in their order.
    pub sha256: [u8; 32],
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with SHA-256 {}", self.count, self.sha256_hex())
    }
}

impl Tally {
    /// The checksum in 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex::encode(self.sha256)
    }
}

/// Count and checksum of each kind: equal for two stores that hold the same, and only for those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest([Tally; RecordKind::COUNT]);

impl Manifest {
    /// What there is of a kind.
    #[must_use]
    pub const fn tally(&self, kind: RecordKind) -> Tally {
        self.0[kind as usize]
    }

    /// The first kind that `other` has otherwise.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<RecordKind> {
        RecordKind::ALL.into_iter().find(|kind| self.tally(*kind) != other.tally(*kind))
    }
}

/// A manifest in the making.
#[derive(Debug, Clone, Default)]
pub struct ManifestBuilder {
    kinds: [(u64, Sha256); RecordKind::COUNT],
    /// Kept for its capacity.
    bytes: Vec<u8>,
}

impl ManifestBuilder {
    /// Takes in records. How they are cut into pieces makes no difference.
    pub fn add(&mut self, piece: &Piece) {
        self.bytes.clear();
        encode::piece(piece, &mut self.bytes);
        let (count, hasher) = &mut self.kinds[piece.kind() as usize];
        *count += piece.len() as u64;
        hasher.update(&self.bytes);
    }

    /// The manifest of what was taken in.
    #[must_use]
    pub fn finish(self) -> Manifest {
        Manifest(
            self.kinds.map(|(count, hasher)| Tally { count, sha256: hasher.finalize().into() }),
        )
    }
}
