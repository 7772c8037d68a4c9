//! `/ogc`: the stock, tracts, patrols and incidents as OGC API – Features, and what is drawn of them as OGC API – Tiles, for desktop
//! GIS and other programs.
//!
//! A collection asks for the permission that the list of the same things asks for, and is made of the same questions:
//! what a caller does not read there it does not read here. Values that cannot be used are a 400, as the standard has it.

mod asked;
mod collection;
mod collections;
mod counts;
mod filter;
mod format;
mod frame;
mod html;
mod item;
mod items;
mod landing;
mod link;
mod live;
mod matrix_sets;
mod order;
mod params;
mod reader;
mod region;
mod schema;
mod stock;
mod tilesets;
mod walk;
mod when;

pub use walk::Walks;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use self::{collection::Collection, reader::Reader};
use crate::{
    closed_list::ClosedList as _,
    http::{Edge, Problem, caller::Caller, permits::ReadMeta, query::name_of},
};

/// The routes of this folder.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(landing::routes)
        .configure(collections::routes)
        .configure(schema::routes)
        .configure(items::routes)
        .configure(matrix_sets::routes)
        .configure(tilesets::routes);
}

/// Who asks.
struct Asking<'a> {
    edge: &'a Data<Edge>,
    caller: &'a Caller<ReadMeta>,
}

impl Asking<'_> {
    /// The collection of that name.
    ///
    /// # Errors
    ///
    /// 404 where there is none, 403 where the caller may not read it.
    fn collection(&self, name: &str) -> Result<Collection, Problem> {
        let names = Collection::ALL.iter().map(|known| known.as_str());
        let found = name_of(name, Collection::of_name, names)
            .map_err(|reason| Problem::unknown("collection", name, reason))?;
        match self.caller.seat().may(found.permission()) {
            true => Ok(found),
            false => Err(Problem::forbidden(self.caller.seat(), found.permission())),
        }
    }

    fn reader(&self) -> Reader {
        Reader::new(self.edge, self.caller.seat())
    }
}
