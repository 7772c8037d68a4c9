//! [`Item`]: a feature of whichever collection, and how it is written.

use geo::Geometry;
use geojson::GeometryValue;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{frame::Frame, link::Link};
use crate::{
    export::{Row, Table, Value},
    http::Problem,
};

/// A feature. Its values stand in the order of the columns of its collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Unique in its collection.
    pub id: String,
    /// Where it is, in WGS 84 degrees, longitude first; none where that is not known.
    pub shape: Option<Geometry<f64>>,
    /// What is known of it.
    pub values: Vec<Value>,
}

impl From<Row> for Item {
    /// The first value of a row is a text that no two share.
    fn from(row: Row) -> Self {
        let id = match row.values.first() {
            Some(Value::Text(id)) => id.clone(),
            _ => String::new(),
        };
        Self { id, shape: Some(row.shape), values: row.values }
    }
}

/// A page of a collection as GeoJSON has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageBody<'a> {
    r#type: &'static str,
    features: Vec<FeatureBody<'a>>,
    links: Vec<Link>,
    number_matched: usize,
    number_returned: usize,
    time_stamp: String,
}

/// A feature as GeoJSON has it.
#[derive(Serialize)]
pub struct FeatureBody<'a> {
    r#type: &'static str,
    id: &'a str,
    geometry: Option<geojson::Geometry>,
    properties: Properties<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

struct Properties<'a> {
    table: &'a Table,
    values: &'a [Value],
}

impl<'a> PageBody<'a> {
    /// The page of those features in that system.
    ///
    /// # Errors
    ///
    /// 422 where the system has no coordinate for one of them.
    pub fn new(
        table: &'a Table,
        items: &'a [Item],
        frame: Frame,
        links: Vec<Link>,
        (number_matched, time_stamp): (usize, String),
    ) -> Result<Self, Problem> {
        let feature = |item| FeatureBody::new(table, item, frame, Vec::new());
        Ok(Self {
            r#type: "FeatureCollection",
            features: items.iter().map(feature).collect::<Result<_, _>>()?,
            links,
            number_matched,
            number_returned: items.len(),
            time_stamp,
        })
    }
}

impl<'a> FeatureBody<'a> {
    /// That feature in that system.
    ///
    /// # Errors
    ///
    /// 422 where the system has no coordinate for it.
    pub fn new(
        table: &'a Table,
        item: &'a Item,
        frame: Frame,
        links: Vec<Link>,
    ) -> Result<Self, Problem> {
        let shape = item.shape.as_ref().map(|shape| frame.written(shape)).transpose();
        let shape = shape.map_err(|fault| Problem::unsaid("crs", fault))?;
        Ok(Self {
            r#type: "Feature",
            id: &item.id,
            geometry: shape.map(|shape| geojson::Geometry::new(GeometryValue::from(&shape))),
            properties: Properties { table, values: &item.values },
            links,
        })
    }
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut properties = serializer.serialize_map(Some(self.values.len()))?;
        for (column, value) in self.table.columns().iter().zip(self.values) {
            match value {
                Value::Unknown => properties.serialize_entry(&column.name, &())?,
                Value::Text(text) => properties.serialize_entry(&column.name, text)?,
                Value::Integer(number) => properties.serialize_entry(&column.name, number)?,
                Value::Real(number) => properties.serialize_entry(&column.name, number)?,
            }
        }
        properties.end()
    }
}
