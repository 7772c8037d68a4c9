//! The canonical bytes of a record: the same from every store, different for different records.
//!
//! Numbers are big-endian, texts and lists begin with their length, what may be absent begins with 0 or 1.
//! A zero has no sign: SQLite does not keep that of a number in a column, and -0° is where 0° is.

use geo::{Coord, LineString, MultiPolygon};

use super::record::{EventRecord, Piece, ReceiptRecord, Stamped, StepRecord, Subject};
use crate::{
    access::{Account, Key, Setting},
    alert::Alert,
    closed_list::ClosedList as _,
    geo::LonLat,
    incident::{Incident, Remark},
    patrol::{Patrol, PositionFix},
    roads::{ClassSpeeds, Road, Turn, Via},
    stock::{Building, Hazard, Landlord, NoteText, Site, SiteNote, Surrounding, SurroundingShape},
};

/// Appends the bytes of all records of `piece` to `bytes`, without the borders of the piece.
pub(super) fn piece(piece: &Piece, bytes: &mut Vec<u8>) {
    match piece {
        Piece::Landlords(records) => records.put_each(bytes),
        Piece::Sites(records) => records.put_each(bytes),
        Piece::Buildings(records) => records.put_each(bytes),
        Piece::Surroundings(records) => records.put_each(bytes),
        Piece::Tracts(records) => records.put_each(bytes),
        Piece::Datasets(records) => records.put_each(bytes),
        Piece::Roads(records) => records.put_each(bytes),
        Piece::Turns(records) => records.put_each(bytes),
        Piece::RoadSpeeds(records) => records.put_each(bytes),
        Piece::SiteNotes(records) => records.put_each(bytes),
        Piece::Hazards(records) => records.put_each(bytes),
        Piece::Incidents(records) => records.put_each(bytes),
        Piece::Patrols(records) => records.put_each(bytes),
        Piece::Positions(records) => records.put_each(bytes),
        Piece::Steps(records) => records.put_each(bytes),
        Piece::Alerts(records) => records.put_each(bytes),
        Piece::Signals(records) => records.put_each(bytes),
        Piece::Situations(records) => records.put_each(bytes),
        Piece::Accounts(records) => records.put_each(bytes),
        Piece::Mailboxes(records) => records.put_each(bytes),
        Piece::Mailings(records) => records.put_each(bytes),
        Piece::AccessAnchors(records) => records.put_each(bytes),
        Piece::Settings(records) => records.put_each(bytes),
        Piece::Holds(records) => records.put_each(bytes),
        Piece::Purges(records) => records.put_each(bytes),
        Piece::Events(records) => records.put_each(bytes),
        Piece::Receipts(records) => records.put_each(bytes),
    }
}

/// What has canonical bytes.
pub(super) trait Canonical {
    fn put(&self, bytes: &mut Vec<u8>);
}

trait PutEach {
    fn put_each(&self, bytes: &mut Vec<u8>);
}

impl<T: Canonical> PutEach for [T] {
    fn put_each(&self, bytes: &mut Vec<u8>) {
        for item in self {
            item.put(bytes);
        }
    }
}

impl Canonical for u8 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(*self);
    }
}

impl Canonical for u16 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }
}

impl Canonical for u32 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }
}

impl Canonical for u64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }
}

impl Canonical for i64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }
}

impl Canonical for f64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        let unsigned_zero = self + 0.0; // -0.0 + 0.0 is 0.0
        bytes.extend(unsigned_zero.to_bits().to_be_bytes());
    }
}

impl Canonical for str {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).put(bytes);
        bytes.extend(self.as_bytes());
    }
}

impl Canonical for String {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.as_str().put(bytes);
    }
}

impl<T: Canonical + ?Sized> Canonical for &T {
    fn put(&self, bytes: &mut Vec<u8>) {
        (*self).put(bytes);
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        u8::from(self.is_some()).put(bytes);
        if let Some(value) = self {
            value.put(bytes);
        }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).put(bytes);
        self.put_each(bytes);
    }
}

impl Canonical for LonLat {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.lon().put(bytes);
        self.lat().put(bytes);
    }
}

impl Canonical for Coord<f64> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.x.put(bytes);
        self.y.put(bytes);
    }
}

impl Canonical for LineString<f64> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
    }
}

impl Canonical for MultiPolygon<f64> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.0.len() as u64).put(bytes);
        for polygon in &self.0 {
            polygon.exterior().put(bytes);
            (polygon.interiors().len() as u64).put(bytes);
            polygon.interiors().put_each(bytes);
        }
    }
}

impl<T: Canonical> Canonical for Stamped<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.item.put(bytes);
        self.seq.0.put(bytes);
    }
}

impl Canonical for Landlord {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.as_str().put(bytes);
        self.name.put(bytes);
    }
}

