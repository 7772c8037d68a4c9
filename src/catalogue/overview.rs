//! [`overview`]: how much there is, and where to look first.

use crate::{
    event::Seq,
    geo::{Bbox, LonLat},
    twin::Snapshot,
};

/// How much there is, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Landlords.
    pub landlords: usize,
    /// Sites.
    pub sites: usize,
    /// Buildings.
    pub buildings: usize,
    /// Dwellings on all sites.
    pub dwellings: u64,
    /// Incidents.
    pub incidents: usize,
    /// Patrols.
    pub patrols: usize,
    /// INSEE tracts.
    pub tracts: usize,
    /// The smallest box around all sites and buildings; `None` where there are none.
    pub bounds: Option<Bbox>,
    /// The median position of the sites, or of the buildings where there is no site: a far-off site does
    /// not move it.
    pub center: Option<LonLat>,
    /// The last event that is in these numbers.
    pub seq: Seq,
}

/// What a client asks first. O(places).
#[must_use]
pub fn overview(snapshot: &Snapshot) -> Overview {
    let stock = snapshot.stock();
    Overview {
        landlords: stock.landlords().len(),
        sites: stock.sites().len(),
        buildings: stock.buildings().len(),
        dwellings: stock.sites().iter().map(|site| u64::from(site.dwellings)).sum(),
        incidents: snapshot.incidents().len(),
        patrols: snapshot.patrols().len(),
        tracts: stock.tracts().len(),
        bounds: Bbox::around(stock.places().iter().map(|place| place.position)),
        center: center(snapshot),
        seq: snapshot.seq(),
    }
}

fn center(snapshot: &Snapshot) -> Option<LonLat> {
    let places = snapshot.stock().places();
    LonLat::new(
        median(places.iter().map(|place| place.position.lon()).collect())?,
        median(places.iter().map(|place| place.position.lat()).collect())?,
    )
    .ok()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
