//! Rows of `road`, `turn` and `road_speed`.

use postgis::ewkb;
use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    column::{Columns as _, column, of_seq},
    connection::{Call, Connection},
    fault::unreadable,
    geometry,
    last_of_each::last_of_each,
    stock_put::Changed,
    stock_read::Wanted,
};
use crate::{
    roads::{ClassSpeeds, NodeMark, Road, RoadClass, RoadPoint, Turn, TurnRule, Via},
    store::{StoreError, archive::Stamped},
};

/// Nodes and marks come as the text of an array: arrays of arrays of different lengths there are none.
const PUT_ROADS: &str = "
    INSERT INTO road (
        id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes, marks, line, seq
    )
    SELECT
        id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes::BIGINT[], marks::SMALLINT[],
        line, seq
    FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::TEXT[], $4::SMALLINT[], $5::SMALLINT[], $6::BOOLEAN[], $7::BOOLEAN[],
        $8::TEXT[], $9::TEXT[], $10::GEOMETRY[], $11::BIGINT[]
    ) AS added (
        id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes, marks, line, seq
    )
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, name = excluded.name, forward_kmh = excluded.forward_kmh,
        backward_kmh = excluded.backward_kmh, restricted = excluded.restricted,
        walkable = excluded.walkable, nodes = excluded.nodes, marks = excluded.marks,
        line = excluded.line, seq = excluded.seq
";
const PUT_TURNS: &str = "
    INSERT INTO turn (id, from_road, via_node, via_roads, to_road, rule, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::BIGINT[]
    )
    ON CONFLICT (id) DO UPDATE SET
        from_road = excluded.from_road, via_node = excluded.via_node, via_roads = excluded.via_roads,
        to_road = excluded.to_road, rule = excluded.rule, seq = excluded.seq
";
const PUT_SPEEDS: &str = "
    INSERT INTO road_speed (class, percent, seq)
    SELECT * FROM unnest($1::TEXT[], $2::BYTEA[], $3::BIGINT[])
    ON CONFLICT (class) DO UPDATE SET percent = excluded.percent, seq = excluded.seq
";

/// Writes roads, new or known.
pub(super) fn put_roads<'a>(piece: &[Changed<'a, Road>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let nodes = |road: &Road| array(road.points.iter().map(|point| point.node));
    let marks = |road: &Road| array(road.points.iter().map(|point| point.mark.number().into()));
    let values = [
        column(&rows, |(item, _)| item.id.as_str()),
        column(&rows, |(item, _)| item.class.as_str()),
        column(&rows, |(item, _)| item.name.as_deref()),
        column(&rows, |(item, _)| item.forward_kmh.map(i16::from)),
        column(&rows, |(item, _)| item.backward_kmh.map(i16::from)),
        column(&rows, |(item, _)| item.restricted),
        column(&rows, |(item, _)| item.walkable),
        column(&rows, |(item, _)| nodes(item)),
        column(&rows, |(item, _)| marks(item)),
        column(&rows, |(item, _)| {
            geometry::of_positions(item.points.iter().map(|point| point.position))
        }),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_ROADS, values)]
}

/// Writes turns, new or known.
pub(super) fn put_turns<'a>(piece: &[Changed<'a, Turn>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let node = |turn: &Turn| match &turn.via {
        Via::Node(node) => Some(*node),
        Via::Roads(_) => None,
    };
    let roads = |turn: &Turn| match &turn.via {
        Via::Node(_) => None,
        Via::Roads(roads) => Some(roads.join(" ")),
    };
    let values = [
        column(&rows, |(item, _)| item.id.as_str()),
        column(&rows, |(item, _)| item.from.as_str()),
        column(&rows, |(item, _)| node(item)),
        column(&rows, |(item, _)| roads(item)),
        column(&rows, |(item, _)| item.to.as_str()),
        column(&rows, |(item, _)| item.rule.as_str()),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_TURNS, values)]
}

/// Writes the speeds of classes, new or known.
pub(super) fn put_speeds<'a>(piece: &[Changed<'a, ClassSpeeds>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| item.class);
    let values = [
        column(&rows, |(item, _)| item.class.as_str()),
        column(&rows, |(item, _)| item.percent.as_slice()),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_SPEEDS, values)]
}

/// Hands every road to `each`.
pub(super) fn roads(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Road>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes, marks, line
         FROM road {}",
        wanted.clauses("id")
    );
    let types = [
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::INT2,
        Type::INT2,
        Type::BOOL,
        Type::BOOL,
        Type::INT8_ARRAY,
        Type::INT2_ARRAY,
        geometry::column_type(),
    ];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: road(row)? }))
}

/// Hands every turn to `each`.
pub(super) fn turns(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Turn>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, id, from_road, via_node, via_roads, to_road, rule FROM turn {}",
        wanted.clauses("id")
    );
    let text = Type::TEXT;
    let types =
        [Type::INT8, text.clone(), text.clone(), Type::INT8, text.clone(), text.clone(), text];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: turn(row)? }))
}

/// Hands the speeds of every class to `each`.
pub(super) fn speeds(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<ClassSpeeds>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!("SELECT seq, class, percent FROM road_speed {}", wanted.clauses("class"));
    view.scan(&select, &[Type::INT8, Type::TEXT, Type::BYTEA], |row| {
        let percent = row.column::<&[u8]>(2)?.try_into();
        let percent = percent.map_err(|e| unreadable("road_speed.percent", e))?;
        each(Stamped { seq: row.seq(0)?, item: ClassSpeeds { class: class(row, 1)?, percent } })
    })
}

fn road(row: &BinaryCopyOutRow) -> Result<Road, StoreError> {
    let (nodes, marks): (Vec<i64>, Vec<i16>) = (row.column(8)?, row.column(9)?);
    let line: ewkb::LineString = row.column(10)?;
    let points = nodes.iter().zip(marks).zip(line.points);
    let points: Result<Vec<RoadPoint>, StoreError> = points
        .map(|((node, mark), point)| {
            let mark = u8::try_from(mark).ok().and_then(NodeMark::of_number);
            Ok(RoadPoint {
                node: *node,
                position: geometry::position("road.line", point)?,
                mark: mark.ok_or_else(|| unreadable("road.marks", "has an unknown mark"))?,
            })
        })
        .collect();
    Ok(Road {
        id: row.column(1)?,
        class: class(row, 2)?,
        name: row.column(3)?,
        points: points?,
        forward_kmh: row.optional_number::<i16, u8>(4)?,
        backward_kmh: row.optional_number::<i16, u8>(5)?,
        restricted: row.column(6)?,
        walkable: row.column(7)?,
    })
}

fn turn(row: &BinaryCopyOutRow) -> Result<Turn, StoreError> {
    let rule: &str = row.column(6)?;
    let (node, roads): (Option<i64>, Option<&str>) = (row.column(3)?, row.column(4)?);
    Ok(Turn {
        id: row.column(1)?,
        from: row.column(2)?,
        via: match node {
            Some(node) => Via::Node(node),
            None => Via::Roads(roads.unwrap_or_default().split(' ').map(str::to_owned).collect()),
        },
        to: row.column(5)?,
        rule: TurnRule::of_name(rule).ok_or_else(|| unreadable("turn.rule", rule))?,
    })
}

fn class(row: &BinaryCopyOutRow, at: usize) -> Result<RoadClass, StoreError> {
    let name: &str = row.column(at)?;
    RoadClass::of_name(name).ok_or_else(|| unreadable("a class of roads", name))
}

/// Numbers as PostgreSQL writes an array of them.
fn array(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("{{{}}}", numbers.join(","))
}
