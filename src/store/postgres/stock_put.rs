//! Writing rows of the stock: `landlord`, `site`, `building` with `hall`, `surrounding`, `tract`.
//!
//! A statement takes a piece of a table as one array a column. Within a piece the last row of a key wins, as
//! it does when rows come one by one.

use super::{column::of_seq, connection::Connection, geometry, last_of_each::last_of_each};
use crate::{
    event::Seq,
    stock::{Building, Landlord, Site, StockChange, Surrounding},
    store::{PIECE_FACTS_MAX, StoreError},
    tract::Tract,
};

const PUT_LANDLORDS: &str = "
    INSERT INTO landlord (id, name, seq)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[])
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, seq = excluded.seq
";

const PUT_SITES: &str = "
    INSERT INTO site (code, landlord, name, dwellings, position, outline, address, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[], $5::GEOMETRY[], $6::GEOMETRY[], $7::TEXT[],
        $8::BIGINT[]
    )
    ON CONFLICT (code) DO UPDATE SET
        landlord = excluded.landlord, name = excluded.name, dwellings = excluded.dwellings,
        position = excluded.position, outline = excluded.outline, address = excluded.address,
        seq = excluded.seq
";

const PUT_BUILDINGS: &str = "
    INSERT INTO building (id, site, site_was_given, footprint, height_m, levels, dwellings, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::BOOLEAN[], $4::GEOMETRY[], $5::DOUBLE PRECISION[], $6::INTEGER[],
        $7::BIGINT[], $8::BIGINT[]
    )
    ON CONFLICT (id) DO UPDATE SET
        site = excluded.site, site_was_given = excluded.site_was_given,
        footprint = excluded.footprint, height_m = excluded.height_m, levels = excluded.levels,
        dwellings = excluded.dwellings, seq = excluded.seq
";

const CLEAR_HALLS: &str = "DELETE FROM hall WHERE building = ANY ($1::TEXT[])";

const PUT_HALLS: &str = "
    INSERT INTO hall (building, ordinal, label, position)
    SELECT * FROM unnest($1::TEXT[], $2::INTEGER[], $3::TEXT[], $4::GEOMETRY[])
";

const PUT_SURROUNDINGS: &str = "
    INSERT INTO surrounding (id, class, name, rank, height_m, shape, seq)
    SELECT * FROM unnest(
        $1::TEXT[], $2::TEXT[], $3::TEXT[], $4::SMALLINT[], $5::DOUBLE PRECISION[], $6::GEOMETRY[],
        $7::BIGINT[]
    )
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, name = excluded.name, rank = excluded.rank,
        height_m = excluded.height_m, shape = excluded.shape, seq = excluded.seq
";

const PUT_TRACTS: &str = "
    INSERT INTO tract (code, name, kind, area, seq)
    SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::GEOMETRY[], $5::BIGINT[])
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, kind = excluded.kind, area = excluded.area, seq = excluded.seq
";

/// An item, and the event that changed it.
pub(super) type Changed<'a, T> = (&'a T, Seq);

/// Writes every item of `change`, new or known, as changed by event `seq`.
pub(super) fn put(
    connection: &Connection<'_>,
    change: &StockChange,
    seq: Seq,
) -> Result<(), StoreError> {
    in_pieces(&change.landlords, seq, |piece| landlords(connection, piece))?;
    in_pieces(&change.sites, seq, |piece| sites(connection, piece))?;
    in_pieces(&change.buildings, seq, |piece| buildings(connection, piece))?;
    in_pieces(&change.surroundings, seq, |piece| surroundings(connection, piece))?;
    in_pieces(&change.tracts, seq, |piece| tracts(connection, piece))
}

