//! Reading rows of the stock, each table in one scan.

use rusqlite::{Connection, Row};

use super::{
    briefing_rows,
    column::{optional_text, position, seq, text},
    fault::{told, unreadable},
    road_rows, tract_rows, wkb,
};
use crate::{
    event::Seq,
    stock::{
        Building, Hall, Landlord, LandlordId, Site, StockChange, Surrounding, SurroundingClass,
    },
    store::{StoreError, archive::Stamped, stock_pieces::StockPieces},
};

const LANDLORDS: &str = "SELECT id, name, seq FROM landlord";
const SITES: &str =
    "SELECT code, landlord, name, dwellings, lon, lat, outline, address, seq FROM site";
/// A building comes once for each of its halls, one after the other.
const BUILDINGS: &str = "
    SELECT id, site, site_was_given, footprint, height_m, levels, dwellings, label, lon, lat, seq
    FROM building LEFT JOIN hall ON building = id
";
const SURROUNDINGS: &str = "SELECT id, class, name, rank, height_m, shape, seq FROM surrounding";

/// Which rows of the stock are wanted, and in which order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Every row, as they lie in the file.
    All,
    /// Those that a later event than this one has changed, as they lie in the file.
    ChangedAfter(Seq),
    /// Every row, by the bytes of its key.
    AllByKey,
}

/// Hands the rows to `each` in pieces, in an order in which nothing refers
/// to what is still to come.
pub(super) fn stream(
    view: &Connection,
    wanted: Wanted,
    each: &mut dyn FnMut(StockChange),
) -> Result<(), StoreError> {
    let mut pieces = StockPieces::new(each);
    landlords(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.landlords))?;
    sites(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.sites))?;
    buildings(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.buildings))?;
    surroundings(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.surroundings))?;
    tract_rows::tracts(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.tracts))?;
    tract_rows::datasets(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.datasets))?;
    road_rows::roads(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.roads))?;
    road_rows::turns(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.turns))?;
    road_rows::speeds(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.speeds))?;
    briefing_rows::notes(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.notes))?;
    briefing_rows::hazards(view, wanted, |row| pieces.add(row.item, |piece| &mut piece.hazards))?;
    pieces.finish();
    Ok(())
}

/// Hands every landlord to `each`.
pub(super) fn landlords(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Landlord>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "id" };
    scan(view, LANDLORDS, orders, wanted, |row| {
        each(Stamped { item: landlord(row)?, seq: seq(row, 2)? })
    })
}

/// Hands every site to `each`.
pub(super) fn sites(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Site>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "code" };
    scan(view, SITES, orders, wanted, |row| each(Stamped { item: site(row)?, seq: seq(row, 8)? }))
}

/// Hands every building to `each`, with its halls.
pub(super) fn buildings(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Building>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "building.rowid, ordinal", by_key: "id, ordinal" };
    let mut last: Option<Stamped<Building>> = None;
    scan(view, BUILDINGS, orders, wanted, |row| {
        let id = text(row, 0)?;
        if last.as_ref().is_none_or(|last| last.item.id.as_str() != id) {
            let next = Stamped { item: building(row)?, seq: seq(row, 10)? };
            if let Some(complete) = last.replace(next) {
                each(complete)?;
            }
        }
        if let (Some(label), Some(last)) = (optional_text(row, 7)?, &mut last) {
            last.item.halls.push(Hall { label: label.to_owned(), position: position(row, 8)? });
        }
        Ok(())
    })?;
    last.map_or(Ok(()), each)
}

/// Hands everything around the stock to `each`.
pub(super) fn surroundings(
    view: &Connection,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Surrounding>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let orders = Orders { as_stored: "rowid", by_key: "id" };
    scan(view, SURROUNDINGS, orders, wanted, |row| {
        each(Stamped { item: surrounding(row)?, seq: seq(row, 6)? })
    })
}

/// The orders in which a table can be read without sorting it.
pub(super) struct Orders {
    pub(super) as_stored: &'static str,
    pub(super) by_key: &'static str,
}

/// Hands each wanted row of a table to `each`.
pub(super) fn scan(
    view: &Connection,
    select: &str,
    orders: Orders,
    wanted: Wanted,
    mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (filter, order, after) = match wanted {
        Wanted::All => ("", orders.as_stored, None),
        Wanted::ChangedAfter(seq) => ("WHERE seq > ?1", orders.as_stored, Some(seq.0)),
        Wanted::AllByKey => ("", orders.by_key, None),
    };
    let sql = format!("{select} {filter} ORDER BY {order}");
    let mut statement = view.prepare_cached(&sql).map_err(told)?;
    let mut rows = statement.query(rusqlite::params_from_iter(after)).map_err(told)?;
    while let Some(row) = rows.next().map_err(told)? {
        each(row)?;
    }
    Ok(())
}

fn landlord(row: &Row<'_>) -> Result<Landlord, StoreError> {
    // An id is the slug of a name and of itself.
    let id = LandlordId::of_name(text(row, 0)?).map_err(|e| unreadable("landlord.id", e))?;
    Ok(Landlord { id, name: text(row, 1)?.to_owned() })
}

fn site(row: &Row<'_>) -> Result<Site, StoreError> {
    let outline = row.get_ref(6).map_err(told)?.as_blob_or_null();
    let outline = outline.map_err(|e| unreadable("site.outline", e))?;
    Ok(Site {
        code: text(row, 0)?.parse().map_err(|e| unreadable("site.code", e))?,
        landlord: LandlordId::of_name(text(row, 1)?).map_err(|e| unreadable("site.landlord", e))?,
        name: text(row, 2)?.to_owned(),
        dwellings: row.get(3).map_err(told)?,
        position: position(row, 4)?,
        outline: outline.map(|bytes| wkb::footprint("site.outline", bytes)).transpose()?,
        address: optional_text(row, 7)?.map(str::to_owned),
    })
}

fn building(row: &Row<'_>) -> Result<Building, StoreError> {
    let site = optional_text(row, 1)?.map(str::parse).transpose();
    let footprint = row.get_ref(3).map_err(told)?.as_blob();
    let footprint = footprint.map_err(|e| unreadable("building.footprint", e))?;
    Ok(Building {
        id: text(row, 0)?.parse().map_err(|e| unreadable("building.id", e))?,
        site: site.map_err(|e| unreadable("building.site", e))?,
        site_was_given: row.get(2).map_err(told)?,
        footprint: wkb::footprint("building.footprint", footprint)?,
        height_m: row.get(4).map_err(told)?,
        levels: row.get(5).map_err(told)?,
        dwellings: row.get(6).map_err(told)?,
        halls: Vec::new(),
    })
}

fn surrounding(row: &Row<'_>) -> Result<Surrounding, StoreError> {
    let class = text(row, 1)?;
    let shape = row.get_ref(5).map_err(told)?.as_blob();
    let shape = shape.map_err(|e| unreadable("surrounding.shape", e))?;
    Ok(Surrounding {
        id: text(row, 0)?.to_owned(),
        class: SurroundingClass::of_name(class)
            .ok_or_else(|| unreadable("surrounding.class", class))?,
        name: optional_text(row, 2)?.map(str::to_owned),
        rank: row.get(3).map_err(told)?,
        height_m: row.get(4).map_err(told)?,
        shape: wkb::shape("surrounding.shape", shape)?,
    })
}
