//! When things are: instants, windows of instants, and the hours of a Paris week. Knows no clock.

mod calendar;

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{ToSpan as _, civil::Weekday, tz::TimeZone};

pub use calendar::{Date, InvalidDate, InvalidMonth, Month};

/// The time zone of the streets: hours and days of the week are read here, across summer time.
static PARIS: LazyLock<TimeZone> = LazyLock::new(|| {
    // The database is compiled into the program (feature `tzdb-bundle-always`).
    TimeZone::get("Europe/Paris").expect("the bundled database knows Europe/Paris")
});

/// An instant, to the millisecond, from year 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix_ms: i64,
}

/// Why a text or number is not a [`Timestamp`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimestamp {
    /// Not RFC 3339 with an offset.
    #[error("must be an RFC 3339 time with its offset, such as 2026-11-24T02:05:00Z")]
    NotRfc3339,
    /// Outside years 0001 to 9999.
    #[error("{0} ms since 1970 is outside the years 0001 to 9999")]
    OutOfRange(i64),
}

impl Timestamp {
    /// The first one that is told: the beginning of the year 0001.
    pub const FIRST: Self = Self { unix_ms: -62_135_596_800_000 };

    /// The instant `unix_ms` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp::OutOfRange`] outside the years 0001 to 9999.
    pub fn from_unix_ms(unix_ms: i64) -> Result<Self, InvalidTimestamp> {
        match jiff::Timestamp::from_millisecond(unix_ms) {
            Ok(_) => Ok(Self { unix_ms }),
            Err(_) => Err(InvalidTimestamp::OutOfRange(unix_ms)),
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.unix_ms
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.unix_ms - earlier.unix_ms) as f64 / 1000.0
    }

    /// This instant moved by `seconds`; kept within the years 0001 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.unix_ms.saturating_add(seconds.saturating_mul(1000));
        Self::from_unix_ms(moved).unwrap_or(self)
    }

    /// The instant at which clocks in Paris showed the same time so many months before (after, where negative), on the
    /// last day of a month that is too short; kept within the years 0001 to 9999.
    #[must_use]
    pub fn months_before(self, months: i32) -> Self {
        let shown = PARIS.to_datetime(self.instant()).checked_sub(months.months());
        let then = shown.and_then(|shown| PARIS.to_timestamp(shown));
        then.ok().and_then(|at| Self::from_unix_ms(at.as_millisecond()).ok()).unwrap_or(self)
    }

    /// The hour of the week that clocks in Paris show.
    #[must_use]
    pub fn hour_of_week(self) -> HourOfWeek {
        let local = PARIS.to_datetime(self.instant());
        let day = local.weekday().to_monday_zero_offset() as u8;
        HourOfWeek(day * 24 + local.hour() as u8)
    }

    /// The date that calendars in Paris show: year, month, day.
    #[must_use]
    pub fn paris_date(self) -> (i16, i8, i8) {
        let date = PARIS.to_datetime(self.instant()).date();
        (date.year(), date.month(), date.day())
    }

    /// The hour and minute that clocks in Paris show.
    #[must_use]
    pub fn paris_clock(self) -> (i8, i8) {
        let local = PARIS.to_datetime(self.instant());
        (local.hour(), local.minute())
    }

    fn instant(self) -> jiff::Timestamp {
        // Checked by every constructor.
        jiff::Timestamp::from_millisecond(self.unix_ms).unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let instant: jiff::Timestamp =
            text.parse().map_err(|_unreadable| InvalidTimestamp::NotRfc3339)?;
        Self::from_unix_ms(instant.as_millisecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.instant())
    }
}

/// Instants from `from` (included) to `to` (excluded); an open end has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeWindow {
    /// First instant inside.
    pub from: Option<Timestamp>,
    /// First instant after.
    pub to: Option<Timestamp>,
}

impl TimeWindow {
    /// Whether `at` lies in the window.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// An hour of the week in Paris: 0 is Monday 00:00–00:59, 167 is Sunday 23:00–23:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HourOfWeek(u8);

impl HourOfWeek {
    /// How many there are.
    pub const COUNT: usize = 7 * 24;

    /// The hour of the day, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.0 % 24
    }

    /// Each of them, from Monday 00:00.
    pub fn every() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// 0 to 167.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of hours of the week, such as `hours=18-2&days=fri,sat`.
///
/// An hour is in the set when its own local day and its own local hour both are: with `hours=18-2&days=fri`,
/// Friday 01:00 is in and Saturday 01:00 is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekHours {
    allowed: [bool; HourOfWeek::COUNT],
}

/// Why a text is not a range of hours or a list of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWeekHours {
    /// Not two hours.
    #[error(
        "must be two hours `from-to`, 0 to 24, the second excluded, such as 18-2 (past midnight)"
    )]
    Hours,
    /// Not a day.
    #[error("`{0}` is not a day: mon, tue, wed, thu, fri, sat or sun")]
    Day(String),
}

impl WeekHours {
    /// Every hour of the week.
    #[must_use]
    pub const fn all() -> Self {
        Self { allowed: [true; HourOfWeek::COUNT] }
    }

