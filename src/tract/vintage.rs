//! [`Vintage`]: of which year outlines and figures are.

use std::{fmt, str::FromStr};

/// The year of a geography, or of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vintage(u16);

/// Why something is not a [`Vintage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a vintage is a year from 1901 to 2100, got `{0}`")]
pub struct InvalidVintage(String);

impl Vintage {
    /// The vintage of that year.
    ///
    /// # Errors
    ///
    /// [`InvalidVintage`] where no census can be of that year.
    pub fn new(year: u16) -> Result<Self, InvalidVintage> {
        if (1901..=2100).contains(&year) {
            Ok(Self(year))
        } else {
            Err(InvalidVintage(year.to_string()))
        }
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.0
    }

    /// The last year that stands in a text by itself, such as 2018 in `BASE_TD_FILO_DISP_IRIS_2018`.
    #[must_use]
    pub fn in_text(text: &str) -> Option<Self> {
        let numbers = text.split(|c: char| !c.is_ascii_digit());
        numbers
            .filter(|number| number.len() == 4)
            .filter_map(|number| number.parse().ok())
            .next_back()
    }
}

impl FromStr for Vintage {
    type Err = InvalidVintage;

    fn from_str(text: &str) -> Result<Self, InvalidVintage> {
        text.parse().map_err(|_unreadable| InvalidVintage(text.to_owned())).and_then(Self::new)
    }
}

impl fmt::Display for Vintage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_found_in_a_name_where_it_stands_by_itself() {
        assert_eq!(Vintage::in_text("BASE_TD_FILO_DISP_IRIS_2018"), Vintage::new(2018).ok());
        assert_eq!(Vintage::in_text("base-ic-logement-2020"), Vintage::new(2020).ok());
        assert_eq!(Vintage::in_text("carreaux_200m_met"), None);
        assert_eq!(Vintage::in_text("export-20240131"), None);
        assert!(Vintage::new(1800).is_err() && "2O18".parse::<Vintage>().is_err());
    }
}
