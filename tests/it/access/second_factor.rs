//! A second factor: an authenticator beside the password, its codes good once, recovery codes, lock-out, and who takes it
//! away.

use ring::hmac;
use serde_json::{Value, json};
use vigie::{
    access::{AccountId, Role, Seat},
    app::{AccountChange, AccountError, NewAccount, Password},
    http::Settings,
    time::Timestamp,
};

use crate::support::{Answer, Town, closed_town_by};

const PASSWORD: &str = "correct horse battery";
const SESSION: &str = "/api/v1/session";
const TOTP: &str = "/api/v1/session/totp";
const CLEAR: &str = "/api/v1/session/totp/clear";
/// The half minute in which every test happens.
const STEP: u64 = 60_000_000;

fn in_that_half_minute() -> Timestamp {
    Timestamp::from_unix_ms(STEP as i64 * 30_000 + 12_345).unwrap()
}

/// A town that an operator signs in to as `salle-1`, and an administrator as `admin`.
fn staffed() -> Town {
    let town = closed_town_by(in_that_half_minute, Settings::default(), []);
    for (name, role) in [("salle-1", Role::Operator), ("admin", Role::Admin)] {
        let password = PASSWORD.parse::<Password>().unwrap().hash().unwrap();
        let seat = Seat::new(role, None, None).unwrap();
        let new = NewAccount { name: name.parse().unwrap(), seat, password };
        let change = town.app.change_account(AccountChange::Open(new));
        actix_web::rt::System::new().block_on(change).unwrap();
    }
    town
}

fn id_of(town: &Town, name: &str) -> AccountId {
    town.app.snapshot().accounts().of_name(&name.parse().unwrap()).unwrap().id
}

fn sign_in(town: &Town, name: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "name": name, "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    town.post(SESSION, body)
}

/// A page that somebody has signed in to.
struct Page<'a> {
    town: &'a Town,
    cookie: String,
    csrf: String,
}

impl<'a> Page<'a> {
    #[track_caller]
    fn of(town: &'a Town, signed_in: &Answer) -> Self {
        assert_eq!(signed_in.status, 200, "{}", signed_in.text());
        let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = signed_in.json()["csrf"].as_str().unwrap().to_owned();
        Self { town, cookie, csrf }
    }

    fn sends(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("x-vigie-csrf", self.csrf.as_str()),
            ("content-type", "application/json"),
        ];
        self.town.send(method, path, &headers, body.to_string().into_bytes())
    }

    fn session(&self) -> Value {
        self.town.get_with(SESSION, &[("cookie", &self.cookie)]).json()
    }

    /// Puts an authenticator there, confirmed with the code of the half minute before; the recovery codes.
    #[track_caller]
    fn enrols(&self) -> (Authenticator, Vec<String>) {
        let begun = self.sends("POST", TOTP, &json!({ "password": PASSWORD })).json();
        let authenticator = Authenticator::of(begun["secret"].as_str().unwrap());
        let code = authenticator.code(STEP - 1);
        let confirm = json!({ "enrolment": begun["enrolment"], "code": code });
        let confirmed = self.sends("PUT", TOTP, &confirm);
        assert_eq!(confirmed.status, 200, "{}", confirmed.text());
        let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
        (authenticator, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
    }
}

/// What a telephone does with the secret: RFC 4648 and RFC 6238, written here once more.
struct Authenticator(Vec<u8>);

impl Authenticator {
    fn of(base32: &str) -> Self {
        let value = |letter: u8| match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        let bits: String = base32.bytes().map(|letter| format!("{:05b}", value(letter))).collect();
        let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
        Self(bits.as_bytes().chunks_exact(8).map(byte).collect())
    }

    fn code(&self, step: u64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = (tag[19] % 16) as usize;
        let four = tag[at..at + 4].iter().fold(0_u64, |all, byte| all * 256 + u64::from(*byte));
        format!("{:06}", four % (1 << 31) % 1_000_000)
    }
}

fn is_code_needed(answer: &Answer) -> bool {
    answer.status == 401 && answer.json()["type"] == "/problems/code-needed"
}

#[test]
fn an_authenticator_is_kept_once_a_code_shows_that_it_holds_the_secret() {
    let town = staffed();
    let page = Page::of(&town, &sign_in(&town, "salle-1", None));
    assert_eq!(page.session()["second_factor"], false);

    assert_eq!(page.sends("POST", TOTP, &json!({ "password": "not the password" })).status, 401);
    let begun = page.sends("POST", TOTP, &json!({ "password": PASSWORD }));
    assert_eq!(begun.header("cache-control"), "no-store");
    let begun = begun.json();
    let secret = begun["secret"].as_str().unwrap();
    assert!(begun["uri"].as_str().unwrap().contains(&format!("Vigie:salle-1?secret={secret}")));
    assert!(begun["qr"]["path"].as_str().unwrap().starts_with("M4 4h7"));
    let wrong = json!({ "enrolment": begun["enrolment"], "code": "000000" });
    assert_eq!(page.sends("PUT", TOTP, &wrong).fault().1, "code");
    assert_eq!(page.session()["second_factor"], false, "nothing is kept yet");

    let (authenticator, recovery) = page.enrols();

    assert_eq!(page.session()["second_factor"], true);
    assert_eq!(recovery.len(), 10);
    let again = page.sends("POST", TOTP, &json!({ "password": PASSWORD }));
    assert_eq!(again.status, 409, "it has one already");
    let snapshot = town.app.snapshot();
    let kept = snapshot.accounts().get(id_of(&town, "salle-1")).unwrap();
    let kept = kept.second_factor.as_ref().unwrap();
    let sealed = kept.secret.bytes();
    assert!(!sealed.windows(20).any(|part| part == authenticator.0), "sealed");
    assert!(!format!("{kept:?}").contains("0x") && format!("{kept:?}").contains('…'));
}

