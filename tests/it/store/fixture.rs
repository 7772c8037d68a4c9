//! Small facts to write.

use geo::{LineString, polygon};
use uuid::Uuid;
use vigie::{
    access::{
        AccessAnchor, Account, AccountId, Key, RecoveryDigest, Role, SEALED_SECRET_BYTES, SealKey,
        SealedSecret, Seat, SecondFactor, Setting, SettingName, TokenDigest,
    },
    alert::{Alert, AlertId, AlertKind, AlertState, Resolution},
    closed_list::ClosedList as _,
    event::{Event, Fact},
    geo::LonLat,
    incident::{
        Action, ActorRole, Channel, IdempotencyKey, Incident, IncidentId, Outcome, PeopleBracket,
        Reason, Remark, Report, RequestDigest, Status, Step,
    },
    mailing::{FileDigests, Mailbox, Mailing, MailingKey, MailingState},
    patrol::{Availability, Patrol, PositionFix},
    retention::{Hold, HoldId, HoldReason, HoldScope, Purge, PurgeCause, Removed},
    roads::{ClassSpeeds, NodeMark, Road, RoadClass, RoadPoint, Turn, TurnRule, Via},
    stock::{
        Building, Footprint, Hall, Hazard, HazardKind, Landlord, NoteTopic, Site, SiteNote,
        StockChange, Surrounding, SurroundingClass, SurroundingShape,
    },
    store::{Batch, MailChange, NewFact, Store, StoreError},
    time::{TimeWindow, Timestamp},
    tract::{Dataset, DatasetRow, Division, Tract, TractKind, Variable, Vintage},
};

use super::signals;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_700_000_000_000 + second * 1000).unwrap()
}

pub fn position(number: u32) -> LonLat {
    LonLat::new(2.3 + f64::from(number) * 1e-3, 48.85).unwrap()
}

pub fn landlord() -> Landlord {
    Landlord::named("Paris Habitat").unwrap()
}

pub fn site(number: u32) -> Site {
    Site {
        code: format!("PH-{number:04}").parse().unwrap(),
        landlord: landlord().id,
        name: format!("Résidence {number}"),
        dwellings: 10 * number,
        position: position(number),
        outline: number.is_multiple_of(2).then(|| footprint(number)),
        address: number.is_multiple_of(3).then(|| "1, rue de l'Église".to_owned()),
    }
}

pub fn footprint(number: u32) -> Footprint {
    let (x, y) = (position(number).lon(), position(number).lat());
    let ring = polygon![
        exterior: [(x: x, y: y), (x: x + 9e-4, y: y), (x: x + 9e-4, y: y + 9e-4), (x: x, y: y + 9e-4), (x: x, y: y)],
        interiors: [[(x: x + 3e-4, y: y + 3e-4), (x: x + 3e-4, y: y + 6e-4), (x: x + 6e-4, y: y + 6e-4), (x: x + 3e-4, y: y + 3e-4)]],
    ];
    Footprint::new(geo::MultiPolygon::new(vec![ring])).unwrap()
}

/// Building `number` on site `number`, with `halls` entrances.
pub fn building(number: u32, halls: u32) -> Building {
    let hall = |ordinal| Hall {
        label: format!("{ordinal} bis"),
        position: LonLat::new(2.3 + f64::from(ordinal) * 1e-4, 48.85).unwrap(),
    };
    Building {
        id: format!("PH-{number:04}-B1").parse().unwrap(),
        site: Some(site(number).code),
        site_was_given: number.is_multiple_of(2),
        footprint: footprint(number),
        height_m: number.is_multiple_of(3).then_some(12.5),
        levels: number.is_multiple_of(2).then_some(4),
        dwellings: Some(number),
        halls: (0..halls).map(hall).collect(),
    }
}

/// Dataset `number`: two variables, one of them without a label, of zones of which one is half unknown.
pub fn dataset(number: u32) -> Dataset {
    let row = |code: u32, figures: [Option<f64>; 2]| DatasetRow {
        code: format!("7511{code:05}").into(),
        figures: figures.into(),
    };
    Dataset {
        id: format!("filosofi-{number}").parse().unwrap(),
        source: "Insee, « Filosofi »".to_owned(),
        vintage: number.is_multiple_of(2).then(|| Vintage::new(2018).unwrap()),
        division: Division::Tract,
        variables: vec![
            Variable {
                name: "DISP_MED18".into(),
                label: Some("Médiane".to_owned()),
                unit: Some("€".to_owned()),
            },
            Variable { name: "P18_MEN".into(), label: None, unit: None },
        ],
        rows: vec![
            row(number, [Some(21_350.5), Some(0.1 + f64::from(number))]),
            row(number + 1, [None, Some(0.0)]),
        ],
    }
}

