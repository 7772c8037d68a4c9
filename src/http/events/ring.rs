//! [`Ring`]: the newest messages, and where each client stands among them.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use actix_web::web::Bytes;
use tokio::sync::watch;

use super::{
    audience::{Audience, Watcher},
    message,
};
use crate::event::Seq;

/// Messages that are kept: an evening of 130 interventions, with every step, three times over.
const KEPT_MESSAGES_MAX: usize = 8192;
/// Bytes of messages that are kept.
const KEPT_BYTES_MAX: usize = 16_000_000;

/// A message about an event.
pub struct Told {
    /// The event.
    pub seq: Seq,
    /// Who may hear it.
    pub audience: Audience,
    /// As it goes on the wire.
    pub text: Bytes,
}

/// The newest messages. Its memory does not depend on how many listen or how slow they are.
pub struct Ring {
    kept: Mutex<Kept>,
    bell: watch::Sender<()>,
}

struct Kept {
    /// Rises when what was told before no longer leads to what is told now.
    epoch: u64,
    /// Whoever has had this event or a later one misses nothing by going on here.
    floor: Seq,
    /// The last event that was told.
    head: Seq,
    /// Oldest first.
    messages: VecDeque<Told>,
    /// The number of the first of them, counted from the start.
    first: u64,
    bytes: usize,
    positions: Positions,
    ended: bool,
}

/// Where patrols are: only the newest counts, so nothing older is kept.
#[derive(Default)]
struct Positions {
    /// Rises with each change.
    tick: u64,
    /// What changed with the last tick.
    changed: Bytes,
    /// Where every patrol is.
    all: Bytes,
}

/// Where a client stands.
pub struct Cursor {
    /// `None` for a client that comes back with an id which leads nowhere.
    epoch: Option<u64>,
    /// The number of the next message.
    next: u64,
    /// It has had every event up to here, or was not to hear it.
    seq: Seq,
    tick: u64,
    head: Seq,
    is_fresh: bool,
}

impl Cursor {
    /// The last event when the client came.
    pub const fn head(&self) -> Seq {
        self.head
    }

    /// Whether the client began without an earlier id.
    pub const fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// The client has had every event up to this one, or was not to hear it.
    pub const fn seq(&self) -> Seq {
        self.seq
    }
}

/// What a client gets next.
pub enum Next {
    /// A message.
    Message(Bytes),
    /// Nothing until the bell rings.
    Nothing,
    /// It was too slow: the message that it should have had is no longer kept.
    FellOff,
    /// The program stops.
    Ended,
}

impl Ring {
    /// An empty ring after the event `head`.
    pub fn new(head: Seq) -> Self {
        let kept = Kept {
            epoch: 0,
            floor: head,
            head,
            messages: VecDeque::new(),
            first: 0,
            bytes: 0,
            positions: Positions::default(),
            ended: false,
        };
        Self { kept: Mutex::new(kept), bell: watch::Sender::new(()) }
    }

    /// A place for a client that had `last` last, and the bell that rings at each message from here on; `None` once
    /// the program stops.
    pub fn enter(&self, last: Option<Seq>) -> Option<(Cursor, watch::Receiver<()>)> {
        let kept = self.kept();
        let end = kept.first + kept.messages.len() as u64;
        let is_kept = |seq: &Seq| (kept.floor..=kept.head).contains(seq);
        let (epoch, next, seq) = match last {
            None => (Some(kept.epoch), end, kept.head),
            Some(last) if is_kept(&last) => {
                let missed = kept.messages.partition_point(|told| told.seq <= last);
                (Some(kept.epoch), kept.first + missed as u64, last)
            }
            Some(last) => (None, end, last),
        };
        let (head, is_fresh) = (kept.head, last.is_none());
        let cursor = Cursor { epoch, next, seq, tick: 0, head, is_fresh };
        (!kept.ended).then(|| (cursor, self.bell.subscribe()))
    }

    /// The next message that `watcher` is to have, and `cursor` moves behind it.
    pub fn next(&self, cursor: &mut Cursor, watcher: &Watcher) -> Next {
        let kept = self.kept();
        if kept.ended {
            return Next::Ended;
        }
        let end = kept.first + kept.messages.len() as u64;
        if cursor.epoch != Some(kept.epoch) {
            (cursor.epoch, cursor.next, cursor.seq) = (Some(kept.epoch), end, kept.head);
            return Next::Message(message::reset(kept.head));
        }
        if cursor.next < kept.first {
            return Next::FellOff;
        }
        let passed = (cursor.next - kept.first) as usize;
        for told in kept.messages.range(passed..) {
            cursor.next += 1;
            if watcher.hears(&told.audience) {
                return Next::Message(told.text.clone());
            }
        }
        cursor.seq = kept.head;
        let Positions { tick, changed, all } = &kept.positions;
        if cursor.tick == *tick || !watcher.hears(&Audience::ControlRoom) {
            return Next::Nothing;
        }
        let positions = if cursor.tick + 1 == *tick { changed } else { all };
        cursor.tick = *tick;
        Next::Message(positions.clone())
    }

    /// Adds messages, in the order of their events, and forgets the oldest. `head` is the last event.
    pub fn add(&self, messages: Vec<Told>, head: Seq) {
        let mut kept = self.kept();
        debug_assert!(head >= kept.head, "events come in their order");
        kept.bytes += messages.iter().map(|told| told.text.len()).sum::<usize>();
        kept.messages.extend(messages);
        kept.head = head;
        while kept.messages.len() > KEPT_MESSAGES_MAX || kept.bytes > KEPT_BYTES_MAX {
            let Some(oldest) = kept.messages.pop_front() else { break };
            kept.first += 1;
            kept.bytes -= oldest.text.len();
            kept.floor = oldest.seq;
        }
        drop(kept);
        self.bell.send_replace(());
    }

