//! Five thousand clients follow the events of one server, and hinder nothing.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Barrier, Semaphore},
    time::timeout,
};

use crate::server::{Server, credentials, import_sites};

const CLIENTS: usize = 5_000;
const EVENTS: usize = 20;
/// Clients that come at once: in life too they do not come all in one instant, and a busy machine would lose some.
const COMING_MAX: usize = 200;
/// Longest that the whole may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// Most memory of the server for each client, in bytes.
const BYTES_PER_CLIENT_MAX: usize = 64 * 1024;

#[test]
fn five_thousand_clients_hear_every_event_and_requests_get_through() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    import_sites(&store, 1);
    // All of them are one account here and come from one address, which may else ask so much in ten seconds only.
    let options = ["--rate-account", "0", "--rate-address", "0"].map(str::to_owned);
    let server = Server::start_with(&store, "127.0.0.1:0", &options);
    let before = resident_bytes(&server);
    let begun = Instant::now();
    let (there, heard) = (Barrier::new(CLIENTS + 1), AtomicUsize::new(0));
    let door = Semaphore::new(COMING_MAX);

    let clients = async {
        let follow = (0..CLIENTS).map(|_| follow(&server.address, &door, &there, &heard));
        futures_util::future::join_all(follow).await;
    };
    let reports = async {
        there.wait().await;
        let (connected, address) = (begun.elapsed(), server.address.clone());
        let memory = resident_bytes(&server).saturating_sub(before) / CLIENTS;
        let listening = metric(&server, "vigie_event_listeners");
        assert_eq!(listening, CLIENTS);
        let reported = Instant::now();
        let thread = std::thread::spawn(move || {
            for number in 0..EVENTS {
                let answer = crate::server::report(&address, "PH-0001", &number.to_string());
                assert_eq!(answer.unwrap().status, 201);
            }
        });
        (connected, memory, reported, thread)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let both = futures_util::future::join(clients, reports);
    let (_, (connected, memory, reported, thread)) =
        runtime.block_on(async { timeout(PATIENCE, both).await }).expect("all heard in time");
    let told = reported.elapsed();
    thread.join().unwrap();

    assert_eq!(heard.load(SeqCst), CLIENTS * EVENTS);
    assert_eq!(metric(&server, "vigie_event_listeners_dropped_total"), 0);
    assert!(memory < BYTES_PER_CLIENT_MAX, "{memory} bytes a client");
    eprintln!(
        "{CLIENTS} clients came in {:.1} s at {memory} bytes each; {EVENTS} events, {} messages, in {:.2} s",
        connected.as_secs_f64(),
        CLIENTS * EVENTS,
        told.as_secs_f64()
    );
}

/// Follows until every event has come.
async fn follow(address: &str, door: &Semaphore, there: &Barrier, heard: &AtomicUsize) {
    let mut coming = Some(door.acquire().await.unwrap());
    let mut socket = TcpStream::connect(address).await.unwrap();
    let asked = format!("GET /api/v1/events HTTP/1.1\r\nHost: vigie\r\n{}\r\n", credentials());
    socket.write_all(asked.as_bytes()).await.unwrap();
    let (mut text, mut buffer, mut events) = (String::new(), vec![0; 4096], 0);
    while events < EVENTS {
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the stream ended: {text}");
        let waited = text.contains("event: hello");
        text += std::str::from_utf8(&buffer[..read]).unwrap();
        if !waited && text.contains("event: hello") {
            drop(coming.take());
            there.wait().await;
        }
        events = text.matches("event: incident").count();
    }
    heard.fetch_add(events, SeqCst);
}

fn resident_bytes(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    kilobytes.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

fn metric(server: &Server, name: &str) -> usize {
    let text = server.get("/metrics");
    let line = text.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}
