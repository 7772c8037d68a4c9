//! `vigie serve --tls-cert --tls-key`: the real program, asked as a browser asks it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use serde_json::json;
use tempfile::TempDir;

use crate::server::{credentials, import_sites, vigie, wait_until};

/// A server that speaks TLS, and the files that it proves itself with.
struct Encrypted {
    child: Child,
    address: String,
    folder: TempDir,
    _stdout: BufReader<ChildStdout>,
}

impl Encrypted {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        import_sites(&store, 1);
        crate::server::admit(&store);
        issue(folder.path(), "first");
        let mut child = vigie()
            .args(["serve", "--store", &store])
            // Beyond loopback, without `--allow-remote`.
            .args(["--listen", "0.0.0.0:0", "--tls-cert"])
            .arg(folder.path().join("cert.pem"))
            .arg("--tls-key")
            .arg(folder.path().join("key.pem"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("vigie listens on https://0.0.0.0:");
        let port = address.unwrap_or_else(|| panic!("said `{line}`"));
        Self { address: format!("127.0.0.1:{port}"), child, folder, _stdout: stdout }
    }

    /// Connects as whoever trusts that certificate.
    fn connect(
        &self,
        trusted: &Path,
        version: &'static SupportedProtocolVersion,
    ) -> Result<StreamOwned<ClientConnection, TcpStream>, std::io::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = TcpStream::connect(&self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connection.complete_io(&mut socket)?;
        Ok(StreamOwned::new(connection, socket))
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Asks once, and returns the version that was spoken and the whole answer.
    fn ask(
        &self,
        version: &'static SupportedProtocolVersion,
        request: &str,
    ) -> (ProtocolVersion, String) {
        let mut stream = self.connect(&self.certificate(), version).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A server need not say goodbye in TLS once it has said all.
        let _ = stream.read_to_end(&mut answer);
        (stream.conn.protocol_version().unwrap(), String::from_utf8_lossy(&answer).into_owned())
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        self.ask(&TLS13, &request).1
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a certificate that signs itself, for localhost, in place of the one that is there.
fn issue(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", &format!("/CN={name}")])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.new", "-out", "cert.new"])
        .current_dir(folder)
        .output()
        .expect("openssl makes a certificate");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for file in ["key", "cert"] {
        let [from, to] = ["new", "pem"].map(|end| folder.join(format!("{file}.{end}")));
        std::fs::rename(from, to).unwrap();
    }
}

#[test]
fn both_versions_of_tls_are_spoken_and_nothing_else() {
    let server = Encrypted::start();
    let request = format!(
        "GET /api/v1/sites HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{}\r\n",
        credentials()
    );
    for version in [&TLS12, &TLS13] {
        let (spoken, answer) = server.ask(version, &request);
        assert_eq!(spoken, version.version);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("PH-0001"), "{answer}");
        let lower = answer.to_lowercase();
        assert!(lower.contains("strict-transport-security: max-age=31536000"), "{answer}");
    }

    let mut plain = TcpStream::connect(&server.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    plain.write_all(request.as_bytes()).unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!said.contains("HTTP") && said.len() < 16, "plain HTTP was answered: {said:?}");
}

#[test]
fn the_cookie_of_a_session_is_for_tls_alone_also_on_this_machine() {
    let server = Encrypted::start();
    let store = format!("sqlite:{}", server.folder.path().join("vigie.db").display());
    let mut create = vigie()
        .args(["account", "create", "salle-1", "--role", "operator", "--password-stdin"])
        .args(["--store", &store])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    create.stdin.take().unwrap().write_all(b"correct horse battery\n").unwrap();
    assert!(create.wait().unwrap().success());
    let body = json!({ "name": "salle-1", "password": "correct horse battery" }).to_string();
    let sign_in = format!(
        "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );

    let mut answer = String::new();
    wait_until("the server knows the account", || {
        answer = server.ask(&TLS13, &sign_in).1;
        answer.starts_with("HTTP/1.1 200")
    });

    let cookie = answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie"));
    let cookie = cookie.unwrap_or_else(|| panic!("no cookie: {answer}"));
    assert!(cookie.contains("__Host-vigie=") && cookie.ends_with("; Secure"), "{cookie}");
    let (_, pair) = cookie.split_once(": ").unwrap();
    let pair = pair.split(';').next().unwrap();
    let with = |pair: &str| server.get("/api/v1/incidents", &format!("cookie: {pair}\r\n"));
    assert!(with(pair).starts_with("HTTP/1.1 200"));
    let without_prefix = pair.trim_start_matches("__Host-");
    assert!(with(without_prefix).starts_with("HTTP/1.1 401"), "the name that needs no TLS");
}

#[test]
fn another_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let server = Encrypted::start();
    let first = server.folder.path().join("first.pem");
    std::fs::copy(server.certificate(), &first).unwrap();
    let mut there = server.connect(&first, &TLS13).unwrap();
    let is_shown = |trusted: &Path| server.connect(trusted, &TLS13).is_ok();
    let hang_up = || {
        let sent =
            Command::new("kill").args(["-s", "HUP", &server.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };

    issue(server.folder.path(), "second");
    hang_up();
    wait_until("the second one is shown", || is_shown(&server.certificate()));
    assert!(!is_shown(&first), "and the first one no longer");
    let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    there.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = there.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 200"), "a connection that was there goes on");

    let second = server.folder.path().join("second.pem");
    std::fs::copy(server.certificate(), &second).unwrap();
    std::fs::write(server.certificate(), "half a certifi").unwrap();
    hang_up();
    std::thread::sleep(Duration::from_millis(500));
    assert!(is_shown(&second), "what cannot be read changes nothing");
}

#[test]
fn files_that_do_not_fit_are_refused_before_anything_listens() {
    let folder = tempfile::tempdir().unwrap();
    issue(folder.path(), "one");
    let [cert, key, other] =
        ["cert.pem", "key.pem", "other.pem"].map(|name| folder.path().join(name));
    std::fs::copy(&key, &other).unwrap();
    issue(folder.path(), "two");
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let start = |cert: &Path, key: &Path| {
        let mut serve = vigie();
        serve.args(["serve", "--listen", "127.0.0.1:0", "--store", &store, "--tls-cert"]);
        let output = serve.arg(cert).arg("--tls-key").arg(key).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };

    assert!(start(&cert, &other).contains("the key does not fit the certificate"));
    assert!(start(&key, &key).contains("holds no chain of certificates"));
    assert!(start(&cert, &cert).contains("holds no private key"));
    assert!(start(&folder.path().join("none.pem"), &key).contains("cannot read"));
    let one_alone = vigie().args(["serve", "--store", &store, "--tls-cert"]).arg(&cert).output();
    assert_eq!(one_alone.unwrap().status.code(), Some(2), "a certificate needs its key");
}
