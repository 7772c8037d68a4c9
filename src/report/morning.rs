//! [`morning`]: what a night was like on the sites of one landlord.

use std::collections::BTreeMap;

use geo::BoundingRect as _;

use super::{FollowUp, ReportError, Told, USUAL_WEEKS};
use crate::{
    geo::{Bbox, LonLat},
    incident::{Channel, Incident, KindCode, Nomenclature, Status},
    response::ResponseTimes,
    stock::{Landlord, LandlordId, Site, Surrounding, SurroundingShape},
    time::{Date, TimeWindow, Timestamp},
    twin::{IncidentRow, SiteIx, Snapshot},
};

/// The hours of a night on Paris clocks, in their order.
pub const NIGHT_HOURS: [i8; 12] = [18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5];

/// Which landlord, and which night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorningQuery {
    /// Whose sites.
    pub landlord: LandlordId,
    /// The date on which the night begins.
    pub night: Date,
}

/// A night on the sites of one landlord. It names no patrol, no agent, and nothing of another landlord.
#[derive(Debug, Clone)]
pub struct Morning<'a> {
    /// Whose sites.
    pub landlord: &'a Landlord,
    /// The date on which the night begins.
    pub night: Date,
    /// From 18:00 to 06:00 in Paris.
    pub window: TimeWindow,
    /// Every site of the landlord, in the order of codes.
    pub sites: Vec<&'a Site>,
    /// Dwellings on them.
    pub dwellings: u64,
    /// Whether anything is known of these sites from that night or before: else a quiet night is no finding.
    pub is_covered: bool,
    /// Interventions: what was reported and not cancelled.
    pub total: Told,
    /// Those that patrols found by themselves.
    pub own_initiative: u64,
    /// Calls that were mistakes, or the same as another.
    pub cancelled: u64,
    /// By hour, in the order of [`NIGHT_HOURS`].
    pub by_hour: Vec<Told>,
    /// By family of kinds, most first: those of tonight, and those that are usual.
    pub by_family: Vec<(String, Told)>,
    /// Sites with interventions, most first.
    pub by_site: Vec<SiteNight<'a>>,
    /// Times of the interventions, where they were recorded.
    pub times: ResponseTimes,
    /// The same over the nights that are compared with.
    pub times_before: ResponseTimes,
    /// What is left for the landlord to do, in the order of sites.
    pub follow_ups: Vec<FollowUp>,
    /// Every intervention, oldest first.
    pub interventions: Vec<Intervention<'a>>,
    /// What lies around the sites, to draw under them.
    pub surroundings: Vec<&'a Surrounding>,
}

/// A site in that night.
#[derive(Debug, Clone)]
pub struct SiteNight<'a> {
    /// Which.
    pub site: &'a Site,
    /// Interventions.
    pub told: Told,
    /// By kind, most first.
    pub kinds: Vec<(KindCode, u64)>,
}

/// One intervention: the incident, and where.
#[derive(Debug, Clone)]
pub struct Intervention<'a> {
    /// Its site.
    pub site: &'a Site,
    /// What was reported and done. Whoever writes it down leaves the patrols out.
    pub incident: Incident,
}

/// What the night was like, as it is known at `now`. O(incidents of the night and of those that it is compared with).
///
/// # Errors
///
/// [`ReportError`].
pub fn morning<'a>(
    snapshot: &'a Snapshot,
    nomenclature: &Nomenclature,
    query: &MorningQuery,
    now: Timestamp,
) -> Result<Morning<'a>, ReportError> {
    let stock = snapshot.stock();
    let unknown = || ReportError::UnknownLandlord(query.landlord.clone());
    let landlord = stock.landlord(&query.landlord).ok_or_else(unknown)?;
    let mut sites: Vec<&Site> =
        stock.sites().iter().filter(|site| site.landlord == landlord.id).collect();
    sites.sort_by(|a, b| a.code.cmp(&b.code));

    let window = query.night.night();
    if window.to > Some(now) {
        return Err(ReportError::NotOver(format!("the night of {}", query.night)));
    }
    let (cancelled, tonight) = calls(snapshot, window, landlord);
    let before: Vec<Vec<IncidentRow>> = nights_before(snapshot, query.night)
        .into_iter()
        .map(|window| calls(snapshot, window, landlord).1)
        .collect();
    let told: Vec<Intervention> = tonight
        .iter()
        .filter_map(|row| {
            Some(Intervention { site: stock.site(row.site), incident: snapshot.incident(row.id)? })
        })
        .collect();
    let mut follow_ups: Vec<FollowUp> =
        told.iter().filter_map(|one| FollowUp::of(&one.incident)).collect();
    follow_ups.sort_by(|a, b| (&a.site, a.reported_at).cmp(&(&b.site, b.reported_at)));

    Ok(Morning {
        landlord,
        night: query.night,
        window,
        dwellings: sites.iter().map(|site| u64::from(site.dwellings)).sum(),
        surroundings: surroundings(snapshot, sites.iter().map(|site| site.position)),
        sites,
        is_covered: begun_before(snapshot, window, landlord),
        total: compare(&tonight, &before, |_| true),
        own_initiative: count(&tonight, |row| row.channel == Channel::Patrol),
        cancelled: cancelled.len() as u64,
        by_hour: NIGHT_HOURS
            .iter()
            .map(|hour| compare(&tonight, &before, |row| row.hour.hour() as i8 == *hour))
            .collect(),
        by_family: by_family(snapshot, &tonight, &before),
        by_site: by_site(snapshot, &tonight, &before),
        times: ResponseTimes::of_rows(snapshot, nomenclature, &tonight, now),
        times_before: ResponseTimes::of_rows(snapshot, nomenclature, before.iter().flatten(), now),
        follow_ups,
        interventions: told,
    })
}

