//! [`Landlord`]: who owns and runs sites.

use std::fmt;

use super::folded::unaccented;

/// A landlord's id, such as `paris-habitat`: made from its name, so that it is one however the name is spelt.
///
/// Lower-case ASCII letters, digits and single hyphens. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LandlordId(Box<str>);

/// Why a text is not a landlord's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLandlordName {
    /// No letter or digit in it.
    #[error("a landlord's name has at least one letter or digit, got `{0}`")]
    Empty(String),
    /// More than the allowed bytes.
    #[error("a landlord's name has at most {LANDLORD_NAME_LENGTH_MAX} bytes, got {0}")]
    TooLong(usize),
}

/// Longest name of a landlord, in bytes.
const LANDLORD_NAME_LENGTH_MAX: usize = 120;

impl LandlordId {
    /// The id of the landlord that is called `name`: accents, case, punctuation and blanks make no difference.
    ///
    /// # Errors
    ///
    /// [`InvalidLandlordName`] when the name has no letter or digit, or is too long.
    ///
    /// # Example
    ///
    /// ```
    /// use vigie::stock::LandlordId;
    ///
    /// assert_eq!(LandlordId::of_name("Rivp ").unwrap(), LandlordId::of_name("RIVP").unwrap());
    /// assert_eq!(LandlordId::of_name("Élogie  Siemp").unwrap().as_str(), "elogie-siemp");
    /// ```
    pub fn of_name(name: &str) -> Result<Self, InvalidLandlordName> {
        if name.len() > LANDLORD_NAME_LENGTH_MAX {
            return Err(InvalidLandlordName::TooLong(name.len()));
        }
        let mut slug = String::with_capacity(name.len());
        for c in name.chars().flat_map(char::to_lowercase) {
            match unaccented(c) {
                Some(plain) => slug.push_str(plain),
                None if c.is_ascii_alphanumeric() => slug.push(c),
                None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                None => {}
            }
        }
        let slug = slug.trim_end_matches('-');
        if slug.is_empty() {
            return Err(InvalidLandlordName::Empty(name.to_owned()));
        }
        Ok(Self(slug.into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LandlordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A social landlord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landlord {
    /// Made from the name.
    pub id: LandlordId,
    /// As it is first spelt, trimmed.
    pub name: String,
}

impl Landlord {
    /// The landlord that is called `name`.
    ///
    /// # Errors
    ///
    /// [`InvalidLandlordName`] when the name has no letter or digit, or is too long.
    pub fn named(name: &str) -> Result<Self, InvalidLandlordName> {
        let words: Vec<&str> = name.split_whitespace().collect();
        Ok(Self { id: LandlordId::of_name(name)?, name: words.join(" ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_landlord_however_it_is_spelt() {
        for name in ["RIVP", "Rivp ", " rivp", "Rivp."] {
            assert_eq!(LandlordId::of_name(name).unwrap().as_str(), "rivp", "{name:?}");
        }
        assert_eq!(LandlordId::of_name("ASS.MAR.TH").unwrap().as_str(), "ass-mar-th");
    }

    #[test]
    fn a_name_without_letters_is_no_name() {
        assert!(LandlordId::of_name(" - ").is_err());
        assert!(LandlordId::of_name(&"A".repeat(121)).is_err());
    }
}
