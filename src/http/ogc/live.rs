//! Patrols and incidents as collections, with what everybody who reads them may read: of an incident no crew, no report.

use super::{
    item::Item,
    reader::Reader,
    walk::{Wanted, walk},
};
use crate::{
    catalogue::{self, IncidentCursor, IncidentsQuery, Page},
    export::{Column, ColumnKind, Shapes, Table, Value},
    http::{Problem, file::point_of, geojson::metres, sight},
    twin::{IncidentRow, PatrolState, Selection},
};

/// The columns of patrols.
pub fn patrol_table() -> Table {
    use ColumnKind::{Integer, Real, Text};
    let description = "The crews, and where they last were.";
    let mut table = Table::new("patrols", "Patrols", description, Shapes::Points);
    table.add(Column::new("id", Text, "Its id"));
    table.add(Column::new("callsign", Text, "Its name on the radio"));
    table.add(Column::new("status", Text, "Whether it may be sent: available, busy or off_duty"));
    table.add(Column::new("crew", Integer, "Agents aboard").in_unit("agents"));
    table.add(Column::new("recorded_at", Text, "When it was at its position, RFC 3339"));
    let title = "Radius of the 68 % circle around its position";
    table.add(Column::new("accuracy_m", Real, title).in_unit("m"));
    table
}

/// The columns of incidents.
pub fn incident_table() -> Table {
    use ColumnKind::Text;
    let description = "What was reported, newest first. It is drawn where its building or site is.";
    let mut table = Table::new("incidents", "Incidents", description, Shapes::Points);
    table.add(Column::new("id", Text, "Its id"));
    table.add(Column::new("kind", Text, "A code of the nomenclature"));
    table.add(Column::new("channel", Text, "How it came in"));
    table.add(Column::new("status", Text, "How far it has got"));
    table.add(Column::new("reported_at", Text, "When it was reported, RFC 3339"));
    table.add(Column::new("site_code", Text, "The site that it is on"));
    table.add(Column::new("building_id", Text, "The building, where that is known"));
    table.add(Column::new("landlord", Text, "Id of the landlord of the site"));
    table
}

impl Reader {
    /// A page of patrols: of a patrol, itself alone.
    ///
    /// # Errors
    ///
    /// 422 where `after` is no key of theirs.
    pub fn patrols(&self, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        let id = |state: &&PatrolState| state.patrol.id.clone();
        let ask =
            |after, limit| Ok(Page::of_sorted(self.snapshot().patrols().iter(), after, limit, id));
        walk(wanted, ask, |state| self.patrol_item(state), id)
    }

    /// The patrol of that id.
    pub fn patrol(&self, id: &str) -> Option<Item> {
        Some(self.patrol_item(self.snapshot().patrols().get(&id.parse().ok()?)?))
    }

    fn patrol_item(&self, state: &PatrolState) -> Item {
        let PatrolState { patrol, last_fix } = state;
        let fix = last_fix.as_ref();
        let status = self.snapshot().availability(patrol).as_str();
        Item {
            id: patrol.id.to_string(),
            shape: fix.map(|fix| point_of(fix.position)),
            values: vec![
                Value::Text(patrol.id.to_string()),
                patrol.callsign.as_str().into(),
                status.into(),
                patrol.crew.map(i64::from).into(),
                fix.map(|fix| fix.recorded_at.to_string()).into(),
                fix.and_then(|fix| fix.accuracy_m).map(metres).into(),
            ],
        }
    }

    /// A page of incidents, newest first; to an operator those alone that are not over.
    ///
    /// # Errors
    ///
    /// What [`catalogue::incidents`] says.
    pub fn incidents(&self, wanted: &Wanted) -> Result<Page<Item, String>, Problem> {
        let selection =
            Selection { window: wanted.window, bbox: wanted.within, ..Selection::default() };
        let selection = sight::within(self.scope(), self.snapshot().stock(), selection)?;
        let selection = sight::open_alone(self.scope(), selection)?;
        let ask = |after, limit| {
            let query = IncidentsQuery { selection: selection.clone(), after, limit };
            Ok(catalogue::incidents(self.snapshot(), &query)?)
        };
        walk(wanted, ask, |row| self.incident_item(row), IncidentCursor::of)
    }

    /// The incident of that id.
    pub fn incident(&self, id: &str) -> Option<Item> {
        let row = self.snapshot().incidents().get(id.parse().ok()?)?;
        let is_shown = sight::shows_incident(self.scope(), self.snapshot(), &row);
        is_shown.then(|| self.incident_item(&row))
    }

    fn incident_item(&self, row: &IncidentRow) -> Item {
        let stock = self.snapshot().stock();
        let (site, place) = (stock.site(row.site), stock.place(row.place));
        let kind = &self.snapshot().incidents().kinds()[usize::from(row.kind)];
        let building = place.building.map(|ix| stock.building(ix).id.to_string());
        Item {
            id: row.id.to_string(),
            shape: Some(point_of(place.position)),
            values: vec![
                Value::Text(row.id.to_string()),
                kind.as_str().into(),
                row.channel.as_str().into(),
                row.status.as_str().into(),
                Value::Text(row.reported_at.to_string()),
                Value::Text(site.code.to_string()),
                building.into(),
                site.landlord.as_str().into(),
            ],
        }
    }
}
