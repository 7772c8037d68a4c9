//! A real PostgreSQL with PostGIS from Debian's packages: one shared by the tests of a run, and own ones
//! for those that stop it, freeze it or fill its disk.
//!
//! Each listens on loopback alone, keeps its data in a temporary folder with `fsync` on, and leaves nothing
//! behind. Nothing is vacuumed by itself, at a moment that no test knows. Texts sort by French rules, so that
//! whoever relies on the order of bytes has to say so.

mod database;
mod watchdog;

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::sleep,
    time::{Duration, Instant},
};

pub use database::Database;
use watchdog::Watchdog;

use crate::server::{free_address, wait_until};

/// The database that fresh ones are copied from: empty, with PostGIS.
const TEMPLATE: &str = "vigie_template";
/// The role that Vigie has in the tests: it owns its database and is no superuser.
const ROLE: &str = "vigie";
const PASSWORD: &str = "night-watch";
/// Longest wait for something that a server does by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A PostgreSQL server.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    _watchdog: Watchdog,
}

/// What a cluster keeps on a small disk in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SmallDisk {
    /// Tables alone: once it is full, PostgreSQL refuses what would make a table grow.
    Tables,
    /// The write-ahead log too: once it is full, PostgreSQL goes down, and up again only when there is room.
    TablesAndLog,
}

impl Cluster {
    /// A server of one's own, started.
    pub fn new() -> Arc<Self> {
        Self::made(Self::prepared(), &[], "")
    }

    /// A server with data on a disk of `size_mb` megabytes, or `None`, which is said, where this user may
    /// not mount one.
    pub fn on_a_small_disk(disk: SmallDisk, size_mb: u32) -> Option<Arc<Self>> {
        let cluster = Self::prepared();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size_mb}m,mode=700"), "tmpfs"]);
        if !mount.arg(cluster.data()).output().is_ok_and(|told| told.status.success()) {
            eprintln!("skipped: only root may mount a small disk");
            return None;
        }
        give_to_owner(&cluster.data());
        let log = format!("--waldir={}", cluster.folder.join("wal").display());
        let options: &[&str] = match disk {
            SmallDisk::Tables => &["--wal-segsize=1", &log],
            SmallDisk::TablesAndLog => &["--wal-segsize=1"],
        };
        Some(Self::made(cluster, options, "min_wal_size = 2MB\nmax_wal_size = 8MB\n"))
    }

    /// A server that speaks TLS, with a certificate for `localhost` and `127.0.0.1` that is signed by
    /// [`Cluster::certificate_authority`].
    pub fn with_tls() -> Arc<Self> {
        let cluster = Self::prepared();
        let script = r#"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
                -subj "/CN=Tests of Vigie" -keyout ca.key -out ca.crt
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                -subj "/CN=localhost" -keyout server.key -out server.csr
            echo "subjectAltName = DNS:localhost, IP:127.0.0.1" >names
            openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
                -extfile names -out server.crt
        "#;
        done(cluster.as_owner("sh").args(["-e", "-c", script]));
        let file = |name: &str| cluster.folder.join(name).display().to_string();
        let settings = format!(
            "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            file("server.crt"),
            file("server.key")
        );
        Self::made(cluster, &[], &settings)
    }

    /// Who signed the certificate of a server that speaks TLS, as `sslrootcert` takes it.
    pub fn certificate_authority(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// A streaming replica of this server, which can be read, started.
    pub fn standby(&self) -> Arc<Self> {
        let standby = Self::prepared();
        let mut copy = standby.as_owner(tool("pg_basebackup"));
        copy.arg("--host").arg(&self.folder).args(["--port", &self.port.to_string()]);
        copy.args(["--username=postgres", "--write-recovery-conf", "--wal-method=stream"]);
        done(copy.args(["--checkpoint=fast", "--pgdata"]).arg(standby.data()));
        standby.set("");
        standby.start();
        Arc::new(standby)
    }

    /// An empty database with PostGIS.
    pub fn database(self: &Arc<Self>) -> Database {
        self.database_from(TEMPLATE)
    }

    /// An empty database without PostGIS, which its owner may not add.
    pub fn database_without_postgis(self: &Arc<Self>) -> Database {
        self.database_from("template0")
    }

    fn database_from(self: &Arc<Self>, template: &str) -> Database {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("vigie_{}", COUNT.fetch_add(1, SeqCst));
        said(
            self.psql(
                "postgres",
                &format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}"),
            ),
        );
        Database::named(name, Arc::clone(self))
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL as the superuser, in no database of a test.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        said(self.psql("postgres", sql))
    }

    /// Starts it, and waits until it answers. After a kill, what is left of the old one goes first; one that only had no
    /// room for a connection was never down.
    pub fn start(&self) {
        let begun = Instant::now();
        while !self.try_start() && !self.is_up() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not start: {log}");
        }
    }

    /// Starts it if it can; whether it answers then.
    pub fn try_start(&self) -> bool {
        let mut start = self.pg_ctl();
        start.args(["start", "--wait", "--log"]).arg(self.folder.join("log"));
        start.output().unwrap().status.success()
    }

    /// Ends it as a power cut would: nothing is flushed, no client is told; a start recovers.
    pub fn stop_immediately(&self) {
        done(self.pg_ctl().args(["stop", "--wait", "--mode=immediate"]));
    }

    /// Ends it as an administrator would: clients lose their connection, and the next start is quick.
    pub fn stop(&self) {
        done(self.pg_ctl().args(["stop", "--wait", "--mode=fast"]));
    }

    /// Whether it takes connections.
    pub fn is_up(&self) -> bool {
        self.psql("postgres", "SELECT").status.success()
    }

    /// Has it go on in a new file of the write-ahead log, if it can.
    pub fn switch_log(&self) {
        let _ = self.psql("postgres", "SELECT pg_switch_wal()");
    }

    /// Makes a standby a primary.
    pub fn promote(&self) {
        done(self.pg_ctl().args(["promote", "--wait"]));
    }

    /// Ends every process of it by `kill -9`.
    pub fn kill(&self) {
        let begun = Instant::now();
        while self.signal("KILL") {
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not die");
            sleep(Duration::from_millis(5));
        }
        // A start would wait until the system has forgotten the number of the dead one.
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// Stops every process of it where it stands: connections stay open, nothing answers.
    pub fn freeze(&self) {
        self.signal("STOP");
        self.signal("STOP"); // what was just being forked
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A folder with an empty data folder in it, and a port.
    fn prepared() -> Self {
        let folder = tempfile::Builder::new().prefix("vigie-postgres-").tempdir().unwrap().keep();
        let watchdog = Watchdog::over(&folder);
        fs::DirBuilder::new().mode(0o700).create(folder.join("data")).unwrap();
        give_to_owner(&folder);
        give_to_owner(&folder.join("data"));
        Self {
            folder,
            port: free_address().parse::<SocketAddr>().unwrap().port(),
            _watchdog: watchdog,
        }
    }

    /// Makes the data of a prepared cluster and starts it.
    fn made(self, initdb_options: &[&str], settings: &str) -> Arc<Self> {
        let mut initdb = self.as_owner(tool("initdb"));
        initdb.args(["--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu"]);
        initdb.args(["--icu-locale=fr", "--no-sync", "--pgdata"]).arg(self.data());
        done(initdb.args(initdb_options));
        self.set(settings);
        self.start();
        self.sql(&format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'"));
        self.sql(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
        said(self.psql(TEMPLATE, "CREATE EXTENSION postgis"));
        Arc::new(self)
    }

    /// Adds to the settings; where a name comes twice, the last one counts.
    fn set(&self, settings: &str) {
        let folder = self.folder.display();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{folder}'\nmax_connections = 200\n\
             recovery_init_sync_method = syncfs\nautovacuum = off\n{settings}",
            self.port
        );
        let file = self.data().join("postgresql.conf");
        let all = fs::read_to_string(&file).unwrap() + &settings;
        fs::write(file, all).unwrap();
    }

    fn psql(&self, database: &str, sql: &str) -> Output {
        let mut psql = self.as_owner(tool("psql"));
        psql.arg("--host").arg(&self.folder).args(["--port", &self.port.to_string()]);
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        psql.args(["--set=ON_ERROR_STOP=1", "--username=postgres", "--dbname", database]);
        psql.args(["--command", sql]).output().unwrap()
    }

    fn pg_ctl(&self) -> Command {
        let mut pg_ctl = self.as_owner(tool("pg_ctl"));
        pg_ctl.arg("--pgdata").arg(self.data());
        pg_ctl
    }

    /// A command of the user who owns the data: PostgreSQL refuses to run as root.
    fn as_owner(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match is_root() {
            true => Command::new("runuser"),
            false => Command::new(program.as_ref()),
        };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(program);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.folder);
        command
    }

    /// Sends a signal to every process of the server; `false` where there is none.
    fn signal(&self, name: &str) -> bool {
        let processes = processes_in(&self.data());
        // One may have ended meanwhile.
        let _ = Command::new("kill").args(["-s", name]).args(&processes).output();
        !processes.is_empty()
    }
}

/// The server and its children: they all stand in the data folder.
fn processes_in(data: &Path) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap());
    let ours = all.filter(|entry| {
        fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder.starts_with(data))
    });
    ours.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn is_root() -> bool {
    static IS_ROOT: OnceLock<bool> = OnceLock::new();
    *IS_ROOT.get_or_init(|| done(Command::new("id").arg("-u")) == "0")
}

