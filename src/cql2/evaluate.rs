//! What a filter says of a feature: true, false, or nothing where something is not known.

use std::{borrow::Cow, cmp::Ordering, panic::catch_unwind};

use geo::{BoundingRect as _, Geometry, Intersects as _, Rect, Relate as _};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Span, like::like, node::Operator};

/// A feature, as filters ask it. Properties are named by where they stand in the list that the filter was made with.
pub trait Feature {
    /// The words of a property; none where they are not known.
    fn text(&self, property: usize) -> Option<Cow<'_, str>>;
    /// The number of a property; none where it is not known.
    fn number(&self, property: usize) -> Option<f64>;
    /// The instant of a property, in milliseconds since 1970; none where it is not known.
    fn time_ms(&self, property: usize) -> Option<i64>;
    /// Whether a property is known.
    fn knows(&self, property: usize) -> bool;
    /// Where it is; none where that is not known.
    fn shape(&self) -> Option<&Geometry<f64>>;
}

/// What is true or false.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Literal(bool),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Numbers(Operator, Number, Number),
    Texts(Operator, Text, Text),
    Times(Operator, When, When),
    Truths(Operator, Box<(Test, Test)>),
    Like(Text, String),
    /// None asks for the shape.
    IsNull(Option<usize>),
    Spatial(Operator, Place, Place),
    Temporal(Operator, When, When),
}

/// What is a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    Literal(f64),
    Property(usize),
    Made(Operator, Box<(Number, Number)>),
}

/// What is a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    Literal(String),
    Property(usize),
    Folded(Box<Text>, Fold),
}

/// What is a time.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    Literal(Span),
    Property(usize),
    /// An open end is none.
    Interval(Box<(Option<When>, Option<When>)>),
}

/// What is a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    Literal(Box<Shape>),
    Property,
}

/// A shape, and the box around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub shape: Geometry<f64>,
    pub rect: Option<Rect<f64>>,
}

/// What is passed over in texts that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    Case,
    Accents,
}

impl Fold {
    fn of(self, text: &str) -> String {
        match self {
            Self::Case => text.to_lowercase(),
            Self::Accents => text.nfd().filter(|c| !is_combining_mark(*c)).collect(),
        }
    }
}

impl Test {
    /// What it says of a feature.
    pub fn of(&self, feature: &impl Feature) -> Option<bool> {
        match self {
            Self::Literal(truth) => Some(*truth),
            Self::And(tests) => all(tests.iter().map(|test| test.of(feature)), true),
            Self::Or(tests) => all(tests.iter().map(|test| test.of(feature)), false),
            Self::Not(test) => test.of(feature).map(|truth| !truth),
            Self::Numbers(operator, a, b) => {
                let order = a.of(feature)?.partial_cmp(&b.of(feature)?)?;
                Some(holds(*operator, order))
            }
            Self::Texts(operator, a, b) => {
                Some(holds(*operator, a.of(feature)?.cmp(&b.of(feature)?)))
            }
            Self::Times(operator, a, b) => {
                Some(holds(*operator, a.of(feature)?.compared(b.of(feature)?)))
            }
            Self::Truths(operator, both) => {
                Some(holds(*operator, both.0.of(feature)?.cmp(&both.1.of(feature)?)))
            }
            Self::Like(text, pattern) => Some(like(&text.of(feature)?, pattern)),
            Self::IsNull(Some(property)) => Some(!feature.knows(*property)),
            Self::IsNull(None) => Some(feature.shape().is_none()),
            Self::Spatial(operator, a, b) => relates(*operator, a.of(feature)?, b.of(feature)?),
            Self::Temporal(operator, a, b) => a.of(feature)?.relates(*operator, b.of(feature)?),
        }
    }

    /// A box that has the place of whatever passes, where the test says one.
    pub fn within(&self) -> Option<Rect<f64>> {
        match self {
            Self::And(tests) => tests.iter().find_map(Self::within),
            Self::Spatial(operator, a, b) if *operator != Operator::SDisjoint => match (a, b) {
                (Place::Literal(shape), Place::Property)
                | (Place::Property, Place::Literal(shape)) => shape.rect,
                _ => None,
            },
            _ => None,
        }
    }
}

