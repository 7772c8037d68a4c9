//! The life cycle as a table, and the rules about patrols.

use super::*;
use crate::incident::{Channel, Outcome, PeopleBracket};

fn at(minute: i64) -> Timestamp {
    "2026-11-24T02:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(minute * 60)
}

fn patrol(name: &str) -> PatrolId {
    name.parse().unwrap()
}

fn id(number: u128) -> IncidentId {
    IncidentId::new(uuid::Uuid::from_u128(number))
}

fn call() -> Incident {
    Incident {
        id: id(1),
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: at(0),
        site: "A".parse().unwrap(),
        building: None,
        steps: Vec::new(),
    }
}

fn command(action: Action) -> Command {
    let report = Report { outcome: Outcome::Ras, people: PeopleBracket::None, with_police: false };
    let leaves = matches!(action, Action::Cancelled | Action::Reassigned | Action::NoAction);
    Command {
        action,
        actor: ActorRole::Dispatcher,
        at: None,
        patrol: None,
        reason: leaves.then_some(Reason::Mistake),
        duplicate_of: None,
        partner: (action == Action::HandedOver).then_some(Partner::Police),
        override_reason: None,
        report: (action == Action::Reported).then_some(report),
        remark: None,
    }
}

fn free(name: &str) -> Candidate {
    Candidate {
        patrol: patrol(name),
        availability: Availability::Available,
        mission: None,
        turned: false,
        crew: Some(3),
        crew_min: 2,
        is_stale: false,
    }
}

/// Takes `actions` one after the other, a minute apart, with TANGO-1 in the lead and TANGO-2 as a second.
fn after(actions: &[Action]) -> Incident {
    let mut incident = call();
    for (minute, action) in (1..).zip(actions) {
        let name = if *action == Action::Reinforced { "TANGO-2" } else { "TANGO-1" };
        let steps = decide(&incident, &command(*action), Some(&free(name)), at(minute)).unwrap();
        steps.into_iter().for_each(|step| incident.take(step));
    }
    incident
}

const WAY: [Action; 8] = [
    Action::Qualified,
    Action::Assigned,
    Action::Acknowledged,
    Action::EnRoute,
    Action::OnSite,
    Action::Cleared,
    Action::Reported,
    Action::Closed,
];

#[test]
fn the_life_of_an_incident_goes_from_the_call_to_closure_and_each_step_has_its_time() {
    let incident = after(&WAY);
    assert_eq!(incident.status, Status::Closed);
    let times = incident.milestones();
    assert_eq!(
        [
            times.qualified_at,
            times.assigned_at,
            times.acknowledged_at,
            times.en_route_at,
            times.on_site_at,
            times.cleared_at,
            times.reported_at,
            times.ended_at,
        ],
        [1, 2, 3, 4, 5, 6, 7, 8].map(|minute| Some(at(minute)))
    );
    assert_eq!(incident.report().unwrap().outcome, Outcome::Ras);
}

#[test]
fn from_each_status_only_the_steps_of_the_life_cycle_follow() {
    let allowed = |steps: usize| -> Vec<&str> {
        after(&WAY[..steps]).allowed().into_iter().map(|action| action.as_str()).collect()
    };
    let exits = ["cancelled", "handed_over", "no_action"];
    assert_eq!(allowed(0), [&["qualified", "assigned"], &exits[..]].concat());
    assert_eq!(allowed(1), [&["qualified", "assigned"], &exits[..]].concat());
    let on_the_way = ["cancelled", "reassigned", "handed_over", "no_action", "reinforced"];
    assert_eq!(allowed(2), [&["acknowledged"], &on_the_way[..]].concat());
    assert_eq!(allowed(3), [&["en_route"], &on_the_way[..]].concat());
    assert_eq!(allowed(4), [&["on_site"], &on_the_way[..]].concat());
    assert_eq!(allowed(5), [&["cleared"], &on_the_way[..], &["checked_in"]].concat());
    assert_eq!(allowed(6), ["reported"]);
    assert_eq!(allowed(7), ["closed"]);
    assert!(allowed(8).is_empty());
}

#[test]
fn what_is_not_allowed_is_refused_from_every_status() {
    for steps in 0..=WAY.len() {
        let incident = after(&WAY[..steps]);
        for action in Action::ALL.iter().copied().filter(|action| !incident.allows(*action)) {
            let refused = decide(&incident, &command(action), Some(&free("TANGO-9")), at(60));
            assert_eq!(refused, Err(Refusal::NotAllowed { action, status: incident.status }));
        }
    }
}

