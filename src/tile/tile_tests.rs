//! Tiles against the specification, and against the ground that they show.

use geo::{
    Area as _, BooleanOps as _, Coord, LineString, MultiLineString, MultiPolygon, Polygon, Rect,
    Validation as _,
};
use proptest::prelude::*;

use super::{drawn::doubled_area, *};

/// The centre of Paris at zoom 14.
fn paris() -> TileId {
    TileId::new(14, 8299, 5636).unwrap()
}

/// A position by units of the grid of a tile.
fn at(tile: TileId, x: f64, y: f64) -> Coord<f64> {
    let bounds = tile.bounds(0.0);
    // Over one tile latitude is straight to much less than a unit.
    let share = Coord { x, y } / f64::from(EXTENT);
    Coord {
        x: bounds.min().x + bounds.width() * share.x,
        y: bounds.max().y - bounds.height() * share.y,
    }
}

fn area(tile: TileId, corners: &[(f64, f64)]) -> MultiPolygon<f64> {
    let ring: LineString<f64> = corners.iter().map(|(x, y)| at(tile, *x, *y)).collect();
    MultiPolygon::from(Polygon::new(ring, Vec::new()))
}

fn areas(drawn: Option<Drawn>) -> Vec<Vec<Ring>> {
    match drawn {
        Some(Drawn::Areas(areas)) => areas,
        None => Vec::new(),
        other => panic!("{other:?}"),
    }
}

fn polygons(areas: &[Vec<Ring>]) -> MultiPolygon<f64> {
    let line = |ring: &Ring| -> LineString<f64> {
        ring.iter().map(|[x, y]| Coord { x: f64::from(*x), y: f64::from(*y) }).collect()
    };
    areas
        .iter()
        .map(|rings| Polygon::new(line(&rings[0]), rings[1..].iter().map(line).collect()))
        .collect()
}

#[test]
fn a_tile_is_where_the_pyramid_has_it() {
    // Notre-Dame: 14/8298/5636 by the formula of the OpenStreetMap wiki, "Slippy map tilenames".
    let tile = TileId::new(14, 8298, 5636).unwrap();
    let inside = tile.within(Coord { x: 2.3499, y: 48.8530 });
    assert!((0.0..1.0).contains(&inside.x) && (0.0..1.0).contains(&inside.y), "{inside:?}");
    let world = TileId::new(0, 0, 0).unwrap().bounds(0.0);
    assert!((world.max().y - 85.051_128_779_806_6).abs() < 1e-9 && world.max().x == 180.0);
    assert_eq!(TileId::new(23, 0, 0), Err(InvalidTile::Zoom));
    assert_eq!(TileId::new(2, 4, 0), Err(InvalidTile::OffTheEdge { last: 3 }));
    assert_eq!(TileId::new(2, 0, 4), Err(InvalidTile::OffTheEdge { last: 3 }));
}

#[test]
fn shells_are_filled_and_holes_are_not() {
    let tile = paris();
    let shell = area(tile, &[(100.0, 100.0), (900.0, 100.0), (900.0, 900.0), (100.0, 900.0)]);
    let hole = area(tile, &[(400.0, 400.0), (600.0, 400.0), (600.0, 600.0), (400.0, 600.0)]);
    let drawn = areas(Grid::of(tile).areas(&shell.difference(&hole)));
    let doubled: Vec<i64> = drawn[0].iter().map(|ring| doubled_area(ring)).collect();
    assert_eq!(doubled, [2 * 800 * 800, -2 * 200 * 200]);
}

#[test]
fn what_lies_outside_is_not_drawn_and_what_lies_across_is_cut_at_the_buffer() {
    let tile = paris();
    let grid = Grid::of(tile);
    assert_eq!(grid.point(at(tile, -65.0, 10.0)), None);
    assert_eq!(grid.point(at(tile, -63.0, 10.0)), Some(Drawn::Point([-64, 12])));
    assert!(grid.areas(&area(tile, &[(-900.0, 0.0), (-100.0, 0.0), (-100.0, 90.0)])).is_none());
    let across = areas(
        grid.areas(&area(tile, &[(-900.0, 0.0), (100.0, 0.0), (100.0, 80.0), (-900.0, 80.0)])),
    );
    assert_eq!(doubled_area(&across[0][0]), 2 * 164 * 80);
    let line = MultiLineString::new(vec![
        [at(tile, -500.0, 40.0), at(tile, 9000.0, 40.0)].into_iter().collect(),
    ]);
    assert_eq!(grid.lines(&line), Some(Drawn::Lines(vec![vec![[-64, 40], [4160, 40]]])));
}

