//! Taking down incidents: each is checked and put on its site here, before the writer sees it.

use super::{App, Unavailable, job::Job};
use crate::{
    event::Seq,
    geo::LonLat,
    incident::{Channel, IdempotencyKey, Incident, IncidentId, KindCode, RequestDigest, Status},
    locate,
    patrol::CLOCK_SKEW_S_MAX,
    stock::{BuildingId, SiteCode},
    time::Timestamp,
    twin::Snapshot,
};

/// Earliest time that an incident may have, 2000-01-01: before it, the clock or the column is wrong.
const EARLIEST_REPORTED_AT: &str = "2000-01-01T00:00:00Z";

/// An incident as somebody reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIncident {
    /// What it is.
    pub kind: KindCode,
    /// How it comes in.
    pub channel: Channel,
    /// How far it has got: [`Status::Received`], but for history.
    pub status: Status,
    /// When it was reported; now, where not told.
    pub reported_at: Option<Timestamp>,
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// Under which key it is asked, and a digest of what is asked.
    pub key: Option<(IdempotencyKey, RequestDigest)>,
}

/// Where an incident is, as somebody tells it.
#[derive(Debug, Clone, PartialEq)]
pub enum Whereabouts {
    /// At a point, which serves to find the site and is then dropped.
    Position(LonLat),
    /// On a site, and in a building of it where that is known.
    Site {
        /// The site.
        code: SiteCode,
        /// One of its buildings.
        building: Option<BuildingId>,
    },
}

/// An incident that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The incident.
    pub incident: Incident,
    /// The event that recorded it.
    pub seq: Seq,
    /// Whether it was there already, under the same idempotency key.
    pub repeated: bool,
}

/// Why an incident was not taken down.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReceiveError {
    /// The nomenclature has no such kind.
    #[error("kind `{0}` is not in the nomenclature")]
    UnknownKind(KindCode),
    /// The stock has no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// The stock has no such building.
    #[error("building `{0}` is not in the stock")]
    UnknownBuilding(BuildingId),
    /// The building stands elsewhere.
    #[error("building `{building}` is not on site `{site}`")]
    BuildingElsewhere {
        /// The building named.
        building: BuildingId,
        /// The site named.
        site: SiteCode,
    },
    /// No site is near the point, which is not repeated here: it may be somebody's home.
    #[error("no site within {} m of the position", locate::NEAREST_DISTANCE_M_MAX)]
    NoSiteNear,
    /// Reported later than now.
    #[error("reported_at {0} is in the future by more than {CLOCK_SKEW_S_MAX} s")]
    InTheFuture(Timestamp),
    /// Reported before there was anything to report to.
    #[error("reported_at {0} is before {EARLIEST_REPORTED_AT}")]
    TooOld(Timestamp),
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for a different request")]
    KeyReused,
    /// The program cannot write now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl App {
    /// Takes down one incident. It is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]; nothing is then recorded.
    pub async fn receive_incident(&self, new: NewIncident) -> Result<Received, ReceiveError> {
        let mut answers = self.receive_incidents(vec![new]).await?;
        answers.pop().unwrap_or(Err(Unavailable::Stopping.into()))
    }

    /// Takes down incidents, each for itself, with one answer each in the same order.
    ///
    /// # Errors
    ///
    /// [`Unavailable`]; nothing is then recorded.
    pub async fn receive_incidents(
        &self,
        new: Vec<NewIncident>,
    ) -> Result<Vec<Result<Received, ReceiveError>>, Unavailable> {
        let snapshot = self.snapshot();
        let now = self.now();
        let admitted = new.into_iter().map(|new| self.admit(&snapshot, now, new)).collect();
        self.ask(|reply| Job::Receive(admitted, reply)).await?
    }

    /// Checks what is reported and puts it on its site.
    fn admit(
        &self,
        snapshot: &Snapshot,
        now: Timestamp,
        new: NewIncident,
    ) -> Result<Admitted, ReceiveError> {
        if self.nomenclature().get(&new.kind).is_none() {
            return Err(ReceiveError::UnknownKind(new.kind));
        }
        let reported_at = check_time(new.reported_at.unwrap_or(now), now)?;
        let (site, building) = place(snapshot, new.whereabouts)?;
        let id = IncidentId::new(uuid::Uuid::now_v7());
        let NewIncident { kind, channel, status, key, .. } = new;
        Ok(Admitted {
            incident: Incident {
                id,
                kind,
                channel,
                status,
                reported_at,
                site,
                building,
                steps: Vec::new(),
            },
            key,
        })
    }
}

/// An incident that may be recorded.
pub(super) struct Admitted {
    pub(super) incident: Incident,
    pub(super) key: Option<(IdempotencyKey, RequestDigest)>,
}

fn check_time(reported_at: Timestamp, now: Timestamp) -> Result<Timestamp, ReceiveError> {
    if reported_at > now.plus_seconds(CLOCK_SKEW_S_MAX) {
        return Err(ReceiveError::InTheFuture(reported_at));
    }
    if EARLIEST_REPORTED_AT.parse().is_ok_and(|earliest: Timestamp| reported_at < earliest) {
        return Err(ReceiveError::TooOld(reported_at));
    }
    Ok(reported_at)
}

fn place(
    snapshot: &Snapshot,
    whereabouts: Whereabouts,
) -> Result<(SiteCode, Option<BuildingId>), ReceiveError> {
    let stock = snapshot.stock();
    match whereabouts {
        Whereabouts::Position(position) => {
            let located = locate::locate(stock, position);
            let site = located.site.ok_or(ReceiveError::NoSiteNear)?;
            let building = located.building.map(|ix| stock.building(ix).id.clone());
            Ok((stock.site(site).code.clone(), building))
        }
        Whereabouts::Site { code, building } => {
            let site =
                stock.site_ix(&code).ok_or_else(|| ReceiveError::UnknownSite(code.clone()))?;
            if let Some(id) = &building {
                let ix = stock
                    .building_ix(id)
                    .ok_or_else(|| ReceiveError::UnknownBuilding(id.clone()))?;
                if !stock.buildings_of_site(site).contains(&ix) {
                    return Err(ReceiveError::BuildingElsewhere {
                        building: id.clone(),
                        site: code,
                    });
                }
            }
            Ok((code, building))
        }
    }
}
