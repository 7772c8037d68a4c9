//! [`Ranking`]: what is answered.

use super::By;
use crate::{
    geo::LonLat, incident::Rule, patrol::Availability, roads::Route, stock::SiteCode,
    twin::PatrolState,
};

/// Patrols in order, and those that an operator may wonder about.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking<'a> {
    /// Where they would go.
    pub target: TargetPlace<'a>,
    /// How they were ranked.
    pub by: By,
    /// Why they were ranked by line although they were asked for by road.
    pub by_reason: Option<OffRoad>,
    /// Nearest first; ties by id.
    pub ranked: Vec<Ranked<'a>>,
    /// Nearer than the last ranked one but left out, nearest first; then those without a position, by id.
    pub passed_over: Vec<PassedOver<'a>>,
}

/// Where a target is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetPlace<'a> {
    /// The position that distances start from.
    pub position: LonLat,
    /// The site, where the target is one or lies on one.
    pub site: Option<&'a SiteCode>,
}

/// A patrol that may go.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<'a> {
    /// From 1.
    pub rank: usize,
    /// Who.
    pub state: &'a PatrolState,
    /// Whether it may be sent: while it is on an incident it is busy, whatever it says of itself.
    pub availability: Availability,
    /// Where it last said it was.
    pub position: LonLat,
    /// Length of the geodesic to the target, in metres.
    pub line_m: f64,
    /// The way by road, where it was ranked so and is on the roads.
    pub route: Option<Route>,
    /// Seconds to the target: along the route, or estimated by line where it is off the roads. None by line.
    pub eta_s: Option<f64>,
    /// Seconds since its position was taken; 0 where its clock runs ahead.
    pub position_age_s: f64,
    /// Whether that is too long ago to be trusted.
    pub is_stale: bool,
    /// Why it has this rank, in one English sentence.
    pub why: String,
}

impl Ranked<'_> {
    /// Metres to the target: along the route, or by line.
    #[must_use]
    pub fn distance_m(&self) -> f64 {
        self.route.as_ref().map_or(self.line_m, Route::distance_m)
    }
}

/// A patrol that was left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassedOver<'a> {
    /// Who.
    pub state: &'a PatrolState,
    /// Why: the weightiest of the reasons.
    pub reason: Reason,
    /// Every reason.
    pub reasons: Reasons,
    /// Length of the geodesic to the target, in metres, where its position is known.
    pub distance_m: Option<f64>,
    /// Seconds to the target, where it was asked by road and its position is known.
    pub eta_s: Option<f64>,
}

/// Why a patrol was left out, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Not working.
    OffDuty,
    /// Just taken from another incident, and has not acknowledged that.
    Turned,
    /// On an intervention.
    Busy,
    /// Its crew has switched its position off.
    PositionOff,
    /// It has not said where it is.
    NoPosition,
    /// Its crew is too small.
    TooFew,
    /// It said where it is too long ago.
    Stale,
}

/// Every reason why a patrol was left out: it may be far from free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reasons([bool; Reason::ALL.len()]);

impl Reasons {
    /// The same, and `reason` where it is so.
    #[must_use]
    pub(super) const fn with(mut self, reason: Reason, is_so: bool) -> Self {
        self.0[reason as usize] = is_so;
        self
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.first().is_none()
    }

    /// The weightiest one.
    #[must_use]
    pub fn first(self) -> Option<Reason> {
        self.iter().next()
    }

    /// The reasons, the weightiest first.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.into_iter().filter(move |reason| self.0[*reason as usize])
    }
}

/// Why nobody can be ranked by road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffRoad {
    /// No roads were imported.
    NoRoads,
    /// The road graph is still being made.
    NotReady,
    /// The target is farther than 300 m from any way, or than 1.5 km on foot from any road.
    Target,
}

impl OffRoad {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRoads => "no_roads",
            Self::NotReady => "not_ready",
            Self::Target => "target_off_roads",
        }
    }
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::OffDuty,
        Self::Turned,
        Self::Busy,
        Self::PositionOff,
        Self::NoPosition,
        Self::TooFew,
        Self::Stale,
    ];

    /// The rule about who is sent that it goes back to.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::OffDuty => Rule::OffDuty,
            Self::Turned => Rule::Turned,
            Self::Busy => Rule::Busy,
            Self::TooFew => Rule::TooFew,
            Self::PositionOff | Self::NoPosition | Self::Stale => Rule::Stale,
        }
    }

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Turned => "turned",
            Self::Busy => "busy",
            Self::OffDuty => "off_duty",
            Self::PositionOff => "position_off",
            Self::NoPosition => "no_position",
            Self::TooFew => "too_few",
            Self::Stale => "stale",
        }
    }
}
