//! A client of `/api/v1/events`, as a test reads it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::server::credentials;

/// Longest wait for a message.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client that follows events.
pub struct Follower {
    stream: BufReader<TcpStream>,
    /// The head of the answer.
    pub head: String,
    /// What has come and is no whole message yet.
    text: String,
    /// The last id, as a browser keeps it.
    pub last_id: Option<u64>,
}

/// A message, or a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id, where it has one.
    pub id: Option<u64>,
    /// Its event; empty for a comment.
    pub event: String,
    /// Its data; null for a comment.
    pub data: Value,
}

impl Follower {
    /// Follows as `query` says, such as `?role=dispatcher`. Has read the greeting when it returns.
    #[track_caller]
    pub fn of(address: &str, query: &str) -> Self {
        Self::after(address, query, None)
    }

    /// Follows after the event that it had last.
    #[track_caller]
    pub fn after(address: &str, query: &str, last_id: Option<u64>) -> Self {
        let mut follower = Self::silent(address, query, last_id);
        assert_eq!(follower.next().event, "hello");
        follower
    }

    /// Follows without reading anything but the head of the answer.
    #[track_caller]
    pub fn silent(address: &str, query: &str, last_id: Option<u64>) -> Self {
        // Towns of this process, which say `http://`, are open; servers of their own are not.
        let who = if address.starts_with("http://") { String::new() } else { credentials() };
        Self::asking(address, query, last_id, &who)
    }

    /// Follows with those lines in the head of the request. Has read the greeting when it returns.
    #[track_caller]
    pub fn with(address: &str, query: &str, last_id: Option<u64>, who: &str) -> Self {
        let mut follower = Self::asking(address, query, last_id, who);
        assert_eq!(follower.next().event, "hello");
        follower
    }

    #[track_caller]
    fn asking(address: &str, query: &str, last_id: Option<u64>, who: &str) -> Self {
        let address = address.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let last = last_id.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        write!(
            socket,
            "GET /api/v1/events{query} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br\r\n{who}{last}\r\n"
        )
        .unwrap();
        let mut stream = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).unwrap() > 0, "no answer");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Self { stream, head: head.to_lowercase(), text: String::new(), last_id }
    }

    /// The next message or comment.
    #[track_caller]
    pub fn next(&mut self) -> Message {
        self.next_or_end().expect("the stream goes on")
    }

    /// The next message or comment; `None` once the stream has ended.
    pub fn next_or_end(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let message = Message::read(block);
                self.text = rest.to_owned();
                self.last_id = message.id.or(self.last_id);
                return Some(message);
            }
            let chunk = self.chunk()?;
            self.text += &chunk;
        }
    }

    /// The next message of that event; others are passed over.
    #[track_caller]
    pub fn next_of(&mut self, event: &str) -> Message {
        loop {
            let message = self.next();
            if message.event == event {
                return message;
            }
        }
    }

    /// The events up to the one with that id, as `(id, event)`; positions and comments left out.
    #[track_caller]
    pub fn up_to(&mut self, id: u64) -> Vec<(u64, String)> {
        let mut events = Vec::new();
        while self.last_id.is_none_or(|last| last < id) {
            let message = self.next();
            if let (Some(id), false) = (message.id, message.event.is_empty()) {
                events.push((id, message.event));
            }
        }
        events
    }

    /// A chunk of the body; `None` after the last, or where the connection was broken.
    fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        self.stream.read_line(&mut size).ok().filter(|read| *read > 0)?;
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        self.stream.read_exact(&mut chunk).ok()?;
        chunk.truncate(size);
        (size > 0).then(|| String::from_utf8(chunk).unwrap())
    }
}

impl Message {
    #[track_caller]
    fn read(block: &str) -> Self {
        let field =
            |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        Self {
            id: field("id").map(|id| id.parse().unwrap()),
            event: field("event").unwrap_or_default().to_owned(),
            data: field("data").map_or(Value::Null, |data| serde_json::from_str(data).unwrap()),
        }
    }
}
