//! Kernel density: events as a smooth surface, per square kilometre, also near the edge of what is watched.

use geo::{Contains, Coord, LinesIter, MultiPolygon, Orient, Point, orient::Direction};

use super::{
    kernel::Kernel,
    sample::{Unfit, check, check_lengths},
};

/// Most cells of a [`Grid`].
pub const CELLS_MAX: usize = 4_000_000;
/// Most cells that all events, or all borders, may reach together: some seconds of work.
pub const REACHED_MAX: usize = 2_000_000_000;

/// Lengths that are taken, in metres: from a millimetre to 25 times round the Earth.
const LENGTHS_M: std::ops::RangeInclusive<f64> = 1e-3..=1e9;

const M2_PER_KM2: f64 = 1e6;

/// Square cells in the plane, in metres of one projection (such as Lambert-93, or
/// [`LocalPlane`](crate::geo::LocalPlane) around a quarter).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    south_west: Coord<f64>,
    cell_m: f64,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// `columns` × `rows` cells of `cell_m` metres, east and north of `south_west`.
    ///
    /// # Errors
    ///
    /// [`Unfit`]: a corner or size that is no number, no cells, or more than [`CELLS_MAX`].
    pub fn new(
        south_west: Coord<f64>,
        cell_m: f64,
        columns: usize,
        rows: usize,
    ) -> Result<Self, Unfit> {
        check_length("cell_m", cell_m)?;
        check_position(0, south_west)?;
        match columns.checked_mul(rows) {
            Some(0) => Err(Unfit::TooFew { found: 0, needed: 1 }),
            Some(cells) if cells <= CELLS_MAX => Ok(Self { south_west, cell_m, columns, rows }),
            cells => Err(Unfit::TooMany { found: cells.unwrap_or(usize::MAX), most: CELLS_MAX }),
        }
    }

    /// Number of cells; the first is the most south-western, the next lies east of it.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// The middle of a cell, in metres.
    #[must_use]
    pub fn centre(&self, cell: usize) -> Coord<f64> {
        Coord { x: self.x(cell % self.columns), y: self.y(cell / self.columns) }
    }

    fn x(&self, column: usize) -> f64 {
        self.south_west.x + (column as f64 + 0.5) * self.cell_m
    }

    fn y(&self, row: usize) -> f64 {
        self.south_west.y + (row as f64 + 0.5) * self.cell_m
    }

    /// Columns and rows whose middle may lie within `reach_m` of the box between two corners.
    fn reached(
        &self,
        from: Coord<f64>,
        to: Coord<f64>,
        reach_m: f64,
    ) -> [std::ops::Range<usize>; 2] {
        let range = |low: f64, high: f64, origin: f64, most: usize| {
            // A float that is too large, or below 0, becomes the nearest number that there is.
            let first = ((low - reach_m - origin) / self.cell_m - 0.5).ceil() as usize;
            let last = ((high + reach_m - origin) / self.cell_m + 0.5).floor();
            first.min(most)..(last as usize).clamp(first.min(most), most)
        };
        [
            range(from.x.min(to.x), from.x.max(to.x), self.south_west.x, self.columns),
            range(from.y.min(to.y), from.y.max(to.y), self.south_west.y, self.rows),
        ]
    }
}

/// How far, and in which shape, an event spreads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothing {
    /// The shape.
    pub kernel: Kernel,
    /// Radius (quartic) or standard deviation (Gaussian), in metres.
    pub bandwidth_m: f64,
}

/// Events per km² in the middle of each cell of the grid: Σ K(distance / h) / h² over all events.
///
/// Events are positions in metres of the grid's projection. With the Gaussian kernel this is
/// `scipy.stats.gaussian_kde` times the number of events, for a covariance h² in both directions. Costs O(events ·
/// cells within reach), without a search: each event visits its cells alone.
///
/// # Errors
///
/// [`Unfit`]: a position that is no number, a bandwidth that is not above 0, more work than [`REACHED_MAX`].
pub fn density(
    events: &[Coord<f64>],
    grid: &Grid,
    smoothing: Smoothing,
) -> Result<Vec<f64>, Unfit> {
    spread(events, |_| 1.0, grid, smoothing)
}

/// As [`density`] of places at each of which something happened so many times: what many events at few places cost
/// is the work of the places.
///
/// # Errors
///
/// As [`density`]; [`Unfit`] of a list of another length, and of a number of times that is none.
pub fn density_of_counts(
    places: &[Coord<f64>],
    counts: &[f64],
    grid: &Grid,
    smoothing: Smoothing,
) -> Result<Vec<f64>, Unfit> {
    check_lengths(places.len(), counts.len())?;
    check(counts, 0)?;
    spread(places, |at| counts[at], grid, smoothing)
}