#[test]
fn sending_a_patrol_to_a_call_that_nobody_has_qualified_qualifies_it() {
    let incident = after(&[Action::Assigned]);
    let actions: Vec<Action> = incident.steps.iter().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Qualified, Action::Assigned]);
    assert_eq!(incident.lead().unwrap().patrol, patrol("TANGO-1"));
}

#[test]
fn a_reassigned_incident_waits_again_and_its_patrol_is_free() {
    let incident = after(&[Action::Assigned, Action::Acknowledged, Action::Reassigned]);
    assert_eq!((incident.status, incident.sent()), (Status::Qualified, vec![]));
    assert_eq!(incident.milestones().assigned_at, None);
    assert_eq!(incident.milestones().qualified_at, Some(at(1)));
}

#[test]
fn a_second_patrol_takes_its_own_steps_and_the_incident_follows_the_first() {
    let mut incident = after(&[Action::Assigned, Action::Acknowledged, Action::Reinforced]);
    let of_second = Command { patrol: Some(patrol("TANGO-2")), ..command(Action::Acknowledged) };
    let steps = decide(&incident, &of_second, None, at(9)).unwrap();
    incident.take(steps[0].clone());
    assert_eq!(incident.status, Status::Acknowledged);
    let stages: Vec<_> = incident.sent().into_iter().map(|sent| (sent.leads, sent.stage)).collect();
    assert_eq!(stages, [(true, Status::Acknowledged), (false, Status::Acknowledged)]);

    let second_on_site = Command { patrol: Some(patrol("TANGO-2")), ..command(Action::OnSite) };
    let refused = decide(&incident, &second_on_site, None, at(10)).unwrap_err();
    assert_eq!(
        refused,
        Refusal::NotAllowed { action: Action::OnSite, status: Status::Acknowledged }
    );
    let released = decide(&incident, &command(Action::Released), None, at(11)).unwrap();
    incident.take(released[0].clone());
    assert_eq!(incident.sent().len(), 1);
}

#[test]
fn what_a_second_patrol_does_later_never_moves_a_finished_incident_back() {
    let mut incident = after(&[Action::Assigned, Action::Acknowledged, Action::Reinforced]);
    let second = |action| Command { patrol: Some(patrol("TANGO-2")), ..command(action) };
    let mut take = |command: &Command, minute| {
        for step in decide(&incident, command, None, at(minute)).unwrap() {
            incident.take(step);
        }
        incident.status
    };
    for (minute, action) in (5..).zip([Action::Acknowledged, Action::EnRoute, Action::OnSite]) {
        take(&second(action), minute);
    }
    for (minute, action) in (9..).zip([Action::EnRoute, Action::OnSite, Action::Cleared]) {
        take(&command(action), minute);
    }
    assert_eq!(take(&command(Action::Reported), 12), Status::Reported);
    assert_eq!(take(&second(Action::Cleared), 13), Status::Reported);
    assert_eq!(take(&command(Action::Closed), 14), Status::Closed);
}

#[test]
fn a_second_patrol_stays_with_an_incident_that_loses_its_first() {
    let incident = after(&[Action::Assigned, Action::Reinforced, Action::Reassigned]);
    let sent: Vec<_> = incident.sent().into_iter().map(|sent| sent.patrol).collect();
    assert_eq!(sent, [patrol("TANGO-2")]);
}

