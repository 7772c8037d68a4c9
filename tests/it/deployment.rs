//! What `deploy/` ships is what the program and Debian's own tools take.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use clap::CommandFactory as _;
use tempfile::TempDir;
use vigie::cli::Vigie;

use crate::{
    following::Follower,
    postgres_cluster::Database,
    server::{
        Server, authorization, ends_with_its_test, free_address, get, import_sites, post, report,
        wait_until,
    },
    support::{Answer, ask, site, town},
};

fn deployed(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)
}

#[test]
fn the_environment_file_has_every_option_and_no_other() {
    let vigie = Vigie::command();
    let commands = vigie.get_subcommands().flat_map(|one| one.get_subcommands().chain([one]));
    let known: BTreeSet<String> = commands
        .chain([&vigie])
        .flat_map(clap::Command::get_arguments)
        .filter_map(|option| Some(option.get_env()?.to_str()?.to_owned()))
        .collect();

    let file = fs::read_to_string(deployed("vigie.env")).unwrap();
    let told: BTreeSet<String> = file
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.starts_with("VIGIE_"))
        .collect();

    assert_eq!(told, known);
}

#[test]
fn rules_and_dashboard_ask_for_metrics_that_are_there() {
    let town = town([site("AA-01", 2.35, 48.85)]);
    assert_eq!(town.get("/api/v1/meta").status, 200);
    let served = town.get("/metrics").text().to_owned();
    let document = serde_json::to_value(vigie::http::openapi()).unwrap();
    for file in ["prometheus/alerts.yml", "prometheus/grafana.json"] {
        let text = fs::read_to_string(deployed(file)).unwrap();
        let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        let metrics: BTreeSet<&str> = words.filter(|word| word.starts_with("vigie_")).collect();
        assert!(metrics.len() > 5, "{file} asks for {metrics:?}");
        for metric in metrics {
            assert!(
                served.contains(&format!("# TYPE {} ", metric.trim_end_matches("_bucket"))),
                "{file}: {metric}"
            );
        }
        for route in
            ["/api/v1/incidents", "/api/v1/patrols/nearest", "/api/v1/locate", "/api/v1/positions"]
        {
            assert!(document["paths"][route].is_object(), "{route}");
        }
        if file.ends_with("json") {
            let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(dashboard["panels"].as_array().unwrap().len() > 5);
        }
    }
    let rules = deployed("prometheus/alerts.yml");
    match Command::new("promtool").args(["check", "rules"]).arg(rules).output() {
        Ok(checked) => {
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr))
        }
        Err(_) => eprintln!("skipped: promtool (Debian's prometheus) is not there"),
    }
}

#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.service");
    let unit = fs::read_to_string(deployed("vigie.service")).unwrap();
    fs::write(&path, unit.replace("/usr/bin/vigie", env!("CARGO_BIN_EXE_vigie"))).unwrap();
    let analyze = |arguments: &[&str]| {
        Command::new("systemd-analyze").args(arguments).arg(&path).output().ok()
    };

    let Some(verified) = analyze(&["verify"]) else {
        eprintln!("skipped: systemd is not here");
        return;
    };
    let closed = analyze(&["security", "--offline=true", "--threshold=20"]).unwrap();

    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.is_empty(), "{said}");
    // An exposure of more than 2.0, of 10, is a failure.
    assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stdout));
}

/// Debian's nginx with `deploy/nginx.conf`, in one process on a free port.
struct Nginx {
    process: Child,
    address: String,
    folder: TempDir,
}

