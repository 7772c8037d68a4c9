//! An alert as clients read it, in lists and in streams.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    geojson::rounded,
    named::{ActorRoleName, AlertKindName, AlertStateName, Named, ResolutionName},
};
use crate::{alert::Alert, twin::Snapshot};

/// Something that a person must look at: about a patrol, or about a purge that was missed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertBody {
    /// Unique.
    id: String,
    /// What is the matter.
    kind: AlertKindName,
    /// Id of the patrol that it is about; null where a purge was missed.
    #[schema(required = true)]
    patrol: Option<String>,
    /// The patrol's name on the radio; empty where it is about no patrol.
    callsign: String,
    /// Id of the incident that the patrol was on.
    #[schema(required = true)]
    incident: Option<String>,
    /// The site of that incident.
    #[schema(required = true)]
    site_code: Option<String>,
    /// Where the patrol last was: longitude, WGS 84 degrees.
    #[schema(required = true)]
    lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    #[schema(required = true)]
    lat: Option<f64>,
    /// Since when it is the matter, RFC 3339.
    raised_at: String,
    /// How loud it is, 1 to 3; it grows while nobody looks.
    level: u8,
    /// How far it has got.
    state: AlertStateName,
    /// When a person took it in hand, RFC 3339.
    #[schema(required = true)]
    acknowledged_at: Option<String>,
    /// In which role.
    #[schema(required = true)]
    acknowledged_by: Option<ActorRoleName>,
    /// When it ended, RFC 3339.
    #[schema(required = true)]
    resolved_at: Option<String>,
    /// How it ended.
    #[schema(required = true)]
    resolution: Option<ResolutionName>,
}

impl AlertBody {
    /// `alert` with what `snapshot` knows of its patrol now.
    pub fn of(snapshot: &Snapshot, alert: &Alert) -> Self {
        let patrol = alert.patrol.as_ref().and_then(|id| snapshot.patrols().get(id));
        let position = patrol.and_then(|known| known.last_fix.as_ref()).map(|fix| fix.position);
        let [lon, lat] = match position.map(|position| rounded(position.into())) {
            Some([lon, lat]) => [Some(lon), Some(lat)],
            None => [None, None],
        };
        let text = |time: crate::time::Timestamp| time.to_string();
        Self {
            id: alert.id.to_string(),
            kind: Named(alert.kind),
            callsign: match (&alert.patrol, patrol) {
                (_, Some(known)) => known.patrol.callsign.clone(),
                (id, None) => id.as_ref().map(ToString::to_string).unwrap_or_default(),
            },
            patrol: alert.patrol.as_ref().map(ToString::to_string),
            incident: alert.incident.map(|id| id.to_string()),
            site_code: alert.site.as_ref().map(ToString::to_string),
            lon,
            lat,
            raised_at: text(alert.raised_at),
            level: alert.level,
            state: Named(alert.state),
            acknowledged_at: alert.acknowledged.map(|(_, at)| text(at)),
            acknowledged_by: alert.acknowledged.map(|(actor, _)| Named(actor)),
            resolved_at: alert.resolved.map(|(_, _, at)| text(at)),
            resolution: alert.resolved.map(|(resolution, ..)| Named(resolution)),
        }
    }
}
