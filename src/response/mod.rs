//! Question: how long interventions took, from the call to the report.
//!
//! Pure functions of the twin; uses the nouns and the twin only. Only incidents with steps count, and those whose
//! target passed while they waited for the first one: history that came without has no times to tell.

mod spread;

use std::{collections::BTreeMap, sync::Arc};

pub use spread::Spread;

use crate::{
    closed_list::closed_list,
    incident::{Incident, Nomenclature},
    time::Timestamp,
    twin::{IncidentRow, RowBlock, Selection, SelectionError, Snapshot},
};

closed_list! {
    /// What interventions are summed up by.
    GroupBy {
        /// All together.
        All = "all",
        /// By evening, which lasts from noon to noon in Paris and bears the date on which it began.
        Evening = "evening",
        /// By the landlord of the site.
        Landlord = "landlord",
        /// By kind.
        Kind = "kind",
        /// By priority.
        Priority = "priority",
    }
}

/// The times of a group of interventions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseTimes {
    /// Interventions in it.
    pub incidents: usize,
    /// From the call until it was qualified, T1 − T0.
    pub take_up: Spread,
    /// From then until a patrol was chosen, T2 − T1.
    pub assignment: Spread,
    /// On the way, T5 − T4.
    pub travel: Spread,
    /// From the call until a patrol was there, T5 − T0.
    pub overall: Spread,
    /// On site, T6 − T5.
    pub duration: Spread,
    /// From then until the report, T7 − T6.
    pub report_delay: Spread,
    /// Of those that have a target: how many it has been decided for, and to how many a patrol came in time.
    pub targets: (usize, usize),
}

impl ResponseTimes {
    /// The times of the interventions in these rows, all together; `now` decides whether a target has passed.
    #[must_use]
    pub fn of_rows<'a>(
        snapshot: &Snapshot,
        nomenclature: &Nomenclature,
        rows: impl IntoIterator<Item = &'a IncidentRow>,
        now: Timestamp,
    ) -> Self {
        let mut gathered = Gathered::default();
        for row in rows {
            if let Some(incident) = told(snapshot, nomenclature, row, now) {
                gathered.add(&incident, nomenclature, now);
            }
        }
        gathered.summed_up()
    }
}

/// The times of the interventions that pass `selection`, by group, in the order of keys; `now` decides whether a
/// target has passed.
///
/// O(incidents in the window), and a look-up for each that passes.
///
/// # Errors
///
/// [`SelectionError`] names a site or landlord that the stock does not hold.
pub fn response_times(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    selection: &Selection,
    by: GroupBy,
    now: Timestamp,
) -> Result<Vec<(String, ResponseTimes)>, SelectionError> {
    let filter = selection.filter(snapshot)?;
    let mut groups: BTreeMap<String, Gathered> = BTreeMap::new();
    let mut room = RowBlock::new();
    for columns in snapshot.incidents().parts() {
        let rows = filter.rows(columns);
        for start in rows.clone().step_by(RowBlock::ROWS) {
            let end = rows.end.min(start + RowBlock::ROWS);
            for at in filter.select(columns, start..end, &mut room) {
                let row = columns.row(start + *at as usize);
                let Some(incident) = told(snapshot, nomenclature, &row, now) else { continue };
                let key = key_of(snapshot, nomenclature, &row, &incident, by);
                groups.entry(key).or_default().add(&incident, nomenclature, now);
            }
        }
    }
    Ok(groups.into_iter().map(|(key, gathered)| (key, gathered.summed_up())).collect())
}

/// The incident in that row, where it has steps, or has waited for its first one until its target passed.
fn told(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    now: Timestamp,
) -> Option<Arc<Incident>> {
    if let Some(incident) = snapshot.interventions().get(row.id) {
        return Some(Arc::clone(incident));
    }
    let code = &snapshot.incidents().kinds()[usize::from(row.kind)];
    let target_s = nomenclature.get(code)?.priority.target_s()?;
    let is_missed = now.seconds_since(row.reported_at) > f64::from(target_s);
    let waits = is_missed && !row.status.is_over();
    waits.then(|| snapshot.incident(row.id).map(Arc::new)).flatten()
}

fn key_of(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    row: &IncidentRow,
    incident: &Incident,
    by: GroupBy,
) -> String {
    match by {
        GroupBy::All => "all".to_owned(),
        GroupBy::Evening => evening(incident.reported_at),
        GroupBy::Landlord => snapshot.stock().site(row.site).landlord.to_string(),
        GroupBy::Kind => incident.kind.to_string(),
        GroupBy::Priority => nomenclature
            .get(&incident.kind)
            .map_or_else(|| "none".to_owned(), |kind| kind.priority.as_str().to_owned()),
    }
}

/// The date of the evening that an instant belongs to.
fn evening(at: Timestamp) -> String {
    let (year, month, day) = at.plus_seconds(-12 * 3600).paris_date();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Times as they come in, in seconds.
#[derive(Debug, Default)]
struct Gathered {
    incidents: usize,
    take_up_s: Vec<f64>,
    assignment_s: Vec<f64>,
    travel_s: Vec<f64>,
    overall_s: Vec<f64>,
    duration_s: Vec<f64>,
    report_delay_s: Vec<f64>,
    targets: (usize, usize),
}

impl Gathered {
    fn add(&mut self, incident: &Incident, nomenclature: &Nomenclature, now: Timestamp) {
        let times = incident.milestones();
        let called_at = Some(incident.reported_at);
        // A clock that ran ahead a little makes no time negative.
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
            Some(to?.seconds_since(from?).max(0.0))
        };
        self.incidents += 1;
        self.take_up_s.extend(between(called_at, times.qualified_at));
        self.assignment_s.extend(between(times.qualified_at, times.assigned_at));
        self.travel_s.extend(between(times.en_route_at, times.on_site_at));
        self.duration_s.extend(between(times.on_site_at, times.cleared_at));
        self.report_delay_s.extend(between(times.cleared_at, times.reported_at));
        let overall_s = between(called_at, times.on_site_at);
        self.overall_s.extend(overall_s);
        let kind = nomenclature.get(&incident.kind);
        if let Some(target_s) = kind.and_then(|kind| kind.priority.target_s()) {
            // Whoever waited, or waits, for longer than the target was not helped in time.
            let waited_s = between(called_at, times.ended_at.or(Some(now)));
            let is_met = |s: f64| s <= f64::from(target_s);
            match (overall_s, waited_s) {
                (Some(overall_s), _) => self.decide(is_met(overall_s)),
                (None, Some(waited_s)) if !is_met(waited_s) => self.decide(false),
                _ => {}
            }
        }
    }

    fn decide(&mut self, is_met: bool) {
        self.targets.0 += 1;
        self.targets.1 += usize::from(is_met);
    }

    fn summed_up(self) -> ResponseTimes {
        ResponseTimes {
            incidents: self.incidents,
            take_up: Spread::of(self.take_up_s),
            assignment: Spread::of(self.assignment_s),
            travel: Spread::of(self.travel_s),
            overall: Spread::of(self.overall_s),
            duration: Spread::of(self.duration_s),
            report_delay: Spread::of(self.report_delay_s),
            targets: self.targets,
        }
    }
}
