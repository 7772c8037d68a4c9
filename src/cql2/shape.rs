//! Shapes in filters: WKT and `BBOX` in text, GeoJSON and `bbox` in JSON.

use std::panic::catch_unwind;

use geo::{
    Coord, CoordsIter as _, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint,
    MultiPolygon, Point, Polygon, Rect, Validation as _,
};

use super::{CORNERS_MAX, Cql2Error, text::Reader, tokens::Word};

/// Largest coordinate, either way: five times what the earth measures around, in metres. What follows overflows with much larger ones.
const COORDINATE_MAX: f64 = 2e8;

/// The shape that begins with that name, which was passed; none where the name is that of no shape.
///
/// # Errors
///
/// Where it cannot be read, or is no valid shape.
pub fn of_text(name: &str, reader: &mut Reader) -> Result<Option<Geometry<f64>>, Cql2Error> {
    let opens = matches!(reader.word(), Word::Sign("("))
        || matches!(reader.word(), Word::Name(z) if z.eq_ignore_ascii_case("z"));
    if !opens {
        return Ok(None);
    }
    let shape = match name {
        "bbox" => {
            reader.need("(")?;
            let numbers = listed(reader, Reader::number)?;
            of_bbox(&numbers)?
        }
        "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geometrycollection" => wkt(name, reader)?,
        _ => return Ok(None),
    };
    Ok(Some(checked(shape)?))
}

fn wkt(name: &str, reader: &mut Reader) -> Result<Geometry<f64>, Cql2Error> {
    reader.keyword("z");
    reader.need("(")?;
    Ok(match name {
        "point" => {
            let at = coord(reader)?;
            reader.need(")")?;
            Point(at).into()
        }
        "linestring" => line(reader)?.into(),
        "polygon" => polygon(reader)?.into(),
        "multipoint" => {
            let point = |reader: &mut Reader| {
                let bracket = reader.sign("(");
                let at = coord(reader)?;
                if bracket {
                    reader.need(")")?;
                }
                Ok(Point(at))
            };
            MultiPoint(listed(reader, point)?).into()
        }
        "multilinestring" => MultiLineString(listed(reader, |it| inside(it, line))?).into(),
        "multipolygon" => MultiPolygon(listed(reader, |it| inside(it, polygon))?).into(),
        _ => {
            let part = |reader: &mut Reader| {
                let Word::Name(name) = reader.word().clone() else {
                    return Err(reader.unexpected("a shape"));
                };
                let small = name.to_ascii_lowercase();
                if small == "geometrycollection" || !reader.keyword(&name) {
                    return Err(reader.unexpected("a shape that is no collection"));
                }
                of_text(&small, reader)?.ok_or_else(|| reader.unexpected("a shape"))
            };
            Geometry::GeometryCollection(GeometryCollection(listed(reader, part)?))
        }
    })
}

fn inside<T>(
    reader: &mut Reader,
    read: fn(&mut Reader) -> Result<T, Cql2Error>,
) -> Result<T, Cql2Error> {
    reader.need("(")?;
    read(reader)
}

/// What stands before the closing bracket.
fn listed<T>(
    reader: &mut Reader,
    read: impl Fn(&mut Reader) -> Result<T, Cql2Error>,
) -> Result<Vec<T>, Cql2Error> {
    let mut all = vec![read(reader)?];
    while reader.sign(",") {
        all.push(read(reader)?);
    }
    reader.need(")")?;
    Ok(all)
}

fn line(reader: &mut Reader) -> Result<LineString<f64>, Cql2Error> {
    Ok(LineString(listed(reader, coord)?))
}

fn polygon(reader: &mut Reader) -> Result<Polygon<f64>, Cql2Error> {
    of_rings(listed(reader, |it| inside(it, line))?)
}

/// A position; its height is passed over.
fn coord(reader: &mut Reader) -> Result<Coord<f64>, Cql2Error> {
    reader.corners += 1;
    if reader.corners > CORNERS_MAX {
        return Err(Cql2Error::TooManyCorners);
    }
    let at = Coord { x: reader.number()?, y: reader.number()? };
    if matches!(reader.word(), Word::Number(_) | Word::Sign("-" | "+")) {
        reader.number()?;
    }
    Ok(at)
}

/// The polygon of rings, each of which must be closed: a library would close it, and nobody would know.
pub fn of_rings(rings: Vec<LineString<f64>>) -> Result<Polygon<f64>, Cql2Error> {
    let wrong = |why: &str| Cql2Error::Shape(why.to_owned());
    if rings.iter().any(|ring| ring.0.len() < 4 || ring.0.first() != ring.0.last()) {
        return Err(wrong("a ring has four corners at least, of which the last is the first"));
    }
    let mut rings = rings.into_iter();
    let shell = rings.next().ok_or_else(|| wrong("a polygon has a ring"))?;
    Ok(Polygon::new(shell, rings.collect()))
}

/// The box of four numbers, or of six with heights.
///
/// # Errors
///
/// [`Cql2Error::Shape`] where there are others.
pub fn of_bbox(numbers: &[f64]) -> Result<Geometry<f64>, Cql2Error> {
    let [x, y, x2, y2] = match *numbers {
        [a, b, c, d] | [a, b, _, c, d, _] => [a, b, c, d],
        _ => return Err(Cql2Error::Shape("a box has four numbers, or six".to_owned())),
    };
    if x > x2 || y > y2 {
        return Err(Cql2Error::Shape("the lower corner of a box comes first".to_owned()));
    }
    Ok(match (x < x2, y < y2) {
        (true, true) => Rect::new((x, y), (x2, y2)).to_polygon().into(),
        (false, false) => Point::new(x, y).into(),
        // A box without a width is a line.
        _ => LineString::from(vec![(x, y), (x2, y2)]).into(),
    })
}

/// The shape, where it is a valid one: what crosses itself has no inside.
///
/// # Errors
///
/// [`Cql2Error::Shape`] that says why it is none.
pub fn checked(shape: Geometry<f64>) -> Result<Geometry<f64>, Cql2Error> {
    let is_far = |at: Coord<f64>| at.x.abs() > COORDINATE_MAX || at.y.abs() > COORDINATE_MAX;
    if shape.coords_iter().any(is_far) {
        let reason = format!("coordinates are {COORDINATE_MAX} at most");
        return Err(Cql2Error::Shape(reason));
    }
    // Where corners nearly meet, the crate may give up by a panic.
    match catch_unwind(|| shape.check_validation()) {
        Ok(Ok(())) => Ok(shape),
        Ok(Err(fault)) => Err(Cql2Error::Shape(fault.to_string())),
        Err(_panic) => Err(Cql2Error::Shape("its corners nearly meet".to_owned())),
    }
}
