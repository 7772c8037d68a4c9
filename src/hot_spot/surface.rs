//! [`surface`]: incidents as a smooth surface, per square kilometre.

use geo::{BoundingRect as _, Coord, Intersects as _, MapCoords as _, MultiPolygon, Rect};

use crate::{
    geo::{Bbox, InvalidLonLat, LocalPlane, LonLat},
    statistics::{Grid, Kernel, Smoothing, Unfit, density_of_counts, mass_inside},
    twin::{PlaceIx, Selection, SelectionError, Snapshot, StockIndex},
};

/// Bandwidths that are taken, in metres: from a building to a district.
pub const BANDWIDTH_M: std::ops::RangeInclusive<f64> = 50.0..=2_000.0;
/// Most cells of the grid.
const CELLS_MAX: f64 = 40_000.0;
/// Cells in a bandwidth, where the area allows for so many.
const CELLS_IN_BANDWIDTH: f64 = 5.0;

/// A density in the middle of each cell of a grid that is straight in degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// The corners of the grid.
    pub bbox: Bbox,
    /// Side of a cell, in metres.
    pub cell_m: f64,
    /// Cells from west to east.
    pub columns: usize,
    /// Cells from south to north.
    pub rows: usize,
    /// Incidents per km², the most south-western cell first, then those east of it; `None` outside of what is watched.
    pub per_km2: Vec<Option<f64>>,
    /// Incidents that were spread.
    pub events: u64,
    /// Incidents that lie in no tract, and were left out.
    pub outside: u64,
    /// Whether what falls outside every tract was made up for, which is so where there are tracts.
    pub edge_corrected: bool,
}

/// Why there is no surface.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SurfaceError {
    /// The selection names what is not there.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The grid cannot be laid.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The grid reaches beyond the globe.
    #[error(transparent)]
    OffTheGlobe(#[from] InvalidLonLat),
}

/// The density of the incidents of a selection, by a quartic kernel, over the places that its filters on sites,
/// landlords and box let pass; `None` where there is no such place.
///
/// Metres are those of the plane that touches the ellipsoid in the middle: over a town they are true to 2 in 1,000.
/// What is watched is all tracts together. Costs O(incidents + places · cells in reach + cells · corners of the outline).
///
/// # Errors
///
/// [`SurfaceError`].
pub fn surface(
    snapshot: &Snapshot,
    selection: &Selection,
    bandwidth_m: f64,
) -> Result<Option<Surface>, SurfaceError> {
    let stock = snapshot.stock();
    let filter = selection.filter(snapshot)?;
    let shown = stock.places().iter().enumerate().filter(|(row, place)| {
        place.site.is_some_and(|site| filter.site_passes(site))
            && filter.place_passes(PlaceIx(*row as u32))
    });
    let Some(around) = Bbox::around(shown.map(|(_, place)| place.position)) else {
        return Ok(None);
    };
    let laid = Laid::over(around, bandwidth_m)?;
    let mut counts = vec![0_u64; stock.places().len()];
    for columns in snapshot.incidents().parts() {
        let places = columns.place();
        filter.each(columns, filter.rows(columns), |row| counts[places[row].0 as usize] += 1);
    }

    let watched = watched(stock, &laid, bandwidth_m);
    let inside = |position: LonLat| {
        watched.as_ref().is_none_or(|watched| watched.intersects(&Coord::from(position)))
    };
    let (mut at, mut times, mut outside) = (Vec::new(), Vec::new(), 0);
    for (place, count) in stock.places().iter().zip(&counts).filter(|(_, count)| **count > 0) {
        if inside(place.position) {
            at.push(laid.plane.to_plane_m(place.position.into()));
            times.push(*count as f64);
        } else {
            outside += count;
        }
    }
    let smoothing = Smoothing { kernel: Kernel::Quartic, bandwidth_m };
    let density = density_of_counts(&at, &times, &laid.grid, smoothing)?;
    let per_km2 = match &watched {
        None => density.into_iter().map(Some).collect(),
        Some(watched) => {
            let flat = watched.map_coords(|corner| laid.plane.to_plane_m(corner));
            let shares = mass_inside(&laid.grid, smoothing, &flat)?;
            density.into_iter().zip(shares).map(|(density, share)| Some(density / share?)).collect()
        }
    };
    Ok(Some(Surface {
        bbox: laid.bbox,
        cell_m: laid.cell_m,
        columns: laid.columns,
        rows: laid.rows,
        per_km2,
        events: counts.iter().sum::<u64>() - outside,
        outside,
        edge_corrected: watched.is_some(),
    }))
}

/// A grid over a box, and the plane whose metres it has.
struct Laid {
    plane: LocalPlane,
    grid: Grid,
    bbox: Bbox,
    cell_m: f64,
    columns: usize,
    rows: usize,
}

impl Laid {
    /// One that reaches a bandwidth beyond the box.
    fn over(around: Bbox, bandwidth_m: f64) -> Result<Self, SurfaceError> {
        let middle = Coord {
            x: f64::midpoint(around.west(), around.east()),
            y: f64::midpoint(around.south(), around.north()),
        };
        let plane = LocalPlane::at(LonLat::try_from(middle)?);
        let half = plane.to_plane_m(Coord { x: around.east(), y: around.north() });
        let (half_x, half_y) = (half.x.abs() + bandwidth_m, half.y.abs() + bandwidth_m);
        let cell_m =
            (bandwidth_m / CELLS_IN_BANDWIDTH).max((4.0 * half_x * half_y / CELLS_MAX).sqrt());
        let cells = |half_m: f64| (2.0 * half_m / cell_m).ceil().max(1.0);
        let (columns, rows) = (cells(half_x), cells(half_y));
        let corner = Coord { x: columns * cell_m / 2.0, y: rows * cell_m / 2.0 };
        let (columns, rows) = (columns as usize, rows as usize);
        let grid = Grid::new(-corner, cell_m, columns, rows)?;
        let [low, high] =
            [-corner, corner].map(|corner| LonLat::try_from(plane.to_degrees(corner)));
        Ok(Self { plane, grid, bbox: Bbox::at(low?).with(high?), cell_m, columns, rows })
    }
}

/// The ground of the tracts that a kernel in the grid may reach, as one; `None` where there is none.
fn watched(stock: &StockIndex, laid: &Laid, reach_m: f64) -> Option<MultiPolygon<f64>> {
    let reach = laid.plane.metres_per_degree();
    let (east, north) = (reach_m / reach.x, reach_m / reach.y);
    let bbox = laid.bbox;
    let frame = Rect::new(
        (bbox.west() - east, bbox.south() - north),
        (bbox.east() + east, bbox.north() + north),
    );
    let near = stock
        .tracts()
        .iter()
        .map(|tract| &tract.area)
        .filter(|area| area.bounding_rect().is_some_and(|around| around.intersects(&frame)));
    let near: Vec<&MultiPolygon<f64>> = near.collect();
    let parts = near.iter().flat_map(|area| area.0.iter());
    let whole = geo::algorithm::unary_union(parts);
    (!whole.0.is_empty()).then_some(whole)
}
