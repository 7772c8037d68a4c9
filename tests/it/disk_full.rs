//! A disk that is full: nothing half-done, reading goes on, and room is all it takes to be well again.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use vigie::{
    app::{App, NewIncident, ReceiveError, Unavailable, Whereabouts, system_clock},
    incident::{Channel, Status},
    store::{StoreError, sqlite::SqliteStore},
};

use crate::store::fixture::{site, stock};

/// A disk of a few megabytes in memory. Only root may mount one.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|told| told.status.success()).then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills what is left with one file, whose removal makes room again.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder.path()).status();
    }
}

fn call() -> NewIncident {
    NewIncident {
        kind: "OCC-HAL".parse().unwrap(),
        channel: Channel::Call,
        status: Status::Received,
        reported_at: None,
        whereabouts: Whereabouts::Site { code: site(1).code, building: None },
        key: None,
    }
}

#[actix_web::test]
async fn a_store_on_a_full_disk_loses_nothing_and_is_well_again_once_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: only root may mount a small disk");
        return;
    };
    let path = disk.path().join("vigie.sqlite");
    let app = App::open(Box::new(SqliteStore::open(&path).unwrap()), system_clock).unwrap();
    app.import_stock(stock(1)).await.unwrap();
    let ballast = disk.fill();

    let mut acknowledged = 0;
    let refusal = loop {
        match app.receive_incident(call()).await {
            Ok(_) => acknowledged += 1, // into what the write-ahead log had reserved
            Err(refusal) => break refusal,
        }
    };

    assert_eq!(refusal, ReceiveError::Unavailable(Unavailable::Store(StoreError::Full)));
    assert_eq!(app.store_fault(), Some(StoreError::Full));
    assert_eq!(app.snapshot().incidents().len(), acknowledged);

    fs::remove_file(ballast).unwrap();
    let begun = Instant::now();
    while app.store_fault().is_some() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never well again");
        std::thread::sleep(Duration::from_millis(20));
    }
    app.receive_incident(call()).await.unwrap();
    app.close();
    let again = App::open(Box::new(SqliteStore::open(&path).unwrap()), system_clock).unwrap();
    assert_eq!(again.snapshot().incidents().len(), acknowledged + 1);
    again.close();
}
