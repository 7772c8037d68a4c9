//! The canonical bytes of signals and of situations.

use super::encode::Canonical;
use crate::{
    closed_list::ClosedList as _, correlation::Situation, signal::SignalPlace, stock::SiteCode,
    store::KeptSignal, time::Timestamp,
};

impl Canonical for KeptSignal {
    fn put(&self, bytes: &mut Vec<u8>) {
        let signal = &self.signal;
        self.number.put(bytes);
        self.received_at.unix_ms().put(bytes);
        bytes.extend(signal.id.number().to_be_bytes());
        signal.source.as_str().put(bytes);
        signal.kind.as_str().put(bytes);
        signal.place.put(bytes);
        signal.at.unix_ms().put(bytes);
        signal.until.map(Timestamp::unix_ms).put(bytes);
        signal.value.put(bytes);
    }
}

impl Canonical for SignalPlace {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.kind().as_str().put(bytes);
        match self {
            Self::Site(code) => code.as_str().put(bytes),
            Self::Point(at) => at.put(bytes),
            Self::Area(area) => {
                (area.corners().count() as u64).put(bytes);
                for (lon, lat) in area.corners() {
                    lon.put(bytes);
                    lat.put(bytes);
                }
            }
            Self::Everywhere => {}
        }
    }
}

impl Canonical for Situation {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.id.uuid().as_bytes());
        self.rule.as_str().put(bytes);
        self.subject.scope().as_str().put(bytes);
        self.subject.name().put(bytes);
        self.opened_at.unix_ms().put(bytes);
        self.last_at.unix_ms().put(bytes);
        self.times.put(bytes);
        self.last_site.as_ref().map(SiteCode::as_str).put(bytes);
        self.closed.map(|(at, _)| at.unix_ms()).put(bytes);
        self.closed.map(|(_, by)| by.as_str()).put(bytes);
    }
}
