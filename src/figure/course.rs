//! [`course`]: many months as thin bars, with a line through them and another that says where they go.

use super::{
    Anchor, Drawing, Ink, Path, Weight,
    bars::{SIZE, round_up},
    french,
};

/// A month.
#[derive(Debug, Clone, PartialEq)]
pub struct CoursePoint {
    /// What stands below it; empty for most, for there is little room.
    pub label: String,
    /// How much; `None` for what is not told.
    pub value: Option<f64>,
    /// How much without what comes back each year.
    pub adjusted: Option<f64>,
}

const FOOT: f64 = 14.0;
const HEAD: f64 = 6.0;
const SCALE: f64 = 26.0;

/// Bars from left to right on a scale from nothing; `line` goes from the first to the last.
#[must_use]
pub fn course(
    points: &[CoursePoint],
    line: Option<(f64, f64)>,
    (width, height): (f64, f64),
    title: String,
    description: String,
) -> Drawing {
    let mut drawing = Drawing::new(width, height, title, description);
    let values = points.iter().flat_map(|point| [point.value, point.adjusted]).flatten();
    let ends = line.map_or(0.0, |(first, last)| first.max(last));
    let top = round_up(values.fold(ends, f64::max).ceil() as u64);
    let (low, high) = (height - FOOT, HEAD);
    let y = |value: f64| low - (low - high) * value.max(0.0) / top as f64;
    for value in [0, top / 2, top] {
        let at = y(value as f64);
        drawing.stroke(Path::Line(vec![[SCALE, at], [width, at]]), Ink::Rule, 0.4);
        let style = (SIZE - 0.5, Weight::Regular, Anchor::End, Ink::Muted);
        drawing.text([SCALE - 4.0, at + 2.5], style, french::integer(value));
    }
    let slot = (width - SCALE) / points.len().max(1) as f64;
    let x = |number: usize| SCALE + slot * (number as f64 + 0.5);
    for (number, point) in points.iter().enumerate() {
        match point.value {
            Some(value) if value > 0.0 => {
                let left = x(number) - slot * 0.38;
                let bar = Path::Rect(left, y(value), slot * 0.76, low - y(value));
                drawing.fill(bar, Ink::Shade(2));
            }
            Some(_) => {}
            None => {
                let style = (SIZE, Weight::Regular, Anchor::Middle, Ink::Muted);
                drawing.text([x(number), low - 2.0], style, "–");
            }
        }
        if !point.label.is_empty() {
            let style = (SIZE - 0.5, Weight::Regular, Anchor::Middle, Ink::Muted);
            drawing.text([x(number), low + SIZE + 2.0], style, point.label.as_str());
        }
    }
    let adjusted: Vec<[f64; 2]> = points
        .iter()
        .enumerate()
        .filter_map(|(number, point)| Some([x(number), y(point.adjusted?)]))
        .collect();
    if adjusted.len() > 1 {
        drawing.stroke(Path::Line(adjusted), Ink::Accent, 1.3);
    }
    if let Some((first, last)) = line.filter(|_| points.len() > 1) {
        let ends = vec![[x(0), y(first)], [x(points.len() - 1), y(last)]];
        drawing.stroke(Path::Line(ends), Ink::Usual, 1.8);
    }
    drawing
}
