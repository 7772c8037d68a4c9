//! Hours of the demo on a clock of the tests' own: what it does, and what it leaves to people.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use tempfile::TempDir;

use super::*;
use crate::{
    geo::geodesic_distance_m,
    incident::{Action, ActorRole, Channel, Command, Incident, IncidentId, Reason, Status},
    patrol::{Availability, PatrolId},
    roads::StraightLine,
    store::sqlite::SqliteStore,
    time::Timestamp,
};

/// Metres a second that no patrol of these tests exceeds on its way.
const SPEED: StraightLine = StraightLine { speed_m_per_s: 12.0, detour: 1.3 };

/// Each test runs alone on the clock of its own thread's app, which the writer's thread reads too: so there is
/// one clock for each test, and a function for each.
macro_rules! clock {
    ($name:ident) => {
        mod $name {
            use super::*;

            pub static UNIX_MS: AtomicI64 = AtomicI64::new(1_781_892_000_000); // 2026-06-19T18:00:00Z

            pub fn now() -> Timestamp {
                Timestamp::from_unix_ms(UNIX_MS.load(Ordering::SeqCst)).unwrap()
            }
        }
    };
}
clock!(hours);
clock!(taken_over);
clock!(sent_second);

struct Room {
    app: App,
    clock: &'static AtomicI64,
    _folder: TempDir,
}

impl Room {
    fn open(now: fn() -> Timestamp, clock: &'static AtomicI64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("demo.sqlite")).unwrap();
        let app = App::open(Box::new(store), now).unwrap();
        Self { app, clock, _folder: folder }
    }

    /// Lets the demo live on for `seconds`, looking around after each beat.
    async fn live(&self, evening: &mut Evening<'_>, seconds: i64, mut look: impl FnMut(&App)) {
        for _ in 0..seconds / 4 {
            self.clock.fetch_add(4000, Ordering::SeqCst);
            beat(&self.app, evening).await.unwrap();
            look(&self.app);
        }
    }

    async fn town(&self) -> Scenery {
        self.app.import_stock(demo::generate(1)).await.unwrap();
        let scenery = Scenery::of(&self.app, 1, Arc::new(SPEED));
        scenery.muster(&self.app).await.unwrap();
        scenery
    }

    async fn step(&self, incident: IncidentId, command: Command) -> Incident {
        let correction = Correction::default();
        let request = StepRequest { incident, command, correction, key: None };
        self.app.step_incident(request).await.unwrap().incident
    }

    fn incident(&self, id: IncidentId) -> Incident {
        self.app.snapshot().incident(id).unwrap()
    }
}

fn by_hand(action: Action) -> Command {
    Command {
        action,
        actor: ActorRole::Dispatcher,
        at: None,
        patrol: None,
        reason: None,
        duplicate_of: None,
        partner: None,
        override_reason: None,
        report: None,
        remark: None,
    }
}

fn open(app: &App) -> Vec<(IncidentId, Status)> {
    let snapshot = app.snapshot();
    let parts = snapshot.incidents().parts();
    let rows = parts.into_iter().flat_map(|part| part.id().iter().zip(part.status()));
    rows.filter(|(_, status)| !status.is_over()).map(|(id, status)| (*id, *status)).collect()
}

#[test]
fn over_hours_every_call_is_seen_to_and_the_board_never_overflows() {
    let room = Room::open(hours::now, &hours::UNIX_MS);
    actix_web::rt::System::new().block_on(async {
        room.town().await;
        let roads = crate::cli::demo::travel_time(&room.app.snapshot());
        let scenery = Scenery::of(&room.app, 1, roads);
        let mut evening = scenery.begin(&room.app);
        let (mut most_open, mut most_busy) = (0, 0);
        let mut at: HashMap<PatrolId, LonLat> = HashMap::new();
        room.live(&mut evening, 4 * 3600, |app| {
            let snapshot = app.snapshot();
            most_open = most_open.max(open(app).len());
            most_busy = most_busy.max(snapshot.interventions().missions().len());
            for fix in snapshot.patrols().iter().filter_map(|state| state.last_fix.as_ref()) {
                if let Some(before) = at.insert(fix.patrol.clone(), fix.position) {
                    let moved_m = geodesic_distance_m(before, fix.position);
                    // 50 km/h, and somewhat more where a yard is crossed faster than its length says.
                    assert!(moved_m < 100.0, "{} moved {moved_m:.0} m in 4 s", fix.patrol);
                }
            }
        })
        .await;

        let snapshot = room.app.snapshot();
        assert!(most_open <= 30, "{most_open} open at once");
        assert!((5..=22).contains(&most_busy), "{most_busy} patrols busy at once");
        assert_eq!(at.len(), 27);
        let mut ended: HashMap<Status, u32> = HashMap::new();
        let mut travels_s = Vec::new();
        for part in snapshot.incidents().parts() {
            for id in part.id() {
                let incident = snapshot.incident(*id).unwrap();
                *ended.entry(incident.status).or_default() += 1;
                if incident.status == Status::Closed {
                    let times = incident.milestones();
                    assert!(incident.report().is_some(), "a closed call has its report");
                    let span = times.on_site_at.zip(times.en_route_at).unwrap();
                    travels_s.push(span.0.seconds_since(span.1));
                }
            }
        }
        let closed = ended[&Status::Closed];
        assert!((250..=500).contains(&closed), "{ended:?}");
        assert!(ended.contains_key(&Status::HandedOver) && ended.contains_key(&Status::NoAction));
        let mean_s = travels_s.iter().sum::<f64>() / travels_s.len() as f64;
        assert!((20.0..400.0).contains(&mean_s), "the way took {mean_s:.0} s");
        assert_eq!(evening.open(), open(&room.app).len());
    });
    room.app.close();
}

