//! [`dice`]: a stream of random numbers for each subject of each replication.

use rand::{Rng as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::CrewIx;

/// What is drawn. Each has a stream of its own: more draws for one never shift another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Which calls come in.
    Calls,
    /// How long everything about a call takes.
    Durations,
    /// Where crews begin.
    Crews,
    /// Where crews go on their rounds.
    Rounds,
}

/// How many subjects there is room for in a replication's streams.
const SUBJECTS: u64 = 8;

/// The dice of one subject in one replication: one of the 2⁶⁴ streams that ChaCha has for a key, which never
/// overlap. Source: Bernstein (2008), ChaCha, a variant of Salsa20.
#[must_use]
pub fn dice(seed: u64, replication: u32, subject: Subject) -> ChaCha8Rng {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    dice.set_stream(u64::from(replication) * SUBJECTS + subject as u64);
    dice
}

/// The number that stands for an errand of a crew, whatever else has been drawn.
pub(super) fn lot(seed: u64, crew: CrewIx, errand: u32) -> u64 {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    dice.set_stream(u64::from(crew.0) << 32 | u64::from(errand));
    dice.next_u64()
}
