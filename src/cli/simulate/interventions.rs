//! `--csv`: every intervention of every run, one a line.

use std::io::{self, Stdout};

use super::evenings::Evenings;
use crate::{
    incident::Status,
    simulation::{Policy, Record},
};

/// The steps whose times are told, in seconds from the call.
const STEPS: [(&str, Status); 7] = [
    ("qualified_s", Status::Qualified),
    ("assigned_s", Status::Assigned),
    ("acknowledged_s", Status::Acknowledged),
    ("en_route_s", Status::EnRoute),
    ("on_site_s", Status::OnSite),
    ("cleared_s", Status::Cleared),
    ("reported_s", Status::Reported),
];

/// The lines as they are written.
pub(super) struct Rows(csv::Writer<Stdout>);

impl Rows {
    /// Writes the header.
    pub(super) fn begin() -> io::Result<Self> {
        let mut rows = Self(csv::Writer::from_writer(io::stdout()));
        let first = [
            "replication",
            "policy",
            "call",
            "kind",
            "priority",
            "reported_at",
            "measured",
            "patrol",
            "called_off",
        ];
        rows.0.write_record(first.into_iter().chain(STEPS.iter().map(|step| step.0)))?;
        Ok(rows)
    }

    /// Writes the interventions of a run. Those of the margins are told too, as not measured.
    pub(super) fn write(
        &mut self,
        evenings: &Evenings<'_>,
        replication: u32,
        policy: Policy,
        record: &Record,
    ) -> io::Result<()> {
        for one in &record.interventions {
            let reported_at = evenings.begin().plus_seconds(one.reported_s as i64);
            let mut fields = vec![
                (replication + 1).to_string(),
                policy.as_str().to_owned(),
                (one.call.0 + 1).to_string(),
                one.kind.to_string(),
                one.priority.as_str().to_owned(),
                reported_at.to_string(),
                evenings.window_s().contains(&one.reported_s).to_string(),
                one.crew.map_or_else(String::new, |crew| (crew.0 + 1).to_string()),
                one.called_off.to_string(),
            ];
            fields.extend(STEPS.iter().map(|(_, status)| {
                let after_s = one.between_s(Status::Received, *status);
                after_s.map_or_else(String::new, |after_s| format!("{after_s:.1}"))
            }));
            self.0.write_record(fields)?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }
}
