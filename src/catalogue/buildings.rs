//! [`buildings`]: the buildings, by id.

use super::{Page, PageLimit, check_landlord, known_site};
use crate::{
    geo::Bbox,
    stock::{BuildingId, LandlordId, SiteCode, folded},
    twin::{BuildingIx, SelectionError, StockIndex},
};

/// Which buildings, and which page of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BuildingsQuery {
    /// Whose box meets this one.
    pub bbox: Option<Bbox>,
    /// On sites of this landlord.
    pub landlord: Option<LandlordId>,
    /// On this site.
    pub site: Option<SiteCode>,
    /// Whose id, site code or site name has this in it; accents and case are ignored.
    pub text: Option<String>,
    /// After this one.
    pub after: Option<BuildingId>,
    /// Most buildings on the page.
    pub limit: PageLimit,
}

/// The buildings that pass every filter, in the order of ids.
///
/// O(buildings) without `bbox` or `site`, else O(those in the box or on the site).
///
/// # Errors
///
/// [`SelectionError`] names a site or landlord that the stock does not hold.
pub fn buildings(
    stock: &StockIndex,
    query: &BuildingsQuery,
) -> Result<Page<BuildingIx, BuildingId>, SelectionError> {
    if let Some(landlord) = &query.landlord {
        check_landlord(stock, landlord)?;
    }
    let text = query.text.as_deref().map(folded);
    let mut found: Vec<BuildingIx> = match (&query.site, &query.bbox) {
        (Some(code), _) => stock.buildings_of_site(known_site(stock, code)?).to_vec(),
        (None, Some(bbox)) => {
            stock.places_meeting(bbox).filter_map(|place| stock.place(place).building).collect()
        }
        (None, None) => (0..stock.buildings().len() as u32).map(BuildingIx).collect(),
    };
    found.retain(|ix| passes(stock, *ix, query, text.as_deref()));
    Ok(Page::of(found, query.after.as_ref(), query.limit, |ix| &stock.building(*ix).id)
        .map(|ix| ix, BuildingId::clone))
}

fn passes(stock: &StockIndex, ix: BuildingIx, query: &BuildingsQuery, text: Option<&str>) -> bool {
    let building = stock.building(ix);
    let site = stock.place(stock.place_of_building(ix)).site;
    query.bbox.is_none_or(|bbox| bbox.intersects(&building.footprint.bbox()))
        && query
            .landlord
            .as_ref()
            .is_none_or(|landlord| site.is_some_and(|site| stock.site(site).landlord == *landlord))
        && text.is_none_or(|text| {
            folded(building.id.as_str()).contains(text)
                || site.is_some_and(|site| {
                    folded(stock.site(site).code.as_str()).contains(text)
                        || stock.folded_name(site).contains(text)
                })
        })
}