#[test]
fn the_password_alone_is_not_enough_and_a_code_is_good_once() {
    let town = staffed();
    let (authenticator, _) = Page::of(&town, &sign_in(&town, "salle-1", None)).enrols();
    let code = |step: u64| authenticator.code(step);
    let signs_in = |code: &str| sign_in(&town, "salle-1", Some(code));

    assert!(is_code_needed(&sign_in(&town, "salle-1", None)));
    assert!(is_code_needed(&signs_in(&code(STEP - 1))), "it confirmed the secret");
    assert_eq!(signs_in(&code(STEP)).status, 200);
    assert!(is_code_needed(&signs_in(&code(STEP))), "it was used");
    assert_eq!(signs_in(&code(STEP + 1)).json()["role"], "operator");
    assert!(is_code_needed(&signs_in(&code(STEP))), "and so were those before");
    let used = AccountChange::UseStep(id_of(&town, "salle-1"), STEP + 1);
    let again = actix_web::rt::System::new().block_on(town.app.change_account(used));
    assert_eq!(again, Err(AccountError::CodeNotGood), "whichever server asks");
    let unknown = town.post(
        SESSION,
        json!({ "name": "salle-1", "password": "not the password", "code": code(STEP + 1) }),
    );
    assert_eq!(unknown.json()["type"], "/problems/unauthenticated", "a code is no password");
}

#[test]
fn a_recovery_code_stands_in_for_a_code_once() {
    let town = staffed();
    let (_, recovery) = Page::of(&town, &sign_in(&town, "salle-1", None)).enrols();

    let typed = recovery[3].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&town, "salle-1", Some(&typed)).status, 200);
    assert!(is_code_needed(&sign_in(&town, "salle-1", Some(&typed))));
    assert_eq!(sign_in(&town, "salle-1", Some(&recovery[4])).status, 200);
    assert!(is_code_needed(&sign_in(&town, "salle-1", Some("aaaa-aaaa-aaaa-aaaa"))));
}

#[test]
fn wrong_codes_count_and_the_right_password_takes_none_back() {
    let town = staffed();
    let (authenticator, _) = Page::of(&town, &sign_in(&town, "salle-1", None)).enrols();

    for _ in 0..5 {
        assert!(is_code_needed(&sign_in(&town, "salle-1", Some("000000"))));
    }

    assert_eq!(sign_in(&town, "salle-1", None).status, 429);
    let waiting = sign_in(&town, "salle-1", Some(&authenticator.code(STEP)));
    assert_eq!(waiting.status, 429, "also with the right code");
    assert!(waiting.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[test]
fn whoever_has_it_takes_it_away_with_a_code_and_an_administrator_without() {
    let town = staffed();
    let page = Page::of(&town, &sign_in(&town, "salle-1", None));
    let (authenticator, _) = page.enrols();
    assert_eq!(page.sends("POST", CLEAR, &json!({ "code": "000000" })).status, 401);
    let cleared = page.sends("POST", CLEAR, &json!({ "code": authenticator.code(STEP) }));
    assert_eq!(cleared.status, 200, "{}", cleared.text());
    assert!(page.session()["role"].is_null(), "its sessions ended");

    let page = Page::of(&town, &sign_in(&town, "salle-1", None));
    page.enrols();
    let admin = Page::of(&town, &sign_in(&town, "admin", None));
    let path = format!("/api/v1/accounts/{}/clear-second-factor", id_of(&town, "salle-1"));
    let list = |admin: &Page| {
        let list = town.get_with("/api/v1/accounts", &[("cookie", &admin.cookie)]).json();
        list["accounts"][0]["second_factor"].clone()
    };
    assert_eq!(list(&admin), true);
    assert_eq!(admin.sends("POST", &path, &json!({})).json()["second_factor"], false);
    assert_eq!(admin.sends("POST", &path, &json!({})).status, 200, "asking twice is asking once");
    assert!(page.session()["role"].is_null());
    assert_eq!(sign_in(&town, "salle-1", None).status, 200);
}

#[test]
fn a_secret_that_was_shown_to_one_account_is_kept_by_no_other_and_by_no_other_site() {
    let town = staffed();
    let page = Page::of(&town, &sign_in(&town, "salle-1", None));
    let admin = Page::of(&town, &sign_in(&town, "admin", None));
    let begun = page.sends("POST", TOTP, &json!({ "password": PASSWORD })).json();
    let code = Authenticator::of(begun["secret"].as_str().unwrap()).code(STEP);
    let confirm = json!({ "enrolment": begun["enrolment"], "code": code });

    assert_eq!(admin.sends("PUT", TOTP, &confirm).fault().1, "enrolment");
    assert_eq!(page.sends("PUT", TOTP, &json!({ "enrolment": "é", "code": code })).status, 422);
    let headers = [("cookie", page.cookie.as_str()), ("content-type", "application/json")];
    let without = town.send("PUT", TOTP, &headers, confirm.to_string().into_bytes());
    assert_eq!(without.status, 403);
    assert_eq!(page.sends("PUT", TOTP, &confirm).status, 200);
}
