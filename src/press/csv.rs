//! Reports as CSV: `;` between fields and a byte-order mark, as French spreadsheets expect; times are RFC 3339, durations
//! whole seconds.

use csv::WriterBuilder;

use super::words;
use crate::{
    closed_list::ClosedList as _,
    incident::Nomenclature,
    privacy::Reading,
    report::{FollowUp, Intervention, Monthly, Morning},
    time::Timestamp,
};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Every intervention of a night, a row each; nothing of who was sent.
#[must_use]
pub fn morning_csv(morning: &Morning<'_>, nomenclature: &Nomenclature) -> Vec<u8> {
    let mut table = Table::new(&[
        "night",
        "landlord",
        "reported_at",
        "site",
        "site_name",
        "building",
        "kind",
        "kind_label",
        "priority",
        "channel",
        "status",
        "outcome",
        "take_up_s",
        "assignment_s",
        "travel_s",
        "overall_s",
        "follow_up",
    ]);
    for intervention in &morning.interventions {
        table.row(&row_of(morning, intervention, nomenclature));
    }
    table.finish()
}

fn row_of(
    morning: &Morning<'_>,
    Intervention { site, incident }: &Intervention<'_>,
    nomenclature: &Nomenclature,
) -> Vec<String> {
    let times = incident.milestones();
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
        let seconds = to.zip(from).map(|(to, from)| to.seconds_since(from).max(0.0));
        seconds.map_or(String::new(), |s| format!("{s:.0}"))
    };
    let called_at = Some(incident.reported_at);
    let kind = nomenclature.get(&incident.kind);
    let outcome = incident.report().map(|report| words::outcome(report.outcome));
    let left = FollowUp::of(incident).map(|left| left.reason.as_str());
    vec![
        morning.night.to_string(),
        morning.landlord.id.to_string(),
        incident.reported_at.to_string(),
        site.code.to_string(),
        site.name.clone(),
        incident.building.as_ref().map_or(String::new(), ToString::to_string),
        incident.kind.to_string(),
        words::kind(nomenclature, &incident.kind),
        kind.map_or(String::new(), |kind| kind.priority.as_str().to_owned()),
        incident.channel.as_str().to_owned(),
        words::status(incident.status).to_owned(),
        outcome.unwrap_or_default().to_owned(),
        between(called_at, times.qualified_at),
        between(times.qualified_at, times.assigned_at),
        between(times.en_route_at, times.on_site_at),
        between(called_at, times.on_site_at),
        left.unwrap_or_default().to_owned(),
    ]
}

/// Every figure of a month, a row each: which table it is of, what it is about, how much, and in which unit. Numbers are
/// whole; `<5` stands as it does in the note.
#[must_use]
pub fn monthly_csv(note: &Monthly) -> Vec<u8> {
    let mut table = Table::new(&["month", "table", "key", "label", "value", "low", "high", "unit"]);
    let month = note.month.to_string();
    let mut put =
        |name: &str, key: &str, label: &str, [value, low, high]: [String; 3], unit: &str| {
            let texts = [&month, name, key, label, &value, &low, &high, unit];
            table.row(&texts.map(str::to_owned));
        };
    let count = |count: Reading| [plain(count), String::new(), String::new()];
    put("total", "all", "", count(note.total), "incidents");
    for of in &note.trend {
        if let Some(rate) = of.rate {
            let told = [rate.per_30_days, rate.low, rate.high].map(|rate| format!("{rate:.0}"));
            put("trend", &of.month.to_string(), "", told, "incidents/30 days");
        }
    }
    for (family, told) in &note.families {
        put("family", family, words::family(family), count(*told), "incidents");
    }
    for (index, told) in note.hours.iter().enumerate() {
        let key = format!("{}-{:02}", index / 24 + 1, index % 24);
        put("weekday-hour", &key, "", count(*told), "incidents");
    }
    for of in &note.areas {
        let label = words::area(&of.area);
        put("area", &of.area.code, &label, count(of.count), "incidents");
    }
    put("area", "elsewhere", "", count(note.elsewhere), "incidents");
    for (priority, times) in &note.by_priority {
        let seconds = |s: Option<f64>| s.map_or(String::new(), |s| format!("{s:.0}"));
        let told = [times.overall.median_s, None, times.overall.p90_s].map(seconds);
        put("overall-median-p90", priority.as_str(), "", told, "s");
    }
    table.finish()
}

/// A count as a machine reads it: digits without spaces, or what stands in their place.
pub(super) fn plain(count: Reading) -> String {
    count.number().map_or_else(|| words::reading(count), |number| number.to_string())
}

/// Rows in memory, which takes all that is written to it.
pub(super) struct Table(csv::Writer<Vec<u8>>);

impl Table {
    pub fn new(heads: &[&str]) -> Self {
        let writer = WriterBuilder::new().delimiter(b';').from_writer(BYTE_ORDER_MARK.to_vec());
        let mut table = Self(writer);
        table.row(&heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>());
        table
    }

    pub fn row(&mut self, texts: &[String]) {
        // A spreadsheet would take what begins so for a formula, and run it.
        let safe = texts.iter().map(|text| match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.clone(),
        });
        let written = self.0.write_record(safe);
        debug_assert!(written.is_ok(), "memory takes every row: {written:?}");
    }

    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}