/// Hands the items to `put` in pieces, so that no statement takes long and no message is large.
fn in_pieces<T>(
    items: &[T],
    seq: Seq,
    put: impl Fn(&[Changed<'_, T>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    items
        .chunks(PIECE_FACTS_MAX)
        .try_for_each(|piece| put(&piece.iter().map(|item| (item, seq)).collect::<Vec<_>>()))
}

/// Writes landlords, new or known.
pub(super) fn landlords(
    connection: &Connection<'_>,
    piece: &[Changed<'_, Landlord>],
) -> Result<(), StoreError> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let ids: Vec<&str> = rows.iter().map(|(item, _)| item.id.as_str()).collect();
    let names: Vec<&str> = rows.iter().map(|(item, _)| item.name.as_str()).collect();
    connection.execute(PUT_LANDLORDS, &[&ids, &names, &seqs(&rows)?])
}

/// Writes sites, new or known.
pub(super) fn sites(
    connection: &Connection<'_>,
    piece: &[Changed<'_, Site>],
) -> Result<(), StoreError> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.code);
    let codes: Vec<&str> = rows.iter().map(|(item, _)| item.code.as_str()).collect();
    let landlords: Vec<&str> = rows.iter().map(|(item, _)| item.landlord.as_str()).collect();
    let names: Vec<&str> = rows.iter().map(|(item, _)| item.name.as_str()).collect();
    let dwellings: Vec<i64> = rows.iter().map(|(item, _)| i64::from(item.dwellings)).collect();
    let positions: Vec<_> =
        rows.iter().map(|(item, _)| geometry::of_position(item.position)).collect();
    let outlines: Vec<_> = rows
        .iter()
        .map(|(item, _)| item.outline.as_ref().map(|walls| geometry::of_polygons(walls.polygons())))
        .collect();
    let addresses: Vec<Option<&str>> =
        rows.iter().map(|(item, _)| item.address.as_deref()).collect();
    connection.execute(
        PUT_SITES,
        &[&codes, &landlords, &names, &dwellings, &positions, &outlines, &addresses, &seqs(&rows)?],
    )
}

/// Writes buildings, new or known, with their halls.
pub(super) fn buildings(
    connection: &Connection<'_>,
    piece: &[Changed<'_, Building>],
) -> Result<(), StoreError> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let ids: Vec<&str> = rows.iter().map(|(item, _)| item.id.as_str()).collect();
    let sites: Vec<Option<&str>> =
        rows.iter().map(|(item, _)| item.site.as_ref().map(|code| code.as_str())).collect();
    let given: Vec<bool> = rows.iter().map(|(item, _)| item.site_was_given).collect();
    let footprints: Vec<_> =
        rows.iter().map(|(item, _)| geometry::of_polygons(item.footprint.polygons())).collect();
    let heights: Vec<Option<f64>> = rows.iter().map(|(item, _)| item.height_m).collect();
    let levels: Vec<Option<i32>> =
        rows.iter().map(|(item, _)| item.levels.map(i32::from)).collect();
    let dwellings: Vec<Option<i64>> =
        rows.iter().map(|(item, _)| item.dwellings.map(i64::from)).collect();
    connection.execute(
        PUT_BUILDINGS,
        &[&ids, &sites, &given, &footprints, &heights, &levels, &dwellings, &seqs(&rows)?],
    )?;
    connection.execute(CLEAR_HALLS, &[&ids])?;
    halls(connection, &rows)
}

fn halls(connection: &Connection<'_>, rows: &[Changed<'_, Building>]) -> Result<(), StoreError> {
    let halls = || rows.iter().flat_map(|(building, _)| (0_i32..).zip(&building.halls));
    if halls().next().is_none() {
        return Ok(());
    }
    let buildings: Vec<&str> = rows
        .iter()
        .flat_map(|(item, _)| std::iter::repeat_n(item.id.as_str(), item.halls.len()))
        .collect();
    let ordinals: Vec<i32> = halls().map(|(ordinal, _)| ordinal).collect();
    let labels: Vec<&str> = halls().map(|(_, hall)| hall.label.as_str()).collect();
    let positions: Vec<_> = halls().map(|(_, hall)| geometry::of_position(hall.position)).collect();
    connection.execute(PUT_HALLS, &[&buildings, &ordinals, &labels, &positions])
}

/// Writes what is around the stock, new or known.
pub(super) fn surroundings(
    connection: &Connection<'_>,
    piece: &[Changed<'_, Surrounding>],
) -> Result<(), StoreError> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let ids: Vec<&str> = rows.iter().map(|(item, _)| item.id.as_str()).collect();
    let classes: Vec<&str> = rows.iter().map(|(item, _)| item.class.as_str()).collect();
    let names: Vec<Option<&str>> = rows.iter().map(|(item, _)| item.name.as_deref()).collect();
    let ranks: Vec<i16> = rows.iter().map(|(item, _)| i16::from(item.rank)).collect();
    let heights: Vec<Option<f64>> = rows.iter().map(|(item, _)| item.height_m).collect();
    let shapes: Vec<_> = rows.iter().map(|(item, _)| geometry::of_shape(&item.shape)).collect();
    connection.execute(
        PUT_SURROUNDINGS,
        &[&ids, &classes, &names, &ranks, &heights, &shapes, &seqs(&rows)?],
    )
}

/// Writes tracts, new or known.
pub(super) fn tracts(
    connection: &Connection<'_>,
    piece: &[Changed<'_, Tract>],
) -> Result<(), StoreError> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.code);
    let codes: Vec<&str> = rows.iter().map(|(item, _)| item.code.as_str()).collect();
    let names: Vec<&str> = rows.iter().map(|(item, _)| item.name.as_str()).collect();
    let kinds: Vec<&str> = rows.iter().map(|(item, _)| item.kind.letter()).collect();
    let areas: Vec<_> = rows.iter().map(|(item, _)| geometry::of_polygons(&item.area)).collect();
    connection.execute(PUT_TRACTS, &[&codes, &names, &kinds, &areas, &seqs(&rows)?])
}

fn seqs<T>(rows: &[Changed<'_, T>]) -> Result<Vec<i64>, StoreError> {
    rows.iter().map(|(_, seq)| of_seq(*seq)).collect()
}
