//! [`Selector`]: which signals a rule listens to, such as `noise.level >= 85` or `incident.OCC-*`.

use std::{fmt, str::FromStr};

use crate::signal::{InvalidName, KindName, SourceName};

/// Which signals: of one source, of a kind or several, with a value within bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    /// Who says it.
    pub source: SourceName,
    /// What.
    pub kind: KindPattern,
    /// How much; `None` for any value and for none.
    pub value: Option<ValueBound>,
}

/// Which kinds of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindPattern {
    /// `*`: each.
    Any,
    /// One.
    Exactly(KindName),
    /// `OCC-*`: those that begin so.
    Beginning(KindName),
}

/// How much a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueBound {
    /// How it is compared.
    pub sense: Sense,
    /// With what; finite.
    pub bound: f64,
}

/// How a value is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
}

/// The senses as they are written; the longer ones first, since the shorter ones begin them.
const SENSES: [(&str, Sense); 4] =
    [(">=", Sense::AtLeast), ("<=", Sense::AtMost), (">", Sense::Above), ("<", Sense::Below)];

/// Why a text is not a [`Selector`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSelector {
    /// Not a source, a point and a kind.
    #[error("must be source.kind, such as noise.level, noise.level >= 85 or incident.OCC-*")]
    Form,
    /// The source or the kind is no name.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// What the value is compared with is no number.
    #[error("what a value is compared with must be a number")]
    Bound,
}

impl Selector {
    /// Whether signals of that kind can be among them.
    #[must_use]
    pub fn takes(&self, source: &SourceName, kind: &KindName) -> bool {
        self.source == *source
            && match &self.kind {
                KindPattern::Any => true,
                KindPattern::Exactly(one) => one == kind,
                KindPattern::Beginning(beginning) => kind.as_str().starts_with(beginning.as_str()),
            }
    }
}

impl ValueBound {
    /// Whether a value is so much; a signal without one is not.
    #[must_use]
    pub fn holds(self, value: Option<f64>) -> bool {
        value.is_some_and(|value| match self.sense {
            Sense::AtLeast => value >= self.bound,
            Sense::AtMost => value <= self.bound,
            Sense::Above => value > self.bound,
            Sense::Below => value < self.bound,
        })
    }
}

impl FromStr for Selector {
    type Err = InvalidSelector;

    fn from_str(text: &str) -> Result<Self, InvalidSelector> {
        let found = SENSES.iter().find_map(|(sign, sense)| {
            text.split_once(sign).map(|(names, bound)| (names, Some((*sense, bound))))
        });
        let (names, compared) = found.unwrap_or((text, None));
        let (source, kind) = names.trim().split_once('.').ok_or(InvalidSelector::Form)?;
        let kind = match kind.strip_suffix('*') {
            Some("") => KindPattern::Any,
            Some(beginning) => KindPattern::Beginning(beginning.parse()?),
            None => KindPattern::Exactly(kind.parse()?),
        };
        let value = match compared {
            None => None,
            Some((sense, bound)) => {
                let bound: f64 =
                    bound.trim().parse().map_err(|_no_number| InvalidSelector::Bound)?;
                Some(bound)
                    .filter(|bound| bound.is_finite())
                    .map(|bound| Some(ValueBound { sense, bound }))
                    .ok_or(InvalidSelector::Bound)?
            }
        };
        Ok(Self { source: source.parse()?, kind, value })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.source)?;
        match &self.kind {
            KindPattern::Any => write!(f, "*")?,
            KindPattern::Exactly(one) => write!(f, "{one}")?,
            KindPattern::Beginning(beginning) => write!(f, "{beginning}*")?,
        }
        let Some(ValueBound { sense, bound }) = self.value else { return Ok(()) };
        let sign = SENSES.iter().find(|(_, known)| *known == sense).map_or("", |(sign, _)| *sign);
        write!(f, " {sign} {bound}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_read_and_written_alike() {
        for text in
            ["noise.level >= 85", "noise.level < -0.5", "incident.OCC-*", "lifts.*", "doors.forced"]
        {
            assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        }
        assert_eq!("noise.level>85".parse::<Selector>().unwrap().to_string(), "noise.level > 85");
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        let of = |text: &str| text.parse::<Selector>().unwrap_err();
        assert_eq!(of("noise"), InvalidSelector::Form);
        assert_eq!(of("Noise.level"), InvalidSelector::Name(InvalidName::Source));
        assert_eq!(of("noise.le vel"), InvalidSelector::Name(InvalidName::Kind));
        assert_eq!(of("noise.level >= loud"), InvalidSelector::Bound);
        assert_eq!(of("noise.level >= inf"), InvalidSelector::Bound);
    }

    #[test]
    fn a_value_is_held_against_its_bound() {
        let holds =
            |text: &str, value| text.parse::<Selector>().unwrap().value.unwrap().holds(value);
        assert!(holds("noise.level >= 85", Some(85.0)) && !holds("noise.level > 85", Some(85.0)));
        assert!(holds("noise.level <= 85", Some(85.0)) && !holds("noise.level < 85", Some(85.0)));
        assert!(!holds("noise.level >= 85", None));
    }
}
