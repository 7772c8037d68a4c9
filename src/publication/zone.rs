//! [`Zones`]: the places that counts are told of outside.

use std::collections::BTreeMap;

use geo::Intersects as _;

use crate::{
    geo::LonLat,
    privacy::HOUSEHOLDS_MIN,
    stock::LandlordId,
    twin::{SiteIx, StockIndex},
};

/// Digits of a tract's code that name its commune or arrondissement.
const COMMUNE_DIGITS: usize = 5;

/// Sites that are told of together outside: one, or small ones merged until they have [`HOUSEHOLDS_MIN`] dwellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its largest site, at whose position the zone is taken to lie.
    pub anchor: SiteIx,
    /// Every site in it.
    pub sites: Vec<SiteIx>,
    /// Whose they are, where they are all one landlord's.
    pub landlord: Option<LandlordId>,
    /// Dwellings on them, [`HOUSEHOLDS_MIN`] at least.
    pub dwellings: u64,
}

/// All zones of a stock: each site in one, or in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    /// In no particular order, but always the same for the same stock.
    pub zones: Vec<Zone>,
    /// Row in `zones` of each site; `None` for those that cannot be merged with enough others to be told of.
    pub of_site: Vec<Option<u32>>,
}

impl Zones {
    /// The zones of a stock.
    ///
    /// A site with enough dwellings is a zone. Smaller ones are merged with the small ones of their landlord in the
    /// same commune or arrondissement; where that is not enough, with those of all landlords there; else they are
    /// left out.
    #[must_use]
    pub fn of(stock: &StockIndex) -> Self {
        let mut zones = Vec::new();
        let mut small: BTreeMap<(Option<&str>, &LandlordId), Vec<SiteIx>> = BTreeMap::new();
        for (row, site) in stock.sites().iter().enumerate() {
            let ix = SiteIx(row as u32);
            if u64::from(site.dwellings) >= HOUSEHOLDS_MIN {
                zones.extend(zone(stock, vec![ix]));
            } else {
                let at = (commune(stock, site.position), &site.landlord);
                small.entry(at).or_default().push(ix);
            }
        }
        let mut smallest: BTreeMap<Option<&str>, Vec<SiteIx>> = BTreeMap::new();
        for ((commune, _), sites) in small {
            match zone(stock, sites) {
                Ok(merged) => zones.push(merged),
                Err(too_few) => smallest.entry(commune).or_default().extend(too_few),
            }
        }
        zones.extend(smallest.into_values().filter_map(|sites| zone(stock, sites).ok()));

        let mut of_site = vec![None; stock.sites().len()];
        for (row, zone) in (0..).zip(&zones) {
            zone.sites.iter().for_each(|site| of_site[site.0 as usize] = Some(row));
        }
        Self { zones, of_site }
    }

    /// Sites that are in no zone.
    #[must_use]
    pub fn sites_left_out(&self) -> usize {
        self.of_site.iter().filter(|zone| zone.is_none()).count()
    }
}

/// These sites as a zone; the sites again where they have too few dwellings.
fn zone(stock: &StockIndex, sites: Vec<SiteIx>) -> Result<Zone, Vec<SiteIx>> {
    let dwellings = sites.iter().map(|ix| u64::from(stock.site(*ix).dwellings)).sum();
    let anchor = sites.iter().copied().max_by_key(|ix| (stock.site(*ix).dwellings, ix.0));
    let (Some(anchor), true) = (anchor, dwellings >= HOUSEHOLDS_MIN) else { return Err(sites) };
    let owner = &stock.site(anchor).landlord;
    let one_owner = sites.iter().all(|ix| stock.site(*ix).landlord == *owner);
    Ok(Zone { anchor, landlord: one_owner.then(|| owner.clone()), sites, dwellings })
}

/// The code of the commune or arrondissement there, where the stock has tracts.
fn commune(stock: &StockIndex, position: LonLat) -> Option<&str> {
    let at = geo::Coord::from(position);
    let tract = stock.tracts().iter().find(|tract| tract.area.intersects(&at))?;
    tract.code.as_str().get(..COMMUNE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::town::{at_m, site, town};

    #[test]
    fn small_sites_are_merged_until_they_are_eleven_households_or_left_out() {
        let at = at_m(0.0, 0.0);
        let sites = |list: &[(&str, &str, u32)]| {
            let sites = list.iter().map(|(code, landlord, n)| site(code, landlord, *n, at));
            let snapshot = town(sites.collect(), Vec::new());
            let zones = Zones::of(snapshot.stock());
            let mut told: Vec<Vec<String>> = zones
                .zones
                .iter()
                .map(|zone| {
                    assert!(zone.dwellings >= HOUSEHOLDS_MIN);
                    let code = |ix: &SiteIx| snapshot.stock().site(*ix).code.to_string();
                    zone.sites.iter().map(code).collect()
                })
                .collect();
            told.sort();
            (told, zones.sites_left_out())
        };
        assert_eq!(sites(&[("A", "one", 11)]), (vec![vec!["A".into()]], 0));
        assert_eq!(sites(&[("A", "one", 10)]), (vec![], 1));
        assert_eq!(
            sites(&[("A", "one", 6), ("B", "one", 5), ("C", "two", 90)]),
            (vec![vec!["A".into(), "B".into()], vec!["C".into()]], 0)
        );
        assert_eq!(
            sites(&[("A", "one", 6), ("B", "two", 5)]),
            (vec![vec!["A".into(), "B".into()]], 0)
        );
    }
}