/// One of each thing of the stock.
pub fn stock(number: u32) -> StockChange {
    let area = footprint(number).polygons().clone();
    let around = |id: &str, class, shape| Surrounding {
        id: format!("{id}/{number}"),
        class,
        name: number.is_multiple_of(2).then(|| "Rue du Puits".to_owned()),
        rank: 1 + (number % 3) as u8,
        height_m: None,
        shape,
    };
    let line = LineString::from(vec![(2.3, 48.85), (2.31, 48.86)]);
    StockChange {
        landlords: vec![landlord()],
        sites: vec![site(number)],
        buildings: vec![building(number, 2)],
        surroundings: vec![
            around("way", SurroundingClass::Street, SurroundingShape::Line(line)),
            around("relation", SurroundingClass::Water, SurroundingShape::Area(area.clone())),
        ],
        tracts: vec![Tract {
            code: format!("7511{:05}", number).parse().unwrap(),
            vintage: number.is_multiple_of(2).then(|| Vintage::new(2018).unwrap()),
            name: "Sainte-Marguerite".to_owned(),
            kind: TractKind::Housing,
            area,
        }],
        datasets: vec![dataset(number)],
        roads: vec![road(number)],
        turns: vec![turn(number)],
        speeds: vec![ClassSpeeds {
            class: RoadClass::ALL[number as usize % RoadClass::COUNT],
            percent: [40 + (number % 60) as u8; 168],
        }],
        notes: NoteTopic::ALL.iter().map(|topic| note(number, *topic)).collect(),
        hazards: vec![hazard(number)],
    }
}

/// Road `number`, of three points.
pub fn road(number: u32) -> Road {
    let point = |index: u32| RoadPoint {
        node: i64::from(number) * 10 - i64::from(index) * 7_000_000_000,
        position: position(number + index),
        mark: NodeMark::ALL[(number + index) as usize % NodeMark::ALL.len()],
    };
    Road {
        id: format!("way/{number}"),
        class: RoadClass::ALL[number as usize % RoadClass::COUNT],
        name: number.is_multiple_of(2).then(|| "Rue de l'Église".to_owned()),
        points: (0..3).map(point).collect(),
        forward_kmh: number.is_multiple_of(2).then_some(130),
        backward_kmh: number.is_multiple_of(3).then_some(30),
        restricted: number.is_multiple_of(2),
        walkable: number.is_multiple_of(3),
    }
}

/// A sign about road `number`, at a node or over two other roads.
pub fn turn(number: u32) -> Turn {
    let other = |by: u32| format!("way/{}", number + by);
    Turn {
        id: format!("relation/{number}"),
        from: other(0),
        via: if number.is_multiple_of(2) {
            Via::Node(-i64::from(number))
        } else {
            Via::Roads(vec![other(1), other(2)])
        },
        to: other(3),
        rule: TurnRule::ALL[number as usize % TurnRule::ALL.len()],
    }
}

/// What is told about a topic of site `number`; nothing any more of every third.
pub fn note(number: u32, topic: NoteTopic) -> SiteNote {
    let words = format!("Consigne n° {number} : « entrer par la cour », {}", topic.as_str());
    let text = (!number.is_multiple_of(3)).then(|| words.parse().unwrap());
    SiteNote { site: site(number).code, topic, text }
}

/// A hazard on site `number`.
pub fn hazard(number: u32) -> Hazard {
    Hazard {
        site: site(number).code,
        kind: HazardKind::ALL[number as usize % HazardKind::ALL.len()],
        since: at(i64::from(number)),
        until: at(3600 + i64::from(number)),
    }
}

/// Incident `number` on site `on`, reported at its own second.
pub fn incident(number: u32, on: u32, status: Status) -> Incident {
    Incident {
        id: IncidentId::new(Uuid::from_u128(
            0x0192_0000_0000_7000_8000_0000_0000_0000 + u128::from(number),
        )),
        kind: if number.is_multiple_of(2) { "OCC-HAL" } else { "TEC-EAU" }.parse().unwrap(),
        channel: Channel::ALL[number as usize % Channel::ALL.len()],
        status,
        reported_at: at(i64::from(number)),
        site: site(on).code,
        building: number.is_multiple_of(3).then(|| building(on, 0).id),
        steps: vec![],
    }
}

pub fn patrol(number: u32, availability: Availability) -> Patrol {
    Patrol {
        id: format!("TANGO-{number}").parse().unwrap(),
        callsign: format!("Tango {number}"),
        availability,
        crew: number.is_multiple_of(2).then_some(3),
        position_off_at: None,
    }
}

