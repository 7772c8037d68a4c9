//! [`Purge`]: a row of the register: what was removed, by which rule, signed and chained to the row before.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{HoldId, Kept, PublicKey, Signature, Signer, signing::is_signed};
use crate::{
    closed_list::{ClosedList as _, closed_list},
    time::Timestamp,
};

closed_list! {
    /// Why there was a purge.
    PurgeCause {
        /// The job of each night.
        Daily = "daily",
        /// Somebody asked for it on the machine.
        Command = "command",
    }
}

/// What a purge removed of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// What.
    pub what: Kept,
    /// All of it that was over before this instant, and that no hold kept.
    pub before: Timestamp,
    /// How many.
    pub count: u64,
}

/// A row of the register. It names no incident: what is gone is counted, not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// 1, 2, 3, … without a gap.
    pub number: u64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Why.
    pub cause: PurgeCause,
    /// Whether nothing that was due is left.
    pub complete: bool,
    /// What went, in the order of [`Kept`].
    pub removed: Vec<Removed>,
    /// The holds that were in force.
    pub holds: Vec<HoldId>,
    /// [`Purge::digest`] of the row before; zeros for the first.
    pub previous: [u8; 32],
    /// By what the signature is checked.
    pub public_key: PublicKey,
    /// Of [`Purge::text`].
    pub signature: Signature,
}

/// With which purge the register of a store ends, at one instant; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterEnds {
    /// The number of its last row.
    pub kept: u64,
    /// The number that the last event about a purge tells of.
    pub told: u64,
}

/// Why a register is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRegister {
    /// A row is missing.
    #[error("purge {expected} is missing: purge {found} is in its place")]
    Gap {
        /// Which.
        expected: u64,
        /// What is there instead.
        found: u64,
    },
    /// The row before is not the one that it followed.
    #[error("purge {0} follows another row than the one before it")]
    Chain(u64),
    /// It was changed after it was signed.
    #[error("the signature of purge {0} is not that of its text")]
    Signature(u64),
    /// Another store signed it.
    #[error("purge {0} is signed by another key than that of the store")]
    Key(u64),
    /// Its last rows are gone, or rows were added to it that nobody told of.
    #[error("the register ends with purge {kept}, and the events tell of purge {told}")]
    End {
        /// The last row that is there.
        kept: u64,
        /// The last one that there should be.
        told: u64,
    },
    /// There are rows, and nothing that they could be checked by.
    #[error("the store has a register of purges, and no key that signed it")]
    NoKey,
}

impl Purge {
    /// The row that follows `last`, signed. The fields of the signature are taken as nothing.
    #[must_use]
    pub fn signed(self, last: Option<&Self>, signer: &Signer) -> Self {
        let mut row = Self {
            number: last.map_or(0, |last| last.number) + 1,
            previous: last.map_or([0; 32], Self::digest),
            public_key: signer.public_key(),
            ..self
        };
        row.signature = signer.sign(&row.text());
        row
    }

    /// What is signed: a line for each field. Whoever has the row, the public key and any program that knows Ed25519
    /// can check it.
    #[must_use]
    pub fn text(&self) -> String {
        let complete = if self.complete { "yes" } else { "no" };
        let mut text = format!(
            "vigie purge 1\nnumber {}\nat {}\ncause {}\ncomplete {complete}\n",
            self.number,
            self.at,
            self.cause.as_str()
        );
        for Removed { what, before, count } in &self.removed {
            let _ = writeln!(text, "removed {} before {before} count {count}", what.as_str());
        }
        for hold in &self.holds {
            let _ = writeln!(text, "hold {hold}");
        }
        let _ = writeln!(text, "previous {}", hex::encode(self.previous));
        text
    }

    /// SHA-256 of its text and its signature: what the next row holds.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::new_with_prefix(self.text()).chain_update(self.signature).finalize().into()
    }

    /// How many of that sort went.
    #[must_use]
    pub fn count_of(&self, what: Kept) -> u64 {
        self.removed.iter().filter(|one| one.what == what).map(|one| one.count).sum()
    }

    /// How many records went.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.removed.iter().map(|one| one.count).sum()
    }
}

/// Whether `rows` are a whole register, signed by the key of the store, which ended so when they were read or later.
///
/// # Errors
///
/// [`BrokenRegister`], the first.
pub fn check_register(
    rows: &[Purge],
    ends: RegisterEnds,
    key: Option<&PublicKey>,
) -> Result<(), BrokenRegister> {
    let key = match key {
        Some(key) => key,
        None if rows.is_empty() => &[0; 32],
        None => return Err(BrokenRegister::NoKey),
    };
    let mut previous = [0; 32];
    for (expected, row) in (1..).zip(rows) {
        let number = row.number;
        if number != expected {
            return Err(BrokenRegister::Gap { expected, found: number });
        }
        if row.previous != previous {
            return Err(BrokenRegister::Chain(number));
        }
        if row.public_key != *key {
            return Err(BrokenRegister::Key(number));
        }
        if !is_signed(&row.text(), key, &row.signature) {
            return Err(BrokenRegister::Signature(number));
        }
        previous = row.digest();
    }
    // The chain alone does not show that its last rows are gone: the events do, which have no gap.
    let RegisterEnds { kept, told } = ends;
    let read = rows.last().map_or(0, |row| row.number);
    if kept == told && read <= kept {
        Ok(())
    } else {
        Err(BrokenRegister::End { kept, told: told.max(read) })
    }
}
