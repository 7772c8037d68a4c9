//! [`Known`]: the zones of which something is known, so that unknown ones stay apart and count as nothing.

use super::{
    sample::{Unfit, check_lengths},
    weights::Weights,
};

/// The known values of some zones with the weights among them.
///
/// A zone without a value is nobody's neighbour: to take it for 0, or for the mean, would make up what nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Values, in the order of the zones.
    pub values: Vec<f64>,
    /// Neighbours among the known zones.
    pub weights: Weights,
    places: Vec<usize>,
    zones: usize,
}

impl Known {
    /// Leaves out the zones whose value is `None`.
    ///
    /// # Errors
    ///
    /// [`Unfit::Lengths`] unless there is a value, or `None`, for each zone.
    pub fn of(values: &[Option<f64>], weights: &Weights) -> Result<Self, Unfit> {
        check_lengths(values.len(), weights.len())?;
        let places: Vec<usize> = (0..values.len()).filter(|zone| values[*zone].is_some()).collect();
        Ok(Self {
            values: values.iter().flatten().copied().collect(),
            weights: weights.among(&places),
            places,
            zones: values.len(),
        })
    }

    /// Puts what was found for the known zones back to its places among all; `None` for the others.
    #[must_use]
    pub fn back<T>(&self, found: Vec<Option<T>>) -> Vec<Option<T>> {
        let mut all: Vec<Option<T>> = (0..self.zones).map(|_| None).collect();
        for (place, found) in self.places.iter().zip(found) {
            all[*place] = found;
        }
        all
    }
}