#[test]
fn a_line_that_comes_back_is_drawn_in_pieces() {
    let tile = paris();
    let corners = [(100.0, 100.0), (5000.0, 100.0), (5000.0, 300.0), (100.0, 300.0)];
    let line: LineString<f64> = corners.iter().map(|(x, y)| at(tile, *x, *y)).collect();
    let drawn = Grid::of(tile).lines(&MultiLineString::new(vec![line]));
    let pieces = vec![vec![[100, 100], [4160, 100]], vec![[4160, 300], [100, 300]]];
    assert_eq!(drawn, Some(Drawn::Lines(pieces)));
}

#[test]
fn specks_are_left_out_and_a_tile_of_nothing_has_no_bytes() {
    let tile = paris();
    assert!(
        Grid::of(tile)
            .areas(&area(tile, &[(100.0, 100.0), (103.0, 100.0), (103.0, 103.0)]))
            .is_none()
    );
    assert!(TileLayer::new("sites").encode().unwrap().is_empty());
}

#[test]
fn a_tile_says_its_layer_and_its_tags() {
    let tags = [
        ("code", Tag::Text("75-001")),
        ("dwellings", Tag::Whole(41)),
        ("height_m", Tag::Number(18.5)),
    ];
    let bytes =
        TileLayer::new("sites").with(&Drawn::Point([5, 7]), &tags).unwrap().encode().unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(["sites", "code", "75-001", "dwellings", "height_m"].into_iter().all(has));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// A plane cut into tracts: neighbours share corners, so that in a tile they overlap nowhere and leave no gap.
    #[test]
    fn neighbours_leave_no_gap_and_do_not_overlap(
        corners in prop::collection::vec((-40.0..40.0_f64, -40.0..40.0_f64), 49),
        zoom in 9_u8..18,
    ) {
        let whole = TileId::new(zoom, (8299 << 8 >> (22 - zoom)) & ((1 << zoom) - 1), 5636 << 8 >> (22 - zoom)).unwrap();
        let corner = |column: usize, row: usize| {
            let (dx, dy) = corners[row * 7 + column];
            (column as f64 * 800.0 - 300.0 + dx, row as f64 * 800.0 - 300.0 + dy)
        };
        let grid = Grid::of(whole);
        let mut all = MultiPolygon::new(Vec::new());
        let mut sum = 0.0;
        for (column, row) in (0..6).flat_map(|column| (0..6).map(move |row| (column, row))) {
            let ring = [corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1)];
            let drawn = polygons(&areas(grid.areas(&area(whole, &ring))));
            sum += drawn.unsigned_area();
            all = all.union(&drawn);
        }
        let side = f64::from(EXTENT + 2 * BUFFER);
        prop_assert!((all.unsigned_area() - side * side).abs() < 1.0, "{} of {}", all.unsigned_area(), side * side);
        prop_assert!((sum - side * side).abs() < 1.0, "{sum}");
    }

    /// Whatever crosses itself or the buffer: what is drawn is valid, and shows the ground that is there.
    #[test]
    fn drawn_areas_are_valid_and_where_the_ground_is(
        corners in prop::collection::vec((-3000.0..7000.0_f64, -3000.0..7000.0_f64), 3..12),
    ) {
        let tile = paris();
        let ground = area(tile, &corners);
        let drawn = areas(Grid::of(tile).areas(&ground));
        for rings in &drawn {
            prop_assert!(doubled_area(&rings[0]) > 0);
            prop_assert!(rings[1..].iter().all(|hole| doubled_area(hole) < 0), "{rings:?}");
        }
        let drawn = polygons(&drawn);
        prop_assert!(drawn.is_valid(), "{:?}", drawn.check_validation());
        let high = f64::from(EXTENT + BUFFER);
        let shown = Rect::new(Coord { x: -64.0, y: -64.0 }, Coord { x: high, y: high });
        let exact: LineString<f64> = corners.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect();
        let exact = MultiPolygon::from(Polygon::new(exact, Vec::new()));
        let exact = exact.intersection(&MultiPolygon::from(shown.to_polygon()));
        let length = 12.0 * 10_000.0;
        prop_assert!((exact.unsigned_area() - drawn.unsigned_area()).abs() < length * 4.0,
            "{} drawn, {} there", drawn.unsigned_area(), exact.unsigned_area());
    }
}
