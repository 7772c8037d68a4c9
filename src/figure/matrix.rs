//! [`matrix`]: counts by row and column, each told and shaded.

use super::{Anchor, Drawing, Ink, Path, SHADES, Weight, bars::SIZE};

/// A cell of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixCell {
    /// What is written in it.
    pub text: String,
    /// How much it is, to be shaded by; `None` for what is not told.
    pub value: Option<f64>,
}

const LABELS: f64 = 44.0;
const HEAD: f64 = 11.0;
const ROW: f64 = 14.0;

/// The step of the sequence of shades for `value`, where `most` is the darkest.
#[must_use]
pub(super) fn shade(value: f64, most: f64) -> Ink {
    let steps = SHADES.len() as f64;
    Ink::Shade((value / most.max(1.0) * steps).floor().clamp(0.0, steps - 1.0) as u8)
}

/// Rows of cells under their heads. A cell that is not told is paper with a rule around it.
#[must_use]
pub fn matrix(
    heads: &[String],
    rows: &[(&str, Vec<MatrixCell>)],
    width: f64,
    title: String,
    description: String,
) -> Drawing {
    let mut drawing = Drawing::new(width, HEAD + ROW * rows.len() as f64, title, description);
    let column = (width - LABELS) / heads.len().max(1) as f64;
    let values = rows.iter().flat_map(|(_, cells)| cells).filter_map(|cell| cell.value);
    let most = values.fold(0.0, f64::max);
    for (number, head) in heads.iter().enumerate() {
        let style = (SIZE - 0.8, Weight::Regular, Anchor::Middle, Ink::Muted);
        drawing.text([LABELS + column * (number as f64 + 0.5), HEAD - 3.5], style, head.as_str());
    }
    for (row, (label, cells)) in rows.iter().enumerate() {
        let top = HEAD + ROW * row as f64;
        let style = (SIZE, Weight::Regular, Anchor::End, Ink::Text);
        drawing.text([LABELS - 5.0, top + ROW / 2.0 + 2.6], style, *label);
        for (number, cell) in cells.iter().enumerate() {
            let left = LABELS + column * number as f64;
            let ink = cell.value.map_or(Ink::Paper, |value| shade(value, most));
            let inside = Path::Rect(left + 0.4, top + 0.4, column - 0.8, ROW - 0.8);
            match cell.value {
                Some(_) => drawing.fill(inside, ink),
                None => drawing.stroke(inside, Ink::Rule, 0.5),
            }
            let style = (SIZE - 1.0, Weight::Regular, Anchor::Middle, ink.text_on());
            drawing.text([left + column / 2.0, top + ROW / 2.0 + 2.3], style, cell.text.as_str());
        }
    }
    drawing
}
