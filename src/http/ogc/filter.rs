//! `filter`, `filter-lang` and `filter-crs`: CQL2 over the properties of a collection and its geometry.

use std::borrow::Cow;

use geo::{Geometry, Rect};

use super::{
    collection::Collection,
    frame::Frame,
    item::Item,
    params::{Params, refused},
    region::{ROUNDED_DEG, grown},
    schema::GEOMETRY,
    walk::Wanted,
};
use crate::{
    cql2::{Cql2Error, Feature, Filter, Property, PropertyKind, read_json, read_text},
    export::{ColumnKind, Table, Value},
    geo::{Bbox, LonLat},
    http::{Problem, problem::is_code_like},
    time::Timestamp,
};

/// Adds what the parameters ask for to what is wanted of a collection with those columns.
///
/// # Errors
///
/// 422 that says what is wrong with the filter and does not repeat it.
pub fn read(
    params: &mut Params,
    of: Collection,
    table: &Table,
    wanted: &mut Wanted,
) -> Result<(), Problem> {
    let text = params.take("filter");
    let language = params.take("filter-lang");
    let read = match language.as_deref() {
        None | Some("cql2-text") => read_text,
        Some("cql2-json") => read_json,
        Some(other) => {
            return Err(refused("filter-lang", other, "must be cql2-text or cql2-json"));
        }
    };
    let frame = Frame::parse("filter-crs", params.take("filter-crs").as_deref())?;
    let Some(text) = text else { return Ok(()) };
    let to_stored = |shape: &Geometry<f64>| frame.read(shape).map_err(|fault| fault.to_string());
    let filter = read(&text)
        .and_then(|node| Filter::new(&node, &properties(of, table), &to_stored))
        .map_err(told)?;
    if wanted.within.is_none() {
        // Whoever is nowhere passes no test of where it is, so that an index may choose.
        wanted.within = filter.within().and_then(around);
    }
    wanted.tests.push(Box::new(move |item| filter.passes(item)));
    Ok(())
}

/// What filters may name: the columns in their order, then the geometry.
fn properties(of: Collection, table: &Table) -> Vec<Property> {
    let column = |column: &crate::export::Column| Property {
        name: column.name.clone(),
        kind: match column.kind {
            _ if of.is_time(&column.name) => PropertyKind::Time,
            ColumnKind::Text => PropertyKind::Text,
            ColumnKind::Integer | ColumnKind::Real => PropertyKind::Number,
        },
    };
    let geometry = Property { name: GEOMETRY.to_owned(), kind: PropertyKind::Shape };
    table.columns().iter().map(column).chain([geometry]).collect()
}

fn told(error: Cql2Error) -> Problem {
    match &error {
        Cql2Error::UnknownProperty(name) if !is_code_like(name) => {
            Problem::unsaid("filter", "names what is none of the queryables")
        }
        _ => Problem::unsaid("filter", error),
    }
}

fn around(rect: Rect<f64>) -> Option<Bbox> {
    let corner = |at: geo::Coord<f64>| LonLat::new(at.x, at.y).ok();
    grown(Bbox::new(corner(rect.min())?, corner(rect.max())?).ok()?, ROUNDED_DEG)
}

impl Feature for Item {
    fn text(&self, property: usize) -> Option<Cow<'_, str>> {
        match self.values.get(property)? {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Unknown | Value::Integer(_) | Value::Real(_) => None,
        }
    }

    fn number(&self, property: usize) -> Option<f64> {
        match self.values.get(property)? {
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            Value::Unknown | Value::Text(_) => None,
        }
    }

    fn time_ms(&self, property: usize) -> Option<i64> {
        let time: Timestamp = self.text(property)?.parse().ok()?;
        Some(time.unix_ms())
    }

    fn knows(&self, property: usize) -> bool {
        self.values.get(property).is_some_and(|value| *value != Value::Unknown)
    }

    fn shape(&self) -> Option<&Geometry<f64>> {
        self.shape.as_ref()
    }
}