#[test]
fn what_a_person_has_in_hand_is_theirs_and_the_crew_goes_where_it_is_sent() {
    let room = Room::open(taken_over::now, &taken_over::UNIX_MS);
    actix_web::rt::System::new().block_on(async {
        let scenery = room.town().await;
        let mut evening = scenery.begin(&room.app);
        room.live(&mut evening, 60, |_| {}).await;
        let call = crate::app::NewIncident {
            kind: "PER-MEN".parse().unwrap(),
            channel: Channel::Call,
            status: Status::Received,
            reported_at: None,
            whereabouts: crate::app::Whereabouts::Site {
                code: scenery.grounds[7].site.clone(),
                building: None,
            },
            key: None,
        };
        let id = room.app.receive_incident(call).await.unwrap().incident.id;

        room.live(&mut evening, 300, |_| {}).await;
        assert_eq!(room.incident(id).status, Status::Received, "nobody of the demo takes it");

        let snapshot = room.app.snapshot();
        let free = snapshot.patrols().iter().find(|state| {
            snapshot.availability(&state.patrol) == Availability::Available
                && state.patrol.crew >= Some(3)
        });
        let chosen = free.unwrap().patrol.id.clone();
        let send = Command { patrol: Some(chosen.clone()), ..by_hand(Action::Assigned) };
        room.step(id, send).await;
        let seen = RefCell::new(Vec::new());
        room.live(&mut evening, 40, |_| seen.borrow_mut().push(room.incident(id).status)).await;
        let seen = seen.into_inner();
        assert!(
            seen.contains(&Status::Acknowledged) && seen.contains(&Status::EnRoute),
            "{seen:?}"
        );
        assert_eq!(room.incident(id).lead().map(|lead| lead.patrol), Some(chosen.clone()));

        let reason = Some(Reason::BetterPlaced);
        room.step(id, Command { reason, ..by_hand(Action::Reassigned) }).await;
        room.live(&mut evening, 120, |_| {}).await;
        assert_eq!(room.incident(id).status, Status::Qualified, "and nobody sends another one");

        room.live(&mut evening, 1800, |_| {}).await;
        assert!(room.incident(id).status.is_over(), "what is left alone is the demo's again");
    });
    room.app.close();
}

#[test]
fn a_patrol_that_is_sent_second_drives_there_too() {
    let room = Room::open(sent_second::now, &sent_second::UNIX_MS);
    actix_web::rt::System::new().block_on(async {
        let scenery = room.town().await;
        let mut evening = scenery.begin(&room.app);
        room.live(&mut evening, 400, |_| {}).await;
        let snapshot = room.app.snapshot();
        let on_site = open(&room.app).into_iter().find(|(_, status)| *status == Status::OnSite);
        let (id, _) = on_site.unwrap();
        let free = snapshot
            .patrols()
            .iter()
            .find(|state| snapshot.availability(&state.patrol) == Availability::Available);
        let second = free.unwrap().patrol.id.clone();

        let send = Command { patrol: Some(second.clone()), ..by_hand(Action::Reinforced) };
        room.step(id, send).await;

        let stages = RefCell::new(Vec::new());
        room.live(&mut evening, 900, |app| {
            let snapshot = app.snapshot();
            let mission = snapshot.interventions().mission_of(&second);
            let here = mission.filter(|mission| mission.incident == id);
            stages.borrow_mut().extend(here.map(|mission| mission.sent.stage));
        })
        .await;
        let stages = stages.into_inner();
        assert!(stages.contains(&Status::EnRoute), "{stages:?}");
    });
    room.app.close();
}