#[test]
fn a_second_patrol_takes_the_lead_from_where_it_has_got() {
    let mut incident = after(&[Action::Assigned, Action::Reinforced]);
    let mut take = |command: &Command, candidate: Option<&Candidate>, minute| {
        let steps = decide(&incident, command, candidate, at(minute))?;
        steps.into_iter().for_each(|step| incident.take(step));
        Ok(incident.clone())
    };
    let of_second = |action| Command { patrol: Some(patrol("TANGO-2")), ..command(action) };
    // Busy with this incident, and too few: it is there all the same.
    let second = Candidate { mission: Some(id(1)), crew: Some(1), ..free("TANGO-2") };
    for (action, minute) in [(Action::Acknowledged, 5), (Action::EnRoute, 6), (Action::OnSite, 7)] {
        take(&of_second(action), None, minute).unwrap();
    }
    let early = take(&of_second(Action::Assigned), Some(&second), 8);
    assert!(matches!(early, Err(Refusal::NotAllowed { .. })), "there is a lead");
    assert_eq!(take(&command(Action::Reassigned), None, 9).unwrap().status, Status::Qualified);
    let twice = take(&of_second(Action::Reinforced), Some(&second), 9);
    assert!(twice.is_err());

    let led = take(&of_second(Action::Assigned), Some(&second), 10).unwrap();

    assert_eq!(
        (led.status, led.lead().map(|lead| lead.patrol)),
        (Status::OnSite, Some(patrol("TANGO-2")))
    );
    assert_eq!((led.sent().len(), led.reporter()), (1, Some(&patrol("TANGO-2"))));
    let times = led.milestones();
    assert_eq!(
        (times.assigned_at, times.en_route_at, times.on_site_at),
        (Some(at(10)), Some(at(6)), Some(at(7)))
    );
    assert_eq!(take(&command(Action::Cleared), None, 11).unwrap().status, Status::Cleared);
    assert_eq!(take(&command(Action::Reported), None, 12).unwrap().status, Status::Reported);
}

#[test]
fn a_patrol_that_was_not_sent_takes_no_step() {
    let incident = after(&[Action::Assigned]);
    let stranger = Command { patrol: Some(patrol("TANGO-7")), ..command(Action::Acknowledged) };
    let refused = decide(&incident, &stranger, None, at(9)).unwrap_err();
    assert_eq!(refused.to_string(), "patrol `TANGO-7` was not sent to this incident");
}

#[test]
fn a_patrol_is_not_sent_against_a_rule_unless_somebody_says_why() {
    #[track_caller]
    fn check(candidate: &Candidate, why: OverrideReason, expected: &str) {
        let assign = command(Action::Assigned);
        let refused = decide(&call(), &assign, Some(candidate), at(1)).unwrap_err();
        assert_eq!(refused.to_string(), expected);
        let override_reason = Some(why);
        let overridden = Command { override_reason, ..assign };
        let steps = decide(&call(), &overridden, Some(candidate), at(1)).unwrap();
        assert_eq!(steps[1].override_reason, Some(why), "it is on record");
    }
    let tango = || free("TANGO-1");
    check(
        &Candidate { availability: Availability::Busy, ..tango() },
        OverrideReason::NobodyElse,
        "patrol `TANGO-1` is busy",
    );
    check(
        &Candidate { availability: Availability::OffDuty, ..tango() },
        OverrideReason::RecalledToDuty,
        "patrol `TANGO-1` is off duty",
    );
    check(
        &Candidate { crew_min: 4, ..tango() },
        OverrideReason::CrewAccepted,
        "patrol `TANGO-1` has 3 agents aboard, and 4 are asked for",
    );
    check(
        &Candidate { is_stale: true, ..tango() },
        OverrideReason::PositionConfirmed,
        "the position of patrol `TANGO-1` is unknown or too old",
    );
    check(
        &Candidate { mission: Some(id(2)), ..tango() },
        OverrideReason::PreEmpted,
        "patrol `TANGO-1` is on another incident",
    );
}

#[test]
fn each_reason_lifts_its_own_rule_and_that_there_is_nobody_else_lifts_all() {
    let against = [
        (Rule::Busy, Candidate { availability: Availability::Busy, ..free("TANGO-1") }),
        (Rule::Busy, Candidate { mission: Some(id(2)), ..free("TANGO-1") }),
        (Rule::OffDuty, Candidate { availability: Availability::OffDuty, ..free("TANGO-1") }),
        (Rule::TooFew, Candidate { crew_min: 4, ..free("TANGO-1") }),
        (Rule::Stale, Candidate { is_stale: true, ..free("TANGO-1") }),
    ];
    for (rule, candidate) in &against {
        for why in OverrideReason::ALL {
            let override_reason = Some(*why);
            let assign = Command { override_reason, ..command(Action::Assigned) };
            let refused = decide(&call(), &assign, Some(candidate), at(1)).err();
            let left = refused.map(|refusal| refusal.rule());
            let expected = (!why.lifts(*rule)).then_some(Some(*rule));
            assert_eq!(left, expected, "{why:?} against {candidate:?}");
        }
        let lifting = OverrideReason::ALL.iter().filter(|why| why.lifts(*rule));
        assert_eq!(lifting.count(), 2, "{rule:?}");
    }
}

