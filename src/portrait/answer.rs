//! [`portrait`]: the question, and [`Portrait`], the answer.

use super::{
    CommuneCode, Comparison, Count, Counts, Course, Insee, Place, Rate, Reports,
    around::{comparisons, told_alone},
    count::{Exposure, Ledger},
    ground::{Ground, Sight},
    insee::{chosen, insee},
    reports::{Asked, tally},
};
use crate::{
    catalogue::{Indicator, IndicatorName, TractsError},
    incident::KindCode,
    privacy::Reading,
    stock::{LandlordId, Site, SiteCode},
    time::{Month, Timestamp},
    tract::TractCode,
    twin::{SiteIx, Snapshot},
};

/// Months that a portrait is about where nobody says: three years, as long as incidents are kept.
pub const MONTHS_DEFAULT: i32 = 36;
/// Sites with the most reports that a portrait names.
pub const SITES_MAX: usize = 10;
const DAYS_PER_YEAR: f64 = 365.25;

/// Of what, and of when.
#[derive(Debug, Clone, PartialEq)]
pub struct PortraitQuery {
    /// Of what.
    pub place: Place,
    /// From this month on; without it, the last [`MONTHS_DEFAULT`] that are over.
    pub from: Option<Month>,
    /// Up to this month; without it, the last one that is over.
    pub to: Option<Month>,
    /// Of these kinds alone; none for all.
    pub kinds: Vec<KindCode>,
    /// Figures of INSEE; none for those that are chosen for everybody.
    pub indicators: Vec<IndicatorName>,
}

/// Whoever asks for a portrait.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Where counts come from.
    pub counts: Counts<'a>,
    /// The landlord of whose sites alone anything is told; none for all.
    pub own: Option<&'a LandlordId>,
    /// How sites are called.
    pub naming: Naming,
}

/// How sites are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// As people call them.
    Names,
    /// By their codes alone.
    Codes,
}

/// Whole months, the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthSpan {
    /// The first.
    pub first: Month,
    /// The last.
    pub last: Month,
    /// How many they are.
    pub months: usize,
}

/// What a place is like. It describes; nothing that sends patrols reads it.
#[derive(Debug, Clone)]
pub struct Portrait<'a> {
    /// Of what.
    pub place: Place,
    /// What people call it; none where the stock has no name for it, or whoever asks is told none.
    pub name: Option<String>,
    /// How sites are called.
    pub naming: Naming,
    /// Sites on it.
    pub sites_in_all: usize,
    /// Dwellings on them: where counts are published, of the zones that they are told of.
    pub dwellings: u64,
    /// The months that counts are about; none where no month that is over is known of.
    pub span: Option<MonthSpan>,
    /// The kinds that were asked for; none for all. Where counts are published they are those of whole families.
    pub kinds: Vec<KindCode>,
    /// Whether counts come from the publication gate.
    pub is_published: bool,
    /// Sites of which counts do not tell, where they are published: merged with others beyond the place, or with too few
    /// people to be told of.
    pub sites_left_out: usize,
    /// What was reported; none without months.
    pub reports: Option<Reports>,
    /// Month by month.
    pub course: Course,
    /// Beside what is around it.
    pub around: Vec<Comparison>,
    /// The sites with the most reports.
    pub top: Vec<SiteCount<'a>>,
    /// Every site on it of which counts tell by itself, with how many were reported, to draw.
    pub sites: Vec<SiteCount<'a>>,
    /// What INSEE says.
    pub insee: Insee<'a>,
}

/// A site and what was reported on it.
#[derive(Debug, Clone)]
pub struct SiteCount<'a> {
    /// Which.
    pub site: &'a Site,
    /// How many.
    pub count: Count,
    /// For its dwellings.
    pub rate: Option<Rate>,
}

/// What a portrait asks for that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortraitError {
    /// The stock holds no such site.
    #[error("site `{0}` is not in the stock")]
    UnknownSite(SiteCode),
    /// The stock holds no such landlord.
    #[error("landlord `{0}` is not in the stock")]
    UnknownLandlord(LandlordId),
    /// There is no such tract of today.
    #[error("tract `{0}` is not among those of today")]
    UnknownTract(TractCode),
    /// No tract of today is in such a commune.
    #[error("no tract of today is in the commune `{0}`")]
    UnknownCommune(CommuneCode),
    /// The months are none.
    #[error("from {from} to {to} there is no month")]
    Backwards {
        /// The first that was asked for.
        from: Month,
        /// The last.
        to: Month,
    },
    /// A figure is not there.
    #[error(transparent)]
    Figures(#[from] TractsError),
}

