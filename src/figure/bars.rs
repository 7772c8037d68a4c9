//! [`bars`]: counts as bars, beside what is usual.

use super::{Anchor, Drawing, Ink, Path, Stroke, Weight, french};

/// A bar: a count, and the median and range of what is usual where it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u64,
    /// Lowest, median and highest of what is usual.
    pub usual: Option<(u64, f64, u64)>,
}

/// A bar chart in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What it is, in a few words.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// In the order of the axis.
    pub bars: Vec<Bar>,
    /// Width, points.
    pub width: f64,
    /// Height, points, for upright ones; lying ones take what they need.
    pub height: Option<f64>,
}

/// Letters of a figure, points.
pub(super) const SIZE: f64 = 7.5;
/// Height of a lying bar with its space, points.
const ROW: f64 = 15.0;
/// Room for the words before lying bars, points.
const LABELS: f64 = 118.0;
/// Room for the counts after them, points.
const COUNTS: f64 = 24.0;
/// Room below and above upright bars, points.
const FOOT: f64 = 12.0;
const HEAD: f64 = 10.0;
/// Room for the scale before upright bars, points.
const SCALE: f64 = 16.0;

/// The chart: upright where a height is given, lying else. The count is a bar; the range of what is usual a pale
/// band behind it, its median an ochre mark across.
#[must_use]
pub fn bars(chart: Bars) -> Drawing {
    let highest =
        chart.bars.iter().map(|bar| bar.count.max(bar.usual.map_or(0, |(_, _, high)| high)));
    let top = round_up(highest.max().unwrap_or(0));
    match chart.height {
        Some(height) => upright(chart, height, top),
        None => lying(chart, top),
    }
}

fn upright(chart: Bars, height: f64, top: u64) -> Drawing {
    let Bars { title, description, bars, width, .. } = chart;
    let mut drawing = Drawing::new(width, height, title, description);
    let (low, high) = (height - FOOT, HEAD);
    let y = |count: f64| low - (low - high) * count / top as f64;
    for count in [0, top / 2, top] {
        let at = y(count as f64);
        drawing.stroke(Path::Line(vec![[SCALE, at], [width, at]]), Ink::Rule, 0.4);
        let style = (SIZE - 0.5, Weight::Regular, Anchor::End, Ink::Muted);
        drawing.text([SCALE - 3.0, at + 2.4], style, french::integer(count));
    }
    let slot = (width - SCALE) / bars.len().max(1) as f64;
    for (number, bar) in bars.iter().enumerate() {
        let left = SCALE + slot * number as f64;
        if let Some((least, _, most)) = bar.usual {
            let (from, to) = (y(most as f64), y(least as f64));
            let band = Path::Rect(left + slot * 0.08, from, slot * 0.84, (to - from).max(0.8));
            drawing.fill(band, Ink::Shade(1));
        }
        let height = low - y(bar.count as f64);
        if bar.count > 0 {
            drawing.fill(
                Path::Rect(left + slot * 0.25, low - height, slot * 0.5, height),
                Ink::Accent,
            );
        }
        if let Some((_, median, _)) = bar.usual {
            let at = y(median);
            let mark = Path::Line(vec![[left + slot * 0.08, at], [left + slot * 0.92, at]]);
            drawing.stroke(mark, Ink::Usual, 1.6);
        }
        let style = (SIZE, Weight::Regular, Anchor::Middle, Ink::Muted);
        drawing.text([left + slot / 2.0, height_of_labels(low)], style, bar.label.as_str());
    }
    drawing
}

fn height_of_labels(low: f64) -> f64 {
    low + SIZE + 1.5
}

fn lying(chart: Bars, top: u64) -> Drawing {
    let Bars { title, description, bars, width, .. } = chart;
    let mut drawing = Drawing::new(width, ROW * bars.len() as f64 + 1.0, title, description);
    let length = width - LABELS - COUNTS;
    let x = |count: f64| LABELS + length * count / top as f64;
    let foot = drawing.height;
    drawing.stroke(Path::Line(vec![[LABELS, 0.0], [LABELS, foot]]), Ink::Rule, 0.6);
    for (number, bar) in bars.iter().enumerate() {
        let middle = ROW * (number as f64 + 0.5);
        if let Some((least, _, most)) = bar.usual {
            let (from, to) = (x(least as f64), x(most as f64));
            drawing.fill(Path::Rect(from, middle - 5.5, (to - from).max(0.8), 11.0), Ink::Shade(1));
        }
        if bar.count > 0 {
            let end = x(bar.count as f64);
            drawing.fill(Path::Rect(LABELS, middle - 3.2, end - LABELS, 6.4), Ink::Accent);
        }
        if let Some((_, median, _)) = bar.usual {
            let at = x(median);
            let mark = Path::Line(vec![[at, middle - 5.5], [at, middle + 5.5]]);
            drawing.stroke(mark, Ink::Usual, 1.6);
        }
        let style = (SIZE + 0.5, Weight::Regular, Anchor::End, Ink::Text);
        drawing.text([LABELS - 6.0, middle + 2.7], style, bar.label.as_str());
        let style = (SIZE + 1.0, Weight::Strong, Anchor::End, Ink::Text);
        drawing.text([width, middle + 3.0], style, french::integer(bar.count));
    }
    drawing
}

/// The key to a chart with what is usual: a drawing of one line.
#[must_use]
pub fn key_to_usual(width: f64, counted: &str, usual: &str) -> Drawing {
    let mut key = Drawing::new(width, 11.0, "Légende".to_owned(), format!("{counted} ; {usual}"));
    let style = (SIZE, Weight::Regular, Anchor::Start, Ink::Muted);
    key.fill(Path::Rect(0.0, 2.3, 12.0, 6.4), Ink::Accent);
    key.text([16.0, 8.2], style, counted);
    let left = 26.0 + counted.chars().count() as f64 * SIZE * 0.5;
    key.fill(Path::Rect(left, 0.5, 18.0, 10.0), Ink::Shade(1));
    key.stroke(Path::Line(vec![[left + 8.0, 0.5], [left + 8.0, 10.5]]), Ink::Usual, 1.6);
    key.text([left + 22.0, 8.2], style, usual);
    key
}

/// The next round number that is even, so that its half is whole too: 2, 4, 6, 8, 10, 20, 40, …
pub(super) fn round_up(number: u64) -> u64 {
    let mut unit = 1;
    loop {
        for step in [2, 4, 6, 8] {
            if step * unit >= number {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

/// A frame for what stands on its own.
pub(super) const HAIRLINE: Stroke = Stroke { ink: Ink::Rule, width: 0.5 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_on_round_even_numbers() {
        assert_eq!([0, 1, 3, 7, 9, 21, 430, 4_300].map(round_up), [2, 2, 4, 8, 20, 40, 600, 6_000]);
    }
}
