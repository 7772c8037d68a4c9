//! Settings from a file, the environment and the command line: which holds, and that `vigie config check` says what `vigie serve` does.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::vigie;

/// A folder with a file of settings in it.
struct House {
    folder: TempDir,
}

impl House {
    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("vigie.toml"), settings).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = vigie();
        command.current_dir(self.folder.path()).args(args);
        command
    }

    /// What `vigie config check` says of the file.
    fn check(&self, more: &[&str], variables: &[(&str, &str)]) -> Value {
        let mut command = self.command(&["config", "check", "--json", "--config", "vigie.toml"]);
        let output = command.args(more).envs(variables.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
    }
}

/// The value of an option and who said so.
fn setting<'a>(told: &'a Value, option: &str) -> (Option<&'a str>, &'a str) {
    let all = told["settings"].as_array().unwrap();
    let found = all.iter().find(|one| one["option"] == option);
    let found = found.unwrap_or_else(|| panic!("{option} is not in {told}"));
    (found["value"].as_str(), found["source"].as_str().unwrap())
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let house = House::with(
        "rate-address = 1\nrate-account = 2\nlog = 'debug'\nallow-origin = ['https://a.example', 'https://b.example']\n",
    );
    let told = house
        .check(&["--rate-address", "30"], &[("VIGIE_RATE_ADDRESS", "20"), ("VIGIE_LOG", "warn")]);
    assert_eq!(setting(&told, "rate-address"), (Some("30"), "command line"));
    assert_eq!(setting(&told, "log"), (Some("warn"), "VIGIE_LOG"));
    assert_eq!(setting(&told, "rate-account"), (Some("2"), "vigie.toml:2"));
    assert_eq!(
        setting(&told, "allow-origin"),
        (Some("https://a.example, https://b.example"), "vigie.toml:4")
    );
    assert_eq!(setting(&told, "listen"), (Some("127.0.0.1:8080"), "default"));
    assert_eq!(setting(&told, "style-url"), (None, "default"));
    assert_eq!(told["faults"], serde_json::json!([]));
}

