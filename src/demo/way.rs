//! [`Ways`]: every line that cuts the town, from boulevards to the railway.

use super::plan::Metres;

/// A way in its town's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct WayIx(pub(super) u32);

/// What a way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayClass {
    /// A boulevard or an avenue: rank 1.
    Boulevard,
    /// A street along the river: rank 2.
    Quay,
    /// A street between quarters: rank 2.
    Avenue,
    /// A street between blocks: rank 3.
    Street,
    /// A lane of the old town: rank 3.
    Lane,
    /// The railway.
    Rail,
    /// The canal, with its towpaths.
    Canal,
}

impl WayClass {
    /// Metres from its middle to the fronts along it.
    pub(super) const fn half_width_m(self) -> f64 {
        match self {
            Self::Boulevard => 17.0,
            Self::Quay => 12.0,
            Self::Avenue => 10.5,
            Self::Street => 7.0,
            Self::Lane => 4.5,
            Self::Rail => 16.0,
            Self::Canal => 27.0,
        }
    }

    /// Its rank as a street, 1 main to 3 small; `None` where no car drives.
    pub(super) const fn street_rank(self) -> Option<u8> {
        match self {
            Self::Boulevard => Some(1),
            Self::Quay | Self::Avenue => Some(2),
            Self::Street | Self::Lane => Some(3),
            Self::Rail | Self::Canal => None,
        }
    }
}

/// A line that cuts the town.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// What it is.
    pub(super) class: WayClass,
    /// Ways with one key are one street, and bear one name.
    pub(super) name_key: u64,
    /// Its course on the plan.
    pub(super) line: Vec<Metres>,
}

impl Way {
    /// Whether it is a straight cut through one piece of ground. Main ways have corners on their course.
    pub(super) const fn is_cut(&self) -> bool {
        self.line.len() == 2
    }
}

/// The ways of a town, in the order in which they were drawn.
#[derive(Debug, Default)]
pub(super) struct Ways(Vec<Way>);

impl Ways {
    pub(super) fn add(&mut self, way: Way) -> WayIx {
        self.0.push(way);
        WayIx(self.0.len() as u32 - 1)
    }

    pub(super) fn get(&self, ix: WayIx) -> &Way {
        &self.0[ix.0 as usize]
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Way> {
        self.0.iter()
    }

    /// Metres from the middle of that way to the fronts along it.
    pub(super) fn half_width_m(&self, ix: WayIx) -> f64 {
        self.get(ix).class.half_width_m()
    }
}
