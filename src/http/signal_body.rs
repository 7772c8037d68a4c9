//! A signal as programs send it, by HTTP and by MQTT.

use serde::{Deserialize, de::IgnoredAny};
use utoipa::ToSchema;

use super::{
    Problem,
    json::{self, Object},
};
use crate::{
    app::SIGNALS_AT_ONCE_MAX,
    signal::{RawPlace, RawSignal, Signal, Sources},
};

/// Something that a sensor, a calendar or another program says of a place. It has no text of people: what its source does not
/// declare is refused. Its place is `site_code`, or `lon` and `lat`, or `area`; without any it is everywhere.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Signal)]
#[serde(deny_unknown_fields)]
pub struct SignalBody {
    /// Who says it: one of `GET /signals/sources`.
    source: String,
    /// What: one of the kinds of that source.
    kind: String,
    /// When it was so, RFC 3339. An instant is at most 5 minutes ahead of the server's clock.
    at: String,
    /// Until when it lasts, RFC 3339, where its kind lasts.
    until: Option<String>,
    /// How much, in the unit of its kind, where that has one.
    value: Option<f64>,
    /// What the source calls it, so that it may send it twice; it is not kept.
    reference: Option<String>,
    /// On which site.
    site_code: Option<String>,
    /// Longitude, WGS 84 degrees.
    lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    lat: Option<f64>,
    /// Within which outline: `POLYGON((lon lat, …))`.
    area: Option<String>,
}

/// The signals of a body, all of them or none.
///
/// # Errors
///
/// 422 with the field; also where there are none, or more than [`SIGNALS_AT_ONCE_MAX`].
pub fn signals_of(bodies: Vec<SignalBody>, sources: &Sources) -> Result<Vec<Signal>, Problem> {
    if bodies.is_empty() || bodies.len() > SIGNALS_AT_ONCE_MAX {
        let reason = format!("has 1 to {SIGNALS_AT_ONCE_MAX} signals");
        return Err(Problem::field("signals", bodies.len(), reason));
    }
    let of = |(at, body): (usize, SignalBody)| body.into_signal(sources, at);
    bodies.into_iter().enumerate().map(of).collect()
}

/// The signals of a text: an object with `signals`, or one signal.
///
/// # Errors
///
/// 400 and 422, as of a request.
pub fn read_signals(text: &[u8], sources: &Sources) -> Result<Vec<Signal>, Problem> {
    let has_many = serde_json::from_slice::<Enclosed>(text).is_ok();
    let bodies = match has_many {
        true => json::parse::<Object<SignalsBody>>(text)?.0.into_bodies(),
        false => vec![json::parse::<Object<SignalBody>>(text)?.0],
    };
    signals_of(bodies, sources)
}

/// The refusal of the signal at that place, for a reason that begins with its field.
pub fn refused_at(at: usize, told: &str) -> Problem {
    let (field, reason) = told.split_once(": ").unwrap_or(("source", told));
    Problem::unsaid(&format!("signals[{at}].{field}"), reason)
}

/// An object that has a list of signals, whatever is in it.
#[derive(Deserialize)]
struct Enclosed {
    #[serde(rename = "signals")]
    _signals: IgnoredAny,
}

/// Signals, 1 to 1,000.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Signals)]
#[serde(deny_unknown_fields)]
pub struct SignalsBody {
    /// In any order.
    #[schema(value_type = Vec<SignalBody>)]
    signals: Vec<Object<SignalBody>>,
}

impl SignalsBody {
    /// Each by itself.
    pub fn into_bodies(self) -> Vec<SignalBody> {
        self.signals.into_iter().map(|signal| signal.0).collect()
    }
}

impl SignalBody {
    /// The signal, if its source declares it; `at` is its place among others.
    ///
    /// # Errors
    ///
    /// 422 with the field.
    fn into_signal(self, sources: &Sources, at: usize) -> Result<Signal, Problem> {
        let raw = RawSignal {
            source: &self.source,
            kind: &self.kind,
            place: self.place(at)?,
            at: &self.at,
            until: self.until.as_deref(),
            value: self.value,
            reference: self.reference.as_deref(),
        };
        sources.check(&raw).map_err(|invalid| refused_at(at, &invalid.to_string()))
    }

    fn place(&self, at: usize) -> Result<RawPlace<'_>, Problem> {
        match (&self.site_code, self.lon, self.lat, &self.area) {
            (Some(code), None, None, None) => Ok(RawPlace::Site(code)),
            (None, Some(lon), Some(lat), None) => Ok(RawPlace::Point(lon, lat)),
            (None, None, None, Some(area)) => Ok(RawPlace::Area(area)),
            (None, None, None, None) => Ok(RawPlace::Everywhere),
            _ => {
                let told = "site_code,lon,lat,area: give one place, or none for everywhere";
                Err(refused_at(at, told))
            }
        }
    }
}
