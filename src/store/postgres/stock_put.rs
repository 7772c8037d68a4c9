//! Writing rows of the stock: `landlord`, `site`, `building` with `hall`, `surrounding`.
//!
//! A statement takes a piece of a table as one array a column. Within a piece the last row of a key wins, as
//! it does when rows come one by one.

use super::{
    briefing_rows,
    column::{column, of_seq},
    connection::{Call, Connection},
    geometry,
    last_of_each::last_of_each,
    road_rows, tract_rows,
};
use crate::{
    event::Seq,
    stock::{Building, Landlord, Site, SiteCode, StockChange, Surrounding},
    store::{PIECE_FACTS_MAX, StoreError},
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

/// An item, and the event that changed it.
pub(super) type Changed<'a, T> = (&'a T, Seq);

/// Writes every item of `change`, new or known, as changed by event `seq`.
pub(super) fn put(
    connection: &Connection<'_>,
    change: &StockChange,
    seq: Seq,
) -> Result<(), StoreError> {
    in_pieces(connection, &change.landlords, seq, landlords)?;
    in_pieces(connection, &change.sites, seq, sites)?;
    in_pieces(connection, &change.buildings, seq, buildings)?;
    in_pieces(connection, &change.surroundings, seq, surroundings)?;
    in_pieces(connection, &change.tracts, seq, tract_rows::put_tracts)?;
    in_pieces(connection, &change.datasets, seq, tract_rows::put_datasets)?;
    in_pieces(connection, &change.roads, seq, road_rows::put_roads)?;
    in_pieces(connection, &change.turns, seq, road_rows::put_turns)?;
    in_pieces(connection, &change.speeds, seq, road_rows::put_speeds)?;
    in_pieces(connection, &change.notes, seq, briefing_rows::put_notes)?;
    in_pieces(connection, &change.hazards, seq, briefing_rows::put_hazards)
}

/// Writes the items in pieces, so that no statement takes long and no message is large.
fn in_pieces<'a, T>(
    connection: &Connection<'_>,
    items: &'a [T],
    seq: Seq,
    put: impl Fn(&[Changed<'a, T>]) -> Vec<Call<'a>>,
) -> Result<(), StoreError> {
    items.chunks(PIECE_FACTS_MAX).try_for_each(|piece| {
        connection.send(&put(&piece.iter().map(|item| (item, seq)).collect::<Vec<_>>()))
    })
}

/// Writes landlords, new or known.
pub(super) fn landlords<'a>(piece: &[Changed<'a, Landlord>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let values = [
        column(&rows, |(item, _)| item.id.as_str()),
        column(&rows, |(item, _)| item.name.as_str()),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_LANDLORDS, values)]
}

/// Writes sites, new or known.
pub(super) fn sites<'a>(piece: &[Changed<'a, Site>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.code);
    let outline =
        |site: &Site| site.outline.as_ref().map(|it| geometry::of_polygons(it.polygons()));
    let values = [
        column(&rows, |(item, _)| item.code.as_str()),
        column(&rows, |(item, _)| item.landlord.as_str()),
        column(&rows, |(item, _)| item.name.as_str()),
        column(&rows, |(item, _)| i64::from(item.dwellings)),
        column(&rows, |(item, _)| geometry::of_position(item.position)),
        column(&rows, |(item, _)| outline(item)),
        column(&rows, |(item, _)| item.address.as_deref()),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_SITES, values)]
}

/// Writes buildings, new or known, with their halls.
pub(super) fn buildings<'a>(piece: &[Changed<'a, Building>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let values = [
        column(&rows, |(item, _)| item.id.as_str()),
        column(&rows, |(item, _)| item.site.as_ref().map(SiteCode::as_str)),
        column(&rows, |(item, _)| item.site_was_given),
        column(&rows, |(item, _)| geometry::of_polygons(item.footprint.polygons())),
        column(&rows, |(item, _)| item.height_m),
        column(&rows, |(item, _)| item.levels.map(i32::from)),
        column(&rows, |(item, _)| item.dwellings.map(i64::from)),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![
        Call::new(PUT_BUILDINGS, values),
        Call::new(CLEAR_HALLS, [column(&rows, |(item, _)| item.id.as_str())]),
        halls(&rows),
    ]
}

fn halls<'a>(buildings: &[Changed<'a, Building>]) -> Call<'a> {
    let of_building = |(building, _): &Changed<'a, Building>| {
        let building = *building;
        (0_i32..).zip(&building.halls).map(move |(ordinal, hall)| (building, ordinal, hall))
    };
    let rows: Vec<_> = buildings.iter().flat_map(of_building).collect();
    let values = [
        column(&rows, |(building, ..)| building.id.as_str()),
        column(&rows, |(_, ordinal, _)| *ordinal),
        column(&rows, |(.., hall)| hall.label.as_str()),
        column(&rows, |(.., hall)| geometry::of_position(hall.position)),
    ];
    Call::new(PUT_HALLS, values)
}

/// Writes what is around the stock, new or known.
pub(super) fn surroundings<'a>(piece: &[Changed<'a, Surrounding>]) -> Vec<Call<'a>> {
    let rows = last_of_each(piece.iter().copied(), |(item, _)| &item.id);
    let values = [
        column(&rows, |(item, _)| item.id.as_str()),
        column(&rows, |(item, _)| item.class.as_str()),
        column(&rows, |(item, _)| item.name.as_deref()),
        column(&rows, |(item, _)| i16::from(item.rank)),
        column(&rows, |(item, _)| item.height_m),
        column(&rows, |(item, _)| geometry::of_shape(&item.shape)),
        column(&rows, |(_, seq)| of_seq(*seq)),
    ];
    vec![Call::new(PUT_SURROUNDINGS, values)]
}
