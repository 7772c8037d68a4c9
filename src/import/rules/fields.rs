//! [`Fields`]: the fields of one table of a file of rules, each read once; what nobody has read is a fault.

use std::{collections::BTreeSet, fmt, str::FromStr};

use toml::{Table, Value};

use super::RuleFault;
use crate::privacy::{self, Purpose};

/// So much of a value is told that is at fault, in characters.
const TOLD_MAX: usize = 60;

pub(super) struct Fields<'a, 'f> {
    place: String,
    /// What stands before the name of a field, such as `count.`.
    prefix: String,
    table: &'a Table,
    read: BTreeSet<String>,
    faults: &'f mut Vec<RuleFault>,
}

impl<'a, 'f> Fields<'a, 'f> {
    pub(super) fn new(place: &str, table: &'a Table, faults: &'f mut Vec<RuleFault>) -> Self {
        let (place, prefix) = (place.to_owned(), String::new());
        Self { place, prefix, table, read: BTreeSet::new(), faults }
    }

    pub(super) fn fault(&mut self, field: &str, reason: String) {
        let (place, field) = (self.place.clone(), format!("{}{field}", self.prefix));
        self.faults.push(RuleFault { place, field, reason });
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.table.contains_key(field)
    }

    /// Says nothing more of a field.
    pub(super) fn leave(&mut self, field: &str) {
        self.read.insert(field.to_owned());
    }

    fn get(&mut self, field: &str) -> Option<&'a Value> {
        self.leave(field);
        self.table.get(field)
    }

    pub(super) fn text(&mut self, field: &str) -> Option<&'a str> {
        let value = self.get(field)?;
        if value.as_str().is_none() {
            self.fault(field, format!("must be a text in quotes, got {}", told(value)));
        }
        value.as_str()
    }

    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, field: &str) -> Option<T> {
        let text = self.text(field)?;
        self.parse(field, text)
    }

    pub(super) fn required<T: FromStr<Err: fmt::Display>>(&mut self, field: &str) -> Option<T> {
        if !self.has(field) {
            self.fault(field, "is missing".to_owned());
        }
        self.parsed(field)
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        text.parse().map_err(|e| self.fault(field, format!("{}: {e}", told(text)))).ok()
    }

    /// A number within bounds, which must be there.
    pub(super) fn number(&mut self, field: &str, least: f64, most: f64) -> Option<f64> {
        let Some(value) = self.get(field) else {
            self.fault(field, "is missing".to_owned());
            return None;
        };
        let number = value.as_float().or_else(|| value.as_integer().map(|number| number as f64));
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.fault(
                field,
                format!("must be a number from {least} to {most}, got {}", told(value)),
            );
        }
        number
    }

    /// A list of texts; one alone needs no brackets.
    pub(super) fn texts(&mut self, field: &str) -> Vec<&'a str> {
        let Some(value) = self.get(field) else { return Vec::new() };
        let all = match value {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
        if texts.len() < all.len() {
            self.fault(field, format!("must be texts in quotes, got {}", told(value)));
        }
        texts
    }

    pub(super) fn list<T: FromStr<Err: fmt::Display>>(&mut self, field: &str) -> Vec<T> {
        let texts = self.texts(field);
        texts.into_iter().filter_map(|text| self.parse(field, text)).collect()
    }

    pub(super) fn table(&mut self, field: &str) -> Option<&'a Table> {
        let value = self.get(field)?;
        if value.as_table().is_none() {
            self.fault(field, format!("must be a table, got {}", told(value)));
        }
        value.as_table()
    }

    pub(super) fn tables(&mut self, field: &str) -> Vec<&'a Table> {
        let Some(value) = self.get(field) else { return Vec::new() };
        let all = value.as_array().map_or(&[][..], Vec::as_slice);
        let tables: Vec<&Table> = all.iter().filter_map(Value::as_table).collect();
        if value.as_array().is_none() || tables.len() < all.len() {
            self.fault(field, format!("must be written [[{field}]]"));
        }
        tables
    }

    /// Reads a table within this one.
    pub(super) fn within<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let table = self.table(field)?;
        let mut inner = Fields {
            place: self.place.clone(),
            prefix: format!("{}{field}.", self.prefix),
            table,
            read: BTreeSet::new(),
            faults: self.faults,
        };
        let read = read(&mut inner);
        // Fields that were not come to, since one before them is at fault, are not unknown.
        if read.is_some() {
            inner.end();
        }
        read
    }

    /// Says of each field that nobody has read that there is no such field.
    pub(super) fn end(mut self) {
        let unknown: Vec<String> =
            self.table.keys().filter(|key| !self.read.contains(*key)).map(told).collect();
        for field in unknown {
            self.fault(&field, "there is no such field".to_owned());
        }
    }
}

/// A value in quotes, as much of it as a line has room for; not what tells of a person.
pub(super) fn told(value: impl fmt::Display) -> String {
    let value = value.to_string();
    if privacy::check(&value, Purpose::Callsign).is_err() {
        return "a text that is not repeated".to_owned();
    }
    let mut told: String = value.chars().filter(|c| !c.is_control()).take(TOLD_MAX).collect();
    if value.chars().count() > TOLD_MAX {
        told.push('…');
    }
    format!("`{}`", told.trim_matches('"'))
}