/// Σ weight · K(distance / h) / h² in the middle of each cell.
fn spread(
    events: &[Coord<f64>],
    weight: impl Fn(usize) -> f64,
    grid: &Grid,
    smoothing: Smoothing,
) -> Result<Vec<f64>, Unfit> {
    let Smoothing { kernel, bandwidth_m } = smoothing;
    check_length("bandwidth_m", bandwidth_m)?;
    events.iter().enumerate().try_for_each(|(at, event)| check_position(at, *event))?;
    let reach_m = kernel.reach() * bandwidth_m;
    check_work(events.iter().map(|event| grid.reached(*event, *event, reach_m)))?;
    let mut density = vec![0.0; grid.cells()];
    let per_km2 = M2_PER_KM2 / (bandwidth_m * bandwidth_m);
    let mut east_squares = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let per_km2 = per_km2 * weight(at);
        let [columns, rows] = grid.reached(*event, *event, reach_m);
        east_squares.clear();
        let square = |metres: f64| (metres / bandwidth_m).powi(2);
        // The Gaussian of a sum is a product: one exponential for each column and row, none for each cell.
        let part =
            |square: f64| if kernel == Kernel::Gaussian { kernel.density(square) } else { square };
        east_squares.extend(columns.clone().map(|column| part(square(grid.x(column) - event.x))));
        for row in rows {
            let north = part(square(grid.y(row) - event.y));
            let cells = &mut density[row * grid.columns + columns.start..][..east_squares.len()];
            for (cell, east) in cells.iter_mut().zip(&east_squares) {
                *cell += per_km2
                    * match kernel {
                        Kernel::Gaussian => east * north * std::f64::consts::TAU,
                        Kernel::Quartic => kernel.density(east + north),
                    };
            }
        }
    }
    Ok(density)
}

/// As [`density`], divided by the share of the kernel's mass that falls inside `study`, the area that is watched:
/// near its edge half of what an event spreads is lost, and half of what would come from outside was not seen.
/// `None` in cells whose middle lies outside.
///
/// Where nothing gathers, the result is even up to the edge. It cannot know what lies beyond.
///
/// # Errors
///
/// As [`density`], and of a border that is no number.
///
/// Source: Diggle (1985), A kernel method for smoothing point process data, Applied Statistics 34, 138–147;
/// Berman and Diggle (1989), J. R. Statist. Soc. B 51, 81–92, eq. 4.
pub fn density_inside(
    events: &[Coord<f64>],
    grid: &Grid,
    smoothing: Smoothing,
    study: &MultiPolygon<f64>,
) -> Result<Vec<Option<f64>>, Unfit> {
    let shares = mass_inside(grid, smoothing, study)?;
    let density = density(events, grid, smoothing)?;
    Ok(density.into_iter().zip(shares).map(|(density, share)| Some(density / share?)).collect())
}

/// The share of the mass of a kernel in the middle of each cell that falls inside `study`; `None` where the middle
/// lies outside. Exact for the polygon, whatever the size of the cells: an integral along its border.
///
/// # Errors
///
/// As [`density_inside`].
pub fn mass_inside(
    grid: &Grid,
    smoothing: Smoothing,
    study: &MultiPolygon<f64>,
) -> Result<Vec<Option<f64>>, Unfit> {
    let study = study.orient(Direction::Default);
    let Smoothing { kernel, bandwidth_m } = smoothing;
    check_length("bandwidth_m", bandwidth_m)?;
    for (at, line) in study.lines_iter().enumerate() {
        check_position(at, line.start)?;
        check_position(at, line.end)?;
    }
    let reach_m = kernel.reach() * bandwidth_m;
    check_work(study.lines_iter().map(|line| grid.reached(line.start, line.end, reach_m)))?;
    let mut beyond = vec![0.0; grid.cells()];
    for line in study.lines_iter() {
        let along = line.delta() / line.delta().x.hypot(line.delta().y);
        let [columns, rows] = grid.reached(line.start, line.end, reach_m);
        if !along.x.is_finite() || !along.y.is_finite() {
            continue; // A corner that is said twice.
        }
        for row in rows {
            for column in columns.clone() {
                let from = line.start - Coord { x: grid.x(column), y: grid.y(row) };
                // Left of the border is inside: there its perpendicular points away from the middle.
                let beside = (from.x * along.y - from.y * along.x) / bandwidth_m;
                if beside.abs() < kernel.reach() {
                    let to = line.end - Coord { x: grid.x(column), y: grid.y(row) };
                    let place = |corner: Coord<f64>| {
                        (corner.x * along.x + corner.y * along.y) / bandwidth_m
                    };
                    beyond[row * grid.columns + column] +=
                        kernel.beyond_segment(beside, place(from), place(to));
                }
            }
        }
    }
    let share = |(cell, beyond): (usize, f64)| {
        let inside = study.contains(&Point::from(grid.centre(cell)));
        inside.then(|| (1.0 - beyond).clamp(SHARE_MIN, 1.0))
    };
    Ok(beyond.into_iter().enumerate().map(share).collect())
}

/// Least share that is divided by: in the tip of a spike next to nothing of the kernel is inside.
const SHARE_MIN: f64 = 0.01;

/// Refuses what takes too long: the cells that all `reached` boxes hold together.
fn check_work(reached: impl Iterator<Item = [std::ops::Range<usize>; 2]>) -> Result<(), Unfit> {
    let work = reached.fold(0_usize, |work, [columns, rows]| {
        work.saturating_add(columns.len().saturating_mul(rows.len()))
    });
    if work > REACHED_MAX { Err(Unfit::TooMany { found: work, most: REACHED_MAX }) } else { Ok(()) }
}

fn check_length(name: &'static str, length_m: f64) -> Result<(), Unfit> {
    if LENGTHS_M.contains(&length_m) {
        Ok(())
    } else {
        Err(Unfit::Parameter { name, value: length_m })
    }
}

fn check_position(at: usize, position: Coord<f64>) -> Result<(), Unfit> {
    let most = *LENGTHS_M.end();
    let fine = position.x.abs() <= most && position.y.abs() <= most;
    if fine { Ok(()) } else { Err(Unfit::NotFinite { at }) }
}
