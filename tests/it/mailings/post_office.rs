//! A real mail server on loopback, run by the test, and the mail that it took.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{ends_with_its_test, wait_until};

/// Debian's own, which has aiosmtpd.
const PYTHON: &str = "/usr/bin/python3";
/// As whom it wants to be asked, where it wants to.
pub const USER: &str = "vigie";
pub const PASSWORD: &str = "a-password-of-the-tests";

/// A mail server that runs until it is dropped.
pub struct PostOffice {
    pub folder: TempDir,
    pub port: u16,
    sealed: bool,
    child: Option<Child>,
}

/// A message that it took.
#[derive(Debug, Clone)]
pub struct Mail(pub Value);

impl PostOffice {
    pub fn open() -> Self {
        let mut office = Self::closed(false);
        office.start();
        office
    }

    /// One that wants TLS and a password; its authority is `ca.crt` in its folder.
    pub fn sealed() -> Self {
        let mut office = Self::closed(true);
        let made = Command::new("bash")
            .args(["-ec", MAKE_CERTIFICATE])
            .current_dir(office.folder.path())
            .output();
        let made = made.unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        office.start();
        office
    }

    /// One that nobody answers at yet.
    pub fn closed(sealed: bool) -> Self {
        let free = crate::server::free_address();
        let port = free.rsplit(':').next().unwrap().parse().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), port, sealed, child: None }
    }

    pub fn start(&mut self) {
        let mut command = ends_with_its_test(PYTHON);
        command
            .arg(script("mail_server.py"))
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if self.sealed {
            command.args([self.path("server.crt"), self.path("server.key")]).args([USER, PASSWORD]);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), self.port.to_string(), "the mail server listens");
        self.child = Some(child);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has it answer that to every recipient from now on.
    pub fn answers(&self, words: &str) {
        fs::write(self.path("answer"), words).unwrap();
    }

    /// Has it take everything again.
    pub fn takes_everything(&self) {
        fs::remove_file(self.path("answer")).unwrap();
    }

    /// How often it was asked to take something for somebody.
    pub fn asked(&self) -> usize {
        fs::read_to_string(self.path("asked")).map_or(0, |text| text.lines().count())
    }

    /// How many messages it has.
    pub fn count(&self) -> usize {
        self.files().len()
    }

    /// Waits until it has so many messages, and reads them in the order in which it took them.
    #[track_caller]
    pub fn mail(&self, count: usize) -> Vec<Mail> {
        wait_until("the mail comes", || self.files().len() >= count);
        let files = self.files();
        assert_eq!(files.len(), count);
        files.iter().map(|file| read(file)).collect()
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        files
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Mail {
    /// A header, or the text.
    pub fn says(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    /// What is attached under a name that ends so: its digest and its words.
    pub fn attached(&self, extension: &str) -> (String, String) {
        let all = self.0["attachments"].as_array().unwrap();
        let is_it = |one: &&Value| one["name"].as_str().unwrap().ends_with(extension);
        let one = all.iter().find(is_it).unwrap_or_else(|| panic!("no {extension} in {}", self.0));
        let file = one["file"].as_str().unwrap();
        let words = if extension == ".pdf" {
            let told = Command::new("pdftotext").args(["-layout", file, "-"]).output().unwrap();
            assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
            String::from_utf8(told.stdout).unwrap()
        } else {
            fs::read_to_string(file).unwrap()
        };
        (one["sha256"].as_str().unwrap().to_owned(), words)
    }
}

fn read(file: &Path) -> Mail {
    let read = Command::new(PYTHON).arg(script("read_mail.py")).arg(file).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Mail(serde_json::from_slice(&read.stdout).unwrap())
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mailings").join(name)
}

/// An authority, and a server that it vouches for.
const MAKE_CERTIFICATE: &str = "
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj '/CN=Tests' -keyout ca.key -out ca.crt
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj '/CN=localhost' -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
        -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out server.crt
";
