//! What INSEE says of a place, on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    geojson::Geometry,
    named::{Named, WeighingName},
    portrait_body::short,
};
use crate::{
    portrait::{Figure, Insee, Known},
    tract::Vintage,
};

/// What INSEE says of the tracts that a place touches.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitInsee)]
pub struct InseeBody {
    /// In the order of codes.
    tracts: Vec<TouchedBody>,
    /// Households in all of them, as far as they are known.
    #[schema(required = true)]
    households: Option<f64>,
    /// Figures, most telling first.
    figures: Vec<FigureBody>,
}

/// A tract that a place touches.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TouchedTract)]
struct TouchedBody {
    /// Nine digits.
    code: String,
    /// INSEE's name for it.
    name: String,
    /// Year of the outline; null where nobody told.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// Which part of the place's dwellings lies in it.
    share_of_place: f64,
    /// Which part of the tract the place covers; null for sites and landlords.
    #[schema(required = true)]
    share_of_tract: Option<f64>,
    /// Households in the whole tract; null where no table tells.
    #[schema(required = true)]
    households: Option<f64>,
    /// Its outline.
    geometry: Geometry,
}

/// A figure of INSEE about a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitFigure)]
struct FigureBody {
    /// INSEE's name, such as `DISP_MED18`.
    name: String,
    /// The table that it is of.
    dataset: String,
    /// What it says, in French.
    #[schema(required = true)]
    label: Option<String>,
    /// What it is counted in.
    #[schema(required = true)]
    unit: Option<String>,
    /// Who says so.
    source: String,
    /// Of which year.
    #[schema(required = true)]
    vintage: Option<u16>,
    /// Of how many of the tracts it is known.
    known: usize,
    /// Households of those.
    #[schema(required = true)]
    households: Option<f64>,
    /// `sum` of counts, `range` of medians, shares and indexes, `unknown`.
    #[schema(value_type = String)]
    sort: &'static str,
    /// Of a sum, by the part of each tract that is covered; of a range, the weighed mean of the tracts, an approximation.
    #[schema(required = true)]
    value: Option<f64>,
    /// Of a sum, that of the tracts that are covered whole; of a range, the lowest of the tracts.
    #[schema(required = true)]
    low: Option<f64>,
    /// Of a sum, that of all touched tracts; of a range, the highest.
    #[schema(required = true)]
    high: Option<f64>,
    /// What the tracts of a range were weighed by; null for sums.
    #[schema(required = true)]
    weighed_by: Option<WeighingName>,
}

impl From<&Insee<'_>> for InseeBody {
    fn from(insee: &Insee<'_>) -> Self {
        let tracts = insee.tracts.iter().map(|part| TouchedBody {
            code: part.tract.code.to_string(),
            name: part.tract.name.clone(),
            vintage: part.tract.vintage.map(Vintage::year),
            share_of_place: short(part.of_place),
            share_of_tract: part.of_tract.map(short),
            households: part.households,
            geometry: (&part.tract.area).into(),
        });
        Self {
            tracts: tracts.collect(),
            households: insee.households,
            figures: insee.figures.iter().map(FigureBody::from).collect(),
        }
    }
}

impl From<&Figure> for FigureBody {
    fn from(figure: &Figure) -> Self {
        let (sort, [value, low, high], weighed_by) = match figure.value {
            Known::Unknown => ("unknown", [None; 3], None),
            Known::Sum { estimate, least, greatest } => {
                ("sum", [estimate, Some(least), Some(greatest)], None)
            }
            Known::Range { least, greatest, mean, weighed_by } => {
                ("range", [Some(mean), Some(least), Some(greatest)], Some(weighed_by))
            }
        };
        Self {
            name: figure.name.clone(),
            dataset: figure.dataset.clone(),
            label: figure.label.clone(),
            unit: figure.unit.clone(),
            source: figure.source.clone(),
            vintage: figure.vintage.map(Vintage::year),
            known: figure.known,
            households: figure.households,
            sort,
            value: value.map(short),
            low: low.map(short),
            high: high.map(short),
            weighed_by: weighed_by.map(Named),
        }
    }
}
