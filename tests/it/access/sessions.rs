//! Signing in from a browser: the cookie, what a page must say with it, lock-out, the first administrator, and the
//! roles of a demo.

use serde_json::{Value, json};
use vigie::{
    access::{Role, Seat},
    app::{AccountChange, NewAccount, Password},
    http::Settings,
};

use crate::support::{
    Answer, Start, Town, closed_town, closed_town_with, patrol, site, site_of, town,
};

const PASSWORD: &str = "correct horse battery";
const SESSION: &str = "/api/v1/session";

fn starts() -> [Start; 3] {
    [
        site("PH-0001", 2.35, 48.85),
        site_of("RIVP", "RI-0001", 2.36, 48.85),
        patrol("T-1", 2.35, 48.85),
    ]
}

/// A town that a dispatcher signs in to as `salle-1`.
fn staffed() -> Town {
    let town = closed_town(starts());
    account(&town, "salle-1", Role::Dispatcher);
    town
}

fn account(town: &Town, name: &str, role: Role) {
    let password = PASSWORD.parse::<Password>().unwrap().hash().unwrap();
    let seat = Seat::new(role, None, None).unwrap();
    let new = NewAccount { name: name.parse().unwrap(), seat, password };
    let change = town.app.change_account(AccountChange::Open(new));
    actix_web::rt::System::new().block_on(change).unwrap();
}

/// What a browser keeps: its cookie, and what the page says with it.
struct Browser<'a> {
    town: &'a Town,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    #[track_caller]
    fn of(town: &'a Town, signed_in: &Answer) -> Self {
        assert_eq!(signed_in.status, 200, "{}", signed_in.text());
        let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = signed_in.json()["csrf"].as_str().unwrap().to_owned();
        Self { town, cookie, csrf }
    }

    #[track_caller]
    fn sign_in(town: &'a Town, name: &str, password: &str) -> Self {
        Self::of(town, &sign_in(town, name, password, &[]))
    }

    fn get(&self, path: &str) -> Answer {
        self.town.get_with(path, &[("cookie", &self.cookie)])
    }

    fn sends(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        all.extend(headers);
        self.town.send(method, path, &all, body.to_string().into_bytes())
    }

    fn signs_out(&self) -> Answer {
        self.sends("DELETE", SESSION, &[("x-vigie-csrf", &self.csrf)], &json!({}))
    }

    fn reports(&self, headers: &[(&str, &str)]) -> u16 {
        let call =
            json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0001" } });
        self.sends("POST", "/api/v1/incidents", headers, &call).status
    }
}

fn sign_in(town: &Town, name: &str, password: &str, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "name": name, "password": password }).to_string();
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    town.send("POST", SESSION, &all, body.into_bytes())
}

#[test]
fn whoever_signs_in_has_a_cookie_that_no_script_and_no_other_site_gets() {
    let town = staffed();

    let here = sign_in(&town, "salle-1", PASSWORD, &[]);
    let beyond = sign_in(&town, "salle-1", PASSWORD, &[("x-forwarded-for", "203.0.113.7")]);

    assert_eq!(here.json()["role"], "dispatcher");
    assert_eq!(here.json()["name"], "salle-1");
    let here = here.header("set-cookie").to_owned();
    assert!(here.starts_with("vigie=") && here.contains("HttpOnly"), "{here}");
    assert!(here.contains("SameSite=Strict") && here.contains("Path=/"), "{here}");
    let beyond = beyond.header("set-cookie").to_owned();
    assert!(beyond.starts_with("__Host-vigie="), "{beyond}");
    assert!(beyond.ends_with("; Secure") && beyond.contains("HttpOnly"), "{beyond}");
    assert!(!here.contains("salle-1"), "sealed: {here}");
}

