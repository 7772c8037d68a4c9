//! Rows of `road`, `turn` and `road_speed`.

use rusqlite::{Connection, Row, params};

use super::{
    column::{optional_text, seq, text},
    fault::{told, unreadable},
    stock_put::execute,
    stock_read::{Orders, Wanted, scan},
    wkb,
};
use crate::{
    event::Seq,
    geo::LonLat,
    roads::{ClassSpeeds, NodeMark, Road, RoadClass, RoadPoint, Turn, TurnRule, Via},
    store::{StoreError, archive::Stamped},
};

const PUT_ROAD: &str = "
    INSERT INTO road (
        id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes, marks, line, seq
    )
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, name = excluded.name, forward_kmh = excluded.forward_kmh,
        backward_kmh = excluded.backward_kmh, restricted = excluded.restricted,
        walkable = excluded.walkable, nodes = excluded.nodes, marks = excluded.marks,
        line = excluded.line, seq = excluded.seq
";
const PUT_TURN: &str = "
    INSERT INTO turn (id, from_road, via_node, via_roads, to_road, rule, seq)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO UPDATE SET
        from_road = excluded.from_road, via_node = excluded.via_node, via_roads = excluded.via_roads,
        to_road = excluded.to_road, rule = excluded.rule, seq = excluded.seq
";
const PUT_SPEEDS: &str = "
    INSERT INTO road_speed (class, percent, seq) VALUES (?1, ?2, ?3)
    ON CONFLICT (class) DO UPDATE SET percent = excluded.percent, seq = excluded.seq
";

const ROADS: &str = "
    SELECT id, class, name, forward_kmh, backward_kmh, restricted, walkable, nodes, marks, line, seq FROM road
";
const TURNS: &str = "SELECT id, from_road, via_node, via_roads, to_road, rule, seq FROM turn";
const SPEEDS: &str = "SELECT class, percent, seq FROM road_speed";

/// Writes a road as changed by event `seq`.
pub(super) fn put_road(connection: &Connection, road: &Road, seq: Seq) -> Result<(), StoreError> {
    let nodes: Vec<u8> = road.points.iter().flat_map(|point| point.node.to_le_bytes()).collect();
    let marks: Vec<u8> = road.points.iter().map(|point| point.mark.number()).collect();
    let line = road.points.iter().map(|point| geo::Coord::from(point.position)).collect();
    let values = params![
        road.id,
        road.class.as_str(),
        road.name,
        road.forward_kmh,
        road.backward_kmh,
        road.restricted,
        road.walkable,
        nodes,
        marks,
        wkb::of_line(line)?,
        seq.0,
    ];
    execute(connection, PUT_ROAD, values)
}

/// Writes a turn as changed by event `seq`.
pub(super) fn put_turn(connection: &Connection, turn: &Turn, seq: Seq) -> Result<(), StoreError> {
    let (node, roads) = match &turn.via {
        Via::Node(node) => (Some(*node), None),
        Via::Roads(roads) => (None, Some(roads.join(" "))),
    };
    let values = params![turn.id, turn.from, node, roads, turn.to, turn.rule.as_str(), seq.0];
    execute(connection, PUT_TURN, values)
}

/// Writes the speeds of a class as changed by event `seq`.
pub(super) fn put_speeds(
    connection: &Connection,
    speeds: &ClassSpeeds,
    seq: Seq,
) -> Result<(), StoreError> {
    execute(connection, PUT_SPEEDS, params![speeds.class.as_str(), speeds.percent, seq.0])
}

/// Hands every road to `each`.
pub(super) fn roads(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Road>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "id" };
    scan(view, ROADS, orders, wanted, |row| each(Stamped { item: road(row)?, seq: seq(row, 10)? }))
}

/// Hands every turn to `each`.
pub(super) fn turns(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Turn>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "id" };
    scan(view, TURNS, orders, wanted, |row| each(Stamped { item: turn(row)?, seq: seq(row, 6)? }))
}

/// Hands the speeds of every class to `each`.
pub(super) fn speeds(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<ClassSpeeds>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "class" };
    scan(view, SPEEDS, orders, wanted, |row| {
        let percent = row.get(1).map_err(told)?;
        let item = ClassSpeeds { class: class("road_speed.class", text(row, 0)?)?, percent };
        each(Stamped { item, seq: seq(row, 2)? })
    })
}

fn road(row: &Row<'_>) -> Result<Road, StoreError> {
    let blob = |at: usize, column| {
        row.get_ref(at).map_err(told)?.as_blob().map_err(|e| unreadable(column, e))
    };
    let nodes = blob(7, "road.nodes")?.as_chunks::<8>().0;
    let line = wkb::line("road.line", blob(9, "road.line")?)?;
    let points = nodes.iter().zip(blob(8, "road.marks")?).zip(line.coords());
    let points: Result<Vec<RoadPoint>, StoreError> = points
        .map(|((node, mark), coord)| {
            let mark = NodeMark::of_number(*mark);
            Ok(RoadPoint {
                node: i64::from_le_bytes(*node),
                position: LonLat::try_from(*coord).map_err(|e| unreadable("road.line", e))?,
                mark: mark.ok_or_else(|| unreadable("road.marks", "has an unknown mark"))?,
            })
        })
        .collect();
    Ok(Road {
        id: text(row, 0)?.to_owned(),
        class: class("road.class", text(row, 1)?)?,
        name: optional_text(row, 2)?.map(str::to_owned),
        points: points?,
        forward_kmh: row.get(3).map_err(told)?,
        backward_kmh: row.get(4).map_err(told)?,
        restricted: row.get(5).map_err(told)?,
        walkable: row.get(6).map_err(told)?,
    })
}

fn turn(row: &Row<'_>) -> Result<Turn, StoreError> {
    let rule = text(row, 5)?;
    let node: Option<i64> = row.get(2).map_err(told)?;
    let roads = || Ok(optional_text(row, 3)?.unwrap_or_default().split(' ').map(str::to_owned));
    Ok(Turn {
        id: text(row, 0)?.to_owned(),
        from: text(row, 1)?.to_owned(),
        via: match node {
            Some(node) => Via::Node(node),
            None => Via::Roads(roads()?.collect()),
        },
        to: text(row, 4)?.to_owned(),
        rule: TurnRule::of_name(rule).ok_or_else(|| unreadable("turn.rule", rule))?,
    })
}

fn class(column: &str, name: &str) -> Result<RoadClass, StoreError> {
    RoadClass::of_name(name).ok_or_else(|| unreadable(column, name))
}
