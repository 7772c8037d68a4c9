//! [`Date`] and [`Month`]: days, nights and months as calendars in Paris show them.

use std::{fmt, str::FromStr};

use jiff::{ToSpan as _, civil};

use super::{PARIS, TimeWindow, Timestamp};

/// The hour on Paris clocks at which a night begins.
const NIGHT_BEGINS_H: i8 = 18;
/// The hour on Paris clocks at which it ends, the next morning.
const NIGHT_ENDS_H: i8 = 6;
/// Years that a date may lie in: those of [`Timestamp`], less one at each end, so that neighbours exist.
const YEARS: std::ops::RangeInclusive<i16> = 2..=9998;

/// A date on Paris calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// A month on Paris calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(civil::Date);

/// Why a text is not a [`Date`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as 2026-11-23")]
pub struct InvalidDate;

/// Why a text is not a [`Month`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a month such as 2026-10")]
pub struct InvalidMonth;

impl Date {
    /// The date in Paris at that instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(PARIS.to_datetime(at.instant()).date())
    }

    /// Year, month and day.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The day of the week; Monday is 0.
    #[must_use]
    pub fn weekday(self) -> usize {
        self.0.weekday().to_monday_zero_offset() as usize
    }

    /// The date so many days later; earlier where negative. Stays where it is at the ends of time.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.checked_add(days.days()).unwrap_or(self.0))
    }

    /// The whole day: 23 or 25 hours where summer time begins or ends.
    #[must_use]
    pub fn day(self) -> TimeWindow {
        TimeWindow { from: Some(self.at_hour(0)), to: Some(self.plus_days(1).at_hour(0)) }
    }

    /// The night that begins on this date: 18:00 to 06:00 on Paris clocks, 11 or 13 hours where summer time begins
    /// or ends.
    #[must_use]
    pub fn night(self) -> TimeWindow {
        let ends = self.plus_days(1).at_hour(NIGHT_ENDS_H);
        TimeWindow { from: Some(self.at_hour(NIGHT_BEGINS_H)), to: Some(ends) }
    }

    /// The last night that is over at that instant.
    #[must_use]
    pub fn last_night_before(at: Timestamp) -> Self {
        let today = Self::of(at);
        let yesterday = today.plus_days(-1);
        if yesterday.night().to.is_some_and(|end| end <= at) {
            yesterday
        } else {
            yesterday.plus_days(-1)
        }
    }

    /// The instant at which clocks in Paris show that hour, 0 to 23; where they skip it, the one after, and where it
    /// comes twice, the first.
    #[must_use]
    pub fn at_hour(self, hour: i8) -> Timestamp {
        let at = PARIS.to_timestamp(self.0.at(hour, 0, 0, 0)).unwrap_or_default();
        Timestamp { unix_ms: at.as_millisecond() }
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let date: civil::Date = text.parse().map_err(|_unreadable| InvalidDate)?;
        // The parser also takes a time, and signs before years.
        let plain = text.len() == 10 && YEARS.contains(&date.year());
        if plain { Ok(Self(date)) } else { Err(InvalidDate) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Month {
    /// The month in Paris at that instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(Date::of(at).0.first_of_month())
    }

    /// Year and month.
    #[must_use]
    pub fn parts(self) -> (i16, i8) {
        (self.0.year(), self.0.month())
    }

    /// The month so many months later; earlier where negative.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self(self.0.checked_add(months.months()).unwrap_or(self.0))
    }

    /// Its days, first to last.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let first = Date(self.0);
        (0..i32::from(self.0.days_in_month())).map(move |day| first.plus_days(day))
    }

    /// From its first instant to the first of the next one.
    #[must_use]
    pub fn window(self) -> TimeWindow {
        let first_instant = |month: Self| Some(Date(month.0).at_hour(0));
        TimeWindow { from: first_instant(self), to: first_instant(self.plus_months(1)) }
    }
}

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let first: Date = format!("{text}-01").parse().map_err(|_unreadable| InvalidMonth)?;
        Ok(Self(first.0))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn hours(window: TimeWindow) -> f64 {
        window.to.unwrap().seconds_since(window.from.unwrap()) / 3600.0
    }

    #[test]
    fn a_night_runs_from_18_to_6_on_paris_clocks_across_summer_time() {
        let night = date("2026-11-23").night();
        assert_eq!(night.from.unwrap().to_string(), "2026-11-23T17:00:00Z");
        assert_eq!(night.to.unwrap().to_string(), "2026-11-24T05:00:00Z");
        assert_eq!(hours(date("2026-03-28").night()), 11.0, "clocks go forward");
        assert_eq!(hours(date("2026-10-24").night()), 13.0, "clocks go back");
        assert_eq!(hours(date("2026-10-25").day()), 25.0);
    }

    #[test]
    fn the_last_night_is_over_at_six() {
        let last = |at: &str| Date::last_night_before(at.parse().unwrap()).to_string();
        assert_eq!(last("2026-11-24T04:59:59Z"), "2026-11-22");
        assert_eq!(last("2026-11-24T05:00:00Z"), "2026-11-23");
        assert_eq!(last("2026-11-24T22:59:00Z"), "2026-11-23");
    }

    #[test]
    fn months_have_their_days() {
        let february: Month = "2028-02".parse().unwrap();
        assert_eq!(february.days().count(), 29);
        assert_eq!(february.days().last().unwrap(), date("2028-02-29"));
        assert_eq!(february.plus_months(-2).to_string(), "2027-12");
        assert_eq!(february.window().from.unwrap().to_string(), "2028-01-31T23:00:00Z");
        assert_eq!(date("2026-11-23").weekday(), 0, "a Monday");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "2026-02-30", "2026-1-1", "20261123", "2026-11-23T10:00", "+002026-11-23"]
        {
            assert_eq!(text.parse::<Date>(), Err(InvalidDate), "{text}");
        }
        for text in ["2026-13", "2026", "2026-1", "2026-11-23"] {
            assert_eq!(text.parse::<Month>(), Err(InvalidMonth), "{text}");
        }
    }
}