    /// Whether every hour is in the set.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.allowed.iter().all(|allowed| *allowed)
    }

    /// Whether each day is in the set with every hour or with none: a choice of days, and not of hours.
    #[must_use]
    pub fn is_of_whole_days(&self) -> bool {
        self.allowed.chunks(24).all(|day| day.iter().all(|allowed| *allowed == day[0]))
    }

    /// Whether `hour` is in the set.
    #[must_use]
    pub fn contains(&self, hour: HourOfWeek) -> bool {
        self.allowed[hour.index()]
    }

    /// The same set without the hours of the day outside `text` (`18-2`: 18:00 to 01:59).
    ///
    /// # Errors
    ///
    /// [`InvalidWeekHours::Hours`] when `text` is not two different hours from 0 to 24.
    pub fn during(mut self, text: &str) -> Result<Self, InvalidWeekHours> {
        let (from, to) = text.split_once('-').ok_or(InvalidWeekHours::Hours)?;
        let (from, to) = (hour(from)?, hour(to)?);
        if from == to || from == 24 {
            return Err(InvalidWeekHours::Hours);
        }
        for (index, allowed) in self.allowed.iter_mut().enumerate() {
            let at = index % 24;
            *allowed &= if from < to { from <= at && at < to } else { at >= from || at < to };
        }
        Ok(self)
    }

    /// The same set without the days that `text` (`fri,sat`) does not name.
    ///
    /// # Errors
    ///
    /// [`InvalidWeekHours::Day`] names the first word that is not a day.
    pub fn on(mut self, text: &str) -> Result<Self, InvalidWeekHours> {
        let mut named = [false; 7];
        for word in text.split(',') {
            named[day(word.trim())?.to_monday_zero_offset() as usize] = true;
        }
        for (index, allowed) in self.allowed.iter_mut().enumerate() {
            *allowed &= named[index / 24];
        }
        Ok(self)
    }
}

fn hour(text: &str) -> Result<usize, InvalidWeekHours> {
    text.trim().parse().ok().filter(|hour| *hour <= 24).ok_or(InvalidWeekHours::Hours)
}

fn day(text: &str) -> Result<Weekday, InvalidWeekHours> {
    Ok(match text {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        other => return Err(InvalidWeekHours::Day(other.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_needs_its_offset_and_prints_in_utc() {
        assert_eq!(at("2026-11-24T03:05:00+01:00").to_string(), "2026-11-24T02:05:00Z");
        assert_eq!(at("2026-11-24T02:05:00.250Z").to_string(), "2026-11-24T02:05:00.25Z");
        assert!("2026-11-24T02:05:00".parse::<Timestamp>().is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!(Timestamp::from_unix_ms(i64::MAX).is_err());
    }

    #[test]
    fn the_hour_of_the_week_is_the_one_on_paris_clocks_across_summer_time() {
        // Sunday 29 March 2026: 01:59 CET is followed by 03:00 CEST.
        assert_eq!(at("2026-03-29T00:59:00Z").hour_of_week(), HourOfWeek(6 * 24 + 1));
        assert_eq!(at("2026-03-29T01:00:00Z").hour_of_week(), HourOfWeek(6 * 24 + 3));
        // Sunday 25 October 2026: the hour from 02:00 comes twice.
        assert_eq!(at("2026-10-25T00:30:00Z").hour_of_week(), HourOfWeek(6 * 24 + 2));
        assert_eq!(at("2026-10-25T01:30:00Z").hour_of_week(), HourOfWeek(6 * 24 + 2));
    }

    #[test]
    fn an_evening_may_run_past_midnight() {
        let evening = WeekHours::all().during("18-2").unwrap().on("fri,sat").unwrap();
        assert!(evening.contains(at("2026-11-27T17:00:00Z").hour_of_week()), "Friday 18:00");
        assert!(evening.contains(at("2026-11-28T00:59:00Z").hour_of_week()), "Saturday 01:59");
        assert!(!evening.contains(at("2026-11-28T01:00:00Z").hour_of_week()), "Saturday 02:00");
        assert!(!evening.contains(at("2026-11-29T00:00:00Z").hour_of_week()), "Sunday 01:00");
    }

    #[test]
    fn a_choice_of_days_is_told_from_one_of_hours() {
        let of = |hours: &str, days: &str| {
            WeekHours::all().during(hours).unwrap().on(days).unwrap().is_of_whole_days()
        };
        assert!(WeekHours::all().is_of_whole_days());
        assert!(of("0-24", "fri,sat"));
        assert!(!of("18-2", "fri,sat"));
        assert!(!of("18-2", "mon,tue,wed,thu,fri,sat,sun"));
    }

    #[test]
    fn hours_and_days_that_do_not_exist_are_refused() {
        for text in ["18", "18-25", "a-b", "5-5", "24-3", "-1-3"] {
            assert_eq!(WeekHours::all().during(text), Err(InvalidWeekHours::Hours), "{text}");
        }
        assert_eq!(
            WeekHours::all().on("fri,vendredi"),
            Err(InvalidWeekHours::Day("vendredi".into()))
        );
    }
}