pub fn fix(patrol_number: u32, second: i64) -> PositionFix {
    PositionFix {
        patrol: patrol(patrol_number, Availability::Busy).id,
        position: LonLat::new(2.3 + second as f64 * 1e-4, 48.85).unwrap(),
        recorded_at: at(second),
        accuracy_m: (second % 2 == 0).then_some(4.5),
    }
}

/// The incident after `action` of patrol `number`, a minute after its last step.
pub fn stepped(incident: &Incident, action: Action, number: u32) -> Incident {
    let last = incident.steps.last().map_or(incident.reported_at, |step| step.at);
    let report = Report { outcome: Outcome::Ras, people: PeopleBracket::UpTo3, with_police: false };
    let mut incident = incident.clone();
    incident.take(Step {
        patrol: (action != Action::Qualified).then(|| patrol(number, Availability::Busy).id),
        reason: (action == Action::Reassigned).then_some(Reason::BetterPlaced),
        report: (action == Action::Reported).then_some(report),
        remark: (action == Action::Reported && number.is_multiple_of(2))
            .then(|| Remark::kept("Groom de la porte A cassé.").unwrap()),
        ..Step::plain(action, last.plus_seconds(60), at(0), ActorRole::Dispatcher)
    });
    incident
}

/// Alert `number` about a patrol, about an incident where one is told.
pub fn alert(number: u32, about: u32, incident: Option<&Incident>) -> Alert {
    Alert {
        id: AlertId::new(Uuid::from_u128(u128::from(number))),
        kind: AlertKind::Sos,
        patrol: Some(patrol(about, Availability::Busy).id),
        incident: incident.map(|incident| incident.id),
        site: incident.map(|incident| incident.site.clone()),
        raised_at: at(7),
        level: 2,
        state: AlertState::Resolved,
        acknowledged: Some((ActorRole::Dispatcher, at(8))),
        resolved: Some((Resolution::Assisted, ActorRole::Supervisor, at(9))),
    }
}

/// Account `number`: a person's, a landlord's token, a patrol's token, or the program's own.
pub fn account(number: u32) -> Account {
    let seats = [
        Seat::new(Role::Dispatcher, None, None).unwrap(),
        Seat::new(Role::Landlord, Some(landlord().id), None).unwrap(),
        Seat::new(Role::Patrol, None, Some(patrol(1, Availability::Busy).id)).unwrap(),
        Seat::SYSTEM,
    ];
    let token = Key::Token(TokenDigest::from_digest([number as u8; 32]));
    let keys = [
        Key::Password("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".parse().unwrap()),
        token.clone(),
        token,
        Key::Seal(SealKey::new([number as u8; 32])),
    ];
    let sort = number as usize % seats.len();
    Account {
        id: AccountId::new(Uuid::from_u128(u128::from(number))),
        name: format!("post-{number}").parse().unwrap(),
        seat: seats[sort].clone(),
        key: keys[sort].clone(),
        second_factor: (number % 8 == 4).then(|| second_factor(number)),
        created_at: at(1),
        expires_at: number.is_multiple_of(2).then(|| at(86_400)),
        disabled_at: number.is_multiple_of(5).then(|| at(7200)),
        epoch: 3 * number,
    }
}

/// Where the reports of the landlord go.
pub fn mailbox(name: &str) -> Mailbox {
    let address = format!("{name}@bailleur.example").parse().unwrap();
    Mailbox { landlord: landlord().id, address, set_at: at(11) }
}

/// What has become of the report of a night in November, sent the so-many-th time.
pub fn mailing(day: u32, ordinal: u32, state: MailingState) -> Mailing {
    let night = format!("2023-11-{day:02}").parse().unwrap();
    let sent = state == MailingState::Sent;
    Mailing {
        key: MailingKey { landlord: landlord().id, night, ordinal },
        state,
        mailbox: (state != MailingState::ToFetch).then(|| mailbox("astreinte").address),
        opened_at: at(i64::from(day)),
        changed_at: at(i64::from(day) + 1),
        due_at: state.is_open().then(|| at(900)),
        attempts: 3,
        unsure: ordinal,
        reply: sent.then_some(250),
        files: sent.then_some(FileDigests { pdf: [day as u8; 32], csv: [7; 32] }),
    }
}

/// How far access log `log` had got on a day in November.
pub fn anchor(log: u128, day: u32, seq: u64) -> AccessAnchor {
    let day = format!("2023-11-{day:02}").parse().unwrap();
    AccessAnchor { log: Uuid::from_u128(log), day, seq, hash: [seq as u8; 32] }
}

pub fn commit_anchor(store: &mut dyn Store, anchor: AccessAnchor) -> Result<(), StoreError> {
    store.begin()?.commit_anchor(&anchor)
}

