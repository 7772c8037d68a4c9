//! What a state of the twin means, apart from the order in which it came about.

use std::collections::BTreeMap;

use vigie::{
    access::{Account, Setting},
    alert::Alert,
    correlation::Situation,
    event::Seq,
    patrol::PatrolId,
    retention::{Hold, Purge},
    roads::{ClassSpeeds, Road, Turn},
    stock::{Building, Landlord, Site, Surrounding},
    store::Store,
    tract::{Dataset, Tract},
    twin::{Mission, PatrolState, Snapshot, SnapshotBuilder},
};

/// A state, comparable.
#[derive(Debug, PartialEq)]
pub struct State {
    pub seq: Seq,
    pub landlords: Vec<Landlord>,
    pub sites: BTreeMap<String, Site>,
    pub buildings: BTreeMap<String, Building>,
    pub surroundings: Vec<Surrounding>,
    /// By code and vintage.
    pub tracts: Vec<Tract>,
    pub datasets: Vec<Dataset>,
    pub roads: Vec<Road>,
    pub turns: Vec<Turn>,
    pub speeds: Vec<ClassSpeeds>,
    /// By site: its notes and hazards, in words.
    pub briefings: Vec<String>,
    pub patrols: Vec<PatrolState>,
    /// By id: all that the twin knows of an incident, in words.
    pub incidents: BTreeMap<String, String>,
    /// By patrol: what it is on.
    pub missions: Vec<(PatrolId, Mission)>,
    pub alerts: Vec<Alert>,
    pub situations: Vec<Situation>,
    pub accounts: Vec<Account>,
    pub settings: Vec<Setting>,
    pub holds: Vec<Hold>,
    pub purges: Vec<Purge>,
}

impl State {
    pub fn of(snapshot: &Snapshot) -> Self {
        let stock = snapshot.stock();
        let incidents = snapshot.incidents();
        let rows =
            incidents.parts().into_iter().flat_map(|part| (0..part.len()).map(|at| part.row(at)));
        let incidents: Vec<(String, String)> = rows
            .map(|row| {
                let kind = &incidents.kinds()[row.kind as usize];
                let building = stock.place(row.place).building.map(|ix| &stock.building(ix).id);
                let told = format!(
                    "{kind} {:?} {:?} {} {} {building:?} {:?}",
                    row.channel,
                    row.status,
                    row.reported_at,
                    stock.site(row.site).code,
                    snapshot.interventions().get(row.id).map(|incident| &incident.steps)
                );
                (row.id.to_string(), told)
            })
            .collect();
        let count = incidents.len();
        let state = Self {
            seq: snapshot.seq(),
            landlords: stock.landlords().to_vec(),
            sites: stock.sites().iter().map(|site| (site.code.to_string(), site.clone())).collect(),
            buildings: stock
                .buildings()
                .iter()
                .map(|building| (building.id.to_string(), building.clone()))
                .collect(),
            surroundings: stock.surroundings().to_vec(),
            tracts: outlines(snapshot),
            datasets: stock.tract_index().datasets().iter().map(|it| (**it).clone()).collect(),
            roads: snapshot.roads().network().roads().to_vec(),
            turns: snapshot.roads().network().turns().to_vec(),
            speeds: snapshot.roads().network().imported_speeds().to_vec(),
            briefings: snapshot
                .briefings()
                .iter()
                .map(|(site, told)| format!("{site} {told:?}"))
                .filter(|told| !told.ends_with("Briefing { notes: [], hazards: [] }"))
                .collect(),
            patrols: snapshot.patrols().iter().cloned().collect(),
            incidents: incidents.into_iter().collect(),
            missions: snapshot
                .interventions()
                .missions()
                .map(|(patrol, mission)| (patrol.clone(), mission.clone()))
                .collect(),
            alerts: snapshot.alerts().iter().cloned().collect(),
            situations: snapshot.situations().iter().cloned().collect(),
            accounts: snapshot.accounts().iter().map(|account| (**account).clone()).collect(),
            settings: snapshot.settings().iter().copied().collect(),
            holds: snapshot.registers().holds().cloned().collect(),
            purges: snapshot.registers().purges().to_vec(),
        };
        assert_eq!(state.incidents.len(), count, "no incident is there twice");
        state
    }
}

fn outlines(snapshot: &Snapshot) -> Vec<Tract> {
    let mut all: Vec<Tract> = snapshot.stock().tract_index().all().cloned().collect();
    all.sort_by(|a, b| a.key().cmp(&b.key()));
    all
}

/// The state that a replay leads to.
pub fn replayed(store: &mut dyn Store) -> State {
    let mut state = SnapshotBuilder::default();
    let seq = store.replay(&mut |facts| state.add(facts)).unwrap();
    State::of(&state.finish(seq, store.last_fixes().unwrap()))
}

/// Brings `snapshot` up to the last event of the store, as a program that follows another one does.
pub fn followed(mut snapshot: Snapshot, store: &mut dyn Store) -> Snapshot {
    loop {
        let events = store.events_after(snapshot.seq()).unwrap();
        let Some(last) = events.last().map(|event| event.seq) else { break };
        snapshot.apply(events.into_iter().map(|event| event.fact), last);
    }
    snapshot.replace_fixes(store.last_fixes().unwrap());
    snapshot
}
