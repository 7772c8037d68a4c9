//! Writing rows of the stock: `landlord`, `site`, `building` with `hall`, `surrounding`, `tract`.

use rusqlite::{Connection, params};

use super::{fault::told, wkb};
use crate::{
    event::Seq,
    stock::{Building, StockChange},
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

const PUT_HALL: &str =
    "INSERT INTO hall (building, ordinal, label, lon, lat) VALUES (?1, ?2, ?3, ?4, ?5)";

const PUT_SURROUNDING: &str = "
    INSERT INTO surrounding (id, class, name, rank, height_m, shape, seq)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, name = excluded.name, rank = excluded.rank,
        height_m = excluded.height_m, shape = excluded.shape, seq = excluded.seq
";

const PUT_TRACT: &str = "
    INSERT INTO tract (code, name, kind, area, seq) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, area = excluded.area, seq = excluded.seq
";

/// Writes every item of `change`, new or known, as changed by event `seq`.
pub(super) fn put(
    connection: &Connection,
    change: &StockChange,
    seq: Seq,
) -> Result<(), StoreError> {
    let prepare = |sql| connection.prepare_cached(sql).map_err(told);
    let (mut landlord, mut site) = (prepare(PUT_LANDLORD)?, prepare(PUT_SITE)?);
    let (mut surrounding, mut tract) = (prepare(PUT_SURROUNDING)?, prepare(PUT_TRACT)?);
    for item in &change.landlords {
        landlord.execute(params![item.id.as_str(), item.name, seq.0]).map_err(told)?;
    }
    for item in &change.sites {
        let outline = item.outline.as_ref().map(|outline| wkb::of_polygons(outline.polygons()));
        site.execute(params![
            item.code.as_str(),
            item.landlord.as_str(),
            item.name,
            item.dwellings,
            item.position.lon(),
            item.position.lat(),
            outline.transpose()?,
            item.address,
            seq.0,
        ])
        .map_err(told)?;
    }
    put_buildings(connection, &change.buildings, seq)?;
    for item in &change.surroundings {
        let shape = wkb::of_shape(&item.shape)?;
        let class = item.class.as_str();
        surrounding
            .execute(params![item.id, class, item.name, item.rank, item.height_m, shape, seq.0])
            .map_err(told)?;
    }
    for item in &change.tracts {
        let area = wkb::of_polygons(&item.area)?;
        tract
            .execute(params![item.code.as_str(), item.name, item.kind.letter(), area, seq.0])
            .map_err(told)?;
    }
    Ok(())
}

fn put_buildings(
    connection: &Connection,
    buildings: &[Building],
    seq: Seq,
) -> Result<(), StoreError> {
    let prepare = |sql| connection.prepare_cached(sql).map_err(told);
    let (mut put, mut put_hall) = (prepare(PUT_BUILDING)?, prepare(PUT_HALL)?);
    let mut clear_halls = prepare("DELETE FROM hall WHERE building = ?1")?;
    for item in buildings {
        let id = item.id.as_str();
        put.execute(params![
            id,
            item.site.as_ref().map(|code| code.as_str()),
            item.site_was_given,
            wkb::of_polygons(item.footprint.polygons())?,
            item.height_m,
            item.levels,
            item.dwellings,
            seq.0,
        ])
        .map_err(told)?;
        clear_halls.execute([id]).map_err(told)?;
        for (ordinal, hall) in item.halls.iter().enumerate() {
            let (lon, lat) = (hall.position.lon(), hall.position.lat());
            put_hall.execute(params![id, ordinal, hall.label, lon, lat]).map_err(told)?;
        }
    }
    Ok(())
}
