//! [`Comparison`]: a place beside what is around it.

use geo::{BoundingRect, Centroid, Coord, Intersects, MultiPolygon, Rect};

use super::{
    Naming, Place, PortraitError, Rate,
    count::{Exposure, Ledger, Measured},
    ground::{Ground, Sight},
    reports::Asked,
};
use crate::{
    closed_list::closed_list,
    geo::{LonLat, geodesic_distance_m},
    publication::Units,
    statistics::{Confidence, Interval, touching},
    stock::{LandlordId, SiteCode},
    tract::TractCode,
    twin::{SiteIx, StockIndex},
};

/// Nearest sites that a site is compared with.
const SITES_NEAR: usize = 6;
/// Most places of one sort that a place is compared with, the nearest first: Paris has 20 arrondissements.
const OTHERS_MAX: usize = 24;
/// Borders that were rounded by another program still touch, metres.
const TOUCH_M: f64 = 1.0;
/// How sure all comparisons together are.
const SURE: f64 = 0.95;

closed_list! {
    /// What a comparison says.
    Verdict {
        /// The place has more for its dwellings.
        More = "more",
        /// It has less.
        Less = "less",
        /// Chance alone may make the difference.
        NotToldApart = "not_told_apart",
        /// There is too little on one side, or it is not told.
        Unknown = "unknown",
    }
}

/// What a place is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// All of the stock that is seen and lies elsewhere.
    Rest,
    /// A site near by.
    Site(SiteCode),
    /// Another landlord.
    Landlord(LandlordId),
    /// A tract that touches it.
    Tract(TractCode),
    /// Another commune or arrondissement.
    Commune(String),
}

/// A place beside another.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// With what.
    pub with: Compared,
    /// What people call that; its code where whoever asks is told no names.
    pub name: String,
    /// Reported there.
    pub count: super::Count,
    /// Dwellings there.
    pub dwellings: u64,
    /// Its rate.
    pub rate: Option<Rate>,
    /// The rate of the place over that one; none where that one has no reports.
    pub ratio: Option<f64>,
    /// Its interval: all intervals of a portrait together hold the truth at least 95 times in 100 (Bonferroni). The
    /// upper end is infinite where the other may have no reports.
    pub interval: Option<Interval>,
    /// What that says.
    pub verdict: Verdict,
}

