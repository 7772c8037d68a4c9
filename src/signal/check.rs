//! [`Sources::check`]: from what a program sent to a [`Signal`], or why not.

use super::{
    Area, INCIDENT_SOURCE, InvalidArea, InvalidName, KindName, KindSchema, Lasts, PlaceKind,
    Signal, SignalId, SignalPlace, SourceName, Sources, signal_id::Content,
};
use crate::{
    closed_list::ClosedList as _,
    geo::{InvalidLonLat, LonLat},
    privacy::{self, Purpose},
    stock::InvalidSiteCode,
    time::{InvalidTimestamp, Timestamp},
};

/// Longest reference of a source, in characters.
pub const REFERENCE_LENGTH_MAX: usize = 64;

/// A signal as a program sends it: nothing is checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RawSignal<'a> {
    /// Who says it.
    pub source: &'a str,
    /// What.
    pub kind: &'a str,
    /// Where.
    pub place: RawPlace<'a>,
    /// When, RFC 3339.
    pub at: &'a str,
    /// Until when, RFC 3339.
    pub until: Option<&'a str>,
    /// How much.
    pub value: Option<f64>,
    /// What the source calls this signal, so that it may send it twice.
    pub reference: Option<&'a str>,
}

/// Where, as a program sends it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RawPlace<'a> {
    /// The code of a site.
    Site(&'a str),
    /// Longitude and latitude in degrees.
    Point(f64, f64),
    /// `POLYGON((lon lat, …))`.
    Area(&'a str),
    /// No place is told.
    #[default]
    Everywhere,
}

/// Why a signal is refused. What breaks a rule of [`crate::privacy`], and what has not the form of a name, is not in it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidSignal {
    /// A text tells of a person.
    #[error("{field}: {refusal}")]
    Personal {
        /// Where it stood.
        field: &'static str,
        /// The rule that it breaks.
        refusal: privacy::Refusal,
    },
    /// Free text, where a name stands.
    #[error("{field}: {reason}")]
    NoName {
        /// Where it stood.
        field: &'static str,
        /// What a name is.
        reason: InvalidName,
    },
    /// No such source.
    #[error("source: there is no source `{0}`")]
    UnknownSource(SourceName),
    /// The twin itself is that source.
    #[error("source: incidents are taken down as incidents, not sent as signals")]
    Incident,
    /// The source says no such thing.
    #[error("kind: the source `{source_name}` has no kind `{kind}`")]
    UnknownKind {
        /// The source.
        source_name: SourceName,
        /// What it has not.
        kind: KindName,
    },
    /// Not an instant.
    #[error("{field}: {reason}")]
    Time {
        /// `at` or `until`.
        field: &'static str,
        /// What an instant is.
        reason: InvalidTimestamp,
    },
    /// It ends before it begins.
    #[error("until: must be later than `at`")]
    EndsFirst,
    /// It has no end, and must have one.
    #[error("until: a signal of this kind says until when it lasts")]
    NoEnd,
    /// It has an end, and is an instant.
    #[error("until: a signal of this kind is an instant")]
    AnEnd,
    /// Not a code of a site.
    #[error("site_code: not the code of a site")]
    SiteCode(InvalidSiteCode),
    /// Not on the globe.
    #[error("lon, lat: {0}")]
    Position(InvalidLonLat),
    /// Not an outline.
    #[error("area: {0}")]
    Area(InvalidArea),
    /// Such a signal is elsewhere.
    #[error("place: must be one of {allowed}, got {got}")]
    Place {
        /// Where it may be.
        allowed: String,
        /// Where it was said to be.
        got: &'static str,
    },
    /// It carries a value.
    #[error("value: a signal of this kind has a value in {0}")]
    NoValue(String),
    /// It carries none.
    #[error("value: a signal of this kind has no value")]
    AValue,
    /// The value is out of bounds, or no number.
    #[error("value: must be {least} to {most} {unit}, got {got}")]
    Value {
        /// The least.
        least: f64,
        /// The most.
        most: f64,
        /// Its unit.
        unit: String,
        /// What was said.
        got: f64,
    },
    /// The reference is too long, empty, or has other characters.
    #[error("reference: has 1 to {REFERENCE_LENGTH_MAX} of A-Z, a-z, 0-9, `.`, `_`, `:` and `-`")]
    Reference,
}

