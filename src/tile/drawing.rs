//! [`Drawing`]: a layer that goes with the stock, as one scope sees it.

use std::collections::HashSet;

use geo::{BoundingRect as _, Rect};

use super::{InvalidTile, Layers, MARGIN, TileId, roads, stock};
use crate::{
    access::Scope,
    catalogue::Indicator,
    geo::{Bbox, LonLat},
    twin::Snapshot,
};

/// Most squares of one zoom that are told: a region at zoom 17.
pub const SQUARES_MAX: usize = 2_000_000;

/// A layer that goes with the stock, as one scope sees it.
#[derive(Debug, Clone)]
pub struct Drawing<'a> {
    /// Which; of a heatmap, which goes with what is asked, nothing is drawn here.
    pub layer: Layers,
    /// The state.
    pub snapshot: &'a Snapshot,
    /// Who sees it.
    pub scope: &'a Scope,
    /// Figures that tracts carry, each by the name it is asked for.
    pub indicators: Vec<(String, Indicator)>,
}

/// Why squares are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SquaresError {
    /// More than anybody draws at once.
    #[error("more than {SQUARES_MAX} tiles at zoom {0}: ask for less zooms")]
    TooMany(u8),
    /// There is no such zoom.
    #[error(transparent)]
    NoTile(#[from] InvalidTile),
}

impl Drawing<'_> {
    /// What is drawn in a tile; no bytes where nothing is.
    ///
    /// # Errors
    ///
    /// [`mvt::Error`], which no shape that is drawn here makes.
    pub fn tile(&self, tile: TileId) -> Result<Vec<u8>, mvt::Error> {
        let index = self.snapshot.stock();
        match self.layer {
            _ if tile.zoom() < self.layer.zoom_min() => Ok(Vec::new()),
            Layers::Sites => stock::sites(index, self.scope, tile),
            Layers::Buildings => stock::buildings(index, self.scope, tile),
            Layers::Tracts => stock::tracts(index, &self.indicators, tile),
            Layers::Roads => roads(self.snapshot.roads().network(), tile),
            Layers::Heatmap => Ok(Vec::new()),
        }
    }

    /// The box around everything; none where there is nothing. O(features).
    #[must_use]
    pub fn bounds(&self) -> Option<Bbox> {
        Bbox::around(self.boxes().iter().flat_map(Bbox::corners))
    }

    /// The tiles of that zoom in which anything may be drawn, in no order: no other has anything. O(features + tiles).
    ///
    /// # Errors
    ///
    /// [`SquaresError`] where they are too many, or there is no such zoom.
    pub fn squares(&self, zoom: u8) -> Result<Vec<TileId>, SquaresError> {
        TileId::new(zoom, 0, 0)?;
        // What lies beside a tile is drawn in its buffer. No tile is higher than wide, in degrees.
        let margin = MARGIN * 360.0 / f64::from(1_u32 << zoom);
        let mut squares = HashSet::new();
        for one in self.boxes() {
            let grown = Rect::new(
                (one.west() - margin, one.south() - margin),
                (one.east() + margin, one.north() + margin),
            );
            let [first, last] = TileId::around(grown, zoom)?;
            let (columns, rows) = (first.column()..=last.column(), first.row()..=last.row());
            let size = u64::from(last.column() - first.column() + 1)
                .saturating_mul((last.row() - first.row() + 1).into());
            if size > SQUARES_MAX as u64 {
                return Err(SquaresError::TooMany(zoom));
            }
            for column in columns {
                for row in rows.clone() {
                    squares.insert(TileId::new(zoom, column, row)?);
                }
            }
            if squares.len() > SQUARES_MAX {
                return Err(SquaresError::TooMany(zoom));
            }
        }
        Ok(squares.into_iter().collect())
    }

    /// The box of each feature.
    fn boxes(&self) -> Vec<Bbox> {
        let stock = self.snapshot.stock();
        match self.layer {
            Layers::Sites => {
                let own = stock.sites().iter().filter(|it| self.scope.shows_landlord(&it.landlord));
                own.map(|site| Bbox::at(site.position)).collect()
            }
            Layers::Buildings => {
                let everything = self.scope.landlord().is_none();
                let shown = |site| self.scope.shows_landlord(&stock.site(site).landlord);
                let places = stock.places().iter();
                let own = places.filter(|place| everything || place.site.is_some_and(shown));
                let buildings = own.filter_map(|place| place.building);
                buildings.map(|ix| stock.building(ix).footprint.bbox()).collect()
            }
            Layers::Tracts => {
                let areas = stock.tracts().iter().filter_map(|tract| tract.area.bounding_rect());
                areas.filter_map(of_rect).collect()
            }
            Layers::Roads => {
                let open =
                    self.snapshot.roads().network().roads().iter().filter(|it| !it.is_closed());
                open.filter_map(|road| Bbox::around(road.points.iter().map(|it| it.position)))
                    .collect()
            }
            Layers::Heatmap => Vec::new(),
        }
    }
}

fn of_rect(rect: Rect<f64>) -> Option<Bbox> {
    let corners = [rect.min(), rect.max()].into_iter();
    Bbox::around(corners.filter_map(|corner| LonLat::try_from(corner).ok()))
}
