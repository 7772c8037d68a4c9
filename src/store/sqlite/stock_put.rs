//! Writing rows of the stock: `landlord`, `site`, `building` with `hall`, `surrounding`.

use rusqlite::{Connection, ToSql, params};

use super::{briefing_rows, fault::told, road_rows, tract_rows, wkb};
use crate::{
    event::Seq,
    stock::{Building, Landlord, Site, StockChange, Surrounding},
    store::StoreError,
};

const PUT_LANDLORD: &str = "
    INSERT INTO landlord (id, name, seq) VALUES (?1, ?2, ?3)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, seq = excluded.seq
";

const PUT_SITE: &str = "
    INSERT INTO site (code, landlord, name, dwellings, lon, lat, outline, address, seq)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
    ON CONFLICT (code) DO UPDATE SET
        landlord = excluded.landlord, name = excluded.name, dwellings = excluded.dwellings,
        lon = excluded.lon, lat = excluded.lat, outline = excluded.outline,
        address = excluded.address, seq = excluded.seq
";

const PUT_BUILDING: &str = "
    INSERT INTO building (id, site, site_was_given, footprint, height_m, levels, dwellings, seq)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (id) DO UPDATE SET
        site = excluded.site, site_was_given = excluded.site_was_given,
        footprint = excluded.footprint, height_m = excluded.height_m, levels = excluded.levels,
        dwellings = excluded.dwellings, seq = excluded.seq
";

const CLEAR_HALLS: &str = "DELETE FROM hall WHERE building = ?1";

const PUT_HALL: &str =
    "INSERT INTO hall (building, ordinal, label, lon, lat) VALUES (?1, ?2, ?3, ?4, ?5)";

const PUT_SURROUNDING: &str = "
    INSERT INTO surrounding (id, class, name, rank, height_m, shape, seq)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, name = excluded.name, rank = excluded.rank,
        height_m = excluded.height_m, shape = excluded.shape, seq = excluded.seq
";

/// Writes every item of `change`, new or known, as changed by event `seq`.
pub(super) fn put(
    connection: &Connection,
    change: &StockChange,
    seq: Seq,
) -> Result<(), StoreError> {
    change.landlords.iter().try_for_each(|item| landlord(connection, item, seq))?;
    change.sites.iter().try_for_each(|item| site(connection, item, seq))?;
    change.buildings.iter().try_for_each(|item| building(connection, item, seq))?;
    change.surroundings.iter().try_for_each(|item| surrounding(connection, item, seq))?;
    change.tracts.iter().try_for_each(|item| tract_rows::put_tract(connection, item, seq))?;
    change.datasets.iter().try_for_each(|item| tract_rows::put_dataset(connection, item, seq))?;
    change.roads.iter().try_for_each(|item| road_rows::put_road(connection, item, seq))?;
    change.turns.iter().try_for_each(|item| road_rows::put_turn(connection, item, seq))?;
    change.speeds.iter().try_for_each(|item| road_rows::put_speeds(connection, item, seq))?;
    change.notes.iter().try_for_each(|item| briefing_rows::put_note(connection, item, seq))?;
    change.hazards.iter().try_for_each(|item| briefing_rows::put_hazard(connection, item, seq))
}

/// Writes a landlord as changed by event `seq`.
pub(super) fn landlord(
    connection: &Connection,
    item: &Landlord,
    seq: Seq,
) -> Result<(), StoreError> {
    execute(connection, PUT_LANDLORD, params![item.id.as_str(), item.name, seq.0])
}

/// Writes a site as changed by event `seq`.
pub(super) fn site(connection: &Connection, item: &Site, seq: Seq) -> Result<(), StoreError> {
    let outline = item.outline.as_ref().map(|outline| wkb::of_polygons(outline.polygons()));
    let values = params![
        item.code.as_str(),
        item.landlord.as_str(),
        item.name,
        item.dwellings,
        item.position.lon(),
        item.position.lat(),
        outline.transpose()?,
        item.address,
        seq.0,
    ];
    execute(connection, PUT_SITE, values)
}

/// Writes a building as changed by event `seq`, with its halls in place of those it had.
pub(super) fn building(
    connection: &Connection,
    item: &Building,
    seq: Seq,
) -> Result<(), StoreError> {
    let id = item.id.as_str();
    let values = params![
        id,
        item.site.as_ref().map(|code| code.as_str()),
        item.site_was_given,
        wkb::of_polygons(item.footprint.polygons())?,
        item.height_m,
        item.levels,
        item.dwellings,
        seq.0,
    ];
    execute(connection, PUT_BUILDING, values)?;
    execute(connection, CLEAR_HALLS, params![id])?;
    for (ordinal, hall) in item.halls.iter().enumerate() {
        let (lon, lat) = (hall.position.lon(), hall.position.lat());
        execute(connection, PUT_HALL, params![id, ordinal, hall.label, lon, lat])?;
    }
    Ok(())
}

/// Writes something around the stock as changed by event `seq`.
pub(super) fn surrounding(
    connection: &Connection,
    item: &Surrounding,
    seq: Seq,
) -> Result<(), StoreError> {
    let (class, shape) = (item.class.as_str(), wkb::of_shape(&item.shape)?);
    let values = params![item.id, class, item.name, item.rank, item.height_m, shape, seq.0];
    execute(connection, PUT_SURROUNDING, values)
}

/// Runs a statement that is kept ready.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<(), StoreError> {
    connection.prepare_cached(sql).map_err(told)?.execute(values).map_err(told)?;
    Ok(())
}
