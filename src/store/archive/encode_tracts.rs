//! The canonical bytes of tracts, and of the figures about them.

use super::encode::Canonical;
use crate::{
    closed_list::ClosedList as _,
    tract::{Dataset, DatasetRow, Tract, Variable, Vintage},
};

impl Canonical for Vintage {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.year().put(bytes);
    }
}

impl Canonical for Tract {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.code.as_str().put(bytes);
        self.vintage.put(bytes);
        self.name.put(bytes);
        self.kind.letter().put(bytes);
        self.area.put(bytes);
    }
}

impl Canonical for Dataset {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.as_str().put(bytes);
        self.source.put(bytes);
        self.vintage.put(bytes);
        self.division.as_str().put(bytes);
        self.variables.put(bytes);
        self.rows.put(bytes);
    }
}

impl Canonical for Variable {
    fn put(&self, bytes: &mut Vec<u8>) {
        (*self.name).put(bytes);
        self.label.put(bytes);
        self.unit.put(bytes);
    }
}

impl Canonical for DatasetRow {
    fn put(&self, bytes: &mut Vec<u8>) {
        (*self.code).put(bytes);
        for figure in &self.figures {
            figure.put(bytes);
        }
    }
}
