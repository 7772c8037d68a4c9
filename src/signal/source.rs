//! [`Sources`]: which sources there are, what each may say, where and of how much. They are data and not code.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::name::{KindName, SourceName};
use crate::closed_list::{ClosedList as _, closed_list};

/// The first line of the file.
const COLUMNS: &str = "source;kind;places;unit;least;most;lasts;label_fr;label_en";
/// The source that the twin itself is: its incidents, by the code of their kind.
pub const INCIDENT_SOURCE: &str = "incident";
/// A kind that stands for any.
const ANY_KIND: &str = "*";

closed_list! {
    /// Where a signal may be.
    PlaceKind {
        /// On a site.
        Site = "site",
        /// At a point.
        Point = "point",
        /// Within an outline.
        Area = "area",
        /// On all the ground there is.
        Everywhere = "everywhere",
    }
}

closed_list! {
    /// Whether a signal has an end.
    Lasts {
        /// It is an instant.
        Never = "never",
        /// It may say until when it lasts.
        May = "may",
        /// It says until when it lasts.
        Must = "must",
    }
}

/// The unit of a value and its bounds, both included.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueSchema {
    /// Such as `dB`.
    pub unit: String,
    /// No value is less.
    pub least: f64,
    /// No value is more.
    pub most: f64,
}

/// What a signal of one kind carries.
#[derive(Debug, Clone, PartialEq)]
pub struct KindSchema {
    /// Where it may be.
    pub places: Vec<PlaceKind>,
    /// Its value, where it has one; then it must have it.
    pub value: Option<ValueSchema>,
    /// Whether it has an end.
    pub lasts: Lasts,
    /// What people read in French.
    pub label_fr: String,
    /// What people read in English.
    pub label_en: String,
}

/// Every source with its kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sources {
    sources: BTreeMap<SourceName, SourceSchema>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct SourceSchema {
    kinds: BTreeMap<KindName, KindSchema>,
    any_kind: Option<KindSchema>,
}

/// Why a text does not declare sources.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct InvalidSources {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Sources {
    /// The sources that ship with the program (`sources.csv`).
    #[must_use]
    pub fn shipped() -> Self {
        // A test reads it, so that a program that starts has good ones.
        include_str!("sources.csv").parse().expect("the shipped sources are valid")
    }

    /// Whether there is such a source.
    #[must_use]
    pub fn has(&self, source: &SourceName) -> bool {
        self.sources.contains_key(source)
    }

    /// What a signal of that kind carries; `None` where the source has no such kind.
    #[must_use]
    pub fn kind(&self, source: &SourceName, kind: &KindName) -> Option<&KindSchema> {
        let schema = self.sources.get(source)?;
        schema.kinds.get(kind).or(schema.any_kind.as_ref())
    }

    /// Every source by name.
    pub fn names(&self) -> impl Iterator<Item = &SourceName> {
        self.sources.keys()
    }

    /// The kinds of a source by name; none for one that takes any.
    pub fn kinds(&self, source: &SourceName) -> impl Iterator<Item = (&KindName, &KindSchema)> {
        self.sources.get(source).into_iter().flat_map(|schema| &schema.kinds)
    }

    /// Whether the source takes kinds that are not listed, as incidents do.
    #[must_use]
    pub fn takes_any_kind(&self, source: &SourceName) -> bool {
        self.sources.get(source).is_some_and(|schema| schema.any_kind.is_some())
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::shipped()
    }
}