impl Canonical for Site {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.code.as_str().put(bytes);
        self.landlord.as_str().put(bytes);
        self.name.put(bytes);
        self.dwellings.put(bytes);
        self.position.put(bytes);
        self.outline.as_ref().map(|outline| outline.polygons()).put(bytes);
        self.address.put(bytes);
    }
}

impl Canonical for Building {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.as_str().put(bytes);
        self.site.as_ref().map(|code| code.as_str()).put(bytes);
        u8::from(self.site_was_given).put(bytes);
        self.footprint.polygons().put(bytes);
        self.height_m.put(bytes);
        self.levels.put(bytes);
        self.dwellings.put(bytes);
        (self.halls.len() as u64).put(bytes);
        for hall in &self.halls {
            hall.label.put(bytes);
            hall.position.put(bytes);
        }
    }
}

impl Canonical for Surrounding {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.put(bytes);
        self.class.as_str().put(bytes);
        self.name.put(bytes);
        self.rank.put(bytes);
        self.height_m.put(bytes);
        match &self.shape {
            SurroundingShape::Line(line) => {
                0_u8.put(bytes);
                line.put(bytes);
            }
            SurroundingShape::Area(area) => {
                1_u8.put(bytes);
                area.put(bytes);
            }
        }
    }
}

impl Canonical for Road {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.put(bytes);
        self.class.as_str().put(bytes);
        self.name.put(bytes);
        (self.points.len() as u64).put(bytes);
        for point in &self.points {
            point.node.put(bytes);
            point.position.put(bytes);
            point.mark.number().put(bytes);
        }
        self.forward_kmh.put(bytes);
        self.backward_kmh.put(bytes);
        u8::from(self.restricted).put(bytes);
        u8::from(self.walkable).put(bytes);
    }
}

impl Canonical for Turn {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.put(bytes);
        self.from.put(bytes);
        match &self.via {
            Via::Node(node) => {
                0_u8.put(bytes);
                node.put(bytes);
            }
            Via::Roads(roads) => {
                1_u8.put(bytes);
                roads.put(bytes);
            }
        }
        self.to.put(bytes);
        self.rule.as_str().put(bytes);
    }
}

impl Canonical for ClassSpeeds {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.class.as_str().put(bytes);
        bytes.extend(self.percent);
    }
}

impl Canonical for SiteNote {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.site.as_str().put(bytes);
        self.topic.as_str().put(bytes);
        self.text.as_ref().map(NoteText::as_str).put(bytes);
    }
}

impl Canonical for Hazard {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.site.as_str().put(bytes);
        self.kind.as_str().put(bytes);
        self.since.unix_ms().put(bytes);
        self.until.unix_ms().put(bytes);
    }
}

impl Canonical for Incident {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.id.uuid().as_bytes());
        self.kind.as_str().put(bytes);
        self.channel.as_str().put(bytes);
        self.status.as_str().put(bytes);
        self.reported_at.unix_ms().put(bytes);
        self.site.as_str().put(bytes);
        self.building.as_ref().map(|id| id.as_str()).put(bytes);
    }
}

impl Canonical for Patrol {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.id.as_str().put(bytes);
        self.callsign.put(bytes);
        self.availability.as_str().put(bytes);
        self.crew.put(bytes);
        self.position_off_at.map(|at| at.unix_ms()).put(bytes);
    }
}

impl Canonical for PositionFix {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.patrol.as_str().put(bytes);
        self.position.put(bytes);
        self.recorded_at.unix_ms().put(bytes);
        self.accuracy_m.put(bytes);
    }
}

impl Canonical for StepRecord {
    fn put(&self, bytes: &mut Vec<u8>) {
        let step = &self.step;
        bytes.extend(self.incident.uuid().as_bytes());
        self.ordinal.put(bytes);
        step.action.as_str().put(bytes);
        step.at.unix_ms().put(bytes);
        step.recorded_at.unix_ms().put(bytes);
        step.actor.as_str().put(bytes);
        step.patrol.as_ref().map(|id| id.as_str()).put(bytes);
        step.reason.map(|reason| reason.as_str()).put(bytes);
        step.override_reason.map(|reason| reason.as_str()).put(bytes);
        step.partner.map(|partner| partner.as_str()).put(bytes);
        step.other.map(|id| id.to_string()).put(bytes);
        step.report.map(|report| report.outcome.as_str()).put(bytes);
        step.report.map(|report| report.people.as_str()).put(bytes);
        step.report.map(|report| u8::from(report.with_police)).put(bytes);
        step.remark.as_ref().map(Remark::as_str).put(bytes);
    }
}

