//! Anchors of access logs: kept in the store itself, apart from the files that they hold to account.

use super::{App, Unavailable};
use crate::access::AccessAnchor;

impl App {
    /// How far each access log had got on each day, by log and day.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] when the store cannot be read.
    pub async fn access_anchors(&self) -> Result<Vec<AccessAnchor>, Unavailable> {
        self.at_store(|store| store.access_anchors()).await
    }

    /// Takes down how far an access log has got; an earlier place than the one known changes nothing.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; nothing is then taken down.
    pub async fn anchor_access_log(&self, anchor: AccessAnchor) -> Result<(), Unavailable> {
        self.at_store(move |store| store.begin()?.commit_anchor(&anchor)).await
    }
}
