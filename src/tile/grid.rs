//! [`Grid`]: the whole numbers that a tile is drawn in.

use geo::{Coord, LineString, MultiLineString, MultiPolygon};
use i_overlay::{
    core::{
        fill_rule::FillRule,
        overlay::{IntOverlayOptions, Overlay},
    },
    i_float::int::point::IntPoint,
};

use super::{Drawn, Ring, TileId, clip, drawn::doubled_area};

/// Units of a tile's side, as nearly every tile has it.
pub const EXTENT: u32 = 4096;
/// Units that are drawn beyond each side, so that outlines along it are not seen.
pub const BUFFER: u32 = 64;
/// The same, as a share of the side.
pub const MARGIN: f64 = BUFFER as f64 / EXTENT as f64;
/// From this zoom on every unit counts; before, each fourth: a quarter of a pixel of a screen of high density.
const FINE_ZOOM: u8 = 16;
const COARSE_STEP: i32 = 4;
/// Least area of an outline that is drawn, in steps of the grid.
const AREA_MIN_STEPS: u64 = 2;

/// The grid of one tile.
///
/// Neighbours stay neighbours: a corner that two outlines have in common goes to one point of the grid, whichever is
/// drawn, and no corner is left out but on a straight line. So no gap opens, at any zoom, as it does where each
/// outline is simplified for itself.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    tile: TileId,
    step: i32,
}

impl Grid {
    /// The grid of `tile`.
    #[must_use]
    pub const fn of(tile: TileId) -> Self {
        let step = if tile.zoom() < FINE_ZOOM { COARSE_STEP } else { 1 };
        Self { tile, step }
    }

    /// A position; `None` where it lies outside the tile and its buffer.
    #[must_use]
    pub fn point(self, degrees: Coord<f64>) -> Option<Drawn> {
        let at = self.units(degrees);
        clip::covers(at).then(|| Drawn::Point(self.snapped(at)))
    }

    /// Lines, cut at the buffer; `None` where nothing is left.
    #[must_use]
    pub fn lines(self, lines: &MultiLineString<f64>) -> Option<Drawn> {
        let pieces = lines.iter().flat_map(|line| clip::line(&self.line_units(line)));
        let snapped = pieces.map(|piece| self.chain(piece)).filter(|piece| piece.len() > 1);
        let lines: Vec<Ring> = snapped.collect();
        (!lines.is_empty()).then_some(Drawn::Lines(lines))
    }

    /// Areas, cut at the buffer and mended where the grid makes lines cross; `None` where nothing is left that could
    /// be seen.
    #[must_use]
    pub fn areas(self, areas: &MultiPolygon<f64>) -> Option<Drawn> {
        let rings =
            areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
        let snapped = rings
            .map(|ring| self.chain(clip::ring(&self.line_units(ring))))
            .map(|ring| ring.into_iter().map(|[x, y]| IntPoint::new(x, y)).collect::<Vec<_>>())
            .filter(|ring| ring.len() > 2);
        let rings: Vec<Vec<IntPoint>> = snapped.collect();
        let options = IntOverlayOptions {
            min_output_area: AREA_MIN_STEPS * self.step.unsigned_abs().pow(2) as u64,
            ogc: true,
            ..IntOverlayOptions::default()
        };
        let mut overlay =
            Overlay::new_custom(rings.iter().map(Vec::len).sum(), options, Default::default());
        let shapes =
            overlay.simplify_shape(&rings, FillRule::EvenOdd).unwrap_or_else(|| vec![rings]);
        let areas: Vec<Vec<Ring>> = shapes.into_iter().map(wound).collect();
        (!areas.is_empty()).then_some(Drawn::Areas(areas))
    }

    fn units(self, degrees: Coord<f64>) -> Coord<f64> {
        self.tile.within(degrees) * f64::from(EXTENT)
    }

    fn line_units(self, line: &LineString<f64>) -> Vec<Coord<f64>> {
        line.coords().map(|degrees| self.units(*degrees)).collect()
    }

    /// The nearest point of the grid. What was cut is inside the buffer, and so a small number.
    fn snapped(self, units: Coord<f64>) -> [i32; 2] {
        let step = f64::from(self.step);
        [units.x, units.y].map(|unit| (unit / step).round() as i32 * self.step)
    }

    /// The points of the grid along a line, each once.
    fn chain(self, line: Vec<Coord<f64>>) -> Ring {
        let mut chain: Ring = line.into_iter().map(|at| self.snapped(at)).collect();
        chain.dedup();
        chain
    }
}

/// The rings as the specification winds them: the shell clockwise on the screen, whose `y` goes down, holes the other way.
fn wound(shape: Vec<Vec<IntPoint>>) -> Vec<Ring> {
    let ring = |(place, ring): (usize, Vec<IntPoint>)| {
        let mut ring: Ring = ring.into_iter().map(|at| [at.x, at.y]).collect();
        if (doubled_area(&ring) > 0) != (place == 0) {
            ring.reverse();
        }
        ring
    };
    shape.into_iter().enumerate().map(ring).collect()
}
