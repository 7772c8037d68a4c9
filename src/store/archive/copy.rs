//! [`copy`]: everything of one store into another, verified.

use super::{
    manifest::{Manifest, ManifestBuilder, Tally},
    record::{Piece, RecordKind},
};
use crate::store::{Store, StoreError};

/// How far a copy has got, in records; each is read, and read again from the copy to verify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records behind us.
    pub done: u64,
    /// Records in all, as counted at the beginning: a source in use may have a few more by then.
    pub total: u64,
}

/// Why a store was not copied. The target is as empty as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The source cannot be read.
    #[error("reading the store to copy from: {0}")]
    Source(StoreError),
    /// The target is not empty, or cannot be written.
    #[error("writing the store to copy into: {0}")]
    Target(StoreError),
    /// What the target holds is not what the source holds.
    #[error("the copy differs and was dropped: {} {sent} became {held}", kind.plural())]
    Differs {
        /// The first kind at fault.
        kind: RecordKind,
        /// As read from the source.
        sent: Tally,
        /// As read from the target.
        held: Tally,
    },
}

/// Copies all of `from`, as it is at one instant, into `to`, which is empty; others may go on writing to
/// `from` meanwhile. Memory holds one [`Piece`] at a time.
///
/// The target is read back and compared before it is made durable: it ends as a whole copy or as empty as it was.
///
/// # Errors
///
/// [`CopyError`] says which of the two stores is at fault.
pub fn copy(
    from: &mut dyn Store,
    to: &mut dyn Store,
    tell: &mut dyn FnMut(Progress),
) -> Result<Manifest, CopyError> {
    // First: counting may take a while, and the import keeps others out.
    let records = from.counts().map_err(CopyError::Source)?.total();
    let mut import = to.begin_import().map_err(CopyError::Target)?;
    let mut progress = Progress { done: 0, total: 2 * records };
    let mut advance = |piece: &Piece| {
        progress.done += piece.len() as u64;
        tell(progress);
    };

    let mut sent = ManifestBuilder::default();
    let mut refusal = None;
    let exported = from.export(&mut |piece| {
        sent.add(&piece);
        advance(&piece);
        import.put(piece).inspect_err(|fault| refusal = Some(fault.clone()))
    });
    if let Some(fault) = refusal {
        return Err(CopyError::Target(fault));
    }
    exported.map_err(CopyError::Source)?;

    let mut held = ManifestBuilder::default();
    let read_back = import.export(&mut |piece| {
        held.add(&piece);
        advance(&piece);
        Ok(())
    });
    read_back.map_err(CopyError::Target)?;
    let (sent, held) = (sent.finish(), held.finish());
    if let Some(kind) = sent.first_difference(&held) {
        return Err(CopyError::Differs { kind, sent: sent.tally(kind), held: held.tally(kind) });
    }
    import.commit().map_err(CopyError::Target)?;
    Ok(held)
}

/// What `store` holds, at one instant.
///
/// # Errors
///
/// [`StoreError`] when it cannot be read.
pub fn survey(store: &mut dyn Store) -> Result<Manifest, StoreError> {
    let mut manifest = ManifestBuilder::default();
    store.export(&mut |piece| {
        manifest.add(&piece);
        Ok(())
    })?;
    Ok(manifest.finish())
}