impl fmt::Display for Sources {
    /// As [`Sources::from_str`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{COLUMNS}")?;
        for (source, schema) in &self.sources {
            for (kind, known) in &schema.kinds {
                writeln!(f, "{source};{kind};{known}")?;
            }
            if let Some(any) = &schema.any_kind {
                writeln!(f, "{source};{ANY_KIND};{any}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for KindSchema {
    /// The columns from `places` on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<&str> = self.places.iter().map(|place| place.as_str()).collect();
        let value = match &self.value {
            Some(ValueSchema { unit, least, most }) => format!("{unit};{least};{most}"),
            None => ";;".to_owned(),
        };
        let (places, lasts) = (places.join("+"), self.lasts.as_str());
        write!(f, "{places};{value};{lasts};{};{}", self.label_fr, self.label_en)
    }
}

impl FromStr for Sources {
    type Err = InvalidSources;

    /// Reads lines of `source;kind;places;unit;least;most;lasts;label_fr;label_en` after a header.
    fn from_str(text: &str) -> Result<Self, InvalidSources> {
        let mut sources: BTreeMap<SourceName, SourceSchema> = BTreeMap::new();
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        if lines.next().is_none_or(|(_, line)| line != COLUMNS) {
            return Err(InvalidSources { line: 1, reason: format!("must be `{COLUMNS}`") });
        }
        for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
            let wrong = |reason: String| InvalidSources { line, reason };
            let columns: Vec<&str> = text.split(';').collect();
            let [source, kind, places, unit, least, most, lasts, label_fr, label_en] = columns[..]
            else {
                return Err(wrong(format!("must have nine columns, has {}", columns.len())));
            };
            let source: SourceName = source.parse().map_err(|e| wrong(format!("{e}")))?;
            let schema = KindSchema {
                places: places_of(places).map_err(wrong)?,
                value: value_of(unit, least, most).map_err(wrong)?,
                lasts: Lasts::of_name(lasts)
                    .ok_or_else(|| wrong("lasts: never, may or must".to_owned()))?,
                label_fr: label_fr.to_owned(),
                label_en: label_en.to_owned(),
            };
            let known = sources.entry(source).or_default();
            let before = if kind == ANY_KIND {
                known.any_kind.replace(schema)
            } else {
                let kind = kind.parse().map_err(|e| wrong(format!("{e}")))?;
                known.kinds.insert(kind, schema)
            };
            if before.is_some() {
                return Err(wrong("the kind comes twice".to_owned()));
            }
        }
        Ok(Self { sources })
    }
}

fn places_of(text: &str) -> Result<Vec<PlaceKind>, String> {
    let of = |name: &str| {
        PlaceKind::of_name(name).ok_or("places: site, point, area or everywhere, with `+` between")
    };
    Ok(text.split('+').map(of).collect::<Result<_, _>>()?)
}

fn value_of(unit: &str, least: &str, most: &str) -> Result<Option<ValueSchema>, String> {
    match (unit, least.parse::<f64>(), most.parse::<f64>()) {
        ("", Err(_), Err(_)) if least.is_empty() && most.is_empty() => Ok(None),
        (unit, Ok(least), Ok(most)) if !unit.is_empty() && least < most => {
            Ok(Some(ValueSchema { unit: unit.to_owned(), least, most }))
        }
        _ => Err("a value has its unit and two bounds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_read_and_takes_incidents_of_any_kind() {
        let sources = Sources::shipped();
        let names: Vec<&str> = sources.names().map(SourceName::as_str).collect();
        let known = [
            "doors",
            "events",
            "incident",
            "lifts",
            "noise",
            "school_holidays",
            "weather",
            "works",
        ];
        assert_eq!(names, known);
        let incident: SourceName = INCIDENT_SOURCE.parse().unwrap();
        assert!(sources.kind(&incident, &"OCC-HAL".parse().unwrap()).is_some());
        assert!(sources.takes_any_kind(&incident));
        let noise: SourceName = "noise".parse().unwrap();
        let level = sources.kind(&noise, &"level".parse().unwrap()).unwrap();
        assert_eq!(level.value.as_ref().unwrap().unit, "dB");
        assert!(sources.kind(&noise, &"whisper".parse().unwrap()).is_none());
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let shipped = Sources::shipped();
        assert_eq!(shipped.to_string().parse(), Ok(shipped));
    }

    #[test]
    fn a_line_that_declares_nothing_is_refused_with_its_number() {
        let of =
            |line: &str| format!("{COLUMNS}\n{line}").parse::<Sources>().unwrap_err().to_string();
        assert_eq!(of("a;b;site"), "line 2: must have nine columns, has 3");
        assert_eq!(
            of("a;b;moon;;;;never;x;y"),
            "line 2: places: site, point, area or everywhere, with `+` between"
        );
        assert_eq!(of("a;b;site;dB;9;1;never;x;y"), "line 2: a value has its unit and two bounds");
        assert_eq!(
            of("a;b;site;;;;never;x;y\na;b;site;;;;never;x;y"),
            "line 3: the kind comes twice"
        );
    }
}
