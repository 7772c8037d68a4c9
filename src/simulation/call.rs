//! [`Call`]: something reported, with everything about it drawn beforehand.

use crate::{
    geo::LonLat,
    incident::{KindCode, Priority},
};

/// A call, by its ordinal among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallIx(pub u32);

/// What is reported, before anything about its handling is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// When, in seconds since the beginning of the run.
    pub reported_s: f64,
    /// What it is.
    pub kind: KindCode,
    /// How soon a crew must be there.
    pub priority: Priority,
    /// Fewest agents that may be sent.
    pub crew_min: u8,
    /// Where.
    pub position: LonLat,
}

/// A call as the engine lives it: no policy changes anything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What is reported.
    pub reported: Reported,
    /// How long each part of it takes.
    pub durations: Durations,
    /// A number for policies that draw lots.
    pub lot: u64,
}

/// How long each part of a call takes, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Durations {
    /// From the call until its kind and place are sure: T1−T0.
    pub take_up_s: f64,
    /// From then until a patrol is chosen, where one is free: T2−T1 without waiting for a patrol.
    pub assign_s: f64,
    /// Until the crew has read it: T3−T2.
    pub acknowledge_s: f64,
    /// Until it drives: T4−T3.
    pub depart_s: f64,
    /// How much longer the way takes than the free road would: 1 is as long.
    pub travel_factor: f64,
    /// On site: T6−T5.
    pub on_site_s: f64,
    /// Until the report is written, and the crew free again: T7−T6.
    pub report_s: f64,
    /// Until the desk closes it: T8−T7.
    pub close_s: f64,
}

impl Durations {
    /// A service of `on_site_s` seconds and nothing else, as queueing theory has it.
    #[must_use]
    pub const fn of_service(on_site_s: f64) -> Self {
        Self {
            take_up_s: 0.0,
            assign_s: 0.0,
            acknowledge_s: 0.0,
            depart_s: 0.0,
            travel_factor: 1.0,
            on_site_s,
            report_s: 0.0,
            close_s: 0.0,
        }
    }
}
