//! A TCP proxy that does what networks do: it cuts, refuses, delays, freezes, and cuts in mid-commit.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread::JoinHandle,
    time::Duration,
};

/// A proxy before a server on 127.0.0.1, gone with the test.
pub struct CuttingProxy {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What becomes of the next commit on its way through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitFate {
    /// It does not reach the server: nothing is committed.
    Lost,
    /// The server carries it out, and its answer does not reach the client.
    Unanswered,
}

#[derive(Default)]
struct Shared {
    behaviour: Mutex<Behaviour>,
    changed: Condvar,
}

#[derive(Default)]
struct Behaviour {
    refuses: bool,
    is_frozen: bool,
    has_ended: bool,
    /// Before each piece of data.
    delay: Duration,
    next_commit: Option<CommitFate>,
    /// Both ends of each connection.
    open: Vec<(TcpStream, TcpStream)>,
}

impl CuttingProxy {
    /// Starts a proxy that lets everything through.
    pub fn before(server_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        let accept = move || {
            for client in listener.incoming() {
                let Ok(client) = client else { continue };
                if accepting.now().has_ended {
                    return;
                }
                accepting.connect(client, server_port);
            }
        };
        let acceptor = std::thread::spawn(accept);
        Self { port, shared, acceptor: Some(acceptor) }
    }

    /// Cuts every connection; new ones get through.
    pub fn cut(&self) {
        self.shared.cut_all();
    }

    /// Cuts every connection, and new ones too, until [`CuttingProxy::heal`].
    pub fn refuse(&self) {
        self.shared.now().refuses = true;
        self.shared.cut_all();
    }

    /// Holds everything up: connections stay open, nothing gets through, until [`CuttingProxy::heal`].
    pub fn freeze(&self) {
        self.shared.now().is_frozen = true;
    }

    /// Waits before each piece of data, in both directions.
    pub fn delay(&self, delay: Duration) {
        self.shared.now().delay = delay;
    }

    /// Cuts the connection of the next commit.
    pub fn cut_at_next_commit(&self, fate: CommitFate) {
        self.shared.now().next_commit = Some(fate);
    }

    /// Whether the commit that was to be cut has not come yet.
    pub fn waits_for_a_commit(&self) -> bool {
        self.shared.now().next_commit.is_some()
    }

    /// Lets everything through again.
    pub fn heal(&self) {
        let mut behaviour = self.shared.now();
        behaviour.refuses = false;
        behaviour.is_frozen = false;
        behaviour.delay = Duration::ZERO;
        behaviour.next_commit = None;
        self.shared.changed.notify_all();
    }
}

impl Drop for CuttingProxy {
    fn drop(&mut self) {
        self.shared.now().has_ended = true;
        self.shared.cut_all();
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes the acceptor
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    fn cut_all(&self) {
        for (client, server) in self.now().open.drain(..) {
            cut(&client, &server);
        }
        self.changed.notify_all();
    }

    fn connect(self: &Arc<Self>, client: TcpStream, server_port: u16) {
        if self.now().refuses {
            return; // closes it
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) else { return };
        // A real network does not gather small pieces for us.
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let ends = || (client.try_clone().unwrap(), server.try_clone().unwrap());
        self.now().open.push(ends());
        let is_cut_by_answer = Arc::new(Mutex::new(false));
        for is_from_client in [true, false] {
            let (client, server) = ends();
            let (shared, is_cut_by_answer) = (Arc::clone(self), Arc::clone(&is_cut_by_answer));
            std::thread::spawn(move || {
                let (from, to) =
                    if is_from_client { (&client, &server) } else { (&server, &client) };
                shared.carry(from, to, is_from_client, &is_cut_by_answer);
                cut(&client, &server);
            });
        }
    }

    /// Carries data one way until the connection is cut.
    fn carry(
        &self,
        mut from: &TcpStream,
        mut to: &TcpStream,
        is_from_client: bool,
        is_cut_by_answer: &Mutex<bool>,
    ) {
        let mut buffer = [0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let piece = &buffer[..length];
            let delay = self.now().delay;
            std::thread::sleep(delay);
            let behaviour = self.now();
            let mut behaviour =
                self.changed.wait_while(behaviour, |now| now.is_frozen && !now.has_ended).unwrap();
            if is_from_client && has_commit(piece) {
                match behaviour.next_commit.take() {
                    Some(CommitFate::Lost) => return,
                    Some(CommitFate::Unanswered) => *is_cut_by_answer.lock().unwrap() = true,
                    None => {}
                }
            }
            drop(behaviour);
            // The server answers a commit once it is durable.
            if !is_from_client && *is_cut_by_answer.lock().unwrap() {
                return;
            }
            if to.write_all(piece).is_err() {
                return;
            }
        }
    }
}

/// Whether a piece of PostgreSQL's protocol, in clear text, carries the statement `COMMIT`.
fn has_commit(piece: &[u8]) -> bool {
    [b"commit\0", b"commit;"]
        .iter()
        .any(|end| piece.windows(end.len()).any(|word| word.eq_ignore_ascii_case(*end)))
}

fn cut(client: &TcpStream, server: &TcpStream) {
    for stream in [client, server] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_proxy_cuts_the_commit_that_it_is_told_to_cut() {
    for (fate, carried_out) in [(CommitFate::Lost, 0), (CommitFate::Unanswered, 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = CuttingProxy::before(listener.local_addr().unwrap().port());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut buffer, mut commits) = ([0; 64], 0);
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                commits += usize::from(has_commit(&buffer[..length]));
                let _ = stream.write_all(b"done");
            }
            commits
        });
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
        let mut answer = [0; 4];
        client.write_all(b"insert").unwrap();
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"done");

        proxy.cut_at_next_commit(fate);
        client.write_all(b"COMMIT\0").unwrap();

        assert!(client.read_exact(&mut answer).is_err(), "no answer comes");
        assert_eq!(server.join().unwrap(), carried_out, "{fate:?}");
        assert!(!proxy.waits_for_a_commit());
    }
}