/// Whether an incident on a site of the landlord was reported before the end of `window`. The twin has them by time, so that the
/// first one found says so.
fn begun_before(snapshot: &Snapshot, window: TimeWindow, landlord: &Landlord) -> bool {
    let until = TimeWindow { from: None, to: window.to };
    snapshot.incidents().parts().into_iter().any(|part| {
        part.within(until)
            .any(|row| snapshot.stock().site(part.site()[row]).landlord == landlord.id)
    })
}

/// What was reported in `window` on sites of the landlord: cancelled, as mistakes and calls that were merged into others
/// are, and not.
fn calls(
    snapshot: &Snapshot,
    window: TimeWindow,
    landlord: &Landlord,
) -> (Vec<IncidentRow>, Vec<IncidentRow>) {
    let of_landlord = |row: &IncidentRow| snapshot.stock().site(row.site).landlord == landlord.id;
    let rows = snapshot.incidents().within(window, of_landlord);
    rows.into_iter().partition(|row| row.status == Status::Cancelled)
}

/// The same weekday over the last weeks, as far as the store's incidents go back, newest first.
fn nights_before(snapshot: &Snapshot, night: Date) -> Vec<TimeWindow> {
    let Some((first, _)) = snapshot.incidents().span() else { return Vec::new() };
    let weeks = (1..=USUAL_WEEKS).map(|week| night.plus_days(-7 * week).night());
    weeks.filter(|window| window.from.is_some_and(|from| from >= first)).collect()
}

fn count(rows: &[IncidentRow], passes: impl Fn(&IncidentRow) -> bool) -> u64 {
    rows.iter().filter(|row| passes(row)).count() as u64
}

fn compare(
    tonight: &[IncidentRow],
    before: &[Vec<IncidentRow>],
    passes: impl Fn(&IncidentRow) -> bool + Copy,
) -> Told {
    Told::of(count(tonight, passes), before.iter().map(|rows| count(rows, passes)).collect())
}

fn by_family(
    snapshot: &Snapshot,
    tonight: &[IncidentRow],
    before: &[Vec<IncidentRow>],
) -> Vec<(String, Told)> {
    let kinds = snapshot.incidents().kinds();
    let of = |row: &IncidentRow| kinds[usize::from(row.kind)].family();
    let mut families: Vec<&str> = tonight.iter().chain(before.iter().flatten()).map(of).collect();
    families.sort_unstable();
    families.dedup();
    let told = |name: &str| compare(tonight, before, |row| of(row) == name);
    let mut all: Vec<(String, Told)> =
        families.into_iter().map(|name| (name.to_owned(), told(name))).collect();
    // What neither happened nor usually happens says nothing.
    all.retain(|(_, told)| told.count > 0 || told.usual.is_some_and(|usual| usual.median > 0.0));
    all.sort_by(|(a_name, a), (b_name, b)| b.count.cmp(&a.count).then(a_name.cmp(b_name)));
    all
}

fn by_site<'a>(
    snapshot: &'a Snapshot,
    tonight: &[IncidentRow],
    before: &[Vec<IncidentRow>],
) -> Vec<SiteNight<'a>> {
    let mut kinds_of: BTreeMap<SiteIx, BTreeMap<u16, u64>> = BTreeMap::new();
    for row in tonight {
        *kinds_of.entry(row.site).or_default().entry(row.kind).or_default() += 1;
    }
    let codes = snapshot.incidents().kinds();
    let mut nights: Vec<SiteNight> = kinds_of
        .into_iter()
        .map(|(ix, kinds)| {
            let mut kinds: Vec<(KindCode, u64)> = kinds
                .into_iter()
                .map(|(kind, count)| (codes[usize::from(kind)].clone(), count))
                .collect();
            kinds.sort_by(|(a_kind, a), (b_kind, b)| b.cmp(a).then(a_kind.cmp(b_kind)));
            SiteNight {
                site: snapshot.stock().site(ix),
                told: compare(tonight, before, |row| row.site == ix),
                kinds,
            }
        })
        .collect();
    nights.sort_by(|a, b| {
        b.told.count.cmp(&a.told.count).then_with(|| a.site.code.cmp(&b.site.code))
    });
    nights
}

/// What lies within the box around `positions`.
fn surroundings(snapshot: &Snapshot, positions: impl Iterator<Item = LonLat>) -> Vec<&Surrounding> {
    let Some(bbox) = Bbox::around(positions) else { return Vec::new() };
    let inside = |around: &&Surrounding| {
        let rect = match &around.shape {
            SurroundingShape::Line(line) => line.bounding_rect(),
            SurroundingShape::Area(area) => area.bounding_rect(),
        };
        rect.is_some_and(|rect| {
            rect.min().x <= bbox.east()
                && bbox.west() <= rect.max().x
                && rect.min().y <= bbox.north()
                && bbox.south() <= rect.max().y
        })
    };
    snapshot.stock().surroundings().iter().filter(inside).collect()
}
