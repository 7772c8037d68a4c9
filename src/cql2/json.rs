//! [`read_json`]: CQL2 JSON.

use geo::Geometry;
use serde_json::{Map, Value};

use super::{
    CORNERS_MAX, Cql2Error, DEPTH_MAX, LENGTH_MAX, Span,
    node::{Literal, Node, Operator},
    shape,
};

/// Reads a filter in CQL2 JSON. O(length).
///
/// # Errors
///
/// [`Cql2Error`] that says what it is not.
pub fn read_json(text: &str) -> Result<Node, Cql2Error> {
    if text.len() > LENGTH_MAX {
        return Err(Cql2Error::TooLong);
    }
    let value: Value =
        serde_json::from_str(text).map_err(|_not_json| Cql2Error::Json("it is no JSON"))?;
    let mut corners = 0;
    node(&value, DEPTH_MAX, &mut corners)
}

fn node(value: &Value, depth: usize, corners: &mut usize) -> Result<Node, Cql2Error> {
    let Some(deeper) = depth.checked_sub(1) else { return Err(Cql2Error::TooDeep) };
    Ok(match value {
        Value::Bool(truth) => Node::Literal(Literal::Truth(*truth)),
        Value::Number(number) => {
            let number = number.as_f64().filter(|number| number.is_finite());
            Node::Literal(Literal::Number(number.ok_or(Cql2Error::Json("a number is too large"))?))
        }
        Value::String(text) => Node::Literal(Literal::Text(text.clone())),
        Value::Array(all) => {
            let all = all.iter().map(|one| node(one, deeper, corners));
            Node::List(all.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => object(members, deeper, corners)?,
        Value::Null => return Err(Cql2Error::Json("null is no value: ask for isNull")),
    })
}

fn object(
    members: &Map<String, Value>,
    depth: usize,
    corners: &mut usize,
) -> Result<Node, Cql2Error> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if let Some(name) = text("op") {
        let operator = Operator::of_name(name).filter(|operator| *operator != Operator::Interval);
        let operator = operator.ok_or(Cql2Error::Json("an op is not known here"))?;
        let args = members.get("args").and_then(Value::as_array);
        let args = args.ok_or(Cql2Error::Json("an op has an array of args"))?;
        let args = args.iter().map(|one| node(one, depth, corners));
        return Ok(Node::Call(operator, args.collect::<Result<_, _>>()?));
    }
    if let Some(name) = text("property") {
        return Ok(Node::Property(name.to_owned()));
    }
    if let Some(day) = text("date") {
        return Ok(Node::Literal(Literal::Time(Span::day(day)?)));
    }
    if let Some(instant) = text("timestamp") {
        return Ok(Node::Literal(Literal::Time(Span::instant(instant)?)));
    }
    if let Some(ends) = members.get("interval").and_then(Value::as_array) {
        let ends = ends.iter().map(|one| node(one, depth, corners));
        return Ok(Node::Call(Operator::Interval, ends.collect::<Result<_, _>>()?));
    }
    if let Some(numbers) = members.get("bbox").and_then(Value::as_array) {
        let numbers: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
        let numbers = numbers.ok_or(Cql2Error::Json("a bbox has numbers"))?;
        let shape = shape::checked(shape::of_bbox(&numbers)?)?;
        return Ok(Node::Literal(Literal::Shape(shape)));
    }
    if members.contains_key("type") {
        let shape = shape::checked(geometry(members, corners)?)?;
        return Ok(Node::Literal(Literal::Shape(shape)));
    }
    Err(Cql2Error::Json(
        "an object is none of op, property, date, timestamp, interval, bbox and GeoJSON",
    ))
}

/// A geometry of GeoJSON; a collection holds none.
fn geometry(members: &Map<String, Value>, corners: &mut usize) -> Result<Geometry<f64>, Cql2Error> {
    let wrong = Cql2Error::Json("a geometry is no GeoJSON");
    let of = members.get("type").and_then(Value::as_str).ok_or(wrong.clone())?;
    if of == "GeometryCollection" {
        let parts = members.get("geometries").and_then(Value::as_array).ok_or(wrong.clone())?;
        let part = |one: &Value| match one.as_object() {
            Some(part) if part.get("type").is_some_and(|it| it != "GeometryCollection") => {
                geometry(part, corners)
            }
            _ => Err(wrong.clone()),
        };
        let parts: Vec<_> = parts.iter().map(part).collect::<Result<_, _>>()?;
        return Ok(Geometry::GeometryCollection(geo::GeometryCollection(parts)));
    }
    let coordinates = members.get("coordinates").ok_or(wrong.clone())?;
    *corners += positions(coordinates);
    if *corners > CORNERS_MAX {
        return Err(Cql2Error::TooManyCorners);
    }
    let lines = |value: &Value| -> Option<Vec<geo::LineString<f64>>> {
        value.as_array()?.iter().map(line).collect()
    };
    Ok(match of {
        "Point" => geo::Point(coord(coordinates).ok_or(wrong)?).into(),
        "LineString" => line(coordinates).ok_or(wrong)?.into(),
        "Polygon" => shape::of_rings(lines(coordinates).ok_or(wrong)?)?.into(),
        "MultiPoint" => {
            let line = line(coordinates).ok_or(wrong)?;
            geo::MultiPoint(line.0.into_iter().map(geo::Point).collect()).into()
        }
        "MultiLineString" => geo::MultiLineString(lines(coordinates).ok_or(wrong)?).into(),
        "MultiPolygon" => {
            let parts = coordinates.as_array().ok_or(wrong.clone())?;
            let polygon = |part| shape::of_rings(lines(part).ok_or(wrong.clone())?);
            geo::MultiPolygon(parts.iter().map(polygon).collect::<Result<_, _>>()?).into()
        }
        _ => return Err(wrong),
    })
}

/// How many positions there are, at most.
fn positions(value: &Value) -> usize {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::Number(_), ..]) | None => 1,
        Some(all) => all.iter().map(positions).sum(),
    }
}

fn line(value: &Value) -> Option<geo::LineString<f64>> {
    Some(geo::LineString(value.as_array()?.iter().map(coord).collect::<Option<_>>()?))
}

fn coord(value: &Value) -> Option<geo::Coord<f64>> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    match numbers[..] {
        [x, y] | [x, y, _] if x.is_finite() && y.is_finite() => Some(geo::Coord { x, y }),
        _ => None,
    }
}
