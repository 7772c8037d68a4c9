//! What every test needs: a town in one line, a server in one line, an answer as a test reads it.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    thread::JoinHandle,
    time::Duration,
};

use geo::{MultiPolygon, polygon};
use serde_json::Value;
use tempfile::TempDir;
use vigie::{
    app::{App, Clock, PutPatrol, system_clock},
    geo::LonLat,
    http::{Doors, Settings, listen},
    patrol::{Availability, Patrol, PositionFix},
    stock::{Building, Footprint, Hall, Landlord, Site, StockChange},
    store::StoreUrl,
};

use crate::{postgres_cluster::Database, server::wait_until};

/// What a town begins with; each goes in as production would have it.
pub enum Start {
    /// An import of stock.
    Stock(StockChange),
    /// A patrol, and where it is.
    Patrol(PutPatrol),
}

/// A site of landlord `Paris Habitat` with one square building of 20 m around its position.
pub fn site(code: &str, lon: f64, lat: f64) -> Start {
    site_of("Paris Habitat", code, lon, lat)
}

/// A site of a landlord, with one square building of 20 m around its position.
pub fn site_of(landlord: &str, code: &str, lon: f64, lat: f64) -> Start {
    let landlord = Landlord::named(landlord).unwrap();
    let site = Site {
        code: code.parse().unwrap(),
        landlord: landlord.id.clone(),
        name: format!("Résidence {code}"),
        dwellings: 40,
        position: LonLat::new(lon, lat).unwrap(),
        outline: None,
        address: Some("12 rue des Tests".to_owned()),
    };
    let building = Building {
        id: format!("{code}-B1").parse().unwrap(),
        site: Some(site.code.clone()),
        site_was_given: true,
        footprint: square(lon, lat),
        height_m: None,
        levels: Some(5),
        dwellings: None,
        halls: vec![Hall { label: "A".to_owned(), position: site.position }],
    };
    Start::Stock(StockChange {
        landlords: vec![landlord],
        sites: vec![site],
        buildings: vec![building],
        ..StockChange::default()
    })
}

/// An available patrol that said where it is just now.
pub fn patrol(id: &str, lon: f64, lat: f64) -> Start {
    patrol_that_is(Availability::Available, id, Some((lon, lat)))
}

/// A patrol, and where it said it is just now.
pub fn patrol_that_is(availability: Availability, id: &str, at: Option<(f64, f64)>) -> Start {
    let patrol = Patrol {
        id: id.parse().unwrap(),
        callsign: id.to_owned(),
        availability,
        crew: Some(3),
        position_off_at: None,
    };
    let fix = at.map(|(lon, lat)| PositionFix {
        patrol: patrol.id.clone(),
        position: LonLat::new(lon, lat).unwrap(),
        recorded_at: system_clock(),
        accuracy_m: Some(5.0),
    });
    Start::Patrol(PutPatrol { patrol, fix, sharing: None })
}

fn square(lon: f64, lat: f64) -> Footprint {
    let (dx, dy) = (10.0 / 73_000.0, 10.0 / 111_200.0); // 10 m near Paris
    let ring = polygon![
        (x: lon - dx, y: lat - dy), (x: lon + dx, y: lat - dy),
        (x: lon + dx, y: lat + dy), (x: lon - dx, y: lat + dy), (x: lon - dx, y: lat - dy),
    ];
    Footprint::new(MultiPolygon(vec![ring])).unwrap()
}

/// What a town is made of. The tests of the API run for each: see [`crate::api_again`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// A server over a SQLite file.
    Sqlite,
    /// A server over a PostgreSQL database.
    Postgres,
    /// Two servers over one PostgreSQL database: one takes what is sent, the other answers what is asked.
    Pair,
}

impl Make {
    /// The environment variable that chooses.
    pub const VARIABLE: &str = "TOWNS_OF_TESTS";

    fn chosen() -> Self {
        match std::env::var(Self::VARIABLE).as_deref() {
            Ok("Postgres") => Self::Postgres,
            Ok("Pair") => Self::Pair,
            _ => Self::Sqlite,
        }
    }
}

/// A running server on a free port, with a store of its own.
pub struct Town {
    /// The program behind the server.
    pub app: App,
    taking: Serving,
    /// The other server, which follows.
    answering: Option<Serving>,
    /// Holds the store; goes with the town.
    _store: (Option<TempDir>, Option<Database>),
}

/// Starts a server on a town that begins with `starts`.
pub fn town(starts: impl IntoIterator<Item = Start>) -> Town {
    town_with(Settings::default(), starts)
}

/// Starts a server with `settings` on a town that begins with `starts`.
pub fn town_with(settings: Settings, starts: impl IntoIterator<Item = Start>) -> Town {
    town_by(system_clock, settings, starts)
}

/// Starts a server that lets in whoever has a token, on a town that begins with `starts`.
pub fn closed_town(starts: impl IntoIterator<Item = Start>) -> Town {
    closed_town_with(Settings::default(), starts)
}

/// Starts a server with `settings` that lets in whoever has a token, on a town that begins with `starts`.
pub fn closed_town_with(settings: Settings, starts: impl IntoIterator<Item = Start>) -> Town {
    start(system_clock, settings, starts)
}

/// Starts a server with `settings` and that clock that lets in whoever has a token, on a town that begins with `starts`.
pub fn closed_town_by(
    clock: Clock,
    settings: Settings,
    starts: impl IntoIterator<Item = Start>,
) -> Town {
    start(clock, settings, starts)
}

