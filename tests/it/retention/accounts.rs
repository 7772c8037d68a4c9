//! Accounts and tokens whose term is over: gone from files and from servers, and named by nothing that is left.

use serde_json::{Value, json};
use uuid::Uuid;
use vigie::{
    access::{Account, AccountId, Key, Role, Seat, TokenDigest},
    event::Fact,
    incident::IdempotencyKey,
    store::{Batch, NewFact, StoreUrl},
    time::Timestamp,
};

use super::{Place, count_of, found, months_ago, over};
use crate::{
    program::run,
    server::{Server, wait_until},
    store::fixture::{batch, commit},
    support::ask,
};

const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA";

fn digest(number: u32) -> [u8; 32] {
    // Nothing of an id or a digest may look like something else in a file.
    *IdempotencyKey::of_row(b"account", number.into()).digest()
}

/// Account `number`: that of a person, or the token of a program.
fn account(number: u32, role: Role, key: Key) -> Account {
    Account {
        id: AccountId::new(Uuid::from_slice(&digest(number)[..16]).unwrap()),
        name: hex::encode(&digest(number)[16..28]).parse().unwrap(),
        seat: Seat::new(role, None, None).unwrap(),
        key,
        second_factor: None,
        created_at: months_ago(30),
        expires_at: None,
        disabled_at: None,
        epoch: 0,
    }
}

fn person(number: u32, role: Role, disabled_at: Option<Timestamp>) -> Account {
    Account { disabled_at, ..account(number, role, Key::Password(HASH.parse().unwrap())) }
}

fn token(number: u32, expires_at: Option<Timestamp>) -> Account {
    let key = Key::Token(TokenDigest::from_digest(digest(10_000 + number)));
    Account { expires_at, ..account(number, Role::Dispatcher, key) }
}

/// The id, the name and the digest of a token: what would be left of it.
fn traces(account: &Account) -> Vec<Vec<u8>> {
    let mut traces =
        vec![account.id.uuid().as_bytes().to_vec(), account.name.as_str().as_bytes().to_vec()];
    if let Key::Token(digest) = &account.key {
        traces.push(digest.digest().to_vec());
    }
    traces
}

/// Records accounts, each changed by the one before it.
fn give(place: &Place, accounts: &[Account]) {
    let mut store = place.url().parse::<StoreUrl>().unwrap().open().unwrap();
    let new = |author: Option<AccountId>, account: &Account| NewFact {
        fact: Fact::AccountRecorded(account.clone()),
        author,
        key: None,
    };
    let facts = accounts.iter().map(|account| new(None, account));
    commit(&mut *store, Batch { facts: facts.collect(), ..batch([]) }).unwrap();
    let changed = accounts.windows(2).map(|pair| new(Some(pair[0].id), &pair[1]));
    commit(&mut *store, Batch { facts: changed.collect(), ..batch([]) }).unwrap();
}