pub fn commit_mail(store: &mut dyn Store, change: MailChange) -> Result<(), StoreError> {
    store.begin()?.commit_mail(change)
}

/// Remarks turned on or off, as `number` is odd or even, by the account of that number.
pub fn setting(number: u32) -> Setting {
    Setting {
        name: SettingName::Remarks,
        is_on: number % 2 == 1,
        changed_by: (number > 0).then(|| account(number).id),
        changed_at: at(i64::from(number)),
    }
}

/// Hold `number`, of an incident, or of those on a site that are reported before second 3.
pub fn hold(number: u32, incident: Option<&Incident>, on: Option<u32>) -> Hold {
    let to = on.map(|_| at(3));
    Hold {
        id: HoldId::new(Uuid::from_u128(u128::from(number))),
        scope: HoldScope {
            incident: incident.map(|incident| incident.id),
            site: on.map(|number| site(number).code),
            reported: TimeWindow { from: None, to },
        },
        reason: HoldReason::ALL[number as usize % HoldReason::ALL.len()],
        until: at(1_000_000_000),
        set_at: at(60),
        set_by: number.is_multiple_of(2).then(|| "dpo".parse().unwrap()),
        lifted: None,
    }
}

/// Purge `number` under these holds; a store does not ask who signed it.
pub fn purge(number: u64, removed: Vec<Removed>, holds: Vec<HoldId>) -> Purge {
    Purge {
        number,
        at: at(100),
        cause: PurgeCause::Command,
        complete: true,
        removed,
        holds,
        previous: [number as u8; 32],
        public_key: [2; 32],
        signature: [3; 64],
    }
}

/// What somebody shows beside a password, with as many recovery codes left as `number` says.
fn second_factor(number: u32) -> SecondFactor {
    let code = |of: u32| RecoveryDigest::from_digest([of as u8; 32]);
    SecondFactor {
        secret: SealedSecret::from_bytes([number as u8; SEALED_SECRET_BYTES]),
        used_step: 58_000_000 + u64::from(number),
        recovery: (0..number % 7).map(code).collect(),
    }
}

/// Something of every kind that a store keeps.
pub fn one_of_everything() -> Batch {
    let received = incident(1, 1, Status::Received);
    let qualified = stepped(&received, Action::Qualified, 1);
    let assigned = stepped(&qualified, Action::Assigned, 1);
    let mut everything = batch([
        stock_fact(1),
        stock_fact(2),
        Fact::IncidentRecorded(received),
        patrol_fact(1, Availability::Busy),
        patrol_fact(2, Availability::OffDuty),
        Fact::IncidentRecorded(qualified),
        Fact::IncidentRecorded(assigned.clone()),
        Fact::AlertRecorded(alert(1, 1, Some(&assigned))),
        Fact::AccountRecorded(account(0)),
        Fact::AccountRecorded(account(1)),
        Fact::AccountRecorded(account(2)),
        Fact::AccountRecorded(account(3)),
        Fact::AccountRecorded(Account { disabled_at: Some(at(3600)), epoch: 1, ..account(0) }),
        Fact::SettingChanged(setting(1)),
        Fact::SettingChanged(setting(0)),
        Fact::HoldRecorded(hold(1, Some(&assigned), None)),
        Fact::HoldRecorded(hold(2, None, Some(2))),
        Fact::HoldRecorded(Hold { lifted: Some((at(99), None)), ..hold(2, None, Some(2)) }),
        Fact::Purged(purge(1, Vec::new(), vec![hold(1, None, None).id])),
        signals::situation_fact(4),
    ]);
    everything.fixes.push(fix(1, 5));
    everything
}

pub fn key(name: &str) -> (IdempotencyKey, RequestDigest) {
    (name.parse().unwrap(), RequestDigest::of(name.as_bytes()))
}

pub fn batch(facts: impl IntoIterator<Item = Fact>) -> Batch {
    let facts = facts.into_iter().map(|fact| NewFact { fact, author: None, key: None }).collect();
    Batch { recorded_at: at(0), facts, fixes: Vec::new() }
}

pub fn stock_fact(number: u32) -> Fact {
    Fact::StockChanged(stock(number))
}

pub fn incident_fact(number: u32, on: u32) -> Fact {
    Fact::IncidentRecorded(incident(number, on, Status::Received))
}

pub fn patrol_fact(number: u32, availability: Availability) -> Fact {
    Fact::PatrolRecorded(patrol(number, availability))
}

pub fn commit(store: &mut dyn Store, batch: Batch) -> Result<Vec<Event>, StoreError> {
    store.begin()?.commit(batch)
}
