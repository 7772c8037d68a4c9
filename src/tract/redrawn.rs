//! [`redrawn`]: how the tracts of one vintage became those of another.

use geo::{Area, BooleanOps, BoundingRect};

use super::{Tract, TractCode, TractTree};

/// Share of the ground of both outlines that they have in common where a tract counts as the same: outlines are
/// generalised anew every year.
const SAME_SHARE: f64 = 0.95;
/// Least share of a former tract that makes another one its heir.
const HEIR_SHARE: f64 = 0.01;

/// Which part of a former tract lies in a later one.
#[derive(Debug, Clone, PartialEq)]
pub struct Heir {
    /// The later tract.
    pub code: TractCode,
    /// The share of the ground of the former one, 0 to 1.
    pub share: f64,
}

/// What became of tracts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Redrawn {
    /// Codes that are no longer, each with its heirs, the largest first.
    pub gone: Vec<(TractCode, Vec<Heir>)>,
    /// Codes that were not before.
    pub new: Vec<TractCode>,
    /// Codes that are kept by another ground: less than 95 % of both outlines is common. With their heirs.
    pub moved: Vec<(TractCode, Vec<Heir>)>,
}

impl Redrawn {
    /// Whether every code is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty() && self.moved.is_empty()
    }
}

/// What became of the tracts `before` in `after`, each in the order of codes. O(n log n), and an intersection
/// of outlines for each code that is not there as it was.
#[must_use]
pub fn redrawn(before: &[&Tract], after: &[&Tract]) -> Redrawn {
    let find = |among: &[&Tract], code: &TractCode| {
        among.binary_search_by(|tract| tract.code.cmp(code)).ok()
    };
    let tree = TractTree::of(after.iter().copied());
    let mut change = Redrawn::default();
    for tract in before {
        match find(after, &tract.code) {
            None => change.gone.push((tract.code.clone(), heirs(tract, after, &tree))),
            Some(row) if !is_same(tract, after[row]) => {
                change.moved.push((tract.code.clone(), heirs(tract, after, &tree)));
            }
            Some(_) => {}
        }
    }
    let unknown = after.iter().filter(|tract| find(before, &tract.code).is_none());
    change.new = unknown.map(|tract| tract.code.clone()).collect();
    change
}

/// Shares of areas in degrees are those of areas in metres: a tract is small.
fn is_same(before: &Tract, after: &Tract) -> bool {
    if before.area == after.area {
        return true;
    }
    let common = before.area.intersection(&after.area).unsigned_area();
    let whole = before.area.unsigned_area().max(after.area.unsigned_area());
    common >= SAME_SHARE * whole
}

fn heirs(before: &Tract, after: &[&Tract], tree: &TractTree) -> Vec<Heir> {
    let Some(rect) = before.area.bounding_rect() else { return Vec::new() };
    let whole = before.area.unsigned_area();
    let mut heirs: Vec<Heir> = tree
        .meeting(rect)
        .into_iter()
        .map(|row| {
            let heir = after[row as usize];
            let common = before.area.intersection(&heir.area).unsigned_area();
            Heir { code: heir.code.clone(), share: (common / whole).min(1.0) }
        })
        .filter(|heir| heir.share >= HEIR_SHARE)
        .collect();
    heirs.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.code.cmp(&b.code)));
    heirs
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect, coord};

    use super::*;
    use crate::tract::TractKind;

    fn tract(code: &str, west: f64, east: f64) -> Tract {
        let area =
            Rect::new(coord! { x: west, y: 48.0 }, coord! { x: east, y: 48.01 }).to_polygon();
        Tract {
            code: code.parse().unwrap(),
            vintage: None,
            name: code.to_owned(),
            kind: TractKind::Housing,
            area: MultiPolygon::from(area),
        }
    }

    #[test]
    fn codes_that_went_came_or_moved_are_told_with_their_heirs() {
        let before = [
            tract("751010101", 2.00, 2.01),
            tract("751010102", 2.01, 2.02),
            tract("751010103", 2.02, 2.03),
        ];
        let after = [
            tract("751010101", 2.00, 2.01),
            tract("751010102", 2.01, 2.025),
            tract("751010104", 2.025, 2.03),
        ];
        let change = redrawn(&before.each_ref(), &after.each_ref());
        assert_eq!(change.new, ["751010104".parse().unwrap()]);
        let [(moved, _)] = &change.moved[..] else { panic!("{change:?}") };
        assert_eq!(moved.as_str(), "751010102");
        let [(gone, heirs)] = &change.gone[..] else { panic!("{change:?}") };
        assert_eq!(gone.as_str(), "751010103");
        assert_eq!(heirs.len(), 2);
        assert!((heirs[0].share - 0.5).abs() < 1e-9 && (heirs[1].share - 0.5).abs() < 1e-9);
        assert!(redrawn(&after.each_ref(), &after.each_ref()).is_empty());
    }
}
