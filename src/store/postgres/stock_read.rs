//! Reading rows of the stock, each table in one scan.

use postgis::ewkb;
use tokio_postgres::{binary_copy::BinaryCopyOutRow, types::Type};

use super::{
    briefing_rows, column::Columns, connection::Connection, fault::unreadable, geometry, road_rows,
    tract_rows,
};
use crate::{
    event::Seq,
    stock::{
        Building, Hall, Landlord, LandlordId, Site, StockChange, Surrounding, SurroundingClass,
    },
    store::{StoreError, archive::Stamped, stock_pieces::StockPieces},
};

/// Which rows of the stock are wanted, and in which order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Every row, as they lie on the disk.
    All,
    /// Those that a later event than this one has changed.
    ChangedAfter(Seq),
    /// Every row, by the bytes of its key.
    AllByKey,
}

impl Wanted {
    fn filter(self) -> String {
        match self {
            Self::All | Self::AllByKey => String::new(),
            Self::ChangedAfter(seq) => format!("WHERE seq > {seq}"),
        }
    }

    /// The filter and the order of a table whose key is `key`.
    pub(super) fn clauses(self, key: &str) -> String {
        match self {
            Self::All | Self::ChangedAfter(_) => self.filter(),
            Self::AllByKey => format!("ORDER BY {key}"),
        }
    }
}

/// Hands the rows to `each` in pieces, in an order in which nothing refers to what is still to come.
pub(super) fn stream(
    view: &Connection<'_>,
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
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Landlord>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!("SELECT seq, id, name FROM landlord {}", wanted.clauses("id"));
    view.scan(&select, &[Type::INT8, Type::TEXT, Type::TEXT], |row| {
        // An id is the slug of a name and of itself.
        let id = LandlordId::of_name(row.column(1)?).map_err(|e| unreadable("landlord.id", e))?;
        each(Stamped { seq: row.seq(0)?, item: Landlord { id, name: row.column(2)? } })
    })
}

/// Hands every site to `each`.
pub(super) fn sites(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Site>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, code, landlord, name, dwellings, position, outline, address FROM site {}",
        wanted.clauses("code")
    );
    let (text, geometry) = (Type::TEXT, geometry::column_type());
    let types = [
        Type::INT8,
        text.clone(),
        text.clone(),
        text.clone(),
        Type::INT8,
        geometry.clone(),
        geometry,
        text,
    ];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: site(row)? }))
}

/// Hands every building to `each`, with its halls.
pub(super) fn buildings(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Building>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // A building comes once for each of its halls, one after the other.
    let select = format!(
        "SELECT seq, id, site, site_was_given, footprint, height_m, levels, dwellings, label, position
         FROM building LEFT JOIN hall ON building = id {} ORDER BY id, ordinal",
        wanted.filter()
    );
    let types = [
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
        Type::BOOL,
        geometry::column_type(),
        Type::FLOAT8,
        Type::INT4,
        Type::INT8,
        Type::TEXT,
        geometry::column_type(),
    ];
    let mut last: Option<Stamped<Building>> = None;
    view.scan(&select, &types, |row| {
        let id: &str = row.column(1)?;
        if last.as_ref().is_none_or(|last| last.item.id.as_str() != id) {
            let next = Stamped { seq: row.seq(0)?, item: building(row)? };
            if let Some(complete) = last.replace(next) {
                each(complete)?;
            }
        }
        if let (Some(label), Some(last)) = (row.column(8)?, &mut last) {
            let position = geometry::position("hall.position", row.column(9)?)?;
            last.item.halls.push(Hall { label, position });
        }
        Ok(())
    })?;
    last.map_or(Ok(()), each)
}

/// Hands everything around the stock to `each`.
pub(super) fn surroundings(
    view: &Connection<'_>,
    wanted: Wanted,
    mut each: impl FnMut(Stamped<Surrounding>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT seq, id, class, name, rank, height_m, shape FROM surrounding {}",
        wanted.clauses("id")
    );
    let types = [
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
        Type::TEXT,
        Type::INT2,
        Type::FLOAT8,
        geometry::column_type(),
    ];
    view.scan(&select, &types, |row| each(Stamped { seq: row.seq(0)?, item: surrounding(row)? }))
}

fn site(row: &BinaryCopyOutRow) -> Result<Site, StoreError> {
    let (code, landlord): (&str, &str) = (row.column(1)?, row.column(2)?);
    let outline: Option<ewkb::MultiPolygon> = row.column(6)?;
    Ok(Site {
        code: code.parse().map_err(|e| unreadable("site.code", e))?,
        landlord: LandlordId::of_name(landlord).map_err(|e| unreadable("site.landlord", e))?,
        name: row.column(3)?,
        dwellings: row.number::<i64, u32>(4)?,
        position: geometry::position("site.position", row.column(5)?)?,
        outline: outline.map(|walls| geometry::footprint("site.outline", &walls)).transpose()?,
        address: row.column(7)?,
    })
}

fn building(row: &BinaryCopyOutRow) -> Result<Building, StoreError> {
    let id: &str = row.column(1)?;
    let site: Option<&str> = row.column(2)?;
    Ok(Building {
        id: id.parse().map_err(|e| unreadable("building.id", e))?,
        site: site.map(str::parse).transpose().map_err(|e| unreadable("building.site", e))?,
        site_was_given: row.column(3)?,
        footprint: geometry::footprint("building.footprint", &row.column(4)?)?,
        height_m: row.column(5)?,
        levels: row.optional_number::<i32, u16>(6)?,
        dwellings: row.optional_number::<i64, u32>(7)?,
        halls: Vec::new(),
    })
}

fn surrounding(row: &BinaryCopyOutRow) -> Result<Surrounding, StoreError> {
    let class: &str = row.column(2)?;
    Ok(Surrounding {
        id: row.column(1)?,
        class: SurroundingClass::of_name(class)
            .ok_or_else(|| unreadable("surrounding.class", class))?,
        name: row.column(3)?,
        rank: row.number::<i16, u8>(4)?,
        height_m: row.column(5)?,
        shape: geometry::shape("surrounding.shape", &row.column(6)?)?,
    })
}