#[test]
fn nothing_sends_a_patrol_elsewhere_that_was_just_taken_from_another_incident() {
    let turned = Candidate { mission: Some(id(2)), turned: true, ..free("TANGO-1") };
    for why in OverrideReason::ALL {
        let assign = Command { override_reason: Some(*why), ..command(Action::Assigned) };
        let refused = decide(&call(), &assign, Some(&turned), at(1)).unwrap_err();
        assert_eq!(refused.rule(), Some(Rule::Turned), "{why:?}");
    }
}

#[test]
fn a_patrol_is_turned_from_when_it_is_sent_although_it_is_busy_until_it_acknowledges() {
    for (why, turned) in [
        (None, false),
        (Some(OverrideReason::CrewAccepted), false),
        (Some(OverrideReason::PreEmpted), true),
        (Some(OverrideReason::NobodyElse), true),
    ] {
        let mut incident = call();
        let assign = Command { override_reason: why, ..command(Action::Assigned) };
        let steps = decide(&incident, &assign, Some(&free("TANGO-1")), at(1)).unwrap();
        steps.into_iter().for_each(|step| incident.take(step));
        assert_eq!(incident.sent()[0].turned, turned, "{why:?}");
        let steps = decide(&incident, &command(Action::Acknowledged), None, at(2)).unwrap();
        steps.into_iter().for_each(|step| incident.take(step));
        assert!(!incident.sent()[0].turned);
    }
}

#[test]
fn of_several_rules_the_first_one_that_the_reason_does_not_lift_is_named() {
    let candidate =
        Candidate { mission: Some(id(2)), crew_min: 4, is_stale: true, ..free("TANGO-1") };
    for (why, left) in [
        (None, Some(Rule::Busy)),
        (Some(OverrideReason::PreEmpted), Some(Rule::TooFew)),
        (Some(OverrideReason::CrewAccepted), Some(Rule::Busy)),
        (Some(OverrideReason::NobodyElse), None),
    ] {
        let assign = Command { override_reason: why, ..command(Action::Assigned) };
        let refused = decide(&call(), &assign, Some(&candidate), at(1)).err();
        assert_eq!(refused.and_then(|refusal| refusal.rule()), left, "{why:?}");
    }
}

#[test]
fn a_command_says_what_it_must_and_nothing_else() {
    #[track_caller]
    fn check(incident: &Incident, command: &Command, expected: &str) {
        let refused = decide(incident, command, Some(&free("TANGO-1")), at(9)).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
    let without_reason = Command { reason: None, ..command(Action::Cancelled) };
    check(&call(), &without_reason, "reason is required");
    let duplicate = Command { reason: Some(Reason::Duplicate), ..command(Action::Cancelled) };
    check(&call(), &duplicate, "duplicate_of is required");
    let without_partner = Command { partner: None, ..command(Action::HandedOver) };
    check(&call(), &without_partner, "partner is required");
    let cleared = after(&WAY[..6]);
    check(&cleared, &Command { report: None, ..command(Action::Reported) }, "report is required");
    let with_reason = Command { reason: Some(Reason::Mistake), ..command(Action::Qualified) };
    check(&call(), &with_reason, "reason has no place here");
}

#[test]
fn a_step_from_a_tablet_keeps_its_time_but_never_comes_before_the_one_it_follows() {
    let incident = after(&[Action::Assigned]);
    let told = |at| Command { at: Some(at), ..command(Action::Acknowledged) };
    let taken = |command: &Command| decide(&incident, command, None, at(90)).unwrap()[0].at;
    assert_eq!(taken(&told(at(30))), at(30), "filed an hour later");
    assert_eq!(taken(&told(at(-5))), at(1), "a clock that is behind");
    assert_eq!(taken(&told(at(90).plus_seconds(30))), at(90), "a clock that is ahead");
    let refused = |at_: Timestamp| decide(&incident, &told(at_), None, at(90)).unwrap_err();
    assert!(matches!(refused(at(92)), Refusal::InTheFuture(_)));
    assert!(matches!(refused(at(90 - 25 * 60)), Refusal::TooLongAgo(_)));
}
