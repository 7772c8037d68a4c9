//! A whole store as a stream of records, the same from every store: what `copy`, `backup` and `restore` move.
//!
//! Uses what [`crate::store`] may use. Nothing is left out: a copy has the same numbers, times, receipts and
//! positions, so that programs that follow the one can go on with the other.
//!
//! | file | owns |
//! | --- | --- |
//! | `record` | what a record is, and the order in which they come |
//! | `encode`, `encode_registers`, `encode_signals`, `encode_tracts` | the bytes of a record that a checksum is made of |
//! | `manifest` | how many records of each kind there are, and their checksums |
//! | `pieces` | cutting a stream of records |
//! | `copy` | from one store into another, verified before it is made durable |

mod copy;
mod encode;
mod encode_registers;
mod encode_signals;
mod encode_tracts;
mod manifest;
mod pieces;
mod record;

pub use copy::{CopyError, Progress, copy, survey};
pub use manifest::{Counts, Manifest, ManifestBuilder, Tally};
pub(super) use pieces::in_pieces;
pub use record::{EventRecord, Piece, ReceiptRecord, RecordKind, Stamped, StepRecord, Subject};
