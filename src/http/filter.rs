//! Filters on incidents, shared by the list and the heatmap.

use super::{
    Problem,
    query::{list, name_of, parsed},
};
use crate::{
    incident::{Channel, InvalidKindCode, KindCode, Status},
    privacy::{self, Purpose},
    stock::{InvalidSiteCode, LandlordId},
    time::{TimeWindow, WeekHours},
    twin::{Selection, SelectionError},
};

/// The raw values of the filters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filters<'a> {
    /// First instant inside, RFC 3339.
    pub from: Option<&'a str>,
    /// First instant after, RFC 3339.
    pub to: Option<&'a str>,
    /// Kinds, separated by commas.
    pub kind: Option<&'a str>,
    /// Channels, separated by commas.
    pub channel: Option<&'a str>,
    /// Statuses, separated by commas.
    pub status: Option<&'a str>,
    /// Site codes, separated by commas.
    pub site: Option<&'a str>,
    /// Landlord ids, separated by commas.
    pub landlord: Option<&'a str>,
    /// `west,south,east,north`.
    pub bbox: Option<&'a str>,
    /// Hours of the day in Paris, such as `18-2`.
    pub hours: Option<&'a str>,
    /// Days of the week, such as `fri,sat`.
    pub days: Option<&'a str>,
}

impl TryFrom<Filters<'_>> for Selection {
    type Error = Problem;

    fn try_from(raw: Filters<'_>) -> Result<Self, Problem> {
        let channels = Channel::ALL.map(Channel::as_str);
        let statuses = Status::ALL.map(Status::as_str);
        Ok(Self {
            window: window(raw.from, raw.to)?,
            hours: week_hours(raw.hours, raw.days)?,
            kinds: list("kind", raw.kind, |kind| {
                kind.parse::<KindCode>().map_err(|e: InvalidKindCode| e.to_string())
            })?,
            channels: list("channel", raw.channel, |name| {
                name_of(name, Channel::of_name, channels)
            })?,
            statuses: list("status", raw.status, |name| name_of(name, Status::of_name, statuses))?,
            sites: list("site", raw.site, |code| {
                code.parse().map_err(|e: InvalidSiteCode| e.to_string())
            })?,
            landlords: list("landlord", raw.landlord, |id| {
                LandlordId::of_name(id).map_err(|e| e.to_string())
            })?,
            bbox: parsed("bbox", raw.bbox)?,
        })
    }
}

fn window(from: Option<&str>, to: Option<&str>) -> Result<TimeWindow, Problem> {
    let window = TimeWindow { from: parsed("from", from)?, to: parsed("to", to)? };
    match window {
        TimeWindow { from: Some(from), to: Some(to) } if from > to => {
            Err(Problem::field("to", to, format!("must not be before from, {from}")))
        }
        window => Ok(window),
    }
}

fn week_hours(hours: Option<&str>, days: Option<&str>) -> Result<WeekHours, Problem> {
    let all = WeekHours::all();
    let during = match hours {
        Some(text) => all.during(text).map_err(|e| Problem::field("hours", text, e))?,
        None => all,
    };
    match days {
        Some(text) => during.on(text).map_err(|e| Problem::field("days", text, e)),
        None => Ok(during),
    }
}

/// The landlord of a filter that takes one.
///
/// # Errors
///
/// 422 when it is no landlord's id.
pub fn landlord(text: Option<&str>) -> Result<Option<LandlordId>, Problem> {
    text.map(|id| LandlordId::of_name(id).map_err(|e| Problem::field("landlord", id, e)))
        .transpose()
}

/// The words to search for, where there are any.
///
/// # Errors
///
/// 422 when they are longer than any name, or tell of a person; they are then not repeated.
pub fn words(text: Option<&str>) -> Result<Option<String>, Problem> {
    const WORDS_LENGTH_MAX: usize = 120;
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) if text.len() > WORDS_LENGTH_MAX => {
            Err(Problem::unsaid("q", format!("has at most {WORDS_LENGTH_MAX} bytes")))
        }
        Some(text) => {
            privacy::check(text, Purpose::PlaceName).map_err(|e| Problem::unsaid("q", e))?;
            Ok(Some(text.to_owned()))
        }
    }
}

impl From<SelectionError> for Problem {
    fn from(error: SelectionError) -> Self {
        match &error {
            SelectionError::UnknownSite(code) => Self::unknown("site", code, &error),
            SelectionError::UnknownLandlord(id) => Self::unknown("landlord", id, &error),
        }
    }
}
