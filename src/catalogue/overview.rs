//! [`overview`]: how much there is, and where to look first.

use super::{IncidentsQuery, PageLimit};
use crate::{
    event::Seq,
    geo::{Bbox, LonLat},
    stock::LandlordId,
    twin::{Place, Selection, SiteIx, Snapshot},
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

/// What a client asks first; of one landlord alone, where that is all that it sees. O(places).
#[must_use]
pub fn overview(snapshot: &Snapshot, of: Option<&LandlordId>) -> Overview {
    let stock = snapshot.stock();
    if let Some(landlord) = of {
        return overview_of(snapshot, landlord);
    }
    Overview {
        landlords: stock.landlords().len(),
        sites: stock.sites().len(),
        buildings: stock.buildings().len(),
        dwellings: stock.sites().iter().map(|site| u64::from(site.dwellings)).sum(),
        incidents: snapshot.incidents().len(),
        patrols: snapshot.patrols().len(),
        tracts: stock.tracts().len(),
        bounds: Bbox::around(stock.places().iter().map(|place| place.position)),
        center: center(stock.places()),
        seq: snapshot.seq(),
    }
}

/// What there is of one landlord: nothing of others, not even how many events there were.
fn overview_of(snapshot: &Snapshot, landlord: &LandlordId) -> Overview {
    let stock = snapshot.stock();
    let is_own = |site: SiteIx| stock.site(site).landlord == *landlord;
    let own = || stock.places().iter().filter(|place| place.site.is_some_and(is_own));
    let sites = || stock.sites().iter().filter(|site| site.landlord == *landlord);
    let selection = Selection { landlords: vec![landlord.clone()], ..Selection::default() };
    let query = IncidentsQuery { selection, after: None, limit: PageLimit::default() };
    let incidents = super::incidents(snapshot, &query);
    Overview {
        landlords: usize::from(stock.landlord(landlord).is_some()),
        sites: sites().count(),
        buildings: own().filter(|place| place.building.is_some()).count(),
        dwellings: sites().map(|site| u64::from(site.dwellings)).sum(),
        incidents: incidents.map_or(0, |page| page.matched),
        patrols: 0,
        tracts: stock.tracts().len(),
        bounds: Bbox::around(own().map(|place| place.position)),
        center: center(own()),
        seq: snapshot.last_incident_of(landlord),
    }
}

fn center<'a>(places: impl IntoIterator<Item = &'a Place>) -> Option<LonLat> {
    let (lons, lats) =
        places.into_iter().map(|place| (place.position.lon(), place.position.lat())).unzip();
    LonLat::new(median(lons)?, median(lats)?).ok()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
