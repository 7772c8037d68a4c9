//! [`Drawing`]: marks on a plane.

use super::Ink;

/// A figure: marks in points from the top left corner, and words for whoever does not see them.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Width, points.
    pub width: f64,
    /// Height, points.
    pub height: f64,
    /// What it is, in a few words.
    pub title: String,
    /// What it shows, in a sentence or two with the figures that matter.
    pub description: String,
    /// Drawn in this order.
    pub marks: Vec<Mark>,
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A shape.
    Shape {
        /// Its outline.
        path: Path,
        /// What it is filled with.
        fill: Option<Ink>,
        /// How its outline is drawn.
        stroke: Option<Stroke>,
    },
    /// A word or a few.
    Text {
        /// Where its anchor is, points.
        x: f64,
        /// Where its baseline is, points.
        y: f64,
        /// Size, points.
        size: f64,
        /// How strong.
        weight: Weight,
        /// Which part of it is at `x`.
        anchor: Anchor,
        /// Its colour.
        ink: Ink,
        /// What it says.
        text: String,
    },
}

/// How an outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub ink: Ink,
    /// How thick, points.
    pub width: f64,
}

/// How strong letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As text.
    Regular,
    /// As a heading.
    Strong,
}

/// Which part of a text stands at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// An outline.
#[derive(Debug, Clone, PartialEq)]
pub enum Path {
    /// A rectangle: left, top, width, height.
    Rect(f64, f64, f64, f64),
    /// A circle: centre and radius.
    Circle(f64, f64, f64),
    /// Straight lines through these points.
    Line(Vec<[f64; 2]>),
    /// Closed rings; where one lies in another it is a hole.
    Rings(Vec<Vec<[f64; 2]>>),
}

impl Drawing {
    /// An empty one.
    #[must_use]
    pub fn new(width: f64, height: f64, title: String, description: String) -> Self {
        Self { width, height, title, description, marks: Vec::new() }
    }

    /// Fills a shape.
    pub fn fill(&mut self, path: Path, ink: Ink) {
        self.marks.push(Mark::Shape { path, fill: Some(ink), stroke: None });
    }

    /// Draws an outline.
    pub fn stroke(&mut self, path: Path, ink: Ink, width: f64) {
        let stroke = Some(Stroke { ink, width });
        self.marks.push(Mark::Shape { path, fill: None, stroke });
    }

    /// Fills a shape and draws its outline.
    pub fn outlined(&mut self, path: Path, fill: Ink, stroke: Stroke) {
        self.marks.push(Mark::Shape { path, fill: Some(fill), stroke: Some(stroke) });
    }

    /// Writes a text.
    pub fn text(
        &mut self,
        at: [f64; 2],
        style: (f64, Weight, Anchor, Ink),
        text: impl Into<String>,
    ) {
        let ([x, y], (size, weight, anchor, ink)) = (at, style);
        self.marks.push(Mark::Text { x, y, size, weight, anchor, ink, text: text.into() });
    }
}
