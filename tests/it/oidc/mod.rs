//! Signing in with a real OpenID Connect provider (the npm package `oidc-provider`, on loopback): who gets in, who does
//! not, and what is left of it.

mod directory;
mod leaving;

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use serde_json::json;
use vigie::{
    access::{Role, Seat},
    app::{AccountChange, App, NewAccount, Password, system_clock},
    http::Settings,
    oidc::{Provider, ProviderSettings},
    store::StoreUrl,
    time::Timestamp,
};

use self::directory::{BEGIN, Browser, Directory, SECRET, free_port, known, settings};
use crate::{
    server::{Server, wait_until},
    support::{Answer, Town, closed_town_by, closed_town_with},
};

/// What nobody may learn from Vigie: the people of the directory.
const PLANTED: [&str; 8] = [
    "sub-jeanne",
    "Jeanne Dupontel",
    "jeanne.dupontel@annuaire.example",
    "sub-paul",
    "Paul Sanspost",
    "paul.sanspost@annuaire.example",
    "vigie-salle",
    SECRET,
];

/// A town that knows the directory, with the posts `salle-1` and `admin-1`.
fn town(directory: &Directory) -> Town {
    town_of(directory.provider())
}

fn town_of(provider: std::sync::Arc<Provider>) -> Town {
    let settings = Settings { provider: Some(provider), ..Settings::default() };
    let town = closed_town_with(settings, []);
    give_posts(&town.app);
    town
}

fn give_posts(app: &App) {
    for (name, role) in [("salle-1", Role::Dispatcher), ("admin-1", Role::Admin)] {
        let seat = Seat::new(role, None, None).unwrap();
        let password = Password::made_up().unwrap().hash().unwrap();
        let new = NewAccount { name: name.parse().unwrap(), seat, password };
        change(app, AccountChange::Open(new));
    }
}

fn change(app: &App, change: AccountChange) {
    actix_web::rt::System::new().block_on(app.change_account(change)).unwrap();
}

fn id(town: &Town, name: &str) -> vigie::access::AccountId {
    town.app.snapshot().accounts().of_name(&name.parse().unwrap()).unwrap().id
}

/// That nobody is signed in, and the page where one signs in says so in that way.
#[track_caller]
fn assert_failed(answer: &Answer, failed: &str) {
    let said = (answer.status, answer.header("location"));
    assert_eq!(said, (303, format!("/signin?failed={failed}&next=/").as_str()));
    let cookies = answer.all("set-cookie");
    assert!(cookies.iter().all(|line| line.starts_with("vigie-oidc=;")), "{cookies:?}");
}

#[test]
fn whoever_the_directory_puts_on_a_post_signs_in_to_it_and_out_again() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut browser = Browser::default();

    assert_eq!(town.get("/api/v1/session").json()["provider"], "l’annuaire du groupe");
    let away = browser.begins(town.address(), "?next=/me");
    for needed in ["response_type=code", "code_challenge_method=S256", "nonce=", "scope=openid&"] {
        assert!(away.contains(needed), "{away}");
    }
    assert!(browser.cookie(town.address(), "vigie").is_none());
    let back = browser.signs_in_there(&away, "sub-jeanne");
    let landed = browser.opens(&format!("{}{back}", town.address()));

    assert_eq!((landed.status, landed.header("location")), (303, "/me"));
    assert_eq!(landed.header("cache-control"), "no-store");
    let cookies = landed.all("set-cookie");
    assert!(
        cookies[0].starts_with("vigie=") && cookies[0].contains("SameSite=Strict"),
        "{cookies:?}"
    );
    assert!(
        cookies[1].starts_with("vigie-oidc=; ") && cookies[1].contains("Max-Age=0"),
        "{cookies:?}"
    );
    assert_eq!(browser.name(town.address()).as_deref(), Some("salle-1"));
    assert_eq!(browser.opens(&format!("{}/api/v1/incidents", town.address())).status, 200);

    assert_eq!(browser.signs_out(town.address()).status, 200);
    assert_eq!(browser.name(town.address()), None);
}

