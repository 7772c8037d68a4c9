//! A server on a thread of its own, and a connection that asks it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
};

use actix_web::dev::{Server, ServerHandle};

/// Runs a server on a thread of its own.
pub fn start(
    serve: impl FnOnce(TcpListener) -> Server + Send + 'static,
) -> (SocketAddr, ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = serve(listener);
            sender.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    (address, receiver.recv().unwrap())
}

/// A connection that is kept.
pub struct Client {
    answers: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Client {
    /// A connection to a server.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { answers: BufReader::new(stream), line: String::new(), body: Vec::new() }
    }

    /// Asks for a path and returns the body of the answer.
    pub fn ask(&mut self, question: &str) -> Vec<u8> {
        let request = format!("GET {question} HTTP/1.1\r\nHost: vigie\r\n\r\n");
        self.answers.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            self.line.clear();
            self.answers.read_line(&mut self.line).unwrap();
            if self.line == "\r\n" {
                break;
            }
            if let Some(value) = self.line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        self.body.resize(length, 0);
        self.answers.read_exact(&mut self.body).unwrap();
        self.body.clone()
    }
}
