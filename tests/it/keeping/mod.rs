//! Copies, backups, restores and the doctor: the real binary, beside servers that write.

mod killed;
mod postgres;
mod sqlite;

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use vigie::{
    app::system_clock,
    event::Fact,
    incident::{Action, Status},
    mailing::MailingState,
    patrol::Availability,
    retention::Purge,
    store::{MailChange, sqlite::SqliteStore},
};

use crate::{
    program::run,
    store::{
        fixture::{
            account, alert, anchor, batch, commit, commit_anchor, commit_mail, fix, hold, incident,
            incident_fact, key, mailbox, mailing, patrol_fact, purge, setting, stepped, stock_fact,
        },
        signals,
    },
};

/// A folder with a store in `vigie.db` that holds some of everything.
fn filled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&folder.path().join("vigie.db")).unwrap();
    let mut everything = batch([
        stock_fact(1),
        stock_fact(2),
        incident_fact(1, 1),
        incident_fact(2, 2),
        patrol_fact(1, Availability::Busy),
    ]);
    let received = incident(1, 1, Status::Received);
    let qualified = stepped(&received, Action::Qualified, 1);
    let assigned = stepped(&qualified, Action::Assigned, 1);
    let later = [
        Fact::IncidentRecorded(qualified),
        Fact::IncidentRecorded(assigned),
        Fact::AlertRecorded(alert(1, 1, Some(&received))),
        Fact::AccountRecorded(account(1)),
        Fact::SettingChanged(setting(1)),
        Fact::HoldRecorded(hold(2, None, Some(2))),
        signals::situation_fact(1),
        Fact::Purged(Purge { at: system_clock(), ..purge(1, Vec::new(), Vec::new()) }),
    ];
    everything.facts.extend(batch(later).facts);
    everything.facts[2].key = Some(key("call 1"));
    everything.fixes.push(fix(1, 5));
    commit(&mut store, everything).unwrap();
    commit_anchor(&mut store, anchor(1, 9, 7)).unwrap();
    signals::commit_signals(&mut store, 1..=3).unwrap();
    commit_mail(&mut store, MailChange::Mailbox(mailbox("astreinte"))).unwrap();
    let sent = mailing(9, 0, MailingState::Sent);
    commit_mail(&mut store, MailChange::Mailing(sent)).unwrap();
    drop(store);
    folder
}

fn url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

fn file(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// What a run that must go well says.
#[track_caller]
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn said_json(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(arguments)).unwrap()
}

/// What a run that must fail says.
#[track_caller]
fn complaint(arguments: &[&str]) -> String {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
    stderr
}