#[test]
fn the_first_post_that_fits_is_taken_and_a_disabled_one_is_passed_over() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut browser = Browser::default();

    browser.signs_in(town.address(), "sub-alix");
    assert_eq!(browser.name(town.address()).as_deref(), Some("admin-1"));

    change(&town.app, AccountChange::EndSessions(id(&town, "admin-1")));
    assert_eq!(browser.name(town.address()), None, "the epoch of the account ends it");

    change(&town.app, AccountChange::Disable(id(&town, "salle-1")));
    let mut other = Browser::default();
    assert_failed(&other.signs_in(town.address(), "sub-jeanne"), "unbound");
    assert_eq!(other.name(town.address()), None);
    assert_eq!(browser.signs_in(town.address(), "sub-alix").header("location"), "/");
}

#[test]
fn whoever_has_no_post_stays_out_and_is_told_so() {
    let directory = Directory::start();
    let town = town(&directory);
    let seq = town.app.snapshot().seq();
    let mut browser = Browser::default();

    // Groups count word for word, and the name of a post is no group.
    assert_failed(&browser.signs_in(town.address(), "sub-paul"), "unbound");
    assert_failed(&Browser::default().signs_in(town.address(), ""), "denied");
    assert_eq!(browser.name(town.address()), None);
    let events = town.app.snapshot().seq().0 - seq.0;
    assert!(events <= 1, "nothing is stored but the key that seals: {events}");
}