/// The portrait of a place at `now`, as whoever sees all of the stock, or one landlord's, may know it.
///
/// O(reports of the months + places × neighbours + tracts); the first one after a change of the stock works out tracts.
///
/// # Errors
///
/// [`PortraitError`].
pub fn portrait<'a>(
    snapshot: &'a Snapshot,
    asker: Asker<'a>,
    query: &PortraitQuery,
    now: Timestamp,
) -> Result<Portrait<'a>, PortraitError> {
    let stock = snapshot.stock();
    let Asker { counts, own, naming } = asker;
    let sight = Sight { stock, own };
    let ground = Ground::of(sight, &query.place)?;
    let names = match &query.indicators[..] {
        [] => chosen(stock),
        asked => asked.to_vec(),
    };
    let indicators = names.iter().map(|name| Indicator::find(stock, name));
    let indicators: Vec<Indicator> = indicators.collect::<Result<_, _>>()?;
    let months = months(snapshot, counts, sight, query, now)?;
    let asked = Asked { sight, snapshot, months: &months, kinds: &query.kinds };

    let tally = tally(asked, counts, &ground.holds);
    let measured = tally.ledger.measure(snapshot, &ground.holds);
    let years = years(&months);
    let against = Exposure { dwellings: measured.dwellings, years };
    let sites = sites(snapshot, &tally.ledger, &ground);
    let sites_in_all = sites.len();
    let sites = counted(&sites, years);
    let course: Vec<(Month, Count)> = months.iter().copied().zip(tally.months.clone()).collect();
    Ok(Portrait {
        name: name(sight, &query.place, naming),
        naming,
        sites_in_all,
        dwellings: measured.dwellings,
        span: months.first().zip(months.last()).map(|(first, last)| MonthSpan {
            first: *first,
            last: *last,
            months: months.len(),
        }),
        kinds: query.kinds.clone(),
        is_published: matches!(counts, Counts::Published(_)),
        sites_left_out: measured.sites_left_out,
        reports: (!months.is_empty()).then(|| Reports::of(&tally, measured.count, against)),
        course: Course::of(&course),
        around: if months.is_empty() {
            Vec::new()
        } else {
            comparisons((asked, naming), (&query.place, &ground), &tally.ledger, measured, years)?
        },
        top: top(&sites),
        sites,
        insee: insee(stock, &ground, &indicators),
        place: query.place.clone(),
    })
}

impl Portrait<'_> {
    /// What people call a site; none where that is not told.
    #[must_use]
    pub fn name_of<'s>(&self, site: &'s Site) -> Option<&'s str> {
        (self.naming == Naming::Names).then_some(site.name.as_str())
    }

    /// What a site is called here: by its name and its code, or by its code alone.
    #[must_use]
    pub fn called(&self, site: &Site) -> String {
        match self.naming {
            Naming::Names => format!("{} ({})", site.name, site.code),
            Naming::Codes => site.code.to_string(),
        }
    }
}

fn name(sight: Sight<'_>, place: &Place, naming: Naming) -> Option<String> {
    let stock = sight.stock;
    match place {
        Place::Town | Place::Commune(_) | Place::Drawn(_) => None,
        Place::Site(_) if naming == Naming::Codes => None,
        Place::Site(code) => stock.site_ix(code).map(|site| stock.site(site).name.clone()),
        Place::Landlord(id) => stock.landlord(id).map(|landlord| landlord.name.clone()),
        Place::Tract(code) => stock.tract_index().tract(code).map(|tract| tract.name.clone()),
    }
}

