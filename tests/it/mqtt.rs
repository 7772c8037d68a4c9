//! Signals by MQTT, from a real Mosquitto: what the broker has taken for us is kept, whatever happens to the server meanwhile.

use std::process::Child;

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{app::system_clock, time::Date};

use crate::server::{Server, ends_with_its_test, free_address, import_sites, post, wait_until};

/// A Mosquitto on a free port of this machine.
struct Mosquitto {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Mosquitto {
    fn start() -> Self {
        let address = free_address();
        let (host, port) = address.split_once(':').unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mosquitto.conf");
        let settings =
            format!("listener {port} {host}\nallow_anonymous true\nmax_queued_messages 0\n");
        std::fs::write(&path, settings).unwrap();
        let mut mosquitto = ends_with_its_test("/usr/sbin/mosquitto");
        let mosquitto = mosquitto.arg("-c").arg(path).stderr(std::process::Stdio::null());
        let child = mosquitto.spawn().unwrap();
        wait_until("the broker listens", || std::net::TcpStream::connect(&address).is_ok());
        Self { child, address, _folder: folder }
    }

    /// Publishes a file, whole (`-f`) or line by line (`-l`).
    #[track_caller]
    fn publish_file(&self, how: &str, file: &std::path::Path) {
        let (host, port) = self.address.split_once(':').unwrap();
        let mut publish = ends_with_its_test("mosquitto_pub");
        publish.args(["-h", host, "-p", port, "-q", "1", "-t", "vigie/signals/lifts", how]);
        let read = std::fs::File::open(file).unwrap();
        let publish = if how == "-f" { publish.arg(file) } else { publish.stdin(read) };
        let output = publish.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Publishes, and returns once the broker has it.
    #[track_caller]
    fn publish(&self, topic: &str, message: &str) {
        let (host, port) = self.address.split_once(':').unwrap();
        let mut publish = ends_with_its_test("mosquitto_pub");
        let publish = publish.args(["-h", host, "-p", port, "-q", "1", "-t", topic, "-m", message]);
        let output = publish.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(store: &str, broker: &str) -> Server {
    let options = ["--mqtt".to_owned(), broker.to_owned()];
    Server::start_with(store, "127.0.0.1:0", &options)
}

/// A signal of yesterday at noon and so many seconds.
fn lift(number: i64) -> Value {
    let yesterday = Date::of(system_clock()).plus_days(-1);
    let at = yesterday.at_hour(12).plus_seconds(number);
    json!({"source": "lifts", "kind": "stopped", "site_code": "PH-0001", "at": at.to_string()})
}

/// How many of these signals the server has: it says so of those that come again.
fn known(server: &Server, signals: &[Value]) -> u64 {
    let body = json!({ "signals": signals });
    post(&server.address, "/api/v1/signals", &[], &body).unwrap().json()["known"].as_u64().unwrap()
}

#[test]
fn what_the_broker_has_for_us_is_taken_in_also_what_came_while_the_server_was_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    import_sites(&store, 1);
    let broker = Mosquitto::start();
    let mut server = start(&store, &broker.address);
    wait_until("the broker is heard", || server.log().contains("the broker of signals is heard"));
    // Subscribed a moment later: the broker keeps for us what comes from then on.
    std::thread::sleep(std::time::Duration::from_secs(1));

    broker.publish("vigie/signals/lifts", &lift(0).to_string());
    broker.publish("vigie/signals/lifts", "not JSON");
    let personal = json!({"source": "mme dupont", "kind": "0639981234", "at": "x"}).to_string();
    broker.publish("vigie/signals", &personal);
    broker.publish("vigie/signals/a/b", &json!({ "signals": [lift(1), lift(2)] }).to_string());
    broker.publish("elsewhere", &lift(3).to_string());
    wait_until("two are told as refused", || {
        server.log().matches("a message of the broker is refused").count() == 2
    });
    let log = server.log();
    assert!(!log.contains("dupont") && !log.contains("39981234"), "{log}");

    server.kill();
    for number in 10..30 {
        broker.publish("vigie/signals/lifts", &lift(number).to_string());
    }
    let server = start(&store, &broker.address);
    wait_until("what came meanwhile is there", || kept(&store) == 23);
    let all: Vec<Value> = [0, 1, 2].into_iter().chain(10..30).map(lift).collect();
    assert_eq!(known(&server, &all), 23);
    assert_eq!(known(&server, &[lift(3)]), 0, "another topic is nobody's");
}

/// The signals in the store's file.
fn kept(store: &str) -> i64 {
    let path = store.strip_prefix("sqlite:").unwrap();
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("SELECT count(*) FROM signal", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_burst_is_taken_in_whole_and_a_message_of_any_size_hinders_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    import_sites(&store, 1);
    let broker = Mosquitto::start();
    let mut server = start(&store, &broker.address);
    wait_until("the broker is heard", || server.log().contains("the broker of signals is heard"));
    std::thread::sleep(std::time::Duration::from_secs(1));
    let large = folder.path().join("large");
    std::fs::write(&large, "a".repeat(1_200_000)).unwrap();
    let lines = folder.path().join("lines");
    let burst = |first: i64| {
        let text: String =
            (first..first + 600).map(|number| format!("{}\n", lift(number))).collect();
        std::fs::write(&lines, text).unwrap();
        broker.publish_file("-f", &large);
        broker.publish_file("-l", &lines);
    };

    burst(0);
    wait_until("the burst is there", || kept(&store) == 600);
    server.kill();
    burst(600);
    let server = start(&store, &broker.address);
    wait_until("what came meanwhile is there", || kept(&store) == 1200);
    assert!(server.log().contains("at most 1000000 bytes"), "{}", server.log());
}

#[test]
fn a_broker_on_another_machine_or_no_address_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    for (address, said) in
        [("192.0.2.1:1883", "bridges to it by TLS"), ("1883", "is not a host and port")]
    {
        let mut serve = crate::server::vigie();
        let serve =
            serve.args(["serve", "--listen", "127.0.0.1:0", "--store", &store, "--mqtt", address]);
        let output = serve.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(said), "{told}");
    }
}

#[test]
fn a_server_waits_for_a_broker_that_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    import_sites(&store, 1);
    let server = start(&store, "127.0.0.1:9");
    wait_until("it is said", || server.log().contains("the broker of signals is away"));
    assert_eq!(server.get("/api/v1/session").status, 200);
}
