//! [`Evenings`]: which calls are lived through: those of the store's history, or drawn ones.

use std::{ops::Range, sync::Arc};

use super::SimulateArgs;
use crate::{
    demo::{self, Caller, Ground},
    geo::LonLat,
    incident::{Action, Channel, KindCode, Nomenclature, Priority, Reason, Status, Step},
    patrol::Availability,
    roads::{RoadGraph, StraightLine, TravelTime},
    simulation::{Reported, Subject, dice},
    time::{TimeWindow, Timestamp},
    twin::{IncidentRow, Snapshot},
};

/// The evening that is drawn where no window is told, 18:00 to 02:00 in Paris: a Friday in June, neither quiet nor
/// a feast.
const EVENING: [&str; 2] = ["2026-06-19T16:00:00Z", "2026-06-20T00:00:00Z"];
/// Calls in it on average: the 130 interventions of the programme.
const CALLS: f64 = 130.0;
/// What is lived through before the window, so that it does not begin with every patrol free; and after it, so
/// that the last calls meet as many others as the first. Seconds.
const MARGIN_S: i64 = 3600;
/// Patrols where neither the store nor the command line has any.
const PATROLS: u32 = 27;
/// Agents of a patrol that does not tell.
const AGENTS: u8 = 3;
/// Priority and fewest agents of a kind that is no longer in the nomenclature.
const KIND_ELSE: (Priority, u8) = (Priority::P3, 2);

/// Which calls there are in each evening.
pub(super) struct Evenings<'a> {
    run: Range<Timestamp>,
    window: Range<Timestamp>,
    nomenclature: &'a Nomenclature,
    grounds: Vec<Ground>,
    /// Sites that no road leads to, and that are left out.
    pub(super) out_of_reach: usize,
    source: Source,
}

enum Source {
    History(Vec<Reported>),
    Drawn(f64),
}

/// What travel times stand on.
pub(super) enum Roads {
    Graph(Arc<RoadGraph>),
    Line(StraightLine),
}

/// The roads of a store, or the straight line.
pub(super) fn roads(snapshot: &Snapshot) -> Roads {
    let roads = snapshot.roads();
    if roads.is_behind() {
        roads.make_graph();
    }
    roads.graph().map_or_else(|| Roads::Line(StraightLine::default()), Roads::Graph)
}

impl Roads {
    pub(super) const fn is_graph(&self) -> bool {
        matches!(self, Self::Graph(_))
    }

    pub(super) fn travel_time(&self) -> &dyn TravelTime {
        match self {
            Self::Graph(graph) => &**graph,
            Self::Line(line) => line,
        }
    }
}

/// Agents of each patrol.
pub(super) fn crews(snapshot: &Snapshot, count: Option<u32>) -> Vec<u8> {
    let on_duty = snapshot
        .patrols()
        .iter()
        .filter(|state| state.patrol.availability != Availability::OffDuty);
    let mut known: Vec<u8> = on_duty.map(|state| state.patrol.crew.unwrap_or(AGENTS)).collect();
    let count = count.map_or(known.len(), |count| count as usize);
    if known.is_empty() {
        known.push(AGENTS);
    }
    let count = if count == 0 { PATROLS as usize } else { count };
    known.iter().cycle().take(count).copied().collect()
}

impl<'a> Evenings<'a> {
    pub(super) fn new(
        snapshot: &Snapshot,
        nomenclature: &'a Nomenclature,
        roads: &Roads,
        args: &SimulateArgs,
    ) -> anyhow::Result<Self> {
        let window = match (args.from, args.to) {
            (Some(from), Some(to)) => from..to,
            _ => EVENING[0].parse()?..EVENING[1].parse()?,
        };
        anyhow::ensure!(window.start < window.end, "--from must be before --to");
        let run = window.start.plus_seconds(-MARGIN_S)..window.end.plus_seconds(MARGIN_S);
        let mut grounds = demo::grounds(snapshot.stock());
        let sites = grounds.len();
        let reached = |at: LonLat| roads.travel_time().to(at, &[at], run.start)[0].is_some();
        grounds.retain(|ground| reached(ground.position));
        let source = match args.calls {
            None if args.from.is_some() => {
                Source::History(history(snapshot, nomenclature, &run, &reached))
            }
            calls => Source::Drawn(calls.map_or(CALLS, f64::from)),
        };
        if let Source::History(calls) = &source {
            anyhow::ensure!(
                !calls.is_empty(),
                "the store has no call from {} to {} that a patrol was sent to; with --calls N they are drawn",
                window.start,
                window.end
            );
        }
        let out_of_reach = sites - grounds.len();
        Ok(Self { run, window, nomenclature, grounds, out_of_reach, source })
    }

