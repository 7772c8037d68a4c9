//! [`TractCode`]: what INSEE calls a zone, and which division of the ground that is.

use std::{fmt, str::FromStr};

use crate::closed_list::closed_list;

/// How the id of a square of INSEE's grid begins; its corner follows, such as `N2891400E3755600`, in metres of EPSG:3035.
const SQUARE: &str = "CRS3035RES200m";
/// Digits of the code of a tract.
const TRACT_DIGITS: usize = 9;
/// Digits of them that name its commune, or arrondissement of Paris, Lyon or Marseille.
const COMMUNE_DIGITS: usize = 5;

closed_list! {
    /// How INSEE divides the ground.
    Division {
        /// Zones IRIS, of some 2,000 people.
        Tract = "tract",
        /// Communes; arrondissements in Paris, Lyon and Marseille.
        Commune = "commune",
        /// Squares of 200 m.
        Square = "square",
    }
}

/// The code of an INSEE tract, nine digits such as `751010101` (`2A`, `2B` in Corsica), or the id of a square of 200 m,
/// such as `CRS3035RES200mN2891400E3755600`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TractCode(Box<str>);

/// Why a text is not a [`TractCode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tract code has nine digits (the second may be A or B), or is the id of a square of 200 m, got `{0}`"
)]
pub struct InvalidTractCode(String);

impl TractCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which division it is of: a tract or a square.
    #[must_use]
    pub fn division(&self) -> Division {
        if self.0.starts_with(SQUARE) { Division::Square } else { Division::Tract }
    }

    /// The code of its commune or arrondissement; none of a square, which may lie in several.
    #[must_use]
    pub fn commune(&self) -> Option<&str> {
        self.0.get(..COMMUNE_DIGITS).filter(|_| self.division() == Division::Tract)
    }
}

impl Division {
    /// The division that a code is of, by its form alone.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let digits = |code: &str| {
            code.bytes()
                .enumerate()
                .all(|(at, b)| b.is_ascii_digit() || (at == 1 && matches!(b, b'A' | b'B')))
        };
        match code.len() {
            TRACT_DIGITS if digits(code) => Some(Self::Tract),
            COMMUNE_DIGITS if digits(code) => Some(Self::Commune),
            _ => is_square(code).then_some(Self::Square),
        }
    }
}

fn is_square(code: &str) -> bool {
    let number =
        |text: &str| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    code.strip_prefix(SQUARE)
        .and_then(|corner| corner.strip_prefix('N')?.split_once('E'))
        .is_some_and(|(north, east)| number(north) && number(east))
}

impl FromStr for TractCode {
    type Err = InvalidTractCode;

    fn from_str(text: &str) -> Result<Self, InvalidTractCode> {
        match Division::of_code(text) {
            Some(Division::Tract | Division::Square) => Ok(Self(text.into())),
            _ => Err(InvalidTractCode(text.to_owned())),
        }
    }
}

impl fmt::Display for TractCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_its_division_and_its_commune() {
        let tract: TractCode = "751041401".parse().unwrap();
        assert_eq!((tract.division(), tract.commune()), (Division::Tract, Some("75104")));
        let square: TractCode = "CRS3035RES200mN2891400E3755600".parse().unwrap();
        assert_eq!((square.division(), square.commune()), (Division::Square, None));
        assert_eq!(Division::of_code("2A004"), Some(Division::Commune));
        for wrong in [
            "",
            "75104",
            "75104140",
            "7510414011",
            "A51041401",
            "CRS3035RES200mN28E",
            "CRS3035RES200mN1E-1",
            "é5104140",
        ] {
            assert!(wrong.parse::<TractCode>().is_err(), "{wrong}");
        }
    }
}
