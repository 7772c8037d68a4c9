//! `vigie account` and `vigie token`: who is let in, and what of that is kept.

use std::{
    io::Write as _,
    process::{Output, Stdio},
};

use serde_json::Value;

use crate::{
    program::run,
    server::{import_sites, vigie},
};

/// An empty store in a folder of its own.
struct Place {
    folder: tempfile::TempDir,
    store: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        Self { folder, store }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(&[arguments, &["--store", &self.store]].concat())
    }

    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        errors
    }

    fn list(&self, what: &str) -> Value {
        serde_json::from_str(&self.says(&[what, "list", "--json"])).unwrap()
    }

    /// Whether a file of the store has `text` in it.
    fn holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let bytes = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let bytes: Vec<u8> = bytes.collect();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

#[test]
fn a_token_is_printed_alone_and_kept_as_its_digest() {
    let place = Place::new();

    let printed = place.says(&["token", "create", "--role", "dispatcher", "--label", "replay"]);

    let token = printed.trim_end();
    assert_eq!(printed, format!("{token}\n"));
    assert!(token.starts_with("vgt_") && token.len() == 68, "{token}");
    assert!(!place.holds(token) && !place.holds(&token[4..]), "the store has the token itself");
    let listed = place.list("token");
    assert_eq!(listed[0]["name"], "replay");
    assert_eq!(listed[0]["role"], "dispatcher");
    assert_eq!(listed[0]["in_force"], true);
    assert!(!listed.to_string().contains("vgt_"), "{listed}");
}

#[test]
fn a_token_is_revoked_by_its_label_and_stays_in_the_list() {
    let place = Place::new();
    place.says(&["token", "create", "--role", "planner", "--label", "maps", "--days", "30"]);

    place.says(&["token", "revoke", "maps"]);

    let listed = place.list("token");
    assert_eq!(listed[0]["in_force"], false);
    assert!(listed[0]["expires_at"].is_string(), "{listed}");
    assert_eq!(place.run(&["token", "revoke", "maps"]).status.code(), Some(1));
}

#[test]
fn a_role_goes_with_what_it_is_for() {
    let place = Place::new();
    import_sites(&place.store, 1);

    place.says(&["token", "create", "--role", "landlord", "--landlord", "paris-habitat"]);

    for (arguments, reason) in [
        (&["--role", "landlord"][..], "names its landlord"),
        (&["--role", "landlord", "--landlord", "rivp"], "is not in the stock"),
        (&["--role", "patrol", "--patrol", "TANGO-9"], "is not known"),
        (&["--role", "operator", "--patrol", "TANGO-1"], "only a landlord's account"),
        (&["--role", "root"], "--role is one of operator, dispatcher"),
        (&["--role", "system"], "--role is one of"),
        (&["--role", "demo"], "--role is one of"),
    ] {
        let said = place.refuses(&[&["token", "create"], arguments].concat());
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
}

#[test]
fn an_account_has_a_password_that_only_argon2id_is_kept_of() {
    let place = Place::new();

    let made = place.says(&["account", "create", "salle-1", "--role", "dispatcher"]);
    let again = place.refuses(&["account", "create", "salle-1", "--role", "operator"]);
    let other = place.says(&["account", "password", "salle-1"]);

    assert_eq!(made.trim_end().len(), 20);
    assert_ne!(made, other);
    assert!(again.contains("is called `salle-1` already"), "{again}");
    assert!(!place.holds(made.trim_end()) && !place.holds(other.trim_end()));
    assert!(place.holds("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(place.list("account").as_array().unwrap().len(), 1);
}

#[test]
fn a_password_may_be_told_on_standard_input_and_is_long_enough() {
    let place = Place::new();
    let create = |name: &str, password: &str| {
        let mut child = vigie()
            .args(["account", "create", name, "--role", "dpo", "--password-stdin"])
            .args(["--store", &place.store])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };

    let (long, short) = (create("dpo", "correct horse battery\n"), create("dpo-2", "hunter2\n"));

    assert!(long.status.success() && long.stdout.is_empty());
    assert_eq!(short.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&short.stderr).contains("hunter2"));
}

#[test]
fn the_last_administrator_stays() {
    let place = Place::new();
    place.says(&["account", "create", "admin", "--role", "admin"]);

    let alone = place.run(&["account", "disable", "admin"]);
    place.says(&["account", "create", "admin-2", "--role", "admin"]);
    place.says(&["account", "disable", "admin"]);

    assert_eq!(alone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("is the last administrator"));
    assert_eq!(place.list("account")[0]["in_force"], false);
}

#[test]
fn a_name_is_that_of_a_post() {
    let place = Place::new();
    for name in ["jeanne.dupont@example.org", "Jeanne", "a b", ""] {
        let said = place.refuses(&["account", "create", name, "--role", "operator"]);
        assert!(said.contains("a-z, 0-9"), "{said}");
    }
}
