//! The tests of the API again: over PostgreSQL, and with one server that takes what another one answers.

use std::process::Command;

use crate::support::Make;

/// Modules whose tests ask a town of [`crate::support::town`] alone.
const TESTS_OF_THE_API: &[&str] = &[
    "any_input::",
    "edge::",
    "heatmap::",
    "incidents::",
    "life_cycle::",
    "locating::",
    "patrols::",
    "privacy::",
    "safety::",
    "stock_lists::",
];

/// Tests of what a server counts: of two servers, each counts what it was asked itself.
const TESTS_OF_ONE_SERVER: &str =
    "edge::whoever_runs_the_server_sees_that_it_lives_and_what_it_does";

/// Runs them in a process of their own, whose towns are made so.
fn run_again(make: Make) {
    let tests = Command::new(std::env::current_exe().unwrap())
        .args(TESTS_OF_THE_API)
        .args(if make == Make::Pair { &["--skip", TESTS_OF_ONE_SERVER][..] } else { &[] })
        .env(Make::VARIABLE, format!("{make:?}"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stdout);
    assert!(tests.status.success(), "{said}{}", String::from_utf8_lossy(&tests.stderr));
    let passed = said.lines().filter(|line| line.ends_with("... ok")).count();
    assert!(passed >= 50, "{passed} tests of the API");
    eprintln!("{passed} tests of the API passed: {make:?}");
}

#[test]
fn a_server_over_postgresql_answers_as_one_over_sqlite() {
    run_again(Make::Postgres);
}

#[test]
fn a_server_answers_for_what_another_one_took() {
    run_again(Make::Pair);
}