#[test]
fn a_session_reads_and_writes_and_nothing_is_written_without_the_word_of_our_page() {
    let town = staffed();
    let browser = Browser::sign_in(&town, "salle-1", PASSWORD);
    let ours = [("x-vigie-csrf", browser.csrf.as_str())];

    assert_eq!(browser.get("/api/v1/incidents").status, 200);
    assert_eq!(browser.reports(&ours), 201);
    assert_eq!(browser.reports(&[]), 403);
    assert_eq!(browser.reports(&[("x-vigie-csrf", "0")]), 403);
    assert_eq!(browser.reports(&[ours[0], ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(browser.reports(&[ours[0], ("sec-fetch-site", "same-site")]), 403);
    assert_eq!(browser.reports(&[ours[0], ("origin", "https://evil.example")]), 403);
    let origin = town.address().to_owned();
    assert_eq!(
        browser.reports(&[ours[0], ("sec-fetch-site", "same-origin"), ("origin", &origin)]),
        201
    );
    assert_eq!(town.get("/api/v1/incidents").status, 401, "without the cookie");
}

#[test]
fn a_cookie_that_was_changed_or_is_of_another_store_is_none() {
    let (town, other) = (staffed(), staffed());
    let browser = Browser::sign_in(&town, "salle-1", PASSWORD);
    let changed = browser.cookie.replace(['3', '7'], "4");

    assert_eq!(town.get_with("/api/v1/sites", &[("cookie", &changed)]).status, 401);
    assert_eq!(town.get_with("/api/v1/sites", &[("cookie", "vigie=")]).status, 401);
    let _ = Browser::sign_in(&other, "salle-1", PASSWORD);
    assert_eq!(other.get_with("/api/v1/sites", &[("cookie", &browser.cookie)]).status, 401);
}

#[test]
fn signing_out_ends_every_session_of_the_account_and_so_does_another_password() {
    let town = staffed();
    let (first, second) = (
        Browser::sign_in(&town, "salle-1", PASSWORD),
        Browser::sign_in(&town, "salle-1", PASSWORD),
    );
    let without = first.sends("DELETE", SESSION, &[], &json!({}));
    assert_eq!(without.status, 403, "without the word of our page");
    assert_eq!([first.get("/api/v1/meta").status, second.get("/api/v1/meta").status], [200, 200]);
    let out = first.signs_out();
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!([first.get("/api/v1/meta").status, second.get("/api/v1/meta").status], [401, 401]);

    let third = Browser::sign_in(&town, "salle-1", PASSWORD);
    let account = town.app.snapshot().accounts().of_name(&"salle-1".parse().unwrap()).unwrap().id;
    let password = "another password".parse::<Password>().unwrap().hash().unwrap();
    let change = town.app.change_account(AccountChange::SetPassword(account, password));
    actix_web::rt::System::new().block_on(change).unwrap();

    assert_eq!(third.get("/api/v1/meta").status, 401);
    assert_eq!(sign_in(&town, "salle-1", PASSWORD, &[]).status, 401);
    assert_eq!(sign_in(&town, "salle-1", "another password", &[]).status, 200);
}

#[test]
fn an_unknown_name_a_wrong_password_and_a_disabled_account_are_answered_alike() {
    let town = staffed();
    account(&town, "salle-2", Role::Operator);
    let disabled = town.app.snapshot().accounts().of_name(&"salle-2".parse().unwrap()).unwrap().id;
    let change = town.app.change_account(AccountChange::Disable(disabled));
    actix_web::rt::System::new().block_on(change).unwrap();

    let answers =
        [("salle-1", "wrong password"), ("nobody", PASSWORD), ("salle-2", PASSWORD), ("é", "x")]
            .map(|(name, password)| {
                let answer = sign_in(&town, name, password, &[("x-forwarded-for", name)]);
                (answer.status, answer.text().to_owned(), answer.header("set-cookie").to_owned())
            });

    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(!answers[0].1.contains("salle-1"));
}

#[test]
fn whoever_fails_too_often_waits_also_with_the_right_password() {
    let town = staffed();
    let tries = (0..6).map(|_| sign_in(&town, "salle-1", "wrong password", &[]).status);
    assert_eq!(tries.collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);

    let waiting = sign_in(&town, "salle-1", PASSWORD, &[]);
    assert_eq!(waiting.status, 429);
    assert!(waiting.header("retry-after").parse::<u32>().unwrap() >= 1);
    let of_nobody = (0..6).map(|_| {
        sign_in(&town, "ghost", "wrong password", &[("x-forwarded-for", "203.0.113.9")]).status
    });
    assert_eq!(of_nobody.collect::<Vec<_>>()[5], 429, "a name that is not there waits as well");
}

#[test]
fn a_stranger_with_a_network_of_addresses_does_not_lock_a_post_out() {
    let town = staffed();
    let from = |address: &str, password: &str| {
        sign_in(&town, "salle-1", password, &[("x-forwarded-for", address)]).status
    };
    let tries = (0..18).map(|n| from(&format!("2001:db8:0:1::{n:x}"), "wrong password"));
    assert_eq!(tries.filter(|status| *status == 401).count(), 5, "it is one address");
    assert_eq!(from("203.0.113.50", PASSWORD), 200, "elsewhere nobody has failed");

    for number in 0..18 {
        from(&format!("2001:db8:0:{:x}::1", 0x100 + number), "wrong password");
    }
    assert_eq!(from("203.0.113.50", PASSWORD), 200, "where the post signed in of late");
    for number in 0..18 {
        from(&format!("2001:db8:0:{:x}::1", 0x200 + number), "wrong password");
    }
    let new = sign_in(&town, "salle-1", PASSWORD, &[("x-forwarded-for", "203.0.113.51")]);
    assert_eq!(new.status, 429);
    assert!((1..=60).contains(&new.header("retry-after").parse::<u32>().unwrap()));
}

#[test]
fn the_link_of_the_first_start_makes_one_administrator_once() {
    let settings = Settings { first_code: Some("the-code".to_owned()), ..Settings::default() };
    let late = closed_town_with(settings.clone(), starts());
    account(&late, "admin", Role::Admin);
    let body = json!({ "code": "the-code", "name": "admin-2", "password": PASSWORD }).to_string();
    let json = [("content-type", "application/json")];
    let refused = late.send("POST", "/api/v1/session/first", &json, body.into_bytes());
    assert_eq!(refused.status, 401, "somebody administers it already");
    let town = closed_town_with(settings, starts());
    let first = |code: &str, name: &str| {
        let body = json!({ "code": code, "name": name, "password": PASSWORD }).to_string();
        town.send(
            "POST",
            "/api/v1/session/first",
            &[("content-type", "application/json")],
            body.into_bytes(),
        )
    };

    assert_eq!(first("another", "admin").status, 401);
    assert_eq!(first("the-code", "Admin!").status, 422, "and the code is still good");
    let made = first("the-code", "admin");
    assert_eq!(made.json()["role"], "admin");
    let browser = Browser::of(&town, &made);
    assert_eq!(browser.get("/api/v1/meta").status, 200);
    assert_eq!(browser.get("/api/v1/incidents").status, 403, "an administrator sees no incident");
    assert_eq!(first("the-code", "admin-2").status, 401, "used");
    assert_eq!(town.app.snapshot().accounts().iter().filter(|one| one.has_password()).count(), 1);
}

#[test]
fn a_guest_of_a_demo_takes_a_role_with_its_limits_and_puts_it_down_again() {
    let town = town(starts());
    assert_eq!(town.get(SESSION).json()["role"], "demo");
    let take = |body: Value| town.post(SESSION, body);

    let landlord = Browser::of(&town, &take(json!({ "role": "landlord", "landlord": "rivp" })));
    assert_eq!(landlord.get("/api/v1/sites").json()["numberMatched"], 1);
    assert_eq!(landlord.get("/api/v1/sites/PH-0001").status, 404);
    assert_eq!(landlord.get("/api/v1/patrols").status, 403);
    let may = landlord.get(SESSION).json()["may"].clone();
    let may = |permission: &str| may.as_array().unwrap().iter().any(|one| one == permission);
    assert!(may("read_stock") && !may("read_patrols") && !may("take_calls"));
    assert_eq!(landlord.reports(&[("x-vigie-csrf", &landlord.csrf)]), 403);
    let crew = Browser::of(&town, &take(json!({ "role": "patrol" })));
    assert_eq!(crew.get(SESSION).json()["patrol"], "T-1", "the first, where none is named");
    assert_eq!(crew.sends("DELETE", SESSION, &[], &json!({})).status, 403);
    let out = crew.signs_out();

    assert_eq!(out.json()["role"], "demo");
    assert_eq!(take(json!({ "role": "landlord", "landlord": "nobody" })).status, 404);
    assert_eq!(take(json!({ "role": "root" })).status, 422);
    assert_eq!(take(json!({ "role": "system" })).status, 422);
    assert_eq!(town.get("/api/v1/patrols").status, 200);
    let closed = closed_town(starts());
    assert_eq!(closed.post(SESSION, json!({ "role": "dispatcher" })).status, 422);
}

#[test]
fn a_demo_is_open_to_this_machine_and_to_nobody_beyond() {
    let town = town(starts());
    assert_eq!(town.get("/api/v1/sites").status, 200);
    let rebound = [("host", "evil.example"), ("x-forwarded-host", "localhost")];
    assert_eq!(town.get_with("/api/v1/sites", &rebound).status, 401);
    for header in [
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
        ("x-forwarded-host", "localhost"),
        ("host", "evil.example"),
        ("host", "127.0.0.1.evil.example:80"),
    ] {
        assert_eq!(town.get_with("/api/v1/sites", &[header]).status, 401, "{header:?}");
    }
}

#[test]
fn a_page_of_another_site_changes_nothing_in_an_open_demo() {
    let town = town(starts());
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0001" } });
    let reports = |header| {
        let headers = [("content-type", "application/json"), header];
        let body = call.to_string().into_bytes();
        town.send("POST", "/api/v1/incidents", &headers, body).status
    };
    assert_eq!(reports(("origin", "https://evil.example")), 403);
    assert_eq!(reports(("sec-fetch-site", "cross-site")), 403);
    assert_eq!(reports(("origin", town.address())), 201);
    assert_eq!(reports(("accept", "*/*")), 201, "a program says no origin");
}

#[test]
fn the_program_prints_the_link_once_and_refuses_a_demo_beyond_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let refused = crate::program::run(&[
        "demo",
        "--store",
        &store,
        "--listen",
        "0.0.0.0:0",
        "--allow-remote",
    ]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("the demo answers this machine only"), "{said}");
    assert!(!folder.path().join("demo.db").exists(), "nothing was made");
}
