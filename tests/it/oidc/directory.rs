//! A real OpenID Connect provider on loopback, and somebody who signs in there with a browser's manners.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use serde_json::{Value, json};
use vigie::oidc::{Provider, ProviderSettings};

use crate::{
    server::wait_until,
    support::{Answer, ask},
};

/// Where the provider sends browsers back to. Nobody listens there: the tests take the path alone, and ask their town.
pub const PUBLIC_URL: &str = "http://localhost:9";
/// What proves to the provider that we are the client.
pub const SECRET: &str = "the-secret-of-vigie-at-the-provider";
/// Where a sign-in begins.
pub const BEGIN: &str = "/api/v1/session/oidc";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/test/provider.mjs");

/// The npm package `oidc-provider`, as a process.
pub struct Directory {
    child: Child,
    /// Its address, which is its name.
    pub issuer: String,
    /// Held open, so that it may write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Directory {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_at(0)
    }

    /// Starts one on that port.
    ///
    /// # Panics
    ///
    /// Where there is no `node`, or the npm packages of `web/` are not installed: `make test` installs them.
    pub fn start_at(port: u16) -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/node_modules/oidc-provider");
        assert!(package.exists(), "install the npm packages of the web client: cd web && npm ci");
        let mut child = Command::new("node")
            .args([SCRIPT, &port.to_string(), &format!("{PUBLIC_URL}{BEGIN}/callback")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node 20 or newer runs the OpenID Connect provider of this test");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let issuer = line.trim().strip_prefix("listens on ").map(str::to_owned);
        let issuer = issuer.expect("the provider says where it listens");
        Self { child, issuer, _stdout: stdout }
    }

    /// Has it misbehave, or answer how often each path was asked.
    pub fn control(&self, wanted: Value) -> Value {
        let url = format!("{}/control", self.issuer);
        ask(&url, "POST", &[], wanted.to_string().into_bytes()).unwrap().json()
    }

    /// How often that path was asked.
    pub fn calls(&self, path: &str) -> u64 {
        self.control(json!({}))[path].as_u64().unwrap_or(0)
    }

    /// Our side of it, which knows it already.
    pub fn provider(&self) -> Arc<Provider> {
        known(settings(&self.issuer))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the provider at `issuer` is asked.
pub fn settings(issuer: &str) -> ProviderSettings {
    ProviderSettings {
        issuer: issuer.to_owned(),
        client: "vigie".to_owned(),
        secret: Some(SECRET.to_owned().into()),
        name: "l’annuaire du groupe".to_owned(),
        public_url: PUBLIC_URL.to_owned(),
        claim: "roles".to_owned(),
        scopes: Vec::new(),
        posts: vec!["vigie-admin=admin-1".parse().unwrap(), "vigie-salle=salle-1".parse().unwrap()],
        authority: None,
    }
}

/// A provider that has been heard of.
pub fn known(settings: ProviderSettings) -> Arc<Provider> {
    let provider = Provider::start(settings).unwrap();
    wait_until("the provider is known", || provider.begin(None).is_ok());
    provider
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A browser: its cookies, by host and name.
#[derive(Debug, Default, Clone)]
pub struct Browser(HashMap<(String, String), String>);

impl Browser {
    /// Asks for a page, with the cookies of its host, and keeps those that come.
    pub fn opens(&mut self, url: &str) -> Answer {
        self.sends("GET", url, "")
    }

    /// Signs out there, as the page of the server does.
    pub fn signs_out(&mut self, address: &str) -> Answer {
        let url = format!("{address}/api/v1/session");
        let csrf = self.opens(&url).json()["csrf"].as_str().unwrap_or_default().to_owned();
        self.sends_with("DELETE", &url, ("x-vigie-csrf", &csrf), "")
    }

    /// Sends a form.
    pub fn sends(&mut self, method: &str, url: &str, form: &str) -> Answer {
        self.sends_with(method, url, ("x-vigie-csrf", ""), form)
    }

    fn sends_with(&mut self, method: &str, url: &str, header: (&str, &str), form: &str) -> Answer {
        let host = host(url).to_owned();
        let of_host = self.0.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> =
            of_host.map(|((_, name), value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("cookie", cookies.as_str()), ("accept", "text/html"), header];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        headers.retain(|(_, value)| !value.is_empty());
        let answer = ask(url, method, &headers, form.as_bytes().to_vec()).unwrap();
        for line in answer.all("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.0.insert((host.clone(), name.to_owned()), value.to_owned());
            if value.is_empty() {
                self.0.remove(&(host.clone(), name.to_owned()));
            }
        }
        answer
    }

    /// The cookie of that name.
    pub fn cookie(&self, url: &str, name: &str) -> Option<String> {
        self.0.get(&(host(url).to_owned(), name.to_owned())).cloned()
    }

    /// Has another cookie of that name.
    pub fn put(&mut self, url: &str, name: &str, value: &str) {
        self.0.insert((host(url).to_owned(), name.to_owned()), value.to_owned());
    }

    /// Begins at Vigie: where the provider asks who one is.
    #[track_caller]
    pub fn begins(&mut self, town: &str, next: &str) -> String {
        let away = self.opens(&format!("{town}{BEGIN}{next}"));
        assert_eq!(away.status, 303, "{}", away.text());
        away.header("location").to_owned()
    }

    /// Signs in at the provider as `sub`, or cancels for an empty one: the path by which one comes back to Vigie.
    #[track_caller]
    pub fn signs_in_there(&mut self, away: &str, sub: &str) -> String {
        let issuer = &away[..away.find("/auth").expect("to the provider")];
        let mut answer = self.opens(away);
        for _ in 0..8 {
            if answer.status == 200 && answer.text().contains("/session/end/confirm") {
                // Somebody else was signed in there: a browser sends this form by itself.
                answer = self.ends_session(issuer, &answer);
            }
            assert!([302, 303].contains(&answer.status), "{} {}", answer.status, answer.text());
            let next = answer.header("location").to_owned();
            if let Some(path) = next.strip_prefix(PUBLIC_URL) {
                return path.to_owned();
            }
            let next = if next.starts_with('/') { format!("{issuer}{next}") } else { next };
            answer = if next.contains("/who/") {
                self.sends("POST", &next, &format!("sub={sub}"))
            } else {
                self.opens(&next)
            };
        }
        panic!("the provider sends one round in circles")
    }

    /// Sends the form by which the session at the provider ends, of the page that asks whether it is to.
    #[track_caller]
    pub fn ends_session(&mut self, issuer: &str, page: &Answer) -> Answer {
        let word = page.text().split("name=\"xsrf\" value=\"").nth(1).expect("the provider asks");
        let word = word.split('"').next().unwrap();
        let url = format!("{issuer}/session/end/confirm");
        self.sends("POST", &url, &format!("xsrf={word}&logout=yes"))
    }

    /// Signs in, as `sub`, from the page where one signs in to the one where one comes to.
    #[track_caller]
    pub fn signs_in(&mut self, town: &str, sub: &str) -> Answer {
        let away = self.begins(town, "");
        let back = self.signs_in_there(&away, sub);
        self.opens(&format!("{town}{back}"))
    }

    /// As whom one is signed in at Vigie.
    pub fn name(&mut self, town: &str) -> Option<String> {
        let session = self.opens(&format!("{town}/api/v1/session")).json();
        session["name"].as_str().map(str::to_owned)
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    &rest[..rest.find(['/', '?']).unwrap_or(rest.len())]
}
