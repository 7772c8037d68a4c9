//! [`Features`]: what a layer has to show in a tile, and what of it fits.

use super::{Drawn, Tag, TileLayer};

/// Most features of a tile, and most corners of them all together: some hundreds of kilobytes before compression, which a
/// telephone still draws.
const FEATURES_MAX: usize = 10_000;
const CORNERS_MAX: usize = 100_000;

/// What is known of a feature, by names.
pub(super) type Tags<'a> = Vec<(&'a str, Tag<'a>)>;

/// Features in the order in which they are drawn.
#[derive(Default)]
pub(super) struct Features<'a>(Vec<(Drawn, Tags<'a>)>);

impl<'a> Features<'a> {
    /// Adds one, where anything of it is in the tile. `tags` is asked only then.
    pub(super) fn push(&mut self, drawn: Option<Drawn>, tags: impl FnOnce() -> Tags<'a>) {
        self.0.extend(drawn.map(|drawn| (drawn, tags())));
    }

    /// The tile with what fits: where it is too much, the smallest are left out, which at that zoom nobody can tell apart.
    pub(super) fn encode(self, layer: &str) -> Result<Vec<u8>, mvt::Error> {
        let fitting = fitting(self.0.iter().map(|(drawn, _)| drawn).collect());
        let shown = self.0.iter().zip(fitting).filter(|(_, fits)| *fits);
        let empty = TileLayer::new(layer);
        shown
            .map(|(one, _)| one)
            .try_fold(empty, |layer, (drawn, tags)| layer.with(drawn, tags))?
            .encode()
    }
}

/// Which of them fit, the largest first.
fn fitting(drawn: Vec<&Drawn>) -> Vec<bool> {
    let mut fits = vec![false; drawn.len()];
    let mut largest_first: Vec<usize> = (0..drawn.len()).collect();
    largest_first.sort_by_key(|at| std::cmp::Reverse(drawn[*at].weight()));
    let mut corners = 0;
    for at in largest_first.into_iter().take(FEATURES_MAX) {
        corners += drawn[at].corners();
        if corners > CORNERS_MAX {
            break;
        }
        fits[at] = true;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_the_largest_stay_in_their_order() {
        let square =
            |side: i32| Drawn::Areas(vec![vec![vec![[0, 0], [side, 0], [side, side], [0, side]]]]);
        let all: Vec<Drawn> = (1..=30_000).map(square).collect();
        let fits = fitting(all.iter().collect());
        assert_eq!(fits.iter().filter(|fits| **fits).count(), FEATURES_MAX);
        assert!(fits[20_000..].iter().all(|fits| *fits), "the largest");

        let long = Drawn::Lines(vec![vec![[0, 0]; CORNERS_MAX], vec![[0, 0]; 2]]);
        assert_eq!(fitting(vec![&long]), [false], "more corners than one tile has");
    }
}
