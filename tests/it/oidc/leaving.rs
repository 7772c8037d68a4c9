//! Signing out of a desk that others share: whoever comes next is asked at the provider who they are, and may end the
//! session there.

use super::{
    assert_failed,
    directory::{Browser, Directory, PUBLIC_URL},
    town,
};
use crate::support::Town;

fn signs_out(browser: &mut Browser, town: &Town) {
    let answer = browser.signs_out(town.address());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Where this browser ends the session at the provider.
fn end_there(browser: &mut Browser, town: &Town) -> Option<String> {
    let session = browser.opens(&format!("{}/api/v1/session", town.address())).json();
    session["sign_out_there"].as_str().map(str::to_owned)
}

#[test]
fn whoever_comes_next_is_not_taken_for_the_one_who_signed_out() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut desk = Browser::default();
    assert_eq!(desk.signs_in(town.address(), "sub-jeanne").header("location"), "/");
    let silent = desk.begins(town.address(), "");
    assert!(!silent.contains("prompt=") && !silent.contains("max_age="), "{silent}");
    // Who has not signed out is known there without being asked: nobody signs in as `nobody`.
    assert_eq!(desk.signs_in(town.address(), "nobody").header("location"), "/");
    assert_eq!(desk.name(town.address()).as_deref(), Some("salle-1"));

    signs_out(&mut desk, &town);
    let anew = desk.begins(town.address(), "");
    assert!(anew.contains("prompt=login") && anew.contains("max_age=0"), "{anew}");
    let back = desk.signs_in_there(&anew, "sub-alix");
    assert_eq!(desk.opens(&format!("{}{back}", town.address())).header("location"), "/");
    assert_eq!(desk.name(town.address()).as_deref(), Some("admin-1"));

    // That was that: the mark is gone with the sign-in.
    let silent = desk.begins(town.address(), "");
    assert!(!silent.contains("prompt="), "{silent}");
}

#[test]
fn whoever_takes_the_question_out_of_the_address_is_refused() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut desk = Browser::default();
    // Longer ago than two clocks may differ.
    directory.control(serde_json::json!({ "signed_in_s_ago": 90 }));
    desk.signs_in(town.address(), "sub-jeanne");
    signs_out(&mut desk, &town);
    let anew = desk.begins(town.address(), "");

    let without = anew.replace("&prompt=login", "").replace("&max_age=0", "");
    let back = desk.signs_in_there(&without, "nobody");
    assert_failed(&desk.opens(&format!("{}{back}", town.address())), "refused");
    assert_eq!(desk.name(town.address()), None);
}

#[test]
fn the_session_at_the_provider_can_be_ended_and_is_then_over() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut desk = Browser::default();
    assert_eq!(end_there(&mut desk, &town), None, "nobody has signed out");
    desk.signs_in(town.address(), "sub-jeanne");
    assert_eq!(end_there(&mut desk, &town), None);
    signs_out(&mut desk, &town);

    let there = end_there(&mut desk, &town).expect("the provider has said where");
    assert!(there.starts_with(&directory.issuer), "{there}");
    assert!(there.contains("client_id=vigie") && !there.contains("hint"), "{there}");
    let asked = desk.opens(&there);
    let left = desk.ends_session(&directory.issuer, &asked);
    assert_eq!(left.header("location"), format!("{PUBLIC_URL}/signin?state=left"));

    // Without the mark, too, nobody is known there any more: somebody must be asked who they are.
    let mut other = desk.clone();
    other.put(town.address(), "vigie-left", "");
    let away = desk.begins(town.address(), "").replace("&prompt=login", "");
    let asked = desk.opens(&away.replace("&max_age=0", ""));
    assert!(asked.header("location").contains("/who/"), "{}", asked.header("location"));
}

#[test]
fn a_house_without_a_provider_marks_no_browser() {
    let town = crate::support::closed_town_with(vigie::http::Settings::default(), []);
    let mut desk = Browser::default();
    signs_out(&mut desk, &town);
    assert_eq!(desk.cookie(town.address(), "vigie-left"), None);
    assert_eq!(end_there(&mut desk, &town), None);
}