#[test]
fn no_secret_is_shown() {
    let house = House::with(
        "store = 'postgres://vigie:hunter2@db.example/vigie'\nsmtp-host = 'mail.example'\nsmtp-from = 'a@example.org'\nsmtp-user = 'vigie'\nsmtp-password = 'sqlite:hunter2'\nstyle-url = 'https://a:hunter2@tiles.example/style.json'\n",
    );
    let mut command = house.command(&["config", "check", "--config", "vigie.toml"]);
    let output = command.output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("store") && said.contains("smtp-password") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn a_password_in_an_address_that_is_refused_is_not_repeated() {
    let house = House::with("mqtt = 'mqtt://u:hunter2@127.0.0.1'\n");
    let output = house.command(&["config", "check", "--config", "vigie.toml"]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("--mqtt ") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_file_that_cannot_be_used_ends_with_2_and_all_that_is_wrong_with_it() {
    let house = House::with("lisen = 'x'\nrate-address = true\n[smtp]\nhost = 'x'\n");
    for args in [&["serve"][..], &["config", "check"], &["doctor"]] {
        let output = house.command(args).args(["--config", "vigie.toml"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?} {said}");
        for part in
            ["line 1: lisen", "did you mean listen?", "line 2: rate-address", "line 3: smtp"]
        {
            assert!(said.contains(part), "{args:?} {said}");
        }
    }
    let values = House::with(
        "rate-address = 'many'\nsmtp-tls = 'perhaps'\nsmtp-patience-s = 0\nlisten = '127.0.0.1:0'\n",
    );
    let output = values.command(&["serve", "--config=vigie.toml"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in ["vigie.toml:1: ", "'many'", "vigie.toml:2: ", "'perhaps'", "vigie.toml:3: "] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = values.command(&["serve"]).env("VIGIE_CONFIG", "nowhere.toml").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.toml"));
}

#[test]
fn other_subcommands_take_the_store_from_the_file() {
    let house = House::with("store = 'sqlite:here.sqlite'\nlisten = '127.0.0.1:0'\n");
    fs::write(
        house.path("sites.csv"),
        "code;landlord;name;dwellings;lon;lat\nPH-0001;Paris Habitat;R;40;2.345;48.855\n",
    )
    .unwrap();
    let imported = house
        .command(&["--config", "vigie.toml", "import", "sites", "sites.csv"])
        .output()
        .unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    assert!(house.path("here.sqlite").exists() && !house.path("vigie.db").exists());
    assert!(
        house.command(&["doctor", "--config", "vigie.toml"]).output().unwrap().status.success()
    );
}

/// Whether `vigie serve` starts with the file, and what it says where it does not.
fn serves(house: &House) -> Result<(), String> {
    let mut child = house
        .command(&["serve", "--config", "vigie.toml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let listens = line.starts_with("vigie listens on ");
    if listens {
        std::thread::sleep(Duration::from_millis(50));
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if listens { Ok(()) } else { Err(said) }
}

#[test]
fn what_is_found_wrong_is_what_serve_refuses_in_the_same_words() {
    let cases: [(&str, Option<&str>); 15] = [
        ("", None),
        ("store = 'sqlite:other.sqlite'", None),
        ("allow-origin = ['https://a.example']\nrate-address = 0", None),
        ("kinds = 'kinds.csv'", Some("--kinds kinds.csv")),
        ("rules = 'rules.toml'", Some("--rules rules.toml")),
        ("sources = 'sources.csv'", Some("--sources sources.csv")),
        ("mqtt = 'broker.example'", Some("is not a host and port")),
        ("tls-cert = 'cert.pem'\ntls-key = 'key.pem'", Some("--tls-cert and --tls-key")),
        ("store = 'mysql://x'", Some("--store: ")),
        ("store = 'sqlite:'", Some("--store: ")),
        ("store = 'sqlite:no/such/folder.sqlite'", None),
        (
            "oidc-issuer = 'http://idp.example'\noidc-client-id = 'v'\noidc-public-url = 'https://v.example'\noidc-post = ['a=b']",
            Some("--oidc-issuer: "),
        ),
        (
            "smtp-host = 'mail.example'\nsmtp-from = 'a@example.org'\nsmtp-user = 'v'",
            Some("--smtp-user goes with a password"),
        ),
        (
            "smtp-host = 'mail.example'\nsmtp-from = 'a@example.org'\nsmtp-ca = 'ca.pem'",
            Some("--smtp-ca ca.pem"),
        ),
        ("style-url = 'https://a.example/\\n'", None),
    ];
    for (settings, fault) in cases {
        let house = House::with(&format!("listen = '127.0.0.1:0'\n{settings}\n"));
        let told = house.check(&[], &[]);
        let found: Vec<&str> =
            told["faults"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let served = serves(&house);
        match fault {
            None => assert!(found.is_empty() && served.is_ok(), "{settings}: {found:?} {served:?}"),
            Some(words) => {
                assert_eq!(found.len(), 1, "{settings}: {found:?}");
                assert!(found[0].contains(words), "{settings}: {found:?}");
                let refused = served.expect_err(settings);
                assert!(refused.contains(found[0]), "{settings}: {refused} {found:?}");
            }
        }
    }
    // Beyond this machine, in plain HTTP; and two faults at once.
    let house = House::with("listen = '0.0.0.0:0'\nkinds = 'kinds.csv'\n");
    let told = house.check(&[], &[]);
    assert_eq!(told["faults"].as_array().unwrap().len(), 2, "{told}");
    assert!(serves(&house).unwrap_err().contains("is open to other machines"));
}

#[test]
fn the_example_that_ships_is_what_the_program_prints_and_can_be_used() {
    let house = House::with("");
    let output = house.command(&["config", "example"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/vigie.toml");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&shipped, &printed).unwrap();
    }
    assert_eq!(fs::read_to_string(shipped).unwrap(), printed, "run this test with UPDATE=1");

    // Each line without its mark is an option of the right type; those that are defaults are the defaults.
    let is_setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let all: Vec<&str> = printed.lines().filter(is_setting).map(|line| &line[1..]).collect();
    assert!(all.len() > 30, "{all:?}");
    for line in all {
        let option = line.split(" = ").next().unwrap();
        let house = House::with(line);
        let output = house
            .command(&["config", "check", "--config", "vigie.toml", "--json"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        for fault in ["is no option", "true or false", "or a whole number", "takes one"] {
            assert!(!said.contains(fault), "{line}: {said}");
        }
        if let Ok(told) = serde_json::from_slice::<Value>(&output.stdout) {
            assert!(
                setting(&told, option).1.starts_with("vigie.toml:1") || line.ends_with("false"),
                "{line}: {told}"
            );
        }
    }
}