/// Starts a server with `settings` and that clock on a town that begins with `starts`. It is open to whoever is on this
/// machine, as a demo is: who may do what is tested in [`crate::access`].
pub fn town_by(clock: Clock, settings: Settings, starts: impl IntoIterator<Item = Start>) -> Town {
    start(clock, Settings { doors: Doors::OpenOnLoopback, ..settings }, starts)
}

/// Starts a server that lets in whoever has a token on the SQLite file at `path`, which stays.
pub fn town_on(path: &Path) -> Town {
    on(&sqlite(path), Settings::default())
}

/// Starts a server that is open to whoever is on this machine on the SQLite file at `path`, which stays.
pub fn open_town_on(path: &Path) -> Town {
    on(&sqlite(path), Settings { doors: Doors::OpenOnLoopback, ..Settings::default() })
}

/// Starts a server that is open to whoever is on this machine on `database`, which stays.
pub fn open_town_on_database(database: &Database) -> Town {
    on(&database.url(), Settings { doors: Doors::OpenOnLoopback, ..Settings::default() })
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn on(url: &str, settings: Settings) -> Town {
    let taking = Serving::start(url, system_clock, settings);
    Town { app: taking.app.clone(), taking, answering: None, _store: (None, None) }
}

fn start(clock: Clock, settings: Settings, starts: impl IntoIterator<Item = Start>) -> Town {
    let make = Make::chosen();
    let (url, store) = match make {
        Make::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            (format!("sqlite:{}", folder.path().join("vigie.db").display()), (Some(folder), None))
        }
        Make::Postgres | Make::Pair => {
            let database = Database::fresh();
            (database.url(), (None, Some(database)))
        }
    };
    let taking = Serving::start(&url, clock, settings.clone());
    begin(&taking.app, starts);
    let answering = (make == Make::Pair).then(|| Serving::start(&url, clock, settings));
    Town { app: taking.app.clone(), taking, answering, _store: store }
}

/// A server in this process, until it is dropped.
struct Serving {
    app: App,
    address: String,
    handle: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    fn start(url: &str, clock: Clock, settings: Settings) -> Self {
        let store = url.parse::<StoreUrl>().unwrap().open().unwrap();
        let app = App::open(store, clock).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, receiver) = std::sync::mpsc::channel();
        let served = app.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = listen(served, settings, listener).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        Self { app, address, handle, thread: Some(thread) }
    }

    /// Waits until it holds what the other one holds.
    fn follow(&self, other: &Self) {
        let holds = |app: &App| {
            let snapshot = app.snapshot();
            (snapshot.seq(), snapshot.patrols().iter().cloned().collect::<Vec<_>>())
        };
        wait_until("the other server follows", || holds(&self.app) == holds(&other.app));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Requests have been answered or their client is gone: nothing to wait for.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.app.close();
    }
}

/// Records what a town begins with.
pub fn begin(app: &App, starts: impl IntoIterator<Item = Start>) {
    actix_web::rt::System::new().block_on(async {
        for start in starts {
            match start {
                Start::Stock(change) => drop(app.import_stock(change).await.unwrap()),
                Start::Patrol(put) => app.put_patrol(put).await.unwrap(),
            }
        }
    });
}

/// What the server answered, as a test reads it.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    headers: ureq::http::HeaderMap,
    /// The body as it came, decompressed.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Every header of that name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Every header but those, in the order of names.
    pub fn headers_without(&self, left_out: &[&str]) -> Vec<(String, String)> {
        let named = self.headers.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
        let mut headers: Vec<(String, String)> = named
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    }

    /// The names in every `Vary` header, of which there may be several.
    pub fn vary(&self) -> String {
        let all = self.headers.get_all("vary").iter().map(|value| value.to_str().unwrap());
        all.collect::<Vec<_>>().join(", ").to_lowercase()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The body as lines of JSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The problem that the answer is, as `(status, field, reason)` of its first error.
    #[track_caller]
    pub fn fault(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        let error = |member: &str| problem["errors"][0][member].as_str().unwrap_or("").to_owned();
        (self.status, error("field"), error("reason"))
    }
}

impl Town {
    /// The address of the server.
    pub fn address(&self) -> &str {
        &self.taking.address
    }

    /// Asks for `path`.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Asks for `path` with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, Vec::new())
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: impl ToString) -> Answer {
        let json = [("content-type", "application/json")];
        self.send("POST", path, &json, body.to_string().into_bytes())
    }

    /// Puts JSON.
    pub fn put(&self, path: &str, body: impl ToString) -> Answer {
        let json = [("content-type", "application/json")];
        self.send("PUT", path, &json, body.to_string().into_bytes())
    }

    /// Sends any request.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let server = match &self.answering {
            Some(answering)
                if matches!(method, "GET" | "HEAD") || path.starts_with("/api/v1/locate") =>
            {
                answering.follow(&self.taking);
                answering
            }
            _ => &self.taking,
        };
        ask(&format!("{}{path}", server.address), method, headers, body).unwrap()
    }
}

/// Sends any request to any server; errors are those of the connection.
pub fn ask(
    url: &str,
    method: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Answer, ureq::Error> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut response = agent.run(request.body(body).unwrap())?;
    let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
    let (parts, _) = response.into_parts();
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, bytes })
}

/// Real open data beside the checkout, or `None`, which is said, where it is absent.
pub fn shared_data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("VIGIE_SHARED_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}
