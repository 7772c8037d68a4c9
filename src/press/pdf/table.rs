//! Tables on pages: rows are never broken, and heads come again on the next page.

use super::{
    compose::{Composer, Frame, rule, text_mark},
    face::{lines, width},
    tree::Part,
};
use crate::{
    figure::{Ink, Mark, Weight},
    press::sheet::{Column, Row, Table},
};

const SIZE: f64 = 8.5;
const HEAD_SIZE: f64 = 7.5;
const LINE: f64 = 10.6;
/// Space above and below the text of a row, points.
const PADDING: f64 = 1.5;
/// Space between two columns, points.
const BETWEEN: f64 = 8.0;
/// Heads and two rows: less does not stand alone at the foot of a page, points.
pub(super) const LEAST_HEIGHT: f64 = 3.0 * (LINE + 2.0 * PADDING);

/// Sets a table.
pub(super) fn set(composer: &mut Composer, table: &Table, frame: Frame) {
    composer.tree().open(Part::Table(table.summary.clone()));
    heads(composer, table, frame, Reading::Once);
    composer.tree().open(Part::Rows);
    for row in &table.rows {
        if composer.make_room(row_height(row, &table.columns)) {
            heads(composer, table, frame, Reading::Never);
        }
        set_row(composer, row, &table.columns, frame);
    }
    composer.tree().close();
    composer.tree().close();
    composer.y += 4.0;
}

/// How high the table is where it is not broken, points.
pub(super) fn height(table: &Table) -> f64 {
    let rows = table.rows.iter().map(|row| row_height(row, &table.columns));
    LINE + 2.0 * PADDING + rows.sum::<f64>() + 4.0
}

/// Whether heads are read: those that come again are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Once,
    Never,
}

fn heads(composer: &mut Composer, table: &Table, frame: Frame, reading: Reading) {
    let y = composer.y + PADDING + LINE * 0.72;
    let mut left = frame.left;
    if reading == Reading::Once {
        composer.tree().open(Part::Heads);
        composer.tree().open(Part::Row);
    }
    for column in &table.columns {
        let style = (HEAD_SIZE, Weight::Regular, Ink::Muted);
        let x = start(column, left, &column.head, (HEAD_SIZE, Weight::Regular));
        let marks = vec![text_mark(&column.head, [x, y], style)];
        match reading {
            Reading::Once => {
                composer.tree().open(Part::ColumnHead);
                composer.draw(marks, None);
                composer.tree().close();
            }
            Reading::Never => composer.adorn(marks),
        }
        left += column.width;
    }
    if reading == Reading::Once {
        composer.tree().close();
        composer.tree().close();
    }
    composer.y += LINE + 2.0 * PADDING;
    let mut under = rule(frame.left, composer.y, frame.width, 0.8);
    if let Mark::Shape { stroke: Some(stroke), .. } = &mut under {
        stroke.ink = Ink::Text;
    }
    composer.adorn(vec![under]);
}

fn set_row(composer: &mut Composer, row: &Row, columns: &[Column], frame: Frame) {
    let top = composer.y + PADDING + LINE * 0.76;
    let weight = weight_of(row);
    let mut left = frame.left;
    composer.tree().open(Part::Row);
    for (at, (cell, column)) in row.cells.iter().zip(columns).enumerate() {
        composer.tree().open(if at == 0 { Part::RowHead } else { Part::Cell });
        for (number, line) in cell_lines(cell, column, weight).iter().enumerate() {
            let x = start(column, left, line, (SIZE, weight));
            let y = top + LINE * number as f64;
            composer.draw(vec![text_mark(line, [x, y], (SIZE, weight, Ink::Text))], None);
        }
        composer.tree().close();
        left += column.width;
    }
    composer.tree().close();
    composer.y += row_height(row, columns);
    composer.adorn(vec![rule(frame.left, composer.y, frame.width, 0.4)]);
}

fn row_height(row: &Row, columns: &[Column]) -> f64 {
    let cells = row.cells.iter().zip(columns);
    let lines = cells.map(|(cell, column)| cell_lines(cell, column, weight_of(row)).len()).max();
    lines.unwrap_or(1) as f64 * LINE + 2.0 * PADDING
}

const fn weight_of(row: &Row) -> Weight {
    if row.is_strong { Weight::Strong } else { Weight::Regular }
}

fn cell_lines(cell: &str, column: &Column, weight: Weight) -> Vec<String> {
    lines(cell, SIZE, weight, column.width - BETWEEN)
}

/// Where a text begins in its column: numbers end where the column ends.
fn start(column: &Column, left: f64, text: &str, (size, weight): (f64, Weight)) -> f64 {
    if column.is_number { left + column.width - BETWEEN - width(text, size, weight) } else { left }
}