/// `and` where `and` is true, else `or`, over what may not be known: one that decides is enough.
fn all(tests: impl Iterator<Item = Option<bool>>, and: bool) -> Option<bool> {
    let mut known = true;
    for test in tests {
        match test {
            Some(truth) if truth != and => return Some(truth),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(and)
}

fn holds(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::Greater => order.is_gt(),
        Operator::AtMost => order.is_le(),
        _ => order.is_ge(),
    }
}

/// Whether two shapes stand so to each other, by the DE-9IM. Boxes that are apart decide first.
fn relates(
    operator: Operator,
    (a, a_rect): (&Geometry<f64>, Option<Rect<f64>>),
    (b, b_rect): (&Geometry<f64>, Option<Rect<f64>>),
) -> Option<bool> {
    if !a_rect?.intersects(&b_rect?) {
        return Some(operator == Operator::SDisjoint);
    }
    if matches!(operator, Operator::SIntersects | Operator::SDisjoint) {
        return Some(a.intersects(b) == (operator == Operator::SIntersects));
    }
    // Where corners nearly meet, the crate may give up by a panic: then nothing is known.
    let matrix = catch_unwind(|| a.relate(b)).ok()?;
    Some(match operator {
        Operator::SEquals => matrix.is_equal_topo(),
        Operator::STouches => matrix.is_touches(),
        Operator::SCrosses => matrix.is_crosses(),
        Operator::SWithin => matrix.is_within(),
        Operator::SContains => matrix.is_contains(),
        Operator::SOverlaps => matrix.is_overlaps(),
        _ => return None,
    })
}

impl Number {
    fn of(&self, feature: &impl Feature) -> Option<f64> {
        let (operator, a, b) = match self {
            Self::Literal(number) => return Some(*number),
            Self::Property(property) => return feature.number(*property),
            Self::Made(operator, both) => (operator, both.0.of(feature)?, both.1.of(feature)?),
        };
        let made = match operator {
            Operator::Plus => a + b,
            Operator::Minus => a - b,
            Operator::Times => a * b,
            Operator::Over => a / b,
            Operator::Modulo => a % b,
            Operator::Div => (a / b).trunc(),
            _ => a.powf(b),
        };
        made.is_finite().then_some(made)
    }
}

impl Text {
    fn of<'a>(&'a self, feature: &'a impl Feature) -> Option<Cow<'a, str>> {
        match self {
            Self::Literal(text) => Some(Cow::Borrowed(text)),
            Self::Property(property) => feature.text(*property),
            Self::Folded(text, fold) => Some(Cow::Owned(fold.of(&text.of(feature)?))),
        }
    }

    /// What it is without any feature; none where it has a property in it.
    pub fn alone(&self) -> Option<String> {
        match self {
            Self::Literal(text) => Some(text.clone()),
            Self::Property(_) => None,
            Self::Folded(text, fold) => text.alone().map(|text| fold.of(&text)),
        }
    }
}

impl When {
    fn of(&self, feature: &impl Feature) -> Option<Span> {
        match self {
            Self::Literal(span) => Some(*span),
            Self::Property(property) => feature.time_ms(*property).map(Span::at),
            Self::Interval(ends) => {
                let end = |end: &Option<Self>| match end {
                    None => Some(None),
                    Some(when) => when.of(feature).map(Some),
                };
                Some(Span::between(end(&ends.0)?, end(&ends.1)?))
            }
        }
    }
}

impl Place {
    /// Whether it is a collection of shapes of several kinds.
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::Literal(it) if matches!(it.shape, Geometry::GeometryCollection(_)))
    }

    fn of<'a>(
        &'a self,
        feature: &'a impl Feature,
    ) -> Option<(&'a Geometry<f64>, Option<Rect<f64>>)> {
        match self {
            Self::Literal(shape) => Some((&shape.shape, shape.rect)),
            Self::Property => feature.shape().map(|shape| (shape, shape.bounding_rect())),
        }
    }
}
