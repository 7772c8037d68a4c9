//! [`Weights`]: who is whose neighbour, and by how much it counts.

use super::sample::{Unfit, check_lengths, sum};

/// Why lists of neighbours are no [`Weights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNeighbours {
    /// A zone names one that is not there.
    #[error("zone {zone} names {neighbour}, which is not there")]
    Unknown {
        /// Who names.
        zone: usize,
        /// Who is named.
        neighbour: usize,
    },
    /// A zone names itself.
    #[error("zone {0} is its own neighbour")]
    Itself(usize),
    /// A zone names another twice.
    #[error("zone {zone} names {neighbour} twice")]
    Twice {
        /// Who names.
        zone: usize,
        /// Who is named.
        neighbour: usize,
    },
}

/// How much a neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Each neighbour counts 1: a zone with many neighbours has a large sum.
    Binary,
    /// Each neighbour counts 1 divided by how many there are: the sum is a mean.
    RowStandardised,
}

/// The neighbours of each zone, as rows of a sparse matrix without a diagonal. Zones are numbered from 0.
///
/// A zone without neighbours is an island: its row is empty, its lag 0, and what is computed from neighbours alone
/// is `None` for it. [`Weights::islands`] names them, since a reader must be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Where the row of each zone begins in `neighbours`; one more at the end.
    starts: Vec<usize>,
    /// In order within a row.
    neighbours: Vec<u32>,
    transform: Transform,
}

impl Weights {
    /// Binary weights from a list of neighbours for each zone.
    ///
    /// A list need not be mutual: of two zones one may be among the nearest of the other and not the reverse.
    ///
    /// # Errors
    ///
    /// [`InvalidNeighbours`] names the first pair at fault.
    pub fn from_neighbours(lists: &[Vec<usize>]) -> Result<Self, InvalidNeighbours> {
        let mut starts = vec![0];
        let mut neighbours: Vec<u32> = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        for (zone, list) in lists.iter().enumerate() {
            let mut row = Vec::with_capacity(list.len());
            for &neighbour in list {
                if neighbour == zone {
                    return Err(InvalidNeighbours::Itself(zone));
                }
                let place = u32::try_from(neighbour).ok().filter(|_| neighbour < lists.len());
                row.push(place.ok_or(InvalidNeighbours::Unknown { zone, neighbour })?);
            }
            row.sort_unstable();
            if let Some(pair) = row.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(InvalidNeighbours::Twice { zone, neighbour: pair[0] as usize });
            }
            neighbours.append(&mut row);
            starts.push(neighbours.len());
        }
        Ok(Self { starts, neighbours, transform: Transform::Binary })
    }

    /// The same neighbours, counted otherwise.
    #[must_use]
    pub fn transformed(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    /// How much neighbours count.
    #[must_use]
    pub const fn transform(&self) -> Transform {
        self.transform
    }

    /// Number of zones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no zones.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The neighbours of a zone, in order; none where there is no such zone.
    #[must_use]
    pub fn neighbours(&self, zone: usize) -> &[u32] {
        match (self.starts.get(zone), self.starts.get(zone + 1)) {
            (Some(start), Some(end)) => &self.neighbours[*start..*end],
            _ => &[],
        }
    }

    /// How much each neighbour of `zone` counts.
    #[must_use]
    pub fn weight(&self, zone: usize) -> f64 {
        match self.transform {
            Transform::Binary => 1.0,
            Transform::RowStandardised => 1.0 / self.neighbours(zone).len().max(1) as f64,
        }
    }

    /// Zones without a neighbour.
    #[must_use]
    pub fn islands(&self) -> Vec<usize> {
        (0..self.len()).filter(|zone| self.neighbours(*zone).is_empty()).collect()
    }

    /// The weighted sum of the neighbours' values, for each zone; 0 for an island.
    ///
    /// # Errors
    ///
    /// [`Unfit::Lengths`] unless there is a value for each zone.
    pub fn lag(&self, values: &[f64]) -> Result<Vec<f64>, Unfit> {
        check_lengths(values.len(), self.len())?;
        let lag = |zone: usize| {
            self.weight(zone)
                * sum(self.neighbours(zone).iter().map(|other| values[*other as usize]))
        };
        Ok((0..self.len()).map(lag).collect())
    }

    /// The weights among some zones alone, which are renumbered in that order; the others are as if they were not
    /// there. Zones that are not there, or named again, are passed over.
    #[must_use]
    pub fn among(&self, zones: &[usize]) -> Self {
        let mut renumbered = vec![None; self.len()];
        let mut kept = Vec::with_capacity(zones.len());
        for &zone in zones {
            if let Some(number @ None) = renumbered.get_mut(zone) {
                *number = u32::try_from(kept.len()).ok();
                kept.push(zone);
            }
        }
        let (mut starts, mut neighbours) = (vec![0], Vec::new());
        for zone in kept {
            let start = neighbours.len();
            neighbours.extend(
                self.neighbours(zone).iter().filter_map(|other| renumbered[*other as usize]),
            );
            neighbours[start..].sort_unstable();
            starts.push(neighbours.len());
        }
        Self { starts, neighbours, transform: self.transform }
    }

    /// The sums that the moments of global statistics are made of.
    pub(super) fn sums(&self) -> WeightSums {
        let rows: Vec<f64> = (0..self.len())
            .map(|zone| self.weight(zone) * self.neighbours(zone).len() as f64)
            .collect();
        let mut columns = vec![0.0; self.len()];
        for zone in 0..self.len() {
            for other in self.neighbours(zone) {
                columns[*other as usize] += self.weight(zone);
            }
        }
        // A pair that names each other is met twice: each time it gives half of (w_ij + w_ji)².
        let paired = |zone: usize| {
            let own = self.weight(zone);
            sum(self.neighbours(zone).iter().map(|other| {
                let other = *other as usize;
                let mutual = u32::try_from(zone)
                    .is_ok_and(|zone| self.neighbours(other).binary_search(&zone).is_ok());
                if mutual { (own + self.weight(other)).powi(2) / 2.0 } else { own * own }
            }))
        };
        WeightSums {
            s0: sum(rows.iter().copied()),
            s1: sum((0..self.len()).map(paired)),
            s2: sum(rows.iter().zip(&columns).map(|(row, column)| (row + column).powi(2))),
        }
    }
}

/// S0, S1 and S2 of Cliff and Ord.
pub(super) struct WeightSums {
    /// Σ w_ij.
    pub(super) s0: f64,
    /// ½ Σ (w_ij + w_ji)².
    pub(super) s1: f64,
    /// Σ_i (Σ_j w_ij + Σ_j w_ji)².
    pub(super) s2: f64,
}
