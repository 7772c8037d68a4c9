//! [`landlords`]: who there is, and how much each has.

use crate::{
    geo::Bbox,
    stock::Landlord,
    twin::{SiteIx, StockIndex},
};

/// A landlord and what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct LandlordRow<'a> {
    /// Who.
    pub landlord: &'a Landlord,
    /// Sites.
    pub sites: usize,
    /// Buildings on them.
    pub buildings: usize,
    /// Dwellings on them.
    pub dwellings: u64,
    /// The smallest box around its sites; `None` where it has none.
    pub bounds: Option<Bbox>,
}

/// Every landlord, in the order of ids. A group has about a dozen, so the list has one page. O(sites).
#[must_use]
pub fn landlords(stock: &StockIndex) -> Vec<LandlordRow<'_>> {
    let mut rows: Vec<LandlordRow<'_>> = stock
        .landlords()
        .iter()
        .map(|landlord| LandlordRow {
            landlord,
            sites: 0,
            buildings: 0,
            dwellings: 0,
            bounds: None,
        })
        .collect();
    for (index, site) in stock.sites().iter().enumerate() {
        let found = stock.landlords().binary_search_by(|known| known.id.cmp(&site.landlord));
        let Ok(at) = found else { continue };
        let row = &mut rows[at];
        row.sites += 1;
        row.buildings += stock.buildings_of_site(SiteIx(index as u32)).len();
        row.dwellings += u64::from(site.dwellings);
        row.bounds = Some(match row.bounds {
            Some(bounds) => bounds.with(site.position),
            None => Bbox::at(site.position),
        });
    }
    rows
}