/// The place, measured, beside the rest of the stock and its neighbours, the nearest first.
pub(super) fn comparisons(
    (asked, naming): (Asked<'_>, Naming),
    (place, ground): (&Place, &Ground),
    ledger: &Ledger<'_>,
    own: Measured,
    years: f64,
) -> Result<Vec<Comparison>, PortraitError> {
    let sight = asked.sight;
    let measure = |with: Compared, holds: Vec<bool>| (with, ledger.measure(asked.snapshot, &holds));
    let elsewhere = sight.places(|at, _| !ground.holds[at.0 as usize]);
    let mut others = Vec::new();
    if *place != Place::Town {
        others.push(measure(Compared::Rest, elsewhere));
    }
    for with in neighbours(sight, place, ledger)? {
        let holds = holds_of(sight, &with);
        others.push(measure(with, holds));
    }
    others.retain(|(_, measured)| measured.dwellings > 0);
    // Of m comparisons one must not be found different by chance: each is as sure as all together have to be.
    let each = 1.0 - (1.0 - SURE) / others.len().max(1) as f64;
    let sure = Confidence::new(each).unwrap_or(Confidence::NINETY_FIVE);
    let name = |with: &Compared| name_of(sight.stock, with, naming);
    Ok(others
        .into_iter()
        .map(|(with, other)| {
            let name = name(&with);
            compared((with, name), own, other, (years, sure))
        })
        .collect())
}

/// What people call it; nothing for the rest of the stock.
fn name_of(stock: &StockIndex, with: &Compared, naming: Naming) -> String {
    match with {
        Compared::Rest => String::new(),
        Compared::Site(code) => stock
            .site_ix(code)
            .filter(|_| naming == Naming::Names)
            .map_or_else(|| code.to_string(), |site| stock.site(site).name.clone()),
        Compared::Landlord(id) => {
            stock.landlord(id).map_or_else(|| id.to_string(), |known| known.name.clone())
        }
        Compared::Tract(code) => {
            stock.tract_index().tract(code).map_or_else(|| code.to_string(), |it| it.name.clone())
        }
        Compared::Commune(code) => code.clone(),
    }
}

fn compared(
    (with, name): (Compared, String),
    own: Measured,
    other: Measured,
    (years, sure): (f64, Confidence),
) -> Comparison {
    let [ours, theirs] =
        [own, other].map(|measured| Exposure { dwellings: measured.dwellings, years });
    let ratio = own.count.over(ours, &other.count, theirs, sure);
    let verdict = match ratio {
        None => Verdict::Unknown,
        Some(ratio) if ratio.interval.lower > 1.0 => Verdict::More,
        Some(ratio) if ratio.interval.upper < 1.0 => Verdict::Less,
        Some(_) => Verdict::NotToldApart,
    };
    Comparison {
        with,
        name,
        count: other.count,
        dwellings: other.dwellings,
        rate: other.count.rate(theirs),
        ratio: ratio.and_then(|ratio| ratio.ratio),
        interval: ratio.map(|ratio| ratio.interval),
        verdict,
    }
}

fn holds_of(sight: Sight<'_>, with: &Compared) -> Vec<bool> {
    let stock = sight.stock;
    match with {
        Compared::Rest => Vec::new(),
        Compared::Site(code) => sight.places(|_, of| stock.site(of).code == *code),
        Compared::Landlord(id) => sight.places(|_, of| stock.site(of).landlord == *id),
        Compared::Tract(code) => sight.places_in_tracts(|row| stock.tracts()[row].code == *code),
        Compared::Commune(code) => {
            sight.places_in_tracts(|row| stock.tracts()[row].code.commune() == Some(code))
        }
    }
}

fn neighbours(
    sight: Sight<'_>,
    place: &Place,
    ledger: &Ledger<'_>,
) -> Result<Vec<Compared>, PortraitError> {
    Ok(match place {
        Place::Town | Place::Drawn(_) => Vec::new(),
        Place::Site(code) => {
            near_sites(sight, code, ledger).into_iter().map(Compared::Site).collect()
        }
        Place::Landlord(own) => {
            let others = sight.stock.landlords().iter().map(|landlord| &landlord.id);
            let seen = others.filter(|id| *id != own && sight.own.is_none_or(|own| own == *id));
            seen.take(OTHERS_MAX).cloned().map(Compared::Landlord).collect()
        }
        Place::Tract(code) => {
            touching_tracts(sight.stock, code)?.into_iter().map(Compared::Tract).collect()
        }
        Place::Commune(code) => {
            let others = other_communes(sight.stock, code.as_str());
            others.into_iter().map(Compared::Commune).collect()
        }
    })
}

/// The nearest sites that can be told of by themselves.
fn near_sites(sight: Sight<'_>, code: &SiteCode, ledger: &Ledger<'_>) -> Vec<SiteCode> {
    let stock = sight.stock;
    let Some(own) = stock.site_ix(code) else { return Vec::new() };
    let alone = match ledger {
        Ledger::ByPlace(_) => None,
        Ledger::ByUnit(units, _) => Some(told_alone(stock, units)),
    };
    let is_told = |site: SiteIx| alone.as_ref().is_none_or(|alone| alone[site.0 as usize]);
    let from = stock.site(own).position;
    let mut others: Vec<(f64, SiteIx)> = (0..stock.sites().len() as u32)
        .map(SiteIx)
        .filter(|site| *site != own && sight.shows(*site) && is_told(*site))
        .filter(|site| stock.site(*site).dwellings > 0)
        .map(|site| (geodesic_distance_m(from, stock.site(site).position), site))
        .collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    others.into_iter().take(SITES_NEAR).map(|(_, site)| stock.site(site).code.clone()).collect()
}

/// Whether each site is a zone of the gate by itself.
pub(super) fn told_alone(stock: &StockIndex, units: &Units) -> Vec<bool> {
    let mut alone = vec![false; stock.sites().len()];
    for zone in units.zones() {
        if let [only] = zone.sites[..] {
            alone[only.0 as usize] = true;
        }
    }
    alone
}

/// The tracts that touch one, in the order of codes.
fn touching_tracts(stock: &StockIndex, code: &TractCode) -> Result<Vec<TractCode>, PortraitError> {
    let tracts = stock.tracts();
    let unknown = || PortraitError::UnknownTract(code.clone());
    let own = tracts.iter().find(|tract| tract.code == *code).ok_or_else(unknown)?;
    let reach = own.area.bounding_rect().map(|rect| {
        // A ten-thousandth of a degree is 7 m at least: more than the tolerance.
        let margin = Coord { x: 1e-4, y: 1e-4 };
        Rect::new(rect.min() - margin, rect.max() + margin)
    });
    let meets = |area: &MultiPolygon<f64>| {
        reach.zip(area.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b))
    };
    let near: Vec<_> =
        tracts.iter().filter(|tract| tract.code == *code || meets(&tract.area)).collect();
    let areas: Vec<MultiPolygon<f64>> = near.iter().map(|tract| tract.area.clone()).collect();
    let at = near.iter().position(|tract| tract.code == *code).unwrap_or(0);
    let Ok(weights) = touching(&areas, TOUCH_M) else { return Ok(Vec::new()) };
    let found = weights.neighbours(at).iter().map(|other| near[*other as usize].code.clone());
    Ok(found.take(OTHERS_MAX).collect())
}

/// The other communes, the nearest first.
fn other_communes(stock: &StockIndex, own: &str) -> Vec<String> {
    let mut middles: Vec<(String, f64, f64, f64)> = Vec::new();
    for tract in stock.tracts() {
        let (Some(commune), Some(middle)) = (tract.code.commune(), tract.area.centroid()) else {
            continue;
        };
        match middles.iter_mut().find(|(code, ..)| code == commune) {
            Some((_, lon, lat, n)) => {
                (*lon, *lat, *n) = (*lon + middle.x(), *lat + middle.y(), *n + 1.0)
            }
            None => middles.push((commune.to_owned(), middle.x(), middle.y(), 1.0)),
        }
    }
    let position = |(_, lon, lat, n): &(String, f64, f64, f64)| LonLat::new(lon / n, lat / n).ok();
    let from = middles.iter().find(|(code, ..)| code == own).and_then(position);
    let away = |one: &(String, f64, f64, f64)| {
        from.zip(position(one)).map_or(f64::INFINITY, |(a, b)| geodesic_distance_m(a, b))
    };
    let mut others: Vec<(f64, String)> = middles
        .iter()
        .filter(|(code, ..)| code != own)
        .map(|one| (away(one), one.0.clone()))
        .collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    others.into_iter().take(OTHERS_MAX).map(|(_, code)| code).collect()
}
