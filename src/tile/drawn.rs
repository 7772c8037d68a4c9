//! [`Drawn`]: a shape on the grid of a tile.

/// Points one after another, as column and row; a ring is closed without saying its first one again.
pub type Ring = Vec<[i32; 2]>;

/// A shape in units of a tile's grid, from its north-western corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// One point.
    Point([i32; 2]),
    /// Lines of two points at least.
    Lines(Vec<Ring>),
    /// Areas: each a shell and its holes, wound the other way. None crosses itself or another.
    Areas(Vec<Vec<Ring>>),
}

impl Drawn {
    /// How many points it has.
    #[must_use]
    pub fn corners(&self) -> usize {
        match self {
            Self::Point(_) => 1,
            Self::Lines(lines) => lines.iter().map(Vec::len).sum(),
            Self::Areas(areas) => areas.iter().flatten().map(Vec::len).sum(),
        }
    }

    /// How much of the tile it takes, for choosing what to leave out: area for areas, else corners.
    #[must_use]
    pub fn weight(&self) -> u64 {
        match self {
            Self::Point(_) => 1,
            Self::Lines(lines) => lines.iter().map(|line| line.len() as u64).sum(),
            Self::Areas(areas) => {
                areas.iter().flatten().map(|ring| doubled_area(ring)).sum::<i64>().unsigned_abs()
            }
        }
    }
}

/// Twice the area within a ring; above 0 where it is filled.
pub(super) fn doubled_area(ring: &[[i32; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    let cross = |(a, b): (&[i32; 2], &[i32; 2])| {
        i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
    };
    ring.iter().zip(next).map(cross).sum()
}