fn give_to_owner(path: &Path) {
    if is_root() {
        done(Command::new("chown").arg("postgres:").arg(path));
    }
}

/// A program of the newest PostgreSQL that Debian has put here.
pub fn tool(name: &str) -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = installed.map(|entry| entry.unwrap().path()).max_by_key(version);
    let newest = newest.expect("PostgreSQL is not installed; `make tools-test` installs it");
    newest.join("bin").join(name)
}

#[track_caller]
fn done(command: &mut Command) -> String {
    said(command.output().unwrap_or_else(|e| panic!("{command:?}: {e}")))
}

#[track_caller]
fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn a_cluster_comes_back_from_whatever_ends_it_and_a_standby_follows() {
    let cluster = Cluster::new();
    let database = cluster.database();
    database.sql("CREATE TABLE kept (number int); INSERT INTO kept VALUES (1)");
    let standby = cluster.standby();

    cluster.stop_immediately();
    cluster.start();
    cluster.kill();
    cluster.start();
    cluster.freeze();
    cluster.thaw();
    database.sql("INSERT INTO kept VALUES (2)");

    assert_eq!(database.sql("SELECT count(*) FROM kept WHERE postgis_version() <> ''"), "2");
    let copied = || {
        let count = "SELECT count(*), pg_is_in_recovery() FROM kept";
        database.sql_on(&standby, count) == "2|t"
    };
    wait_until("the standby follows", copied);
}

#[test]
fn nothing_of_a_cluster_stays_behind() {
    let cluster = Cluster::new();
    let (folder, data) = (cluster.folder.clone(), cluster.data());
    cluster.freeze();
    assert!(!processes_in(&data).is_empty());

    drop(cluster);

    assert!(!folder.exists());
    let stays = processes_in(&data);
    assert!(stays.is_empty(), "{stays:?}");
}
