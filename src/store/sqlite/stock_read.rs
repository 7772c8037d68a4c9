//! Reading rows of the stock, each table in one scan.

use rusqlite::{Connection, Row};

use super::{
    column::{optional_text, position, text},
    fault::{told, unreadable},
    wkb,
};
use crate::{
    event::Seq,
    stock::{
        Building, Hall, Landlord, LandlordId, Site, StockChange, Surrounding, SurroundingClass,
    },
    store::{PIECE_FACTS_MAX, StoreError},
    tract::{Tract, TractKind},
};

const LANDLORDS: &str = "SELECT id, name FROM landlord";
const SITES: &str = "SELECT code, landlord, name, dwellings, lon, lat, outline, address FROM site";
/// A building comes once for each of its halls, one after the other.
const BUILDINGS: &str = "
    SELECT id, site, site_was_given, footprint, height_m, levels, dwellings, label, lon, lat
    FROM building LEFT JOIN hall ON building = id
";
const SURROUNDINGS: &str = "SELECT id, class, name, rank, height_m, shape FROM surrounding";
const TRACTS: &str = "SELECT code, name, kind, area FROM tract";

/// Which rows of the stock are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Every row.
    All,
    /// Those that a later event than this one has changed.
    ChangedAfter(Seq),
}

/// Hands the rows to `each` in pieces of [`PIECE_FACTS_MAX`] items, in an order in which nothing refers
/// to what is still to come.
pub(super) fn stream(
    connection: &Connection,
    wanted: Wanted,
    each: &mut dyn FnMut(StockChange),
) -> Result<(), StoreError> {
    let mut pieces = Pieces { each, piece: StockChange::default(), items: 0 };
    scan(connection, LANDLORDS, "rowid", wanted, |row| {
        pieces.piece.landlords.push(landlord(row)?);
        pieces.count();
        Ok(())
    })?;
    scan(connection, SITES, "rowid", wanted, |row| {
        pieces.piece.sites.push(site(row)?);
        pieces.count();
        Ok(())
    })?;
    scan(connection, BUILDINGS, "building.rowid, ordinal", wanted, |row| {
        let id = text(row, 0)?;
        if pieces.piece.buildings.last().is_none_or(|last| last.id.as_str() != id) {
            // Before the next building, so that the halls of one never fall into two pieces.
            pieces.count();
            pieces.piece.buildings.push(building(row)?);
        }
        if let (Some(label), Some(last)) =
            (optional_text(row, 7)?, pieces.piece.buildings.last_mut())
        {
            last.halls.push(Hall { label: label.to_owned(), position: position(row, 8)? });
        }
        Ok(())
    })?;
    scan(connection, SURROUNDINGS, "rowid", wanted, |row| {
        pieces.piece.surroundings.push(surrounding(row)?);
        pieces.count();
        Ok(())
    })?;
    scan(connection, TRACTS, "rowid", wanted, |row| {
        pieces.piece.tracts.push(tract(row)?);
        pieces.count();
        Ok(())
    })?;
    pieces.flush();
    Ok(())
}

/// The piece in the making.
struct Pieces<'a> {
    each: &'a mut dyn FnMut(StockChange),
    piece: StockChange,
    items: usize,
}

impl Pieces<'_> {
    /// Counts one more item, and hands the piece over when it is full.
    fn count(&mut self) {
        self.items += 1;
        if self.items >= PIECE_FACTS_MAX {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.items = 0;
        let piece = std::mem::take(&mut self.piece);
        if !piece.is_empty() {
            (self.each)(piece);
        }
    }
}

fn scan(
    connection: &Connection,
    select: &str,
    order: &str,
    wanted: Wanted,
    mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (filter, after) = match wanted {
        Wanted::All => ("", None),
        Wanted::ChangedAfter(seq) => ("WHERE seq > ?1", Some(seq.0)),
    };
    let sql = format!("{select} {filter} ORDER BY {order}");
    let mut statement = connection.prepare_cached(&sql).map_err(told)?;
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

fn tract(row: &Row<'_>) -> Result<Tract, StoreError> {
    let kind = text(row, 2)?;
    let area = row.get_ref(3).map_err(told)?.as_blob();
    let area = area.map_err(|e| unreadable("tract.area", e))?;
    Ok(Tract {
        code: text(row, 0)?.parse().map_err(|e| unreadable("tract.code", e))?,
        name: text(row, 1)?.to_owned(),
        kind: TractKind::of_letter(kind).ok_or_else(|| unreadable("tract.kind", kind))?,
        area: wkb::polygons("tract.area", area)?,
    })
}