impl Nginx {
    fn before(servers: [&str; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let site = fs::read_to_string(deployed("nginx.conf")).unwrap();
        let site = site
            .replace("vigie-1:8080", servers[0])
            .replace("vigie-2:8080", servers[1])
            .replace("listen 80;", &format!("listen {address};"))
            .replace("    listen [::]:80;\n", "")
            .replace("/var/log/nginx/", "");
        fs::write(folder.path().join("site.conf"), site).unwrap();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {what};\n"))
            .concat();
        let main = format!(
            "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {{}}\n\
             http {{\n{temporary}include site.conf;\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), main).unwrap();
        let mut nginx = ends_with_its_test("/usr/sbin/nginx");
        nginx.args(["-e", "error.log", "-c", "nginx.conf", "-p"]).arg(folder.path());
        nginx.stderr(Stdio::null());
        let installed = Path::new("/usr/sbin/nginx").exists();
        assert!(installed, "nginx is not installed; `make tools-test` installs it");
        let process = nginx.spawn().unwrap();
        let nginx = Self { process, address, folder };
        wait_until("nginx listens", || std::net::TcpStream::connect(&nginx.address).is_ok());
        nginx
    }

    /// Asks for a path, and finds out which server answered.
    fn get(&self, path: &str) -> (Answer, String) {
        let log = || {
            let log = fs::read_to_string(self.folder.path().join("vigie.log")).unwrap();
            log.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let before = log().len();
        let answer = get(&self.address, path);
        // The line comes after the answer.
        wait_until("nginx logs", || log().len() > before);
        // Where more than one was asked, the last one has answered: `127.0.0.1:1, 127.0.0.1:2`.
        let line = log().pop().unwrap();
        let port = line.split(" 127.0.0.1:").last().unwrap().split(' ').next().unwrap();
        (answer, format!("127.0.0.1:{port}"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn two_servers_over_one_database_behind_nginx_answer_as_one_and_either_may_die() {
    let database = Database::fresh();
    let store = database.url();
    import_sites(&store, 3);
    let addresses = [free_address(), free_address()];
    let mut servers = addresses.each_ref().map(|address| Server::start_at(&store, address));
    let nginx = Nginx::before([&addresses[0], &addresses[1]]);

    for life in 1..=2 {
        // Events go through at once, and go on with the other server when theirs dies.
        let mut follower = Follower::of(&nginx.address, "");
        let received = report(&nginx.address, "PH-0001", &format!("call-{life}")).unwrap();
        assert_eq!(received.status, 201, "{}", received.text());
        assert!(uuid::Uuid::try_parse(received.header("x-request-id")).is_ok());
        let seq = received.json()["seq"].as_u64().unwrap();
        assert_eq!(follower.up_to(seq), [(seq, "incident".to_owned())]);
        // Its own server has it at once.
        let id = received.json()["id"].as_str().unwrap().to_owned();
        let (read, answered) = nginx.get(&format!("/api/v1/incidents/{id}"));
        assert_eq!(read.status, 200, "{}", read.text());
        let (list, _) = nginx.get("/api/v1/incidents?limit=1");
        assert_eq!(list.json()["numberMatched"], life);

        let index = addresses.iter().position(|address| *address == answered).unwrap();
        let other = &servers[1 - index];
        wait_until("the other follows", || other.incidents() == life);
        servers[index].kill();
        // Whichever server it listened to, it goes on after what it heard.
        drop(follower);
        let _moved = Follower::after(&nginx.address, "", Some(seq));
        let (ready, answered_next) = nginx.get("/readyz");
        assert_eq!((ready.status, &answered_next), (200, &addresses[1 - index]), "at once");
        servers[index] = Server::start_at(&store, &addresses[index]);
        wait_until("it is asked again once it is back", || {
            let (ready, answers) = nginx.get("/readyz");
            assert_eq!(ready.status, 200);
            answers == answered
        });
    }

    let points = "{\"lon\":2.301,\"lat\":48.85}\n".repeat(120_000);
    let batch = ask(
        &format!("http://{}/api/v1/locate:batch", nginx.address),
        "POST",
        &[("content-type", "application/x-ndjson"), authorization()],
        points.into_bytes(),
    );
    assert_eq!(batch.unwrap().lines().len(), 120_000, "a batch is no JSON body");
    let large = serde_json::json!({ "kind": "x".repeat(1_500_000) });
    let refused = post(&nginx.address, "/api/v1/incidents", &[], &large).unwrap();
    assert_eq!(refused.status, 413);
    assert_eq!(refused.header("content-type"), "application/problem+json", "Vigie says why");
    assert_eq!(get(&nginx.address, "/metrics").status, 404);
}