/// The months that are over, known of, and asked for. The first month that is known of may be known in part, and is
/// left out where others follow.
fn months(
    snapshot: &Snapshot,
    counts: Counts<'_>,
    sight: Sight<'_>,
    query: &PortraitQuery,
    now: Timestamp,
) -> Result<Vec<Month>, PortraitError> {
    if let (Some(from), Some(to)) = (query.from, query.to)
        && from > to
    {
        return Err(PortraitError::Backwards { from, to });
    }
    let last = Month::of(now).plus_months(-1);
    let last = query.to.map_or(last, |to| to.min(last));
    let begun = match counts {
        Counts::Exact => first_report(snapshot, sight),
        // Depends on classes alone.
        Counts::Published(units) => {
            units.span().from.filter(|_| units.span().from < units.span().to)
        }
    };
    let Some(begun) = begun else { return Ok(Vec::new()) };
    let known = Month::of(begun);
    let is_whole = known.window().from == Some(begun) && matches!(counts, Counts::Exact);
    let known = if is_whole || known >= last { known } else { known.plus_months(1) };
    let asked = query.from.unwrap_or_else(|| last.plus_months(1 - MONTHS_DEFAULT));
    let first = known.max(asked);
    let all = std::iter::successors(Some(first), |month| Some(month.plus_months(1)));
    Ok(all.take_while(|month| *month <= last).collect())
}

/// When the first report that is seen came in. O(reports of others before it).
fn first_report(snapshot: &Snapshot, sight: Sight<'_>) -> Option<Timestamp> {
    let parts = snapshot.incidents().parts().into_iter();
    let firsts = parts.filter_map(|columns| {
        let row = columns.site().iter().position(|site| sight.shows(*site))?;
        Some(columns.reported_at()[row])
    });
    firsts.min()
}

fn years(months: &[Month]) -> f64 {
    months.iter().map(|month| month.days().count() as f64).sum::<f64>() / DAYS_PER_YEAR
}

/// Every site on the ground, in the order of rows.
fn sites<'a>(
    snapshot: &'a Snapshot,
    ledger: &Ledger<'_>,
    ground: &Ground,
) -> Vec<(&'a Site, Option<Count>)> {
    let stock = snapshot.stock();
    let of_place = |row: usize| stock.places()[row].site.map(|site| site.0 as usize);
    let held = || (0..ground.holds.len()).filter(|row| ground.holds[*row]);
    let mut is_on = vec![false; stock.sites().len()];
    held().filter_map(of_place).for_each(|site| is_on[site] = true);
    let told: Vec<Option<Count>> = match ledger {
        Ledger::ByPlace(by_place) => {
            let mut sums = vec![0_u64; is_on.len()];
            for row in held() {
                if let Some(site) = of_place(row) {
                    sums[site] += u64::from(by_place[row]);
                }
            }
            sums.into_iter().map(|sum| Some(Count::exact(sum))).collect()
        }
        Ledger::ByUnit(units, scope) => {
            let alone = told_alone(stock, units);
            let mut told = vec![None; is_on.len()];
            for (row, zone) in units.zones().iter().enumerate() {
                let own_place = stock.place_of_site(zone.anchor).0 as usize;
                if alone[zone.anchor.0 as usize] && ground.holds[own_place] {
                    told[zone.anchor.0 as usize] =
                        Some(Count::published(units.estimate(row, scope)));
                }
            }
            told
        }
    };
    let rows = (0..is_on.len()).filter(|row| is_on[*row]);
    rows.map(|row| (stock.site(SiteIx(row as u32)), told[row])).collect()
}

/// Those of which counts tell.
fn counted<'a>(sites: &[(&'a Site, Option<Count>)], years: f64) -> Vec<SiteCount<'a>> {
    let told = sites.iter().filter_map(|(site, count)| {
        let (count, dwellings) = ((*count)?, u64::from(site.dwellings));
        Some(SiteCount { site, count, rate: count.rate(Exposure { dwellings, years }) })
    });
    told.collect()
}

/// The sites with the most reports, those with the most for their dwellings first among equals.
fn top<'a>(sites: &[SiteCount<'a>]) -> Vec<SiteCount<'a>> {
    let mut top: Vec<SiteCount<'a>> =
        sites.iter().filter(|one| one.count.told > Reading::Few).cloned().collect();
    let per_1000 = |one: &SiteCount<'_>| one.rate.map_or(0.0, |rate| rate.per_1000);
    top.sort_by(|a, b| {
        let by_count = b.count.told.cmp(&a.count.told);
        let by_rate = || per_1000(b).total_cmp(&per_1000(a));
        by_count.then_with(by_rate).then_with(|| a.site.code.cmp(&b.site.code))
    });
    top.truncate(SITES_MAX);
    top
}
