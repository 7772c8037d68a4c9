//! Accounts and tokens over HTTP: given, listed without what they are known by, changed, taken away; each change an event
//! that names who made it.

use serde_json::{Value, json};
use vigie::{
    access::{AccountId, Role, Seat},
    app::{AccountChange, NewAccount, Password},
    store::{Store as _, archive::Piece, sqlite::SqliteStore},
};

use crate::support::{Answer, Town, closed_town, patrol, site_of, town};

const PASSWORD: &str = "correct horse battery";
const ACCOUNTS: &str = "/api/v1/accounts";
const TOKENS: &str = "/api/v1/tokens";

/// An administrator who has signed in, as a browser does it.
struct Administrator {
    town: Town,
    cookie: String,
    csrf: String,
}

fn account(town: &Town, name: &str, role: Role) -> AccountId {
    let password = PASSWORD.parse::<Password>().unwrap().hash().unwrap();
    let seat = Seat::new(role, None, None).unwrap();
    let new = NewAccount { name: name.parse().unwrap(), seat, password };
    let change = town.app.change_account(AccountChange::Open(new));
    actix_web::rt::System::new().block_on(change).unwrap().id
}

fn sign_in(town: &Town, name: &str, password: &str) -> Answer {
    town.post("/api/v1/session", json!({ "name": name, "password": password }))
}

impl Administrator {
    fn signed_in() -> Self {
        let town =
            closed_town([site_of("RIVP", "RI-0001", 2.36, 48.85), patrol("T-1", 2.35, 48.85)]);
        account(&town, "admin", Role::Admin);
        let answer = sign_in(&town, "admin", PASSWORD);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
        Self { town, cookie, csrf }
    }

    fn gets(&self, path: &str) -> Answer {
        self.town.get_with(path, &[("cookie", &self.cookie)])
    }

    fn posts(&self, path: &str, body: &Value) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-vigie-csrf", self.csrf.as_str()),
            ("content-type", "application/json"),
        ];
        self.town.send("POST", path, &headers, body.to_string().into_bytes())
    }

    /// Gives an account to an operator: its id and its password.
    #[track_caller]
    fn gives(&self, name: &str) -> (String, String) {
        let given = self.posts(ACCOUNTS, &json!({ "name": name, "role": "operator" }));
        assert_eq!(given.status, 201, "{}", given.text());
        assert_eq!(given.header("cache-control"), "no-store");
        let given = given.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&given["account"]["id"]), text(&given["password"]))
    }
}

#[test]
fn an_account_that_is_given_lets_somebody_in_with_the_password_that_was_told_once() {
    let admin = Administrator::signed_in();

    let (id, password) = admin.gives("salle-1");

    assert_eq!(sign_in(&admin.town, "salle-1", &password).json()["role"], "operator");
    let list = admin.gets(ACCOUNTS);
    assert!(!list.text().contains(&password) && !list.text().contains("argon2"), "{}", list.text());
    let accounts = list.json()["accounts"].clone();
    let names: Vec<&Value> = accounts.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["admin", "salle-1"], "the program's own is not among them");
    assert_eq!((&accounts[1]["id"], &accounts[1]["in_force"]), (&json!(id), &json!(true)));
}