fn names(listed: &Value) -> Vec<&str> {
    listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn accounts_that_are_over_are_gone_from_the_files_and_the_others_are_there() {
    for place in Place::both() {
        place.furnish();
        let over_at = Some(months_ago(14));
        let old: Vec<Account> = (0..60)
            .map(|n| match n % 3 {
                0 => person(n, Role::Admin, over_at),
                1 => token(n, over_at),
                // Revoked long ago, and good for longer.
                _ => Account {
                    disabled_at: over_at,
                    ..token(n, Some(months_ago(0).plus_seconds(86_400)))
                },
            })
            .collect();
        let young: Vec<Account> = (100..130)
            .map(|n| match n % 3 {
                0 => person(n, Role::Dispatcher, Some(months_ago(12))),
                1 => token(n, Some(months_ago(12))),
                _ => token(n, None),
            })
            .chain([person(130, Role::Admin, None)])
            .collect();
        // They take turns, so that each kind changes accounts of the other.
        let mut all = old.clone();
        for (at, one) in young.iter().enumerate() {
            all.insert(2 * at, one.clone());
        }
        give(&place, &all);
        let old: Vec<Vec<u8>> = old.iter().flat_map(traces).collect();
        let young: Vec<Vec<u8>> = young.iter().flat_map(traces).collect();
        assert_eq!(found(&place.bytes(), &old), old.len());

        let due = place.says_json(&["purge", "--dry-run", "--json"]);
        let due = due.as_array().unwrap().iter().find(|one| one["what"] == "accounts").unwrap();
        assert_eq!(due["count"], 60);
        let rows = place.says_json(&["purge", "--json"]);

        assert_eq!(over(&rows, "accounts"), 60, "{rows}");
        let bytes = place.bytes();
        assert_eq!(found(&bytes, &old), 0, "{}", place.url());
        assert_eq!(found(&bytes, &young), young.len());
        let left = place.says_json(&["account", "list", "--json"]);
        assert_eq!(names(&left).len(), 11);
        let admin = person(130, Role::Admin, None).name.to_string();
        let last = place.refuses(&["account", "disable", &admin]);
        assert!(last.contains("the last administrator"), "{last}");
        place.says(&["purge", "verify"]);
        assert!(place.says(&["doctor"]).contains("without a gap"));
        carries_on(&place);
    }
}

/// A backup of it comes back as the same, without what is gone.
fn carries_on(place: &Place) {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db").display().to_string();
    let restored = format!("sqlite:{}", folder.path().join("restored.db").display());
    let told: Value = serde_json::from_str(&place.says(&["backup", &backup, "--json"])).unwrap();
    let output = run(&["restore", &backup, "--store", &restored, "--json"]);
    let again: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(again["kinds"], told["kinds"], "counts and checksums");
    // The program's own is an account, too.
    assert_eq!(again["kinds"]["accounts"]["count"], 32);
}

#[test]
fn a_server_forgets_accounts_that_are_purged_and_their_names_can_be_given_again() {
    for place in Place::both() {
        place.furnish();
        let admin = place.token(Role::Admin);
        let server = Server::start(&place.url());
        wait_until("it has caught up with the rest", || {
            place.says_json(&["purge", "list", "--json"]).as_array().unwrap().len() == 1
        });
        let bearer = format!("Bearer {admin}");
        let asked = |method: &str, path: &str, body: Vec<u8>| {
            let headers = [("authorization", &*bearer), ("content-type", "application/json")];
            ask(&format!("http://{}{path}", server.address), method, &headers, body).unwrap()
        };
        let listed = |path: &str| asked("GET", path, vec![]).json()["accounts"].clone();
        let (gone, kept) = (
            Account {
                name: "salle-7".parse().unwrap(),
                ..person(1, Role::Dispatcher, Some(months_ago(14)))
            },
            person(2, Role::Dispatcher, Some(months_ago(2))),
        );
        let over = token(3, Some(months_ago(14)));
        give(&place, &[gone.clone(), kept.clone(), over.clone()]);
        wait_until("the server follows", || names(&listed("/api/v1/accounts")).len() == 2);
        let new = json!({ "name": gone.name.as_str(), "role": "dispatcher" }).to_string();
        assert_eq!(asked("POST", "/api/v1/accounts", new.clone().into_bytes()).status, 409);

        let row = place.says_json(&["purge", "--json"]);

        assert_eq!(count_of(&row[0], "accounts"), 2, "{row}");
        wait_until("the server forgets", || {
            names(&listed("/api/v1/accounts")) == [kept.name.as_str()]
                && !names(&listed("/api/v1/tokens")).contains(&over.name.as_str())
        });
        let unknown = format!("/api/v1/accounts/{}/enable", gone.id);
        assert_eq!(asked("POST", &unknown, vec![]).status, 404);
        let again = asked("POST", "/api/v1/accounts", new.into_bytes());
        assert_eq!(again.status, 201, "{}", again.text());
        assert!(!again.text().contains(&gone.id.to_string()), "an id is given once");
    }
}