impl Sources {
    /// The signal that a program sent.
    ///
    /// # Errors
    ///
    /// [`InvalidSignal`] names the field at fault.
    ///
    /// # Example
    ///
    /// ```
    /// use vigie::signal::{RawPlace, RawSignal, Sources};
    ///
    /// let raw = RawSignal {
    ///     source: "noise",
    ///     kind: "level",
    ///     place: RawPlace::Site("PH-0754"),
    ///     at: "2026-11-24T02:05:00Z",
    ///     value: Some(91.5),
    ///     ..RawSignal::default()
    /// };
    /// assert!(Sources::shipped().check(&raw).is_ok());
    /// let loud = RawSignal { value: Some(1e6), ..raw };
    /// let told = Sources::shipped().check(&loud).unwrap_err().to_string();
    /// assert_eq!(told, "value: must be 0 to 160 dB, got 1000000");
    /// ```
    pub fn check(&self, raw: &RawSignal<'_>) -> Result<Signal, InvalidSignal> {
        let (source, kind) = (name("source", raw.source)?, name("kind", raw.kind)?);
        let schema = self.schema(&source, &kind)?;
        let place = place(schema, raw.place)?;
        let at = time("at", raw.at)?;
        let until = raw.until.map(|until| time("until", until)).transpose()?;
        check_end(schema, at, until)?;
        check_value(schema, raw.value)?;
        let reference = raw.reference.map(reference).transpose()?;
        let content = Content {
            source: &source,
            kind: &kind,
            place: &place,
            at,
            until,
            value: raw.value,
            reference,
        };
        let id = SignalId::of(&content);
        Ok(Signal { id, source, kind, place, at, until, value: raw.value })
    }

    /// What a signal of that kind carries. Names that are declared need no judgement.
    fn schema(&self, source: &SourceName, kind: &KindName) -> Result<&KindSchema, InvalidSignal> {
        if source.as_str() == INCIDENT_SOURCE {
            return Err(InvalidSignal::Incident);
        }
        match self.kind(source, kind) {
            Some(schema) => Ok(schema),
            None if !self.has(source) => {
                judge("source", source.as_str())?;
                Err(InvalidSignal::UnknownSource(source.clone()))
            }
            None => {
                judge("kind", kind.as_str())?;
                let (source_name, kind) = (source.clone(), kind.clone());
                Err(InvalidSignal::UnknownKind { source_name, kind })
            }
        }
    }
}

fn name<T>(field: &'static str, text: &str) -> Result<T, InvalidSignal>
where
    T: std::str::FromStr<Err = InvalidName>,
{
    text.parse().map_err(|reason| InvalidSignal::NoName { field, reason })
}

/// Judges a name that no source declares, before it is repeated.
fn judge(field: &'static str, text: &str) -> Result<(), InvalidSignal> {
    privacy::check(text, Purpose::Post)
        .map_err(|refusal| InvalidSignal::Personal { field, refusal })
}

fn time(field: &'static str, text: &str) -> Result<Timestamp, InvalidSignal> {
    text.parse().map_err(|reason| InvalidSignal::Time { field, reason })
}

fn place(schema: &KindSchema, raw: RawPlace<'_>) -> Result<SignalPlace, InvalidSignal> {
    let place = match raw {
        RawPlace::Site(code) => SignalPlace::Site(code.parse().map_err(InvalidSignal::SiteCode)?),
        RawPlace::Point(lon, lat) => {
            SignalPlace::Point(LonLat::new(lon, lat).map_err(InvalidSignal::Position)?)
        }
        RawPlace::Area(text) => {
            SignalPlace::Area(text.parse::<Area>().map_err(InvalidSignal::Area)?)
        }
        RawPlace::Everywhere => SignalPlace::Everywhere,
    };
    if schema.places.contains(&place.kind()) {
        return Ok(place);
    }
    let allowed: Vec<&str> = schema.places.iter().copied().map(PlaceKind::as_str).collect();
    Err(InvalidSignal::Place { allowed: allowed.join(", "), got: place.kind().as_str() })
}

fn check_end(
    schema: &KindSchema,
    at: Timestamp,
    until: Option<Timestamp>,
) -> Result<(), InvalidSignal> {
    match (schema.lasts, until) {
        (Lasts::Never, Some(_)) => Err(InvalidSignal::AnEnd),
        (Lasts::Must, None) => Err(InvalidSignal::NoEnd),
        (_, Some(until)) if until <= at => Err(InvalidSignal::EndsFirst),
        _ => Ok(()),
    }
}

fn check_value(schema: &KindSchema, value: Option<f64>) -> Result<(), InvalidSignal> {
    match (&schema.value, value) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(InvalidSignal::AValue),
        (Some(known), None) => Err(InvalidSignal::NoValue(known.unit.clone())),
        (Some(known), Some(got)) if (known.least..=known.most).contains(&got) => Ok(()),
        (Some(known), Some(got)) => Err(InvalidSignal::Value {
            least: known.least,
            most: known.most,
            unit: known.unit.clone(),
            got,
        }),
    }
}