    /// When the run begins.
    pub(super) const fn begin(&self) -> Timestamp {
        self.run.start
    }

    /// Hours of the run, begun ones included.
    pub(super) fn hours(&self) -> i64 {
        (self.run.end.seconds_since(self.run.start) / 3600.0).ceil() as i64
    }

    /// The measured window.
    pub(super) const fn window(&self) -> &Range<Timestamp> {
        &self.window
    }

    /// The measured window in seconds of the run.
    pub(super) fn window_s(&self) -> Range<f64> {
        self.window.start.seconds_since(self.run.start)
            ..self.window.end.seconds_since(self.run.start)
    }

    /// Where patrols begin, and go on their rounds.
    pub(super) fn places(&self) -> Vec<LonLat> {
        self.grounds.iter().map(|ground| ground.position).collect()
    }

    /// What the calls are, for people.
    pub(super) fn told(&self) -> String {
        match &self.source {
            Source::History(_) => "the store's own calls".to_owned(),
            Source::Drawn(mean) => format!("{mean} drawn calls on average"),
        }
    }

    /// Whether calls are drawn for each evening, or the same in all.
    pub(super) const fn are_drawn(&self) -> bool {
        matches!(self.source, Source::Drawn(_))
    }

    /// What is reported in one of the evenings.
    pub(super) fn calls(&self, seed: u64, replication: u32) -> Vec<Reported> {
        match &self.source {
            Source::History(calls) => calls.clone(),
            Source::Drawn(mean) => {
                let mut dice = dice(seed, replication, Subject::Calls);
                // Some sites are worse than others, and stay so from one evening to the next.
                let mut caller = Caller::new(seed, &self.grounds);
                let calls = caller.evening(&self.run, &self.window, *mean, &mut dice);
                calls.into_iter().filter_map(|call| self.reported(&call)).collect()
            }
        }
    }

    fn reported(&self, call: &demo::Call) -> Option<Reported> {
        let ground = self.grounds.iter().find(|ground| ground.site == call.site)?;
        let (priority, crew_min) = needs(self.nomenclature, &call.kind, call.reported_at);
        Some(Reported {
            reported_s: call.reported_at.seconds_since(self.run.start),
            kind: call.kind.clone(),
            priority,
            crew_min,
            position: ground.position,
        })
    }
}

/// How urgent a kind is, and how many agents it takes at that hour.
fn needs(nomenclature: &Nomenclature, kind: &KindCode, at: Timestamp) -> (Priority, u8) {
    nomenclature.get(kind).map_or(KIND_ELSE, |kind| (kind.priority, kind.crew_min(at)))
}

/// Whether it was cancelled as a mistake or as a duplicate of another.
fn is_no_call(snapshot: &Snapshot, row: &IncidentRow) -> bool {
    let is_told = |step: &Step| {
        step.action == Action::Cancelled
            && matches!(step.reason, Some(Reason::Mistake | Reason::Duplicate))
    };
    row.status == Status::Cancelled
        && snapshot.incident(row.id).is_some_and(|incident| incident.steps.iter().any(is_told))
}

/// What the store has of the run, without what patrols found by themselves and what was no call of its own, a mistake
/// or a duplicate: nobody was to be sent there.
fn history(
    snapshot: &Snapshot,
    nomenclature: &Nomenclature,
    run: &Range<Timestamp>,
    reached: &dyn Fn(LonLat) -> bool,
) -> Vec<Reported> {
    let incidents = snapshot.incidents();
    let window = TimeWindow { from: Some(run.start), to: Some(run.end) };
    let rows = incidents
        .within(window, |row| row.channel != Channel::Patrol && !is_no_call(snapshot, row));
    let reported = rows.into_iter().map(|row| {
        let kind = &incidents.kinds()[usize::from(row.kind)];
        let (priority, crew_min) = needs(nomenclature, kind, row.reported_at);
        Reported {
            reported_s: row.reported_at.seconds_since(run.start),
            kind: kind.clone(),
            priority,
            crew_min,
            position: snapshot.stock().place(row.place).position,
        }
    });
    reported.filter(|reported| reached(reported.position)).collect()
}
