//! [`Circumstances`]: what lasts, where and until when: holidays, works, a storm.

use super::heard::{Cover, Heard};
use crate::time::Timestamp;

/// Most that last at once under one selector; beyond it the one that ends first is forgotten.
const LASTING_MAX: usize = 10_000;

/// What lasts, by the selector that asks for it.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    lasting: Vec<Vec<Lasting>>,
}

#[derive(Debug)]
struct Lasting {
    until: Timestamp,
    cover: Cover,
}

impl Circumstances {
    pub(super) fn new(selectors: usize) -> Self {
        Self { lasting: (0..selectors).map(|_| Vec::new()).collect() }
    }

    /// Remembers a signal that lasts under the selector `ix`; one that is an instant is no circumstance.
    pub(super) fn take(&mut self, ix: u32, heard: &Heard) {
        let Some(until) = heard.until else { return };
        let lasting = &mut self.lasting[ix as usize];
        lasting.retain(|one| one.until > heard.at);
        if lasting.len() >= LASTING_MAX {
            let first = lasting.iter().enumerate().min_by_key(|(_, one)| one.until);
            if let Some((first, _)) = first {
                lasting.swap_remove(first);
            }
        }
        lasting.push(Lasting { until, cover: heard.cover.clone() });
    }

    /// Whether something lasts under the selector `ix` where and when the signal is.
    pub(super) fn hold(&self, ix: u32, heard: &Heard) -> bool {
        let lasts = |one: &Lasting| one.until > heard.at && covers(&one.cover, heard);
        self.lasting[ix as usize].iter().any(lasts)
    }
}

/// Whether ground that something lasts on is that of a signal.
fn covers(cover: &Cover, heard: &Heard) -> bool {
    match (cover, &heard.cover) {
        (Cover::Everywhere, _) => true,
        (Cover::Area(area), Cover::Area(other)) => area.meets(other),
        (Cover::Area(area), _) => heard.position.is_some_and(|(at, _)| area.contains(at)),
        (Cover::Site(site), _) => heard.site() == Some(*site),
        (Cover::Point, _) => false,
    }
}