fn reference(text: &str) -> Result<&str, InvalidSignal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    if text.is_empty() || text.len() > REFERENCE_LENGTH_MAX || !text.chars().all(allowed) {
        return Err(InvalidSignal::Reference);
    }
    privacy::check(text, Purpose::Code)
        .map_err(|refusal| InvalidSignal::Personal { field: "reference", refusal })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORCED: RawSignal<'static> = RawSignal {
        source: "doors",
        kind: "forced",
        place: RawPlace::Site("PH-0754"),
        at: "2026-11-24T02:05:00Z",
        until: None,
        value: None,
        reference: None,
    };

    #[track_caller]
    fn refused(raw: RawSignal<'_>, told: &str) {
        let fault = Sources::shipped().check(&raw).map(|signal| signal.id);
        assert_eq!(fault.map_err(|fault| fault.to_string()), Err(told.to_owned()));
    }

    #[test]
    fn a_signal_that_comes_twice_has_one_id_and_another_content_another() {
        let id = |raw: &RawSignal<'_>| Sources::shipped().check(raw).unwrap().id;
        assert_eq!(id(&FORCED), id(&RawSignal { at: "2026-11-24T03:05:00+01:00", ..FORCED }));
        let others = [
            RawSignal { kind: "held_open", ..FORCED },
            RawSignal { at: "2026-11-24T02:05:00.001Z", ..FORCED },
            RawSignal { place: RawPlace::Point(2.3, 48.8), ..FORCED },
            RawSignal { reference: Some("7"), ..FORCED },
        ];
        for other in &others {
            assert_ne!(id(&FORCED), id(other));
        }
    }

    #[test]
    fn what_its_source_does_not_declare_is_refused_by_its_field() {
        refused(RawSignal { source: "tides", ..FORCED }, "source: there is no source `tides`");
        refused(
            RawSignal { kind: "ajar", ..FORCED },
            "kind: the source `doors` has no kind `ajar`",
        );
        refused(
            RawSignal { place: RawPlace::Everywhere, ..FORCED },
            "place: must be one of site, point, got everywhere",
        );
        let own = "source: incidents are taken down as incidents, not sent as signals";
        refused(RawSignal { source: "incident", kind: "OCC-HAL", ..FORCED }, own);
        refused(
            RawSignal { value: Some(1.0), ..FORCED },
            "value: a signal of this kind has no value",
        );
        let until = Some("2026-11-25T00:00:00Z");
        refused(RawSignal { until, ..FORCED }, "until: a signal of this kind is an instant");
        let level = RawSignal { source: "noise", kind: "level", ..FORCED };
        refused(level, "value: a signal of this kind has a value in dB");
        refused(RawSignal { value: Some(-1.0), ..level }, "value: must be 0 to 160 dB, got -1");
        refused(
            RawSignal { value: Some(f64::NAN), ..level },
            "value: must be 0 to 160 dB, got NaN",
        );
        let holidays = RawSignal {
            source: "school_holidays",
            kind: "on",
            place: RawPlace::Everywhere,
            ..FORCED
        };
        refused(holidays, "until: a signal of this kind says until when it lasts");
        let before = Some("2026-11-24T02:05:00Z");
        refused(RawSignal { until: before, ..holidays }, "until: must be later than `at`");
        let at = "24/11/2026 02:05";
        let told = "at: must be an RFC 3339 time with its offset, such as 2026-11-24T02:05:00Z";
        refused(RawSignal { at, ..FORCED }, told);
    }

    #[test]
    fn what_tells_of_a_person_is_refused_and_not_repeated() {
        let texts = [
            "madame Dupont crie",
            "06 12 34 56 78",
            "jean.dupont@example.org",
            "Cris au 4e, porte gauche",
        ];
        for text in texts {
            for raw in [
                RawSignal { source: text, ..FORCED },
                RawSignal { kind: text, ..FORCED },
                RawSignal { reference: Some(text), ..FORCED },
                RawSignal { place: RawPlace::Site(text), ..FORCED },
                RawSignal { place: RawPlace::Area(text), ..FORCED },
                RawSignal { at: text, ..FORCED },
            ] {
                let told = Sources::shipped().check(&raw).unwrap_err().to_string();
                let words = text.split([' ', '.', '@', ',']).filter(|word| word.len() > 3);
                for word in words {
                    assert!(!told.contains(word), "{told}");
                }
            }
        }
        let told = "reference: refused by the rule `phone`: a telephone number";
        refused(RawSignal { reference: Some("0612345678"), ..FORCED }, told);
        let told = "kind: refused by the rule `person`: the name or the description of a person";
        refused(RawSignal { kind: "Jean-Dupont", ..FORCED }, told);
    }
}
