//! Files of rules: those that are in force, and all that can be wrong with one.

use super::*;

fn refused(text: &str) -> Vec<String> {
    let faults = parse(text, &Sources::shipped()).unwrap_err().faults;
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_that_ships_is_in_force() {
    let rules = parse(include_str!("../../../deploy/rules.toml"), &Sources::shipped()).unwrap();
    assert!(rules.rules.len() >= 5);
    assert!(rules.rules.iter().all(|rule| !rule.about.is_empty()));
    let kinds = |name: &str| {
        rules.rules.iter().any(|rule| match rule.condition {
            Condition::Count { .. } => name == "count",
            Condition::Sequence { .. } => name == "sequence",
            Condition::Absence { .. } => name == "absence",
            Condition::Together { .. } => name == "together",
        })
    };
    assert!(CONDITIONS.into_iter().all(kinds), "the example has one rule of each sort");
}

#[test]
fn what_a_rule_leaves_out_is_what_most_rules_say() {
    let text = "[[rule]]\nname = 'silent-lift'\nabsence = { after = 'lifts.alive', no = 'lifts.alive', within = '15 min' }";
    let rules = parse(text, &Sources::shipped()).unwrap();
    let rule = &rules.rules[0];
    assert_eq!((rules.lateness_s, rule.on, rule.closes_after.seconds()), (120, Scope::Site, 1_800));
    assert_eq!(rule.closes_on, ["lifts.alive".parse().unwrap()], "an answer closes an absence");
}

#[test]
fn all_that_is_wrong_is_said_with_its_rule_its_field_and_its_value() {
    let text = r#"
lateness = "2 h"
colour = "red"

[territories]
canal = "POLYGON((2 48, 3 48))"

[[rule]]
name = "loud"
on = "street"
territories = ["port"]
count = { of = ["noise.level >= loud", "tides.high", "noise.whisper"], at_least = 0, within = "15 mins", every = 3 }

[[rule]]
name = "loud night"
sequence = { steps = ["doors.forced"], within = "1 h" }
closes_after = 30

[[rule]]
name = "none"

[[rule]]
name = "storm"
during = ["doors.forced"]
count = { of = ["weather.storm"], at_least = 2.5, within = "1 h" }
together = { of = [], within_m = 1e9, within = "1 h" }
closes_on = "doors.closed > 3"
"#;
    assert_eq!(
        refused(text),
        [
            "the file: lateness: must be 60 min at most, got 2 h",
            "the file: `colour`: there is no such field",
            "territories: canal: `POLYGON((2 48, 3 48))`: an outline has 3 to 1000 corners, got 2",
            "rule `loud`: on: must be one of site, landlord, territory, everywhere, got `street`",
            "rule `loud`: territories: there is no territory `port`",
            "rule `loud`: count.within: `15 mins`: must be a whole number of s, min, h or d, from 1 s to 7 d, such as 15 min",
            "rule `loud`: count.of: `noise.level >= loud`: what a value is compared with must be a number",
            "rule `loud`: count.of: `tides.high`: there is no source `tides`; there are doors, events, incident, lifts, noise, school_holidays, weather, works",
            "rule `loud`: count.of: `noise.whisper`: `noise` says no such thing; it says alive, level",
            "rule `loud`: count.at_least: must be a number from 1 to 1000, got `0`",
            "rule 2: name: `loud night`: a name has 1 to 48 of a-z, 0-9 and `-`, such as lift-then-calls",
            "rule 2: sequence.steps: must be 2 to 16 selectors, got 1",
            "rule 2: closes_after: must be a text in quotes, got `30`",
            "rule `none`: condition: a rule has one of count, sequence, absence, together",
            "rule `storm`: during: `doors.forced`: is an instant and does not last",
            "rule `storm`: condition: a rule has only one of count, sequence, absence, together, got count and together",
            "rule `storm`: closes_on: `doors.closed > 3`: carries no value to compare",
        ]
    );
}

#[test]
fn a_rule_that_no_signal_can_meet_is_refused() {
    let of = |rule: &str| refused(&format!("[[rule]]\nname = 'a'\n{rule}")).join("\n");
    assert_eq!(
        of("count = { of = 'weather.storm', at_least = 2, within = '1 h' }"),
        "rule `a`: count.of: `weather.storm`: is on no site; say it in `during`, or the rule `on` a territory"
    );
    assert_eq!(
        of(
            "together = { of = ['school_holidays.on', 'doors.forced'], within_m = 9, within = '1 h' }"
        ),
        "rule `a`: together.of: `school_holidays.on`: has no position on what the rule is on"
    );
    assert_eq!(
        of("on = 'territory'\ncount = { of = 'doors.forced', at_least = 2, within = '1 h' }"),
        "rule `a`: territories: a rule on a territory names one at least"
    );
    assert_eq!(
        of("count = { of = 'doors.forced', at_least = 2, within = '1 h', colour = 1 }"),
        "rule `a`: count.`colour`: there is no such field"
    );
    let twice =
        "[[rule]]\nname = 'a'\ncount = { of = 'doors.forced', at_least = 2, within = '1 h' }\n";
    assert_eq!(refused(&twice.repeat(2)), ["rule `a`: name: `a` comes twice"]);
}

#[test]
fn what_is_no_toml_or_holds_no_rule_is_refused() {
    assert_eq!(
        refused(""),
        ["the file: rule: there is no [[rule]]; `rule = []` says that none is meant"]
    );
    assert!(parse("rule = []", &Sources::shipped()).unwrap().rules.is_empty());
    assert_eq!(refused("rule = 3"), ["the file: rule: must be written [[rule]]"]);
    assert!(refused("lateness = \"1 min\"\n[[rule]\n")[0].starts_with("line 2: TOML: "));
}

#[test]
fn what_tells_of_a_person_is_refused_and_not_repeated() {
    let text = r#"
[[rule]]
name = "noise"
about = "Madame Dupont du 4e crie encore"
sites = ["appeler le 06 12 34 56 78"]
count = { of = "noise.level", at_least = 2, within = "1 h" }
"#;
    let told = refused(text).join("\n");
    assert!(told.contains("rule `noise`: about: refused by the rule `civility`"), "{told}");
    assert!(told.contains("rule `noise`: sites: a text that is not repeated"), "{told}");
    assert!(!told.contains("Dupont") && !told.contains("06 12"), "{told}");
}