#[test]
fn what_another_browser_or_nobody_has_begun_ends_nowhere() {
    let directory = Directory::start();
    let town = town(&directory);
    let address = town.address();
    let mut browser = Browser::default();
    let away = browser.begins(address, "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    let callback = |browser: &mut Browser, path: &str| browser.opens(&format!("{address}{path}"));

    // Another browser has begun nothing, or something else.
    assert_failed(&callback(&mut Browser::default(), &back), "expired");
    let mut other = Browser::default();
    other.begins(address, "");
    assert_failed(&callback(&mut other, &back), "expired");
    // Another state.
    let mut changed = browser.clone();
    assert_failed(&callback(&mut changed, &back.replace("state=", "state=0")), "expired");
    // A cookie that another server has sealed.
    let another = town_of(directory.provider());
    let mut elsewhere = Browser::default();
    elsewhere.put(another.address(), "vigie-oidc", &browser.cookie(address, "vigie-oidc").unwrap());
    assert_failed(&elsewhere.opens(&format!("{}{back}", another.address())), "expired");
    assert_eq!(directory.calls("/token"), 0, "no code was handed in");
}

#[test]
fn a_code_is_good_once() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut browser = Browser::default();
    let away = browser.begins(town.address(), "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    let url = format!("{}{back}", town.address());
    let mut thief = browser.clone();

    assert_eq!(browser.opens(&url).header("location"), "/");
    assert_failed(&browser.opens(&url), "expired");
    // Even with the cookie of the sign-in that had begun.
    assert_failed(&thief.opens(&url), "refused");
    assert_eq!(thief.name(town.address()), None);
}

#[test]
fn a_token_that_is_not_for_this_sign_in_is_refused() {
    let directory = Directory::start();
    let town = town(&directory);
    let address = town.address();

    // The provider was asked with another nonce, or with another challenge, or for another client.
    for (asked, instead) in [
        ("nonce=", "nonce=0"),
        ("code_challenge=", "code_challenge=0"),
        ("client_id=vigie", "client_id=other"),
    ] {
        let mut browser = Browser::default();
        let away = browser.begins(address, "").replacen(asked, instead, 1);
        let away = if asked == "code_challenge=" { one_digit_less(&away) } else { away };
        let back = browser.signs_in_there(&away, "sub-jeanne");
        assert_failed(&browser.opens(&format!("{address}{back}")), "refused");
        assert_eq!(browser.name(address), None, "{asked}");
    }
}

/// The same length of the challenge, which the provider looks at.
fn one_digit_less(url: &str) -> String {
    let at = url.find("code_challenge=").unwrap() + "code_challenge=".len() + 43;
    format!("{}{}", &url[..at], &url[at + 1..])
}

#[test]
fn a_token_that_was_made_over_is_refused_whatever_is_wrong_with_it() {
    let directory = Directory::start();
    for way in [
        "none",
        "hs256",
        "stolen-key",
        "other-audience",
        "two-audiences",
        "other-party",
        "other-issuer",
        "expired",
        "future",
        "no-nonce",
    ] {
        let town = town(&directory);
        let mut browser = Browser::default();
        directory.control(json!({ "token": way }));
        assert_failed(&browser.signs_in(town.address(), "sub-jeanne"), "refused");
        assert_eq!(browser.name(town.address()), None, "{way}");
    }
    // The clocks of two machines differ a little.
    let town = town(&directory);
    directory.control(json!({ "token": "skewed" }));
    assert_eq!(Browser::default().signs_in(town.address(), "sub-jeanne").header("location"), "/");
}

#[test]
fn a_client_whose_tokens_are_signed_with_its_secret_is_refused_and_a_public_one_is_not() {
    let directory = Directory::start();
    let of_client = |client: &str, secret: Option<&str>| {
        let settings = ProviderSettings {
            client: client.to_owned(),
            secret: secret.map(|secret| secret.to_owned().into()),
            ..settings(&directory.issuer)
        };
        let town = town_of(known(settings));
        Browser::default().signs_in(town.address(), "sub-jeanne").header("location").to_owned()
    };

    assert_eq!(of_client("vigie-hs256", Some(SECRET)), "/signin?failed=refused&next=/");
    assert_eq!(of_client("vigie", Some("another secret")), "/signin?failed=refused&next=/");
    assert_eq!(of_client("vigie-public", None), "/");
}

#[test]
fn keys_that_the_provider_changed_are_asked_for_and_not_too_often() {
    let directory = Directory::start();
    let town = town(&directory);
    assert_eq!(directory.calls("/jwks"), 1);
    directory.control(json!({ "rotate": true }));

    assert_eq!(Browser::default().signs_in(town.address(), "sub-jeanne").header("location"), "/");
    assert_eq!(directory.calls("/jwks"), 2);

    // Again, at once: whoever makes tokens with keys that nobody knows does not have us ask for ever.
    for _ in 0..3 {
        directory.control(json!({ "rotate": true }));
        assert_failed(&Browser::default().signs_in(town.address(), "sub-jeanne"), "refused");
    }
    assert_eq!(directory.calls("/jwks"), 2);
}

#[test]
fn a_provider_that_is_away_keeps_nobody_else_from_signing_in_and_is_found_when_it_comes() {
    let port = free_port();
    let provider = Provider::start(settings(&format!("http://127.0.0.1:{port}"))).unwrap();
    let town = town_of(provider);
    let mut browser = Browser::default();

    assert_failed(&browser.opens(&format!("{}{BEGIN}", town.address())), "away");
    assert_eq!(town.get("/readyz").status, 200);

    let directory = Directory::start_at(port);
    wait_until("the provider is found", || {
        let mut other = Browser::default();
        other
            .opens(&format!("{}{BEGIN}", town.address()))
            .header("location")
            .starts_with(&directory.issuer)
    });
    assert_eq!(browser.signs_in(town.address(), "sub-jeanne").header("location"), "/");

    let away = browser.begins(town.address(), "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    drop(directory);
    assert_failed(&browser.opens(&format!("{}{back}", town.address())), "away");
}

#[test]
fn a_provider_that_does_not_answer_is_given_up_and_holds_nobody_else_up() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut browser = Browser::default();
    let away = browser.begins(town.address(), "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    directory.control(json!({ "silent": true }));

    std::thread::scope(|scope| {
        let started = Instant::now();
        let waiting = scope.spawn(|| browser.opens(&format!("{}{back}", town.address())));
        wait_until("the code is handed in", || directory.calls("/token") == 1);
        let asked = Instant::now();
        assert_eq!(town.get("/api/v1/session").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        assert_failed(&waiting.join().unwrap(), "away");
        assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    });
}

#[test]
fn a_sign_in_that_took_too_long_has_to_begin_again() {
    static LATER_S: AtomicI64 = AtomicI64::new(0);
    fn clock() -> Timestamp {
        system_clock().plus_seconds(LATER_S.load(Ordering::SeqCst))
    }
    let directory = Directory::start();
    let settings = Settings { provider: Some(directory.provider()), ..Settings::default() };
    let town = closed_town_by(clock, settings, []);
    give_posts(&town.app);
    let mut browser = Browser::default();
    let away = browser.begins(town.address(), "");
    let back = browser.signs_in_there(&away, "sub-jeanne");

    LATER_S.store(601, Ordering::SeqCst);

    assert_failed(&browser.opens(&format!("{}{back}", town.address())), "expired");
    assert_eq!(directory.calls("/token"), 0);
}

#[test]
fn afterwards_nobody_is_sent_to_another_site() {
    let directory = Directory::start();
    let town = town(&directory);
    for evil in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "%09//evil.example",
        "/%0d%0aSet-Cookie:%20a=b",
        "javascript:alert(1)",
        "/api/v1/session/oidc",
    ] {
        let mut browser = Browser::default();
        let away = browser.begins(town.address(), &format!("?next={evil}"));
        let back = browser.signs_in_there(&away, "sub-jeanne");
        let landed = browser.opens(&format!("{}{back}", town.address()));
        assert_eq!((landed.status, landed.header("location")), (303, "/"), "{evil}");
    }
    let address = town.address();
    let from_afar = [("sec-fetch-site", "cross-site")];
    assert_eq!(town.get_with(BEGIN, &from_afar).status, 403, "another site begins nothing");
    let (status, field, _) = town.get(&format!("{BEGIN}?redirect_uri={address}")).fault();
    assert_eq!((status, field.as_str()), (400, "redirect_uri"));
}

#[test]
fn whoever_says_it_was_another_provider_is_refused() {
    let directory = Directory::start();
    let town = town(&directory);
    let mut browser = Browser::default();
    let away = browser.begins(town.address(), "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    let (before, _) = back.split_once("&iss=").expect("the provider names itself");

    let url = format!("{}{before}&iss=https%3A%2F%2Fid.example", town.address());
    assert_failed(&browser.opens(&url), "refused");
    assert_eq!(directory.calls("/token"), 0);
}

#[test]
fn a_return_that_fails_counts_once_and_the_fifth_one_has_to_wait() {
    static LATER_S: AtomicI64 = AtomicI64::new(0);
    /// A clock that stands still between two questions, so that no wait is over by itself.
    fn clock() -> Timestamp {
        let start = Timestamp::from_unix_ms(1_700_000_000_000).unwrap();
        start.plus_seconds(LATER_S.load(Ordering::SeqCst))
    }
    let directory = Directory::start();
    let settings = Settings { provider: Some(directory.provider()), ..Settings::default() };
    let town = closed_town_by(clock, settings, []);
    let begin = format!("{}{BEGIN}", town.address());
    let callback = format!("{begin}/callback?state=0&code=0");
    let is_heard = || {
        let away = Browser::default().opens(&begin);
        away.header("location").starts_with(&directory.issuer)
    };

    // Four failures are free; the fifth costs a second, and the sixth two: as with a password.
    for number in 1..=5 {
        assert!(is_heard(), "after {} failures", number - 1);
        assert_failed(&Browser::default().opens(&callback), "expired");
    }
    assert_failed(&Browser::default().opens(&begin), "wait");
    assert_failed(&Browser::default().opens(&callback), "wait");
    LATER_S.store(1, Ordering::SeqCst);
    assert!(is_heard(), "a second later; what had to wait is no failure");
    assert_failed(&Browser::default().opens(&callback), "expired");
    LATER_S.store(2, Ordering::SeqCst);
    assert!(!is_heard(), "the sixth waits for two seconds");
    LATER_S.store(3, Ordering::SeqCst);
    assert!(is_heard());
    assert_eq!(directory.calls("/token"), 0);
}

#[test]
fn a_server_without_a_provider_says_so() {
    let town = closed_town_with(Settings::default(), []);
    assert_eq!(town.get("/api/v1/session").json()["provider"], json!(null));
    for path in [BEGIN, "/api/v1/session/oidc/callback?code=a&state=b"] {
        let answer = town.get(path);
        assert_eq!(answer.status, 409, "{}", answer.text());
        assert!(answer.text().contains("--oidc-issuer"));
    }
}

#[test]
fn the_program_learns_nothing_of_a_person_and_keeps_nothing() {
    let directory = Directory::start();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let app = App::open(store.parse::<StoreUrl>().unwrap().open().unwrap(), system_clock).unwrap();
    give_posts(&app);
    app.close();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), format!("{SECRET}\n")).unwrap();
    let options = [
        "--log=debug",
        &format!("--oidc-issuer={}", directory.issuer),
        "--oidc-client-id=vigie",
        &format!("--oidc-client-secret-file={}", secret.path().display()),
        &format!("--oidc-public-url={}", directory::PUBLIC_URL),
        "--oidc-post=vigie-admin=admin-1;vigie-salle=salle-1",
    ]
    .map(str::to_owned);
    let mut server = Server::start_with(&store, "127.0.0.1:0", &options);
    let address = format!("http://{}", server.address);
    wait_until("the provider is known", || server.log().contains("provider answers"));
    let mut browser = Browser::default();

    let away = browser.begins(&address, "");
    let back = browser.signs_in_there(&away, "sub-jeanne");
    assert_eq!(browser.opens(&format!("{address}{back}")).header("location"), "/");
    assert_eq!(browser.name(&address).as_deref(), Some("salle-1"));
    assert_failed(&Browser::default().signs_in(&address, "sub-paul"), "unbound");
    directory.control(json!({ "token": "other-audience" }));
    assert_failed(&Browser::default().signs_in(&address, "sub-jeanne"), "refused");
    let metrics = browser.opens(&format!("{address}/metrics"));
    server.stop();

    let log = server.log();
    assert!(
        log.contains("/api/v1/session/oidc/callback") && log.contains("another client"),
        "{log}"
    );
    let parameter = |name: &str| back.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
    let passing = ["code=", "state="].map(|name| parameter(name).unwrap().to_owned());
    let mut looked_at = 0;
    let mut files =
        vec![("the log".to_owned(), log), ("metrics".to_owned(), metrics.text().to_owned())];
    for path in files_in(folder.path()) {
        let bytes = std::fs::read(&path).unwrap();
        files.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        looked_at += 1;
    }
    assert!(looked_at >= 2, "the store and the access log: {looked_at}");
    for (place, text) in &files {
        for planted in PLANTED.iter().copied().chain(passing.iter().map(String::as_str)) {
            assert!(!text.contains(planted), "{planted} is in {place}");
        }
    }
    let access = files.iter().filter(|(place, _)| place.contains("access-log"));
    let lines: usize =
        access.map(|(_, text)| text.matches("\"/api/v1/session/oidc/callback\"").count()).sum();
    assert_eq!(lines, 3, "each return is a line of the access log");
}

fn files_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_in(folder)));
    files
}
