//! The real program over any store, as a server in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use rand::RngExt as _;
use serde_json::Value;
use tempfile::NamedTempFile;
use vigie::{
    access::{Role, Seat, TokenDigest},
    app::{AccountChange, App, NewToken, system_clock},
    store::StoreUrl,
};

use crate::support::{Answer, ask};

/// Longest wait for what comes by itself: a follower, a recovery.
const PATIENCE: Duration = Duration::from_secs(60);

/// A `vigie serve` that runs until it is killed or dropped.
pub struct Server {
    child: Child,
    /// Its own, such as `127.0.0.1:40123`.
    pub address: String,
    log: NamedTempFile,
    /// Held open, so that the server may write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one on a free port.
    pub fn start(store: &str) -> Self {
        Self::start_at(store, "127.0.0.1:0")
    }

    /// Starts one on a port of one's choice, and waits until it listens.
    pub fn start_at(store: &str, address: &str) -> Self {
        Self::start_with(store, address, &[])
    }

    /// Starts one with more options, and waits until it listens.
    pub fn start_with(store: &str, address: &str, options: &[String]) -> Self {
        admit(store);
        Self::run("serve", store, address, options)
    }

    /// Starts `vigie demo` on a free port, and waits until it listens.
    pub fn start_demo(store: &str) -> Self {
        Self::run("demo", store, "127.0.0.1:0", &[])
    }

    fn run(subcommand: &str, store: &str, address: &str, options: &[String]) -> Self {
        let log = NamedTempFile::new().unwrap();
        let mut child = vigie()
            .args([subcommand, "--listen", address, "--store", store])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("vigie listens on http://");
        let said = || std::fs::read_to_string(log.path()).unwrap();
        let address = address.unwrap_or_else(|| panic!("said `{line}`: {}", said())).to_owned();
        Self { child, address, log, _stdout: stdout }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// Ends it by `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it as Ctrl-C does, and waits.
    pub fn stop(&mut self) {
        self.signal("INT");
        let ended = self.child.wait().unwrap();
        assert_eq!(ended.code(), Some(0), "{}", self.log());
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// The last event that it knows.
    #[track_caller]
    pub fn seq(&self) -> u64 {
        self.get("/healthz").json()["seq"].as_u64().unwrap()
    }

    /// Asks for `path`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        get(&self.address, path)
    }

    /// Reports an incident on a site under an idempotency key.
    #[track_caller]
    pub fn report(&self, site: &str, key: &str) -> Answer {
        report(&self.address, site, key).unwrap()
    }

    /// Incidents that it knows.
    #[track_caller]
    pub fn incidents(&self) -> u64 {
        let list = self.get("/api/v1/incidents?limit=1");
        assert_eq!(list.status, 200, "{}", list.text());
        list.json()["numberMatched"].as_u64().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token that the tests send to servers of their own: a dispatcher's, see [`admit`].
pub const TOKEN: &str = "vgt_5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// The header that says it.
pub fn authorization() -> (&'static str, &'static str) {
    static BEARER: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| format!("Bearer {TOKEN}"));
    ("authorization", &BEARER)
}

/// The same as a line of a request that a test writes itself.
pub fn credentials() -> String {
    let (name, value) = authorization();
    format!("{name}: {value}\r\n")
}

/// Lets whoever has [`TOKEN`] into a store, where it can be written now and does not know it yet.
pub fn admit(store: &str) {
    let url: StoreUrl = store.parse().unwrap();
    let Some(app) = url.open().ok().and_then(|store| App::open(store, system_clock).ok()) else {
        return;
    };
    let digest = TokenDigest::of(TOKEN).unwrap();
    if app.snapshot().accounts().of_token(&digest).is_none() {
        let seat = Seat::new(Role::Dispatcher, None, None).unwrap();
        let new = NewToken { label: "tests".parse().unwrap(), seat, expires_at: None };
        let change = app.change_account(AccountChange::OpenToken(new, digest));
        // A replica takes none: it learns of it from the store that it follows.
        let _ = actix_web::rt::System::new().block_on(change);
    }
    app.close();
}

/// Asks for a path at an address, such as a proxy's.
#[track_caller]
pub fn get(address: &str, path: &str) -> Answer {
    ask(&format!("http://{address}{path}"), "GET", &[authorization()], Vec::new()).unwrap()
}

/// Posts JSON at an address.
pub fn post(
    address: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<Answer, ureq::Error> {
    let mut headers = headers.to_vec();
    headers.extend([("content-type", "application/json"), authorization()]);
    ask(&format!("http://{address}{path}"), "POST", &headers, body.to_string().into_bytes())
}

/// Puts JSON at an address.
#[track_caller]
pub fn put(address: &str, path: &str, body: &Value) -> Answer {
    let json = [("content-type", "application/json"), authorization()];
    ask(&format!("http://{address}{path}"), "PUT", &json, body.to_string().into_bytes()).unwrap()
}

/// Reports an incident on a site under an idempotency key, at an address.
pub fn report(address: &str, site: &str, key: &str) -> Result<Answer, ureq::Error> {
    let body =
        serde_json::json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": site}});
    post(address, "/api/v1/incidents", &[("idempotency-key", key)], &body)
}

/// The program, with nothing set but what the test says.
pub fn vigie() -> Command {
    let mut command = ends_with_its_test(env!("CARGO_BIN_EXE_vigie"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VIGIE_") {
            command.env_remove(name);
        }
    }
    command
}

/// A program that the system kills with the thread that starts it, however that ends.
pub fn ends_with_its_test(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

/// Imports sites `PH-0001`, `PH-0002`, … into a store, as an operator would.
pub fn import_sites(store: &str, count: u32) {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    writeln!(file, "code;landlord;name;dwellings;lon;lat").unwrap();
    for number in 1..=count {
        let lon = 2.3 + f64::from(number) * 1e-3;
        writeln!(file, "PH-{number:04};Paris Habitat;Résidence {number};40;{lon:.4};48.85")
            .unwrap();
    }
    let import = vigie().args(["import", "sites", "--store", store]).arg(file.path()).output();
    let import = import.unwrap();
    assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
}

/// Waits until `is_so`.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "never so: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An address on loopback that nobody listens on, for a server that is to come back to it: below those
/// that the system gives to clients, so that none of them takes it meanwhile.
pub fn free_address() -> String {
    loop {
        let address = format!("127.0.0.1:{}", rand::rng().random_range(20_000..32_000));
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}
