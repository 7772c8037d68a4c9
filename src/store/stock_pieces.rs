//! [`StockPieces`]: a stock that is read item by item and handed over in pieces.

use super::{PIECE_FACTS_MAX, StoreError};
use crate::stock::StockChange;

/// The piece in the making, of [`PIECE_FACTS_MAX`] items at most, and who takes it.
pub(super) struct StockPieces<'a> {
    each: &'a mut dyn FnMut(StockChange),
    piece: StockChange,
    items: usize,
}

impl<'a> StockPieces<'a> {
    /// Pieces for `each`.
    pub(super) fn new(each: &'a mut dyn FnMut(StockChange)) -> Self {
        Self { each, piece: StockChange::default(), items: 0 }
    }

    /// Adds one item to its list, and hands the piece over when it is full. Never fails: readers, which may,
    /// end with it.
    pub(super) fn add<T>(
        &mut self,
        item: T,
        list: impl FnOnce(&mut StockChange) -> &mut Vec<T>,
    ) -> Result<(), StoreError> {
        list(&mut self.piece).push(item);
        self.items += 1;
        if self.items == PIECE_FACTS_MAX {
            self.flush();
        }
        Ok(())
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        self.items = 0;
        let piece = std::mem::take(&mut self.piece);
        if !piece.is_empty() {
            (self.each)(piece);
        }
    }
}
