//! [`ClassSpeeds`]: how fast traffic is in each hour of the week, as a part of the speed limit.

use std::sync::LazyLock;

use super::RoadClass;
use crate::time::{HourOfWeek, InvalidWeekHours, WeekHours};

/// Slowest and fastest part of the limit that a rule may name.
pub const FACTOR_RANGE: std::ops::RangeInclusive<f64> = 0.05..=1.5;

/// How fast cars are on roads of a class, hour by hour of the week in Paris.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassSpeeds {
    /// Which roads.
    pub class: RoadClass,
    /// Hundredths of the speed limit by [`HourOfWeek`], each 5 to 150.
    pub percent: [u8; HourOfWeek::COUNT],
}

/// Why a text does not say how fast traffic is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct InvalidSpeeds {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: SpeedFault,
}

/// What is wrong with a line about speeds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpeedFault {
    /// Another first line.
    #[error("the first line must be `{HEADER}`")]
    Header,
    /// Not four fields.
    #[error("must have four fields `{HEADER}`")]
    Fields,
    /// No such class.
    #[error("`{0}` is not a class of roads, nor `*`")]
    Class(String),
    /// No such days or hours.
    #[error(transparent)]
    Hours(#[from] InvalidWeekHours),
    /// Not a factor.
    #[error("factor `{0}` is not a number from {start} to {end}", start = FACTOR_RANGE.start(), end = FACTOR_RANGE.end())]
    Factor(String),
}

const HEADER: &str = "class;days;hours;factor";

/// The speeds that are in force until others are imported: every class.
pub(super) static SHIPPED: LazyLock<Vec<ClassSpeeds>> = LazyLock::new(|| {
    // A test reads it.
    parse(include_str!("speeds.csv")).unwrap_or_default()
});

/// The speeds of every class from lines `class;days;hours;factor`, such as `residential;mon,tue;7-21;0.6`.
///
/// `*` stands for every class, day or hour. A later line overrules an earlier one; what no line names goes at
/// the limit.
///
/// # Errors
///
/// [`InvalidSpeeds`] names the first line at fault.
pub fn parse(text: &str) -> Result<Vec<ClassSpeeds>, InvalidSpeeds> {
    let mut speeds = RoadClass::ALL.map(|class| ClassSpeeds { class, percent: [100; 168] });
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    if lines.next().is_none_or(|(_, header)| header.trim() != HEADER) {
        return Err(InvalidSpeeds { line: 1, fault: SpeedFault::Header });
    }
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let rule = rule(line).map_err(|fault| InvalidSpeeds { line: index + 1, fault })?;
        for speeds in speeds.iter_mut().filter(|s| rule.class.is_none_or(|c| c == s.class)) {
            let hours = HourOfWeek::every().filter(|hour| rule.hours.contains(*hour));
            hours.for_each(|hour| speeds.percent[hour.index()] = rule.percent);
        }
    }
    Ok(speeds.into())
}

struct Rule {
    class: Option<RoadClass>,
    hours: WeekHours,
    percent: u8,
}

fn rule(line: &str) -> Result<Rule, SpeedFault> {
    let fields: Vec<&str> = line.split(';').map(str::trim).collect();
    let [class, days, hours, factor] = fields[..] else { return Err(SpeedFault::Fields) };
    let class = match class {
        "*" => None,
        name => Some(RoadClass::of_name(name).ok_or_else(|| SpeedFault::Class(name.to_owned()))?),
    };
    let mut week = WeekHours::all();
    if days != "*" {
        week = week.on(days)?;
    }
    if hours != "*" {
        week = week.during(hours)?;
    }
    let number = factor.replace(',', ".").parse().ok().filter(|f| FACTOR_RANGE.contains(f));
    let number: f64 = number.ok_or_else(|| SpeedFault::Factor(factor.to_owned()))?;
    Ok(Rule { class, hours: week, percent: (number * 100.0).round() as u8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_speeds_name_every_class() {
        let shipped = parse(include_str!("speeds.csv")).unwrap();
        assert_eq!(shipped.len(), RoadClass::COUNT);
        assert_eq!(shipped[RoadClass::Residential as usize].percent[2], 80, "Monday 02:00");
        assert_eq!(shipped[RoadClass::Residential as usize].percent[8], 60, "Monday 08:00");
        assert_eq!(shipped[RoadClass::Motorway as usize].percent[8], 50);
    }

    #[test]
    fn a_later_line_overrules_an_earlier_one() {
        let text = "class;days;hours;factor\n*;*;*;0.5\r\n\nservice;sun;*;0,25\n";
        let speeds = parse(text).unwrap();
        assert_eq!(speeds[RoadClass::Service as usize].percent[167], 25);
        assert_eq!(speeds[RoadClass::Service as usize].percent[0], 50);
        assert_eq!(speeds[RoadClass::Trunk as usize].percent[167], 50);
    }

    #[test]
    fn a_line_that_makes_no_sense_is_named() {
        let fault = |line: &str| parse(&format!("{HEADER}\n{line}\n")).unwrap_err();
        assert_eq!(
            fault("*;*;*").to_string(),
            "line 2: must have four fields `class;days;hours;factor`"
        );
        assert_eq!(fault("rue;*;*;1").fault, SpeedFault::Class("rue".to_owned()));
        assert!(matches!(fault("*;mardi;*;1").fault, SpeedFault::Hours(_)));
        for factor in ["0", "2", "NaN", "fast", "-1"] {
            assert_eq!(
                fault(&format!("*;*;*;{factor}")).fault,
                SpeedFault::Factor(factor.to_owned())
            );
        }
        assert_eq!(parse("").unwrap_err().fault, SpeedFault::Header);
    }
}