#[test]
fn an_account_for_a_landlord_or_a_patrol_names_one_that_is_there() {
    let admin = Administrator::signed_in();
    let given = |body: Value| admin.posts(ACCOUNTS, &body);

    let of_rivp = given(json!({ "name": "rivp", "role": "landlord", "landlord": "rivp" }));
    let crew = given(json!({ "name": "tango", "role": "patrol", "patrol": "T-1" }));

    assert_eq!(of_rivp.json()["account"]["landlord"], "rivp");
    assert_eq!(crew.json()["account"]["patrol"], "T-1");
    for (refused, fault) in [
        (json!({ "name": "a", "role": "landlord" }), (422, "landlord")),
        (json!({ "name": "a", "role": "patrol" }), (422, "patrol")),
        (json!({ "name": "a", "role": "patrol", "patrol": "T-9" }), (404, "patrol")),
        (json!({ "name": "a", "role": "landlord", "landlord": "x" }), (404, "landlord")),
        (json!({ "name": "a", "role": "admin", "landlord": "rivp" }), (422, "role")),
        (json!({ "name": "a", "role": "demo" }), (422, "role")),
        (json!({ "name": "a", "role": "system" }), (422, "role")),
        (json!({ "name": "a", "role": "root" }), (422, "role")),
        (json!({ "name": "jeanne@example.org", "role": "dpo" }), (422, "name")),
        (json!({ "name": "rivp", "role": "dpo" }), (409, "name")),
        (json!({ "role": "dpo" }), (422, "name")),
        (json!({ "name": "a", "role": "dpo", "password": "x" }), (422, "password")),
    ] {
        let (status, field, _) = given(refused.clone()).fault();
        assert_eq!((status, field.as_str()), fault, "{refused}");
    }
    assert!(
        !given(json!({ "name": "jeanne@example.org", "role": "dpo" })).text().contains("jeanne")
    );
}

#[test]
fn another_password_ends_the_sessions_and_is_told_once() {
    let admin = Administrator::signed_in();
    let (id, first) = admin.gives("salle-1");
    let session = sign_in(&admin.town, "salle-1", &first);
    let cookie = session.header("set-cookie").split(';').next().unwrap().to_owned();

    let reset = admin.posts(&format!("{ACCOUNTS}/{id}/password"), &json!({}));

    let second = reset.json()["password"].as_str().unwrap().to_owned();
    assert_eq!(admin.town.get_with("/api/v1/meta", &[("cookie", &cookie)]).status, 401);
    assert_eq!(sign_in(&admin.town, "salle-1", &first).status, 401);
    assert_eq!(sign_in(&admin.town, "salle-1", &second).status, 200);
}

#[test]
fn an_account_is_taken_away_and_given_back_but_never_the_last_administrator() {
    let admin = Administrator::signed_in();
    let (id, password) = admin.gives("salle-1");
    let to = |id: &str, what: &str| admin.posts(&format!("{ACCOUNTS}/{id}/{what}"), &json!({}));

    assert_eq!(to(&id, "disable").json()["in_force"], false);
    assert_eq!(to(&id, "disable").status, 200, "asking twice is asking once");
    assert_eq!(sign_in(&admin.town, "salle-1", &password).status, 401);
    assert_eq!(to(&id, "enable").json()["in_force"], true);
    assert_eq!(sign_in(&admin.town, "salle-1", &password).status, 200);

    let own = admin.gets(ACCOUNTS).json()["accounts"][0]["id"].as_str().unwrap().to_owned();
    let last = to(&own, "disable");
    assert_eq!(last.status, 409);
    assert!(last.text().contains("`admin` is the last administrator"), "{}", last.text());
    let second = admin.posts(ACCOUNTS, &json!({ "name": "admin-2", "role": "admin" }));
    assert_eq!(second.status, 201);
    assert_eq!(to(&own, "disable").status, 200);
    assert_eq!(admin.gets(ACCOUNTS).status, 401, "it was the one that asked");
}

