//! A portrait on the wire: the same shape whether its counts are exact or have passed the publication gate.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    geojson::{Geometry, rounded},
    named::{DirectionName, Named, PlaceKindName, SeasonName, VerdictName},
    portrait_insee::InseeBody,
    subjects::SubjectBody,
};
use crate::{
    portrait::{
        Compared, Comparison, Count, Course, Group, Place, PlaceKind, Portrait, Rate, Reports,
        SiteCount, Subject,
    },
    statistics::Interval,
    time::Timestamp,
};

/// Figures are told to four decimals: more says nothing.
const DIGITS: f64 = 1e4;

/// What a place is like. It describes; nothing that sends patrols reads it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Portrait)]
pub struct PortraitBody {
    /// What sort of place.
    of: PlaceKindName,
    /// What it was asked for by; null for what was drawn.
    #[schema(required = true)]
    code: Option<String>,
    /// What people call it; null where there is no name, or it is not told.
    #[schema(required = true)]
    name: Option<String>,
    /// The subject that it is about; null where it is about none.
    #[schema(required = true)]
    subject: Option<SubjectBody>,
    /// The kinds that are counted; empty for all.
    kinds: Vec<String>,
    /// Whether counts are as they were counted, or past the publication gate.
    counts: CountsAreBody,
    /// Sites on it.
    sites: usize,
    /// Sites of which published counts do not tell: they are merged with others beyond the place, or too few people live
    /// there. None where counts are exact.
    sites_left_out: usize,
    /// Dwellings on its sites; where counts are published, of those that are told of.
    dwellings: u64,
    /// The first month, such as `2024-01`; null where no month that is over is known of.
    #[schema(required = true)]
    from: Option<String>,
    /// The last month.
    #[schema(required = true)]
    to: Option<String>,
    /// How many months.
    months: usize,
    /// What was reported; null without months.
    #[schema(required = true)]
    reports: Option<ReportsBody>,
    /// Month by month.
    course: CourseBody,
    /// Beside what is around it, the rest of the stock first, then the nearest.
    around: Vec<ComparisonBody>,
    /// The sites where most is reported, ten at most.
    top: Vec<SiteBody>,
    /// The sites of which counts tell by themselves, as points to draw.
    points: Vec<PointBody>,
    /// What was drawn; null for places that have a code.
    #[schema(required = true)]
    drawn: Option<Geometry>,
    /// What INSEE says of the tracts that it touches.
    insee: InseeBody,
    /// When the answer was made, RFC 3339.
    time_stamp: String,
}

/// What the numbers of a portrait are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = PortraitCountsAre)]
#[serde(rename_all = "snake_case")]
enum CountsAreBody {
    /// As they were counted.
    Exact,
    /// Past the publication gate.
    Published,
}

/// A rate for 1,000 dwellings and a year, with its interval of 95 %.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = PortraitRate)]
struct RateBody {
    value: f64,
    low: f64,
    high: f64,
}

/// What was reported.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitReports)]
struct ReportsBody {
    /// All of it; null where that reads `<5`.
    #[schema(required = true)]
    total: Option<u64>,
    /// For 1,000 dwellings and a year; null without dwellings, or where the count is null.
    #[schema(required = true)]
    rate: Option<RateBody>,
    /// By family of kinds, most first.
    families: Vec<GroupBody>,
    /// By kind, most first; null where counts are published.
    #[schema(required = true)]
    kinds: Option<Vec<GroupBody>>,
    /// 168 counts by hour of the Paris week, from Monday 00:00; null where counts are published.
    #[schema(required = true)]
    hours: Option<Vec<u64>>,
}

/// Reports of a kind or of a family.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitGroup)]
struct GroupBody {
    /// Such as `OCC-HAL` or `OCC`.
    code: String,
    /// How many; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
    /// For 1,000 dwellings and a year.
    #[schema(required = true)]
    rate: Option<RateBody>,
}

/// Month by month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitCourse)]
struct CourseBody {
    /// Oldest first.
    points: Vec<MonthBody>,
    /// Whether the season was taken out (STL).
    season: SeasonName,
    /// Which way it goes.
    direction: DirectionName,
    /// Change in a year of reports for 30 days (Theil and Sen), with its interval; null where there is too little.
    #[schema(required = true)]
    slope: Option<RateBody>,
    /// Where the line begins and ends, reports for 30 days.
    #[schema(required = true)]
    line: Option<[f64; 2]>,
    /// The mean of the months, reports for 30 days.
    #[schema(required = true)]
    mean: Option<f64>,
}

/// A month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitMonth)]
struct MonthBody {
    /// Such as `2026-10`.
    month: String,
    /// How many; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
    /// For 30 days.
    #[schema(required = true)]
    per_30_days: Option<f64>,
    /// The same without the season; null where it was not taken out.
    #[schema(required = true)]
    adjusted: Option<f64>,
}

/// The place beside another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitComparison)]
struct ComparisonBody {
    /// `rest`, `site`, `landlord`, `tract` or `commune`.
    #[schema(value_type = String)]
    with: &'static str,
    /// Its code; null for the rest of the stock.
    #[schema(required = true)]
    code: Option<String>,
    /// What people call it.
    name: String,
    /// Reported there; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
    /// Dwellings there.
    dwellings: u64,
    /// Its rate.
    #[schema(required = true)]
    rate: Option<RateBody>,
    /// The rate of the place over that one.
    #[schema(required = true)]
    ratio: Option<f64>,
    /// Lower end of its interval: those of a portrait together hold the truth 95 times in 100.
    #[schema(required = true)]
    low: Option<f64>,
    /// Upper end; null also where nothing bounds it.
    #[schema(required = true)]
    high: Option<f64>,
    /// What that says.
    verdict: VerdictName,
}

