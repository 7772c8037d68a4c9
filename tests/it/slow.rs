//! Clients that take their time, on real sockets: each is let go within the limit that is meant for it, and hinders nobody.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{Town, site, town};

/// What a machine that does other things too may add to a limit.
const GRACE: Duration = Duration::from_secs(12);

/// How a client was let go: after how long, and what it had been told by then.
struct LetGo {
    after: Duration,
    told: String,
}

fn connect(town: &Town) -> TcpStream {
    let socket = TcpStream::connect(town.address().trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    socket
}

/// Sends `first`, then `drip` again and again, until the server has had enough.
fn dribble(mut socket: TcpStream, first: &str, drip: &str) -> LetGo {
    let (begun, mut told, mut room) = (Instant::now(), Vec::new(), [0; 4096]);
    socket.write_all(first.as_bytes()).unwrap();
    loop {
        assert!(begun.elapsed() < Duration::from_secs(120), "never let go");
        let sent = socket.write_all(drip.as_bytes());
        match socket.read(&mut room) {
            Ok(0) => break,
            Ok(n) => told.extend_from_slice(&room[..n]),
            Err(fault) if fault.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
        if sent.is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    LetGo { after: begun.elapsed(), told: String::from_utf8_lossy(&told).into_owned() }
}

fn seconds(range: std::ops::Range<u64>) -> std::ops::Range<Duration> {
    Duration::from_secs(range.start)..Duration::from_secs(range.end) + GRACE
}

#[test]
fn slow_clients_are_let_go_and_nobody_else_waits_for_them() {
    let town = town([site("PH-0001", 2.35, 48.85)]);
    let get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n";
    let json = "POST /api/v1/incidents HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 900000\r\n\r\n";
    std::thread::scope(|scope| {
        let silent = scope.spawn(|| dribble(connect(&town), "", ""));
        let head = scope.spawn(|| dribble(connect(&town), get, "x"));
        let body = scope.spawn(|| dribble(connect(&town), json, " "));
        let batch = scope.spawn(|| {
            let batch = json.replace("incidents", "incidents:batch").replace("json", "x-ndjson");
            dribble(connect(&town), &batch, "")
        });

        // Meanwhile whoever asks is answered at once.
        for _ in 0..20 {
            let begun = Instant::now();
            assert_eq!(town.get("/api/v1/sites").status, 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "waited {:?}", begun.elapsed());
            std::thread::sleep(Duration::from_millis(200));
        }

        for (what, client, range) in [
            ("a silent connection", silent, seconds(9..11)),
            ("a head that drips", head, seconds(9..11)),
            ("a body that drips", body, seconds(29..32)),
            ("a stream that is silent", batch, seconds(59..62)),
        ] {
            let LetGo { after, told } = client.join().unwrap();
            assert!(range.contains(&after), "{what}: after {after:?}, told {told:?}");
            assert!(told.is_empty() || !told.contains("HTTP/1.1 5"), "{what}: {told}");
            if what.contains("body") {
                assert!(told.starts_with("HTTP/1.1 408"), "{what}: {told}");
            }
        }
    });
}