#[test]
fn a_token_that_is_given_is_good_until_its_end_or_until_it_is_revoked() {
    let admin = Administrator::signed_in();
    let asked = json!({ "label": "export", "role": "dispatcher", "days": 90 });

    let given = admin.posts(TOKENS, &asked).json();

    let token = given["token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let asks = || admin.town.get_with("/api/v1/sites", &[("authorization", &bearer)]).status;
    assert!(token.starts_with("vgt_") && given["account"]["expires_at"].is_string());
    assert_eq!(asks(), 200);
    assert!(!admin.gets(TOKENS).text().contains(token));
    assert!(!admin.gets(ACCOUNTS).text().contains("export"), "a token is no account");
    let id = given["account"]["id"].as_str().unwrap();
    let revoked = admin.posts(&format!("{TOKENS}/{id}/revoke"), &json!({}));
    assert_eq!((revoked.status, &revoked.json()["disabled"]), (200, &json!(true)));
    assert_eq!(asks(), 401);
    for days in [json!(0), json!(3661)] {
        let refused = admin.posts(TOKENS, &json!({ "label": "x", "role": "dpo", "days": days }));
        assert_eq!(refused.fault().1, "days");
    }
}

#[test]
fn an_id_of_another_sort_is_answered_like_none() {
    let admin = Administrator::signed_in();
    let (account, _) = admin.gives("salle-1");
    let given = admin.posts(TOKENS, &json!({ "label": "export", "role": "dpo" })).json();
    let token = given["account"]["id"].as_str().unwrap().to_owned();
    let system = admin
        .town
        .app
        .snapshot()
        .accounts()
        .iter()
        .find_map(|one| (one.seat.role() == Role::System).then(|| one.id.to_string()));
    let ghost = "0197a000-0000-7000-8000-000000000000".to_owned();

    for (path, ids) in [
        ("accounts/{id}/disable", [&token, system.as_ref().unwrap(), &ghost]),
        ("accounts/{id}/enable", [&token, system.as_ref().unwrap(), &ghost]),
        ("accounts/{id}/password", [&token, system.as_ref().unwrap(), &ghost]),
        ("tokens/{id}/revoke", [&account, system.as_ref().unwrap(), &ghost]),
    ] {
        for id in ids {
            let answer = admin.posts(&format!("/api/v1/{}", path.replace("{id}", id)), &json!({}));
            assert_eq!(answer.fault().0, 404, "{path} {id}");
        }
    }
    assert_eq!(admin.posts(&format!("{ACCOUNTS}/x/disable"), &json!({})).status, 404);
}

#[test]
fn a_page_of_another_site_gives_nobody_an_account() {
    let admin = Administrator::signed_in();
    let body = json!({ "name": "salle-1", "role": "admin" }).to_string().into_bytes();
    let cookie = ("cookie", admin.cookie.as_str());
    let json = ("content-type", "application/json");

    let without = admin.town.send("POST", ACCOUNTS, &[cookie, json], body.clone());
    let csrf = ("x-vigie-csrf", admin.csrf.as_str());
    let foreign = ("origin", "https://evil.example");
    let elsewhere = admin.town.send("POST", ACCOUNTS, &[cookie, json, csrf, foreign], body);

    assert_eq!((without.status, elsewhere.status), (403, 403));
    assert_eq!(admin.gets(ACCOUNTS).json()["accounts"].as_array().unwrap().len(), 1);
}

#[test]
fn each_change_is_an_event_that_names_who_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    let store = || SqliteStore::open(&path).unwrap();
    let town = crate::support::town_on(&path);
    let own = account(&town, "admin", Role::Admin);
    let answer = sign_in(&town, "admin", PASSWORD);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
    let admin = Administrator { town, cookie, csrf };

    let (id, _) = admin.gives("salle-1");
    admin.posts(&format!("{ACCOUNTS}/{id}/password"), &json!({}));
    admin.posts(&format!("{ACCOUNTS}/{id}/disable"), &json!({}));
    admin.posts(&format!("{ACCOUNTS}/{id}/disable"), &json!({}));
    admin.posts(TOKENS, &json!({ "label": "export", "role": "dpo" }));
    drop(admin);

    let mut authors = Vec::new();
    store()
        .export(&mut |piece| {
            if let Piece::Events(events) = piece {
                authors.extend(events.iter().map(|event| event.author));
            }
            Ok(())
        })
        .unwrap();
    // The administrator and the key of sessions come from the terminal and the program itself.
    assert_eq!(authors, [None, None, Some(own), Some(own), Some(own), Some(own)]);
}

#[test]
fn the_demo_shows_accounts_to_whoever_takes_the_role_of_the_administrator_alone() {
    let town = town([site_of("RIVP", "RI-0001", 2.36, 48.85)]);
    assert_eq!(town.get(ACCOUNTS).status, 403);

    let taken = town.post("/api/v1/session", json!({ "role": "admin" }));

    let cookie = taken.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(town.get_with(ACCOUNTS, &[("cookie", &cookie)]).status, 200);
}
