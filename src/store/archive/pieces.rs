//! [`in_pieces`]: records one by one become pieces.

use super::record::Piece;
use crate::store::{PIECE_FACTS_MAX, StoreError};

/// Gathers what `read` adds, and hands it to `each` as pieces made by `piece`.
pub(in crate::store) fn in_pieces<T>(
    each: &mut dyn FnMut(Piece) -> Result<(), StoreError>,
    piece: fn(Vec<T>) -> Piece,
    read: impl FnOnce(&mut dyn FnMut(T) -> Result<(), StoreError>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut records = Vec::new();
    read(&mut |record| {
        records.push(record);
        if records.len() < PIECE_FACTS_MAX {
            return Ok(());
        }
        each(piece(std::mem::take(&mut records)))
    })?;
    if records.is_empty() { Ok(()) } else { each(piece(records)) }
}