    /// Tells where patrols are: what has `changed` to those who have heard the last time, `all` to others.
    pub fn place(&self, changed: Bytes, all: Bytes) {
        let mut kept = self.kept();
        let tick = kept.positions.tick + 1;
        kept.positions = Positions { tick, changed, all };
        drop(kept);
        self.bell.send_replace(());
    }

    /// Starts anew after the event `head`: every client is told to read its lists again.
    pub fn restart(&self, head: Seq) {
        let mut kept = self.kept();
        kept.epoch += 1;
        kept.first += kept.messages.len() as u64;
        kept.messages.clear();
        (kept.bytes, kept.floor, kept.head) = (0, head, head);
        drop(kept);
        self.bell.send_replace(());
    }

    /// Ends every client.
    pub fn end(&self) {
        self.kept().ended = true;
        self.bell.send_replace(());
    }

    /// The last event that was told.
    pub fn head(&self) -> Seq {
        self.kept().head
    }

    /// What is kept is whole at every instant, so a poisoned lock is as good as another.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seq: u64) -> Told {
        Told { seq: Seq(seq), audience: Audience::Crews, text: format!("{seq}").into() }
    }

    /// A ring that holds `first` to `last`.
    fn ring(first: u64, last: u64) -> Ring {
        let ring = Ring::new(Seq(first - 1));
        ring.add((first..=last).map(told).collect(), Seq(last));
        ring
    }

    /// Everything that a client gets now.
    fn heard(ring: &Ring, cursor: &mut Cursor) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            match ring.next(cursor, &Watcher::ControlRoom) {
                Next::Message(text) => heard.push(String::from_utf8(text.to_vec()).unwrap()),
                Next::Nothing => return heard,
                Next::FellOff => heard.push("fell off".to_owned()),
                Next::Ended => heard.push("ended".to_owned()),
            }
            if heard.last().is_some_and(|last| last.ends_with('f') || last == "ended") {
                return heard;
            }
        }
    }

    #[track_caller]
    fn check(ring: &Ring, last: Option<u64>, expected: &[&str]) {
        let (mut cursor, _) = ring.enter(last.map(Seq)).unwrap();
        let heard = heard(ring, &mut cursor);
        let expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(heard, expected);
        assert_eq!(cursor.seq(), ring.head());
    }

    #[test]
    fn a_client_goes_on_after_what_it_had_or_is_told_to_read_again() {
        let ring = ring(11, 13);
        let reset = "id: 13\nevent: reset\ndata: {\"seq\":13}\n\n";
        check(&ring, None, &[]);
        check(&ring, Some(13), &[]);
        check(&ring, Some(12), &["13"]);
        check(&ring, Some(10), &["11", "12", "13"]);
        check(&ring, Some(9), &[reset]);
        check(&ring, Some(14), &[reset]);
    }

    #[test]
    fn whoever_is_too_slow_falls_off_and_finds_its_way_back() {
        let ring = ring(1, 1);
        let (mut slow, _) = ring.enter(Some(Seq(0))).unwrap();
        let (mut quick, _) = ring.enter(None).unwrap();
        let last = KEPT_MESSAGES_MAX as u64 + 1;
        ring.add((2..=last).map(told).collect(), Seq(last));

        assert_eq!(heard(&ring, &mut slow), ["fell off"]);
        assert_eq!(heard(&ring, &mut quick).len(), KEPT_MESSAGES_MAX);
        let (mut back, _) = ring.enter(Some(Seq(0))).unwrap();
        assert!(heard(&ring, &mut back)[0].contains("event: reset"));
        let (mut back, _) = ring.enter(Some(Seq(1))).unwrap();
        assert_eq!(heard(&ring, &mut back).len(), KEPT_MESSAGES_MAX, "none lost, none twice");
    }

    #[test]
    fn large_messages_push_out_more_of_the_old_ones() {
        let ring = ring(1, 100);
        let text = Bytes::from(vec![b'x'; KEPT_BYTES_MAX - 50]);
        ring.add(vec![Told { text, ..told(101) }], Seq(101));
        let (mut back, _) = ring.enter(Some(Seq(50))).unwrap();
        assert!(heard(&ring, &mut back)[0].contains("event: reset"));
        assert!(ring.kept().bytes <= KEPT_BYTES_MAX);
    }

    #[test]
    fn positions_come_as_changes_to_those_who_had_the_last_and_whole_to_others() {
        let ring = ring(1, 1);
        let (mut steady, _) = ring.enter(None).unwrap();
        let (mut slow, _) = ring.enter(None).unwrap();
        ring.place("a".into(), "a".into());
        assert_eq!(heard(&ring, &mut steady), ["a"]);
        ring.place("b".into(), "ab".into());
        assert_eq!(heard(&ring, &mut steady), ["b"]);
        assert_eq!(heard(&ring, &mut slow), ["ab"]);
        assert_eq!(heard(&ring, &mut slow), [""; 0]);
    }

    #[test]
    fn a_restart_and_an_end_reach_everybody() {
        let ring = ring(1, 3);
        let (mut client, _) = ring.enter(None).unwrap();
        ring.restart(Seq(2));
        assert_eq!(heard(&ring, &mut client), ["id: 2\nevent: reset\ndata: {\"seq\":2}\n\n"]);
        check(&ring, Some(2), &[]);
        check(&ring, Some(1), &["id: 2\nevent: reset\ndata: {\"seq\":2}\n\n"]);
        ring.end();
        assert_eq!(heard(&ring, &mut client), ["ended"]);
        assert!(ring.enter(None).is_none());
    }
}
