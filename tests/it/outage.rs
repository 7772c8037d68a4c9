//! The database goes away, in each way that it can: reading goes on, writes are told to come back, nothing
//! is half-done, and all is well again without a restart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Write as _,
    sync::Arc,
    time::Duration,
};

use serde_json::json;

use crate::{
    cutting_proxy::{CommitFate, CuttingProxy},
    postgres_cluster::{Cluster, Database, SmallDisk},
    server::{Server, free_address, import_sites, put, vigie, wait_until},
};

/// A server over a database of its own, and what its clients know.
struct Night {
    server: Server,
    database: Database,
    /// The incident that each key was answered with.
    acknowledged: BTreeMap<String, String>,
    /// Keys that got no incident.
    refused: BTreeSet<String>,
}

impl Night {
    /// Over a database, by a way to it.
    fn over(database: Database, url: &str) -> Self {
        import_sites(&database.url(), 3);
        let server = Server::start(url);
        Self { server, database, acknowledged: BTreeMap::new(), refused: BTreeSet::new() }
    }

    fn cluster(&self) -> &Arc<Cluster> {
        &self.database.cluster
    }

    /// Reports an incident under a key; whether it was taken. If not, the client is told to come back.
    fn report(&mut self, key: &str) -> bool {
        let answer = self.server.report("PH-0001", key);
        if matches!(answer.status, 200 | 201) {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let first = self.acknowledged.entry(key.to_owned()).or_insert_with(|| id.clone());
            assert_eq!(*first, id, "one key, one incident");
            self.refused.remove(key);
            return true;
        }
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let seconds: u32 = answer.header("retry-after").parse().expect("Retry-After");
        assert!((1..=60).contains(&seconds));
        self.refused.insert(key.to_owned());
        false
    }

    /// Reading goes on: every incident that was acknowledged is told.
    fn reads_go_on(&self) {
        assert_eq!(self.server.get("/healthz").status, 200);
        let told = self.server.incidents();
        assert!(told >= self.acknowledged.len() as u64, "{told}");
        for path in [
            "/api/v1/sites/PH-0001",
            "/api/v1/locate?lon=2.301&lat=48.85",
            "/api/v1/heatmap?cell=site",
            "/api/v1/patrols/nearest?site=PH-0001",
        ] {
            assert_eq!(self.server.get(path).status, 200, "{path}");
        }
    }

    /// The server says by itself that it cannot write, and that what it tells may be out of date.
    fn says_so(&self) {
        let is_stale = || !self.server.get("/api/v1/patrols").header("x-vigie-stale").is_empty();
        wait_until("it says that its state is stale", is_stale);
        wait_until("it is not ready", || self.server.get("/readyz").status == 503);
        let status = json!({"callsign": "Lima 1", "status": "available"});
        assert_eq!(put(&self.server.address, "/api/v1/patrols/lima-1", &status).status, 503);
    }

    /// All is well again by itself; each refused report, asked again under its key, is there once.
    fn recovers(&mut self) {
        wait_until("it is ready", || self.server.get("/readyz").status == 200);
        wait_until("its state is fresh", || {
            self.server.get("/api/v1/patrols").header("x-vigie-stale").is_empty()
        });
        self.is_whole();
        for key in self.refused.clone() {
            assert!(self.report(&key), "{key} is taken at last");
        }
        assert_eq!(
            self.is_whole(),
            self.acknowledged.len() as u64,
            "nothing lost, nothing doubled"
        );
        let ids: BTreeSet<&String> = self.acknowledged.values().collect();
        assert_eq!(ids.len(), self.acknowledged.len());
    }

    /// The twin tells what the tables hold, and no table holds a half. Returns the number of incidents.
    fn is_whole(&self) -> u64 {
        let held = self.database.sql(
            "SELECT (SELECT count(*) FROM vigie.incident), (SELECT count(*) FROM vigie.receipt), \
                    count(incident), count(*) - max(seq), max(seq) - (SELECT seq FROM vigie.head) \
             FROM vigie.event",
        );
        let columns: Vec<i64> = held.split('|').map(|number| number.parse().unwrap()).collect();
        let incidents = columns[0];
        assert_eq!(columns, [incidents, incidents, incidents, 0, 0], "incidents, receipts, events");
        let incidents = incidents.unsigned_abs();
        wait_until("the twin tells what is stored", || self.server.incidents() == incidents);
        incidents
    }
}

#[test]
fn a_database_that_is_stopped_or_killed_is_waited_for() {
    let database = Cluster::new().database();
    let url = database.url();
    let mut night = Night::over(database, &url);

    for (number, end) in
        [Cluster::stop_immediately, Cluster::kill, Cluster::stop].iter().enumerate()
    {
        assert!(night.report(&format!("before {number}")));
        end(night.cluster());

        night.reads_go_on();
        assert!(!night.report(&format!("meanwhile {number}")));
        night.says_so();
        night.reads_go_on();

        night.cluster().start();
        night.recovers();
        assert!(night.report(&format!("after {number}")));
    }
    let log = night.server.log();
    assert!(!log.contains("night-watch"), "no password in the log");
    assert!(!log.contains("panic"), "{log}");
}