/// A site and what was reported on it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitSite)]
struct SiteBody {
    /// Its code.
    code: String,
    /// What people call it; null where that is not told.
    #[schema(required = true)]
    name: Option<String>,
    /// Dwellings on it.
    dwellings: u32,
    /// How many.
    #[schema(required = true)]
    count: Option<u64>,
    /// For 1,000 dwellings and a year.
    #[schema(required = true)]
    rate: Option<RateBody>,
}

/// A site to draw.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PortraitPoint)]
struct PointBody {
    /// Its code.
    code: String,
    /// Longitude and latitude.
    position: [f64; 2],
    /// How many; null where that reads `<5`.
    #[schema(required = true)]
    count: Option<u64>,
}

impl PortraitBody {
    /// The portrait, of that subject where it is about one, made at `now`.
    #[must_use]
    pub fn of(told: &Portrait<'_>, subject: Option<&Subject>, now: Timestamp) -> Self {
        let code = (told.place.kind() != PlaceKind::Town).then(|| told.place.code()).flatten();
        Self {
            of: Named(told.place.kind()),
            code,
            name: told.name.clone(),
            subject: subject.map(SubjectBody::from),
            kinds: told.kinds.iter().map(ToString::to_string).collect(),
            counts: if told.is_published { CountsAreBody::Published } else { CountsAreBody::Exact },
            sites: told.sites_in_all,
            sites_left_out: told.sites_left_out,
            dwellings: told.dwellings,
            from: told.span.map(|span| span.first.to_string()),
            to: told.span.map(|span| span.last.to_string()),
            months: told.span.map_or(0, |span| span.months),
            reports: told.reports.as_ref().map(ReportsBody::from),
            course: (&told.course).into(),
            around: told.around.iter().map(ComparisonBody::from).collect(),
            top: told.top.iter().map(|one| SiteBody::of(told, one)).collect(),
            points: told.sites.iter().map(PointBody::from).collect(),
            drawn: match &told.place {
                Place::Drawn(drawn) => Some(drawn.polygons().into()),
                _ => None,
            },
            insee: (&told.insee).into(),
            time_stamp: now.to_string(),
        }
    }
}

fn number(count: Count) -> Option<u64> {
    count.told.number()
}

/// A figure as it is told.
pub fn short(number: f64) -> f64 {
    (number * DIGITS).round() / DIGITS
}

impl From<Rate> for RateBody {
    fn from(rate: Rate) -> Self {
        Self::of(rate.per_1000, rate.interval)
    }
}

impl RateBody {
    fn of(value: f64, interval: Interval) -> Self {
        Self { value: short(value), low: short(interval.lower), high: short(interval.upper) }
    }
}

impl From<&Reports> for ReportsBody {
    fn from(reports: &Reports) -> Self {
        let groups = |groups: &Vec<Group>| groups.iter().map(GroupBody::from).collect();
        Self {
            total: number(reports.total),
            rate: reports.rate.map(RateBody::from),
            families: groups(&reports.families),
            kinds: reports.kinds.as_ref().map(groups),
            hours: reports.hours.clone(),
        }
    }
}

impl From<&Group> for GroupBody {
    fn from(group: &Group) -> Self {
        let Group { code, count, rate } = group;
        Self { code: code.clone(), count: number(*count), rate: rate.map(RateBody::from) }
    }
}

impl From<&Course> for CourseBody {
    fn from(course: &Course) -> Self {
        let points = course.months.iter().map(|point| MonthBody {
            month: point.month.to_string(),
            count: number(point.count),
            per_30_days: point.per_30_days.map(short),
            adjusted: point.adjusted.map(short),
        });
        Self {
            points: points.collect(),
            season: Named(course.season),
            direction: Named(course.direction),
            slope: course.slope.map(|slope| RateBody::of(slope.per_year, slope.interval)),
            line: course.slope.map(|slope| [short(slope.first), short(slope.last)]),
            mean: course.slope.map(|slope| short(slope.mean)),
        }
    }
}

impl From<&Comparison> for ComparisonBody {
    fn from(one: &Comparison) -> Self {
        let (with, code) = match &one.with {
            Compared::Rest => ("rest", None),
            Compared::Site(code) => ("site", Some(code.to_string())),
            Compared::Landlord(id) => ("landlord", Some(id.to_string())),
            Compared::Tract(code) => ("tract", Some(code.to_string())),
            Compared::Commune(code) => ("commune", Some(code.clone())),
        };
        Self {
            with,
            code,
            name: one.name.clone(),
            count: number(one.count),
            dwellings: one.dwellings,
            rate: one.rate.map(RateBody::from),
            ratio: one.ratio.map(short),
            low: one.interval.map(|interval| short(interval.lower)),
            high: one.interval.map(|it| it.upper).filter(|upper| upper.is_finite()).map(short),
            verdict: Named(one.verdict),
        }
    }
}

impl SiteBody {
    fn of(told: &Portrait<'_>, one: &SiteCount<'_>) -> Self {
        Self {
            code: one.site.code.to_string(),
            name: told.name_of(one.site).map(str::to_owned),
            dwellings: one.site.dwellings,
            count: number(one.count),
            rate: one.rate.map(RateBody::from),
        }
    }
}

impl From<&SiteCount<'_>> for PointBody {
    fn from(one: &SiteCount<'_>) -> Self {
        Self {
            code: one.site.code.to_string(),
            position: rounded(one.site.position.into()),
            count: number(one.count),
        }
    }
}
