//! The canonical bytes of what registers hold: mailboxes and mailings, anchors of access logs, holds and purges.

use super::encode::Canonical;
use crate::{
    access::{AccessAnchor, AccountName},
    closed_list::ClosedList as _,
    mailing::{Mailbox, Mailing},
    retention::{Hold, Purge},
    time::Timestamp,
};

impl Canonical for Mailbox {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.landlord.as_str().put(bytes);
        self.address.as_str().put(bytes);
        self.set_at.unix_ms().put(bytes);
    }
}

impl Canonical for Mailing {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.key.landlord.as_str().put(bytes);
        self.key.night.to_string().put(bytes);
        self.key.ordinal.put(bytes);
        self.state.as_str().put(bytes);
        self.mailbox.as_ref().map(|address| address.as_str()).put(bytes);
        self.opened_at.unix_ms().put(bytes);
        self.changed_at.unix_ms().put(bytes);
        self.due_at.map(|at| at.unix_ms()).put(bytes);
        self.attempts.put(bytes);
        self.unsure.put(bytes);
        self.reply.put(bytes);
        u8::from(self.files.is_some()).put(bytes);
        if let Some(files) = &self.files {
            bytes.extend(files.pdf);
            bytes.extend(files.csv);
        }
    }
}

impl Canonical for AccessAnchor {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.log.as_bytes());
        self.day.to_string().put(bytes);
        self.seq.put(bytes);
        bytes.extend(self.hash);
    }
}

impl Canonical for Hold {
    fn put(&self, bytes: &mut Vec<u8>) {
        let name = |by: &Option<AccountName>, bytes: &mut Vec<u8>| {
            by.as_ref().map(AccountName::as_str).put(bytes);
        };
        let reported = self.scope.reported;
        bytes.extend(self.id.uuid().as_bytes());
        self.scope.incident.map(|id| id.to_string()).put(bytes);
        self.scope.site.as_ref().map(|code| code.as_str()).put(bytes);
        reported.from.map(Timestamp::unix_ms).put(bytes);
        reported.to.map(Timestamp::unix_ms).put(bytes);
        self.reason.as_str().put(bytes);
        self.until.unix_ms().put(bytes);
        self.set_at.unix_ms().put(bytes);
        name(&self.set_by, bytes);
        self.lifted.as_ref().map(|(at, _)| at.unix_ms()).put(bytes);
        name(&self.lifted.as_ref().and_then(|(_, by)| by.clone()), bytes);
    }
}

impl Canonical for Purge {
    /// The text that is signed says all of it but its key and its signature.
    fn put(&self, bytes: &mut Vec<u8>) {
        self.text().put(bytes);
        bytes.extend(self.public_key);
        bytes.extend(self.signature);
    }
}