impl Canonical for Alert {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.id.uuid().as_bytes());
        self.kind.as_str().put(bytes);
        self.patrol.as_ref().map_or("", |patrol| patrol.as_str()).put(bytes); // no id is empty
        self.incident.map(|id| id.to_string()).put(bytes);
        self.site.as_ref().map(|code| code.as_str()).put(bytes);
        self.raised_at.unix_ms().put(bytes);
        self.level.put(bytes);
        self.state.as_str().put(bytes);
        self.acknowledged.map(|(role, _)| role.as_str()).put(bytes);
        self.acknowledged.map(|(_, at)| at.unix_ms()).put(bytes);
        self.resolved.map(|(resolution, ..)| resolution.as_str()).put(bytes);
        self.resolved.map(|(_, role, _)| role.as_str()).put(bytes);
        self.resolved.map(|(.., at)| at.unix_ms()).put(bytes);
    }
}

impl Canonical for Account {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.id.uuid().as_bytes());
        self.name.as_str().put(bytes);
        self.seat.role().as_str().put(bytes);
        self.seat.scope().landlord().map(|id| id.as_str()).put(bytes);
        self.seat.scope().patrol().map(|id| id.as_str()).put(bytes);
        match &self.key {
            Key::Password(hash) => {
                0_u8.put(bytes);
                hash.as_str().put(bytes);
            }
            Key::Token(digest) => {
                1_u8.put(bytes);
                bytes.extend(digest.digest());
            }
            Key::Seal(key) => {
                2_u8.put(bytes);
                bytes.extend(key.bytes());
            }
        }
        self.created_at.unix_ms().put(bytes);
        self.expires_at.map(|at| at.unix_ms()).put(bytes);
        self.disabled_at.map(|at| at.unix_ms()).put(bytes);
        self.epoch.put(bytes);
        let second = self.second_factor.as_ref();
        second.map(|second| second.secret.bytes().to_vec()).put(bytes);
        second.map(|second| second.used_step).put(bytes);
        let codes = second.map(|second| second.recovery.iter().map(|code| code.digest().to_vec()));
        codes.map(Iterator::collect::<Vec<_>>).put(bytes);
    }
}

impl Canonical for Setting {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.name.as_str().put(bytes);
        u8::from(self.is_on).put(bytes);
        self.changed_by.map(|id| id.to_string()).put(bytes);
        self.changed_at.unix_ms().put(bytes);
    }
}

impl Canonical for EventRecord {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.seq.0.put(bytes);
        self.recorded_at.unix_ms().put(bytes);
        match &self.subject {
            Subject::Stock => "stock".put(bytes),
            // When it was reported is in the record of the incident.
            Subject::Incident { id, reported_at: _ } => {
                "incident".put(bytes);
                bytes.extend(id.uuid().as_bytes());
            }
            Subject::Patrol(id) => {
                "patrol".put(bytes);
                id.as_str().put(bytes);
            }
            Subject::Alert(id) => {
                "alert".put(bytes);
                bytes.extend(id.uuid().as_bytes());
            }
            Subject::Situation(id) => {
                "situation".put(bytes);
                bytes.extend(id.uuid().as_bytes());
            }
            Subject::Account(id) => {
                "account".put(bytes);
                bytes.extend(id.uuid().as_bytes());
            }
            Subject::Setting(name) => {
                "setting".put(bytes);
                name.as_str().put(bytes);
            }
            Subject::Hold(id) => {
                "hold".put(bytes);
                bytes.extend(id.uuid().as_bytes());
            }
            Subject::Purge(number) => {
                "purge".put(bytes);
                number.put(bytes);
            }
            Subject::Gone => "gone".put(bytes),
        }
        self.author.map(|id| id.to_string()).put(bytes);
    }
}

impl Canonical for ReceiptRecord {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.key.digest());
        bytes.extend(self.request.digest());
        self.seq.0.put(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Canonical) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        bytes
    }

    #[test]
    fn what_differs_has_different_bytes() {
        assert_ne!(bytes(&vec!["ab".to_owned()]), bytes(&vec!["a".to_owned(), "b".to_owned()]));
        assert_ne!(bytes(&None::<String>), bytes(&Some(String::new())));
        assert_ne!(bytes(&0.1), bytes(&0.100_000_000_000_000_02));
        assert_ne!(
            bytes(&MultiPolygon::<f64>(vec![])),
            bytes(&LineString::<f64>(vec![]).0.len().to_string())
        );
    }

    #[test]
    fn a_zero_has_no_sign() {
        assert_eq!(bytes(&-0.0), bytes(&0.0));
    }

    #[test]
    fn the_bytes_of_a_landlord_stay_what_they_are() {
        let landlord = Landlord::named("Ab").unwrap();
        let stamped = Stamped { item: landlord, seq: crate::event::Seq(258) };
        let expected = b"\0\0\0\0\0\0\0\x02ab\0\0\0\0\0\0\0\x02Ab\0\0\0\0\0\0\x01\x02";
        assert_eq!(bytes(&stamped), expected);
    }
}