#[test]
fn a_server_that_starts_without_its_database_says_so_and_ends() {
    let address = free_address();
    let store = format!("postgres://vigie:night-watch@{address}/vigie");

    let output =
        vigie().args(["serve", "--listen", "127.0.0.1:0", "--store", &store]).output().unwrap();

    // Whoever started it, such as systemd, starts it again.
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the store is away"), "{said}");
    assert!(!said.contains("night-watch"), "no password: {said}");
}

#[test]
fn a_database_that_is_frozen_holds_up_no_reader() {
    let database = Cluster::new().database();
    let url = database.url();
    let mut night = Night::over(database, &url);
    assert!(night.report("before"));

    night.cluster().freeze();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| night.server.report("PH-0002", "held up").status);
        while !waiting.is_finished() {
            night.reads_go_on();
            std::thread::sleep(Duration::from_millis(200));
        }
        assert_eq!(waiting.join().unwrap(), 503);
    });
    night.says_so();

    night.cluster().thaw();
    assert!(!night.acknowledged.contains_key("held up"));
    night.refused.insert("held up".to_owned());
    wait_until("it is ready", || night.server.get("/readyz").status == 200);
    let again = night.server.report("PH-0002", "held up");
    assert!(matches!(again.status, 200 | 201), "{}", again.text());
    night.refused.clear();
    night.acknowledged.insert("held up".to_owned(), again.json()["id"].to_string());
    night.recovers();
}

#[test]
fn a_network_that_cuts_refuses_holds_up_or_delays_loses_nothing() {
    let database = Database::fresh();
    let proxy = CuttingProxy::before(database.cluster.port());
    let url = database.url_at("127.0.0.1", proxy.port);
    let mut night = Night::over(database, &url);

    for number in 0..5 {
        proxy.cut();
        night.report(&format!("cut {number}"));
        night.reads_go_on();
    }
    night.recovers();

    proxy.refuse();
    assert!(!night.report("refused"));
    night.says_so();
    night.reads_go_on();
    proxy.heal();
    night.recovers();

    proxy.freeze();
    assert!(!night.report("held up"), "a way on which nothing comes is no way");
    night.says_so();
    proxy.heal();
    night.recovers();

    proxy.delay(Duration::from_millis(30));
    assert!(night.report("slow"), "a slow network is one that works");
    proxy.heal();
    night.recovers();
}

#[test]
fn a_commit_that_does_not_reach_the_database_is_not_there() {
    let database = Database::fresh();
    let proxy = CuttingProxy::before(database.cluster.port());
    let url = database.url_at("127.0.0.1", proxy.port);
    let mut night = Night::over(database, &url);
    assert!(night.report("before"));

    proxy.cut_at_next_commit(CommitFate::Lost);
    assert!(!night.report("lost"));

    assert!(!proxy.waits_for_a_commit());
    assert_eq!(night.is_whole(), 1);
    night.recovers();
    assert_eq!(night.is_whole(), 2);
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_by_its_key() {
    let database = Database::fresh();
    let proxy = CuttingProxy::before(database.cluster.port());
    let url = database.url_at("127.0.0.1", proxy.port);
    let mut night = Night::over(database, &url);
    assert!(night.report("before"));

    proxy.cut_at_next_commit(CommitFate::Unanswered);
    assert!(
        !night.report("unanswered"),
        "the server does not know: it must not say that it is done"
    );

    assert!(!proxy.waits_for_a_commit());
    assert_eq!(night.is_whole(), 2, "it is there, and the twin finds it by itself");
    let again = night.server.report("PH-0001", "unanswered");
    assert_eq!(again.json()["seq"], 4, "the one that was made then: {}", again.text());
    night.recovers();
    assert_eq!(night.is_whole(), 2);
}

/// Fills the rest of the data folder's disk; the file's removal makes room.
fn fill(cluster: &Cluster) -> std::path::PathBuf {
    let path = cluster.data().join("ballast");
    let mut ballast = File::create(&path).unwrap();
    while ballast.write_all(&[0; 4096]).is_ok() {}
    path
}

#[test]
fn a_database_whose_tables_cannot_grow_takes_writes_again_once_there_is_room() {
    let Some(cluster) = Cluster::on_a_small_disk(SmallDisk::Tables, 96) else { return };
    let database = cluster.database();
    let url = database.url();
    let mut night = Night::over(database, &url);
    let ballast = fill(&cluster);

    // A report may find a page that has become free, and the server is then ready again.
    let mut number = 0;
    wait_until("it is not ready", || {
        number += 1;
        !night.report(&format!("into the last room {number}"))
            && night.server.get("/readyz").status == 503
    });
    night.reads_go_on();
    assert!(night.server.log().contains("full"), "{}", night.server.log());

    fs::remove_file(ballast).unwrap();
    night.recovers();
}

#[test]
fn a_database_that_goes_down_on_a_full_disk_is_waited_for() {
    let Some(cluster) = Cluster::on_a_small_disk(SmallDisk::TablesAndLog, 128) else { return };
    let database = cluster.database();
    let url = database.url();
    let mut night = Night::over(database, &url);
    let ballast = fill(&cluster);

    let mut number = 0;
    while cluster.is_up() {
        // The write-ahead log needs a new file, for which there is no room.
        cluster.switch_log();
        night.report(&format!("into the last room {number}"));
        night.reads_go_on();
        number += 1;
    }
    night.says_so();

    fs::remove_file(ballast).unwrap();
    cluster.start();
    night.recovers();
    assert!(night.report("after"));
}
