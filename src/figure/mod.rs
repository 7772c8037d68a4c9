//! Figures: charts and maps as marks on a plane, and how French writes numbers and times. Pure; knows nothing of reports.
//!
//! Uses [`crate::geo`] and [`crate::time`] only. A [`Drawing`] is a list of marks in points (1/72 inch) that a page draws as it
//! can: [`to_svg`] for HTML, its own strokes for PDF. Every drawing has a title and a description for whoever does not
//! see it, is told apart by lightness as well as by hue, and so survives a grey printer.

mod bars;
mod course;
mod drawing;
pub mod french;
mod ink;
mod map;
mod matrix;
mod svg;
mod trend;

pub use bars::{Bar, Bars, bars, key_to_usual};
pub use course::{CoursePoint, course};
pub use drawing::{Anchor, Drawing, Mark, Path, Stroke, Weight};
pub use ink::{Ink, SHADES};
pub use map::{Dot, Ground, GroundClass, Patch, Scene, map};
pub use matrix::{MatrixCell, matrix};
pub use svg::to_svg;
pub use trend::{TrendPoint, trend};
