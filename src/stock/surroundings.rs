//! [`Surrounding`]: streets, water and parks, drawn under the stock and never used for an answer.

use geo::{LineString, MultiPolygon};

/// Something around the stock that makes a map readable.
#[derive(Debug, Clone, PartialEq)]
pub struct Surrounding {
    /// Unique and stable in its source, such as `way/42`.
    pub id: String,
    /// What it is.
    pub class: SurroundingClass,
    /// What the map calls it.
    pub name: Option<String>,
    /// How much it matters in its class: 1 main, 2 middle, 3 small.
    pub rank: u8,
    /// Height over ground for class building, in metres.
    pub height_m: Option<f64>,
    /// Its shape in WGS 84 degrees.
    pub shape: SurroundingShape,
}

/// A line or an area, in WGS 84 degrees.
#[derive(Debug, Clone, PartialEq)]
pub enum SurroundingShape {
    /// A street or a railway.
    Line(LineString<f64>),
    /// Water, a park, a building that is not of the stock.
    Area(MultiPolygon<f64>),
}

/// What a [`Surrounding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurroundingClass {
    /// A street or path.
    Street,
    /// A railway or tramway.
    Rail,
    /// A river, lake or sea.
    Water,
    /// A park, wood or garden.
    Green,
    /// A building that is not of the stock.
    Building,
}

impl SurroundingClass {
    /// Every class, in drawing order from the ground up.
    pub const ALL: [Self; 5] = [Self::Green, Self::Water, Self::Rail, Self::Street, Self::Building];

    /// Its name in the API and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Rail => "rail",
            Self::Water => "water",
            Self::Green => "green",
            Self::Building => "building",
        }
    }

    /// The class of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}
