//! The real binary: how it starts, what it says, and how it stops.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{app::App, app::system_clock, store::sqlite::SqliteStore};

use crate::{
    server::{admit, authorization, credentials, vigie},
    support::{begin, site},
};

/// A running `vigie serve` on a free port, with a store of its own.
pub struct Program {
    child: Child,
    /// Its own, such as `127.0.0.1:40123`.
    pub address: String,
    folder: TempDir,
    /// Reads the log while the program runs: a full pipe would hold it up.
    log: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts it with more options, on a store with one site.
    pub fn serving(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::serving_in(folder, options)
    }

    fn serving_in(folder: TempDir, options: &[&str]) -> Self {
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        admit(&store);
        let mut child = vigie()
            .args(["serve", "--store", &store, "--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("vigie listens on http://");
        let address = address.unwrap_or_else(|| panic!("said `{line}`")).to_owned();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        Self { child, address, folder, log: Some(log) }
    }

    /// Its store, as `--store` names it.
    pub fn store(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("vigie.db").display())
    }

    /// Imports a site beside the running program, which follows its store.
    pub fn import_one_site(&self) {
        let store = SqliteStore::open(&self.folder.path().join("vigie.db")).unwrap();
        let app = App::open(Box::new(store), system_clock).unwrap();
        begin(&app, [site("PH-0754", 2.3522, 48.8566)]);
        app.close();
        while self.get("/api/v1/sites/PH-0754").0 != 200 {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks for `path`.
    pub fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let (name, value) = authorization();
        read(agent().get(url).header(name, value).call().unwrap())
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let (name, value) = authorization();
        read(agent().post(url).header(name, value).send_json(body).unwrap())
    }

    /// Stops it as Ctrl-C does; returns its log and its folder.
    pub fn stop(self) -> (String, TempDir) {
        signal(&self.child, "INT");
        self.ended()
    }

    /// Waits until it has stopped; returns its log and its folder.
    fn ended(mut self) -> (String, TempDir) {
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        assert_eq!(status.code(), Some(0), "{log}");
        (log, std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> (u16, String) {
    (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    vigie().args(arguments).output().unwrap()
}

#[test]
fn a_taken_port_is_told_with_the_address_and_how_to_choose_another() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());

    let output = run(&["serve", "--store", &store, "--listen", &address.to_string()]);

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(
        said.trim(),
        format!(
            "vigie: {address} is taken by another program. Choose another port, such as --listen 127.0.0.1:{}",
            address.port().saturating_add(1)
        )
    );
}

#[test]
fn it_listens_to_other_machines_only_when_told_so() {
    let output = run(&["serve", "--store", "sqlite:/nowhere/vigie.db", "--listen", "0.0.0.0:0"]);

    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("plain HTTP is spoken"));
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_2() {
    for arguments in
        [&["serve", "--colour", "red"][..], &["fly"], &[], &["serve", "--store", "mysql://x"]]
    {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(&["--version"]).status.code(), Some(0));
}

#[test]
fn a_misspelt_variable_ends_with_2_and_is_told_without_its_value() {
    let output = vigie().arg("doctor").env("VIGIE_STROE", "postgres://me:secret@db").output();
    let output = output.unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let expected =
        "vigie: the variable VIGIE_STROE means nothing to Vigie; did you mean VIGIE_STORE?";
    assert_eq!(said.trim(), expected);
}

#[test]
fn a_store_that_is_not_understood_is_told_without_its_password() {
    let wrong = "postgres://me:hunter2@db/vigie?sslmode=full";
    for (arguments, variable) in [
        (&["serve"][..], "VIGIE_STORE"),
        (&["demo"], "VIGIE_STORE"),
        (&["copy", "--from", "sqlite:nowhere"], "VIGIE_COPY_TO"),
    ] {
        let output = vigie().args(arguments).env(variable, wrong).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("sslmode is disable, prefer, require") && !said.contains("hunter2"),
            "{said}"
        );

        let help = vigie().arg(arguments[0]).arg("--help").env(variable, wrong).output().unwrap();
        assert!(!String::from_utf8(help.stdout).unwrap().contains("hunter2"));
    }
}

#[test]
fn ctrl_c_answers_what_is_in_flight_and_the_next_start_has_it() {
    let program = Program::serving(&[]);
    program.import_one_site();
    let body =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } })
            .to_string();
    let mut slow = TcpStream::connect(&program.address).unwrap();
    let head = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nHost: vigie\r\n{}Connection: close\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        credentials(),
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    // The server says `100 Continue` once it begins to read the body: the request is in flight.
    let mut go_on = [0; 25];
    slow.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

    signal(&program.child, "TERM");
    while TcpStream::connect(&program.address).is_ok() {
        std::thread::yield_now();
    }
    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    let (_, folder) = program.ended();

    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let again = Program::serving_in(folder, &[]);
    let list: Value = serde_json::from_str(&again.get("/api/v1/incidents").1).unwrap();
    assert_eq!(list["numberMatched"], 1);
}
