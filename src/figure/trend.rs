//! [`trend`]: months as points, each with its interval.

use super::{
    Anchor, Drawing, Ink, Path, Stroke, Weight,
    bars::{SIZE, round_up},
    french,
};

/// A month of a trend.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendPoint {
    /// Its month in few letters.
    pub label: String,
    /// Its year, where it is to be said.
    pub year: Option<String>,
    /// Low end, middle and high end; `None` where nothing is known.
    pub value: Option<(f64, f64, f64)>,
}

const FOOT: f64 = 24.0;
const HEAD: f64 = 12.0;
const SCALE: f64 = 30.0;

/// The points from left to right on a scale from nothing, the last one told in figures.
#[must_use]
pub fn trend(
    points: &[TrendPoint],
    (width, height): (f64, f64),
    title: String,
    description: String,
) -> Drawing {
    let mut drawing = Drawing::new(width, height, title, description);
    let highest = points.iter().filter_map(|point| point.value).map(|(_, _, high)| high);
    let top = round_up(highest.fold(0.0, f64::max).ceil() as u64);
    let (low, high) = (height - FOOT, HEAD);
    let y = |value: f64| low - (low - high) * value / top as f64;
    for value in [0, top / 2, top] {
        let at = y(value as f64);
        drawing.stroke(Path::Line(vec![[SCALE, at], [width, at]]), Ink::Rule, 0.4);
        let style = (SIZE, Weight::Regular, Anchor::End, Ink::Muted);
        drawing.text([SCALE - 4.0, at + 2.5], style, french::integer(value));
    }
    let slot = (width - SCALE) / points.len().max(1) as f64;
    let x = |number: usize| SCALE + slot * (number as f64 + 0.5);
    let last = points.len().saturating_sub(1);
    for (number, pair) in points.windows(2).enumerate() {
        if let (Some((_, from, _)), Some((_, to, _))) = (pair[0].value, pair[1].value) {
            let line = Path::Line(vec![[x(number), y(from)], [x(number + 1), y(to)]]);
            drawing.stroke(line, Ink::Shade(3), 1.0);
        }
    }
    for (number, point) in points.iter().enumerate() {
        let at = x(number);
        let is_last = number == last;
        if let Some((least, middle, most)) = point.value {
            let ink = if is_last { Ink::Accent } else { Ink::Shade(3) };
            drawing.stroke(Path::Line(vec![[at, y(least)], [at, y(most)]]), ink, 1.4);
            for end in [least, most] {
                let cap = Path::Line(vec![[at - 3.0, y(end)], [at + 3.0, y(end)]]);
                drawing.stroke(cap, ink, 1.0);
            }
            let fill = if is_last { Ink::Accent } else { Ink::Paper };
            let stroke = Stroke { ink: Ink::Accent, width: 1.2 };
            drawing.outlined(Path::Circle(at, y(middle), 2.6), fill, stroke);
            if is_last || number == 0 {
                let style = (SIZE + 0.5, Weight::Strong, Anchor::Middle, Ink::Accent);
                drawing.text([at, y(most) - 4.0], style, french::integer(middle.round() as u64));
            }
        } else {
            let style = (SIZE, Weight::Regular, Anchor::Middle, Ink::Muted);
            drawing.text([at, low - 4.0], style, "–");
        }
        let weight = if is_last { Weight::Strong } else { Weight::Regular };
        let style = (SIZE, weight, Anchor::Middle, Ink::Text);
        drawing.text([at, low + SIZE + 3.0], style, point.label.as_str());
        if let Some(year) = &point.year {
            let style = (SIZE, Weight::Regular, Anchor::Middle, Ink::Muted);
            drawing.text([at, low + 2.0 * SIZE + 5.0], style, year.as_str());
        }
    }
    drawing
}
