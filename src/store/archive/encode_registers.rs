//! The canonical bytes of records that are no events: mailboxes, the register of mailings, anchors of access logs.

use super::encode::Canonical;
use crate::{
    access::AccessAnchor,
    closed_list::ClosedList as _,
    mailing::{Mailbox, Mailing},
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
