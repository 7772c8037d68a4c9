//! Signals: what a sensor, a calendar or another program says of a place at an instant; never of a person.
//!
//! Uses [`crate::closed_list`], [`crate::geo`], [`crate::time`], [`crate::privacy`] and [`crate::stock`] only. A signal has no free text: its source
//! is one of [`Sources`], which say what each may tell, where and of how much; [`Sources::check`] is the only way in, but for the
//! incidents of the twin.

mod area;
mod check;
mod name;
mod signal_id;
mod source;

pub use area::{AREA_CORNERS_MAX, Area, InvalidArea};
pub use check::{InvalidSignal, REFERENCE_LENGTH_MAX, RawPlace, RawSignal};
pub use name::{InvalidName, KindName, SIGNAL_NAME_LENGTH_MAX, SourceName};
pub use signal_id::SignalId;
pub use source::{
    INCIDENT_SOURCE, InvalidSources, KindSchema, Lasts, PlaceKind, Sources, ValueSchema,
};

use self::signal_id::Content;
use crate::{geo::LonLat, stock::SiteCode, time::Timestamp};

/// Something said of a place at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Made of all that it says: the same signal has the same id whenever and however often it comes.
    pub id: SignalId,
    /// Who says it.
    pub source: SourceName,
    /// What.
    pub kind: KindName,
    /// Where.
    pub place: SignalPlace,
    /// When it was so, by the source's clock.
    pub at: Timestamp,
    /// Until when it is so; `None` for an instant.
    pub until: Option<Timestamp>,
    /// How much, in the unit of its kind; finite.
    pub value: Option<f64>,
}

/// Where a signal is.
#[derive(Debug, Clone, PartialEq)]
pub enum SignalPlace {
    /// On a site.
    Site(SiteCode),
    /// At a point that is on no site.
    Point(LonLat),
    /// Within an outline.
    Area(Area),
    /// On all the ground there is.
    Everywhere,
}

impl Signal {
    /// An incident of the twin as a signal; `incident_id` tells it from others of its kind, place and instant.
    #[must_use]
    pub fn of_incident(kind: KindName, site: SiteCode, at: Timestamp, incident_id: &str) -> Self {
        let (source, place) = (SourceName::incident(), SignalPlace::Site(site));
        let content = Content {
            source: &source,
            kind: &kind,
            place: &place,
            at,
            until: None,
            value: None,
            reference: Some(incident_id),
        };
        let id = SignalId::of(&content);
        Self { id, source, kind, place, at, until: None, value: None }
    }
}

impl SignalPlace {
    /// Which sort of place it is.
    #[must_use]
    pub const fn kind(&self) -> PlaceKind {
        match self {
            Self::Site(_) => PlaceKind::Site,
            Self::Point(_) => PlaceKind::Point,
            Self::Area(_) => PlaceKind::Area,
            Self::Everywhere => PlaceKind::Everywhere,
        }
    }
}
