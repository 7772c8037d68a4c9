//! How many requests are answered of one address and of one account.

use std::num::NonZeroU32;

use vigie::{
    access::{Role, Seat},
    app::NewToken,
    http::{RateLimits, Settings},
};

use crate::support::{Answer, Town, closed_town_with, site};

fn limited(address_per_s: u32, account_per_s: u32) -> Town {
    let rates = RateLimits {
        address_per_s: NonZeroU32::new(address_per_s),
        account_per_s: NonZeroU32::new(account_per_s),
    };
    closed_town_with(Settings { rates, ..Settings::default() }, [site("PH-0001", 2.35, 48.85)])
}

fn token(town: &Town) -> String {
    let seat = Seat::new(Role::Operator, None, None).unwrap();
    let new = NewToken { label: "test".parse().unwrap(), seat, expires_at: None };
    actix_web::rt::System::new().block_on(town.app.give_token(new)).unwrap().0
}

fn asks(town: &Town, token: &str, from: Option<&str>) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(from.map(|address| ("x-forwarded-for", address)));
    town.get_with("/api/v1/meta", &headers)
}

#[test]
fn an_address_that_asks_too_much_waits_and_others_do_not() {
    let town = limited(2, 0);
    let token = token(&town);
    let from = |address: &str| asks(&town, &token, Some(address));

    let answers: Vec<u16> = (0..60).map(|_| from("203.0.113.7").status).collect();

    let first = answers.iter().position(|status| *status == 429);
    assert!(first.is_some_and(|first| first >= 20), "ten seconds' worth at once: {answers:?}");
    // A request may come in time while the machine is busy; five in a row do not, unless nothing was asked before.
    let soon = |ask: &dyn Fn() -> Answer| (0..5).map(|_| ask()).find(|one| one.status == 429);
    let refused = soon(&|| from("203.0.113.7")).unwrap();
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let wait_s: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait_s), "{wait_s}");
    assert_eq!(from("203.0.113.8").status, 200, "another address");
    // The last proxy's word counts: what a client writes before it does not.
    assert!(soon(&|| from("198.51.100.1, 203.0.113.7")).is_some());
    let unknown = soon(&|| asks(&town, "vgt_x", Some("203.0.113.7")));
    assert!(unknown.is_some(), "before anything else is looked at");
    std::thread::sleep(std::time::Duration::from_secs(wait_s + 1));
    assert_eq!(from("203.0.113.7").status, 200, "once it has waited");
    let here = (0..60).map(|_| asks(&town, &token, None).status);
    assert!(here.into_iter().all(|status| status == 200), "this machine is not counted");
}

#[test]
fn an_account_that_asks_too_much_waits_from_wherever_it_asks() {
    let town = limited(0, 2);
    let (one, other) = (token(&town), token(&town));
    let from = |number: usize| format!("203.0.113.{number}");

    let answers: Vec<u16> =
        (0..60).map(|number| asks(&town, &one, Some(&from(number))).status).collect();

    assert!(answers[..20].iter().all(|status| *status == 200), "{answers:?}");
    assert!(answers[40..].contains(&429), "{answers:?}");
    assert_eq!(asks(&town, &other, Some(&from(1))).status, 200, "another account");
}
