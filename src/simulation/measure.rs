//! [`Measures`]: what one run comes to.

use std::ops::Range;

use super::{Intervention, Record, Scenario};
use crate::incident::{Priority, Status};

/// What is measured in a run. Times are of the interventions that were reported in its measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// From the call until a crew is on site, T5−T0: the median.
    OverallMedian,
    /// The 90th percentile of the same.
    OverallP90,
    /// The mean of the same.
    OverallMean,
    /// From departure until a crew is on site, T5−T4: the median.
    TravelMedian,
    /// The 90th percentile of the same.
    TravelP90,
    /// The mean of the same.
    TravelMean,
    /// From when a call is sure until a crew is chosen, T2−T1: the mean.
    WaitMean,
    /// The 90th percentile of the same.
    WaitP90,
    /// Share on site within the target of their priority, of those that have one; who never came was late.
    WithinTarget,
    /// The same of P1.
    WithinP1,
    /// The same of P2.
    WithinP2,
    /// The same of P3.
    WithinP3,
    /// Share of the time on duty that crews spend on missions, from assignment to the report.
    Utilisation,
    /// Calls in the window.
    Calls,
    /// Calls in the window that no crew ever came to.
    Unserved,
}

impl Metric {
    /// Every metric, in the order in which people read them.
    pub const ALL: [Self; 15] = [
        Self::OverallMedian,
        Self::OverallP90,
        Self::OverallMean,
        Self::TravelMedian,
        Self::TravelP90,
        Self::TravelMean,
        Self::WaitMean,
        Self::WaitP90,
        Self::WithinTarget,
        Self::WithinP1,
        Self::WithinP2,
        Self::WithinP3,
        Self::Utilisation,
        Self::Calls,
        Self::Unserved,
    ];

    /// Its name for machines, unit last.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OverallMedian => "overall_median_s",
            Self::OverallP90 => "overall_p90_s",
            Self::OverallMean => "overall_mean_s",
            Self::TravelMedian => "travel_median_s",
            Self::TravelP90 => "travel_p90_s",
            Self::TravelMean => "travel_mean_s",
            Self::WaitMean => "wait_mean_s",
            Self::WaitP90 => "wait_p90_s",
            Self::WithinTarget => "within_target_share",
            Self::WithinP1 => "within_p1_share",
            Self::WithinP2 => "within_p2_share",
            Self::WithinP3 => "within_p3_share",
            Self::Utilisation => "utilisation_share",
            Self::Calls => "calls",
            Self::Unserved => "unserved",
        }
    }
}

/// What one run comes to, one number a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures([Option<f64>; Metric::ALL.len()]);

impl Measures {
    /// Measures the interventions that were reported in `window_s`.
    #[must_use]
    pub fn of(record: &Record, scenario: &Scenario, window_s: &Range<f64>) -> Self {
        let measured: Vec<&Intervention> =
            record.interventions.iter().filter(|one| window_s.contains(&one.reported_s)).collect();
        let sorted = |from: Status, to: Status| {
            let mut times_s: Vec<f64> =
                measured.iter().filter_map(|one| one.between_s(from, to)).collect();
            times_s.sort_by(f64::total_cmp);
            times_s
        };
        let overall = sorted(Status::Received, Status::OnSite);
        let travel = sorted(Status::EnRoute, Status::OnSite);
        let wait = sorted(Status::Qualified, Status::Assigned);
        let within = |of: &dyn Fn(Priority) -> bool| within(&measured, of);
        let of = |metric: Metric| match metric {
            Metric::OverallMedian => quantile(&overall, 0.5),
            Metric::OverallP90 => quantile(&overall, 0.9),
            Metric::OverallMean => mean(&overall),
            Metric::TravelMedian => quantile(&travel, 0.5),
            Metric::TravelP90 => quantile(&travel, 0.9),
            Metric::TravelMean => mean(&travel),
            Metric::WaitMean => mean(&wait),
            Metric::WaitP90 => quantile(&wait, 0.9),
            Metric::WithinTarget => within(&|_| true),
            Metric::WithinP1 => within(&|priority| priority == Priority::P1),
            Metric::WithinP2 => within(&|priority| priority == Priority::P2),
            Metric::WithinP3 => within(&|priority| priority == Priority::P3),
            Metric::Utilisation => utilisation(record, scenario, window_s),
            Metric::Calls => Some(measured.len() as f64),
            Metric::Unserved => Some((measured.len() - overall.len()) as f64),
        };
        Self(Metric::ALL.map(of))
    }

    /// The number of a metric; `None` where there was nothing to measure.
    #[must_use]
    pub const fn get(&self, metric: Metric) -> Option<f64> {
        self.0[metric as usize]
    }
}

fn within(measured: &[&Intervention], of: &dyn Fn(Priority) -> bool) -> Option<f64> {
    let with_target = measured.iter().filter(|one| of(one.priority));
    let in_time: Vec<f64> = with_target
        .filter_map(|one| {
            let target_s = f64::from(one.priority.target_s()?);
            let overall_s = one.between_s(Status::Received, Status::OnSite);
            Some(f64::from(u8::from(overall_s.is_some_and(|s| s <= target_s))))
        })
        .collect();
    mean(&in_time)
}

fn utilisation(record: &Record, scenario: &Scenario, window_s: &Range<f64>) -> Option<f64> {
    let shared_s =
        |span: &Range<f64>| (span.end.min(window_s.end) - span.start.max(window_s.start)).max(0.0);
    let busy_s: f64 = record.missions.iter().map(|(_, span)| shared_s(span)).sum();
    let duty_s: f64 = scenario.crews.iter().flat_map(|crew| &crew.duty_s).map(shared_s).sum();
    (duty_s > 0.0).then(|| busy_s / duty_s)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The quantile of ascending values, between the two that are nearest to it (Hyndman and Fan 1996, definition 7).
fn quantile(ascending: &[f64], share: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let at = share * last as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    Some(ascending[below] + (ascending[above] - ascending[below]) * (at - at.floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_the_values_around_it() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[0.0, 10.0, 20.0, 30.0, 40.0, 50.0], 0.9), Some(45.0));
    }

    #[test]
    fn a_metric_stands_where_its_number_is_looked_up() {
        for (row, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, row, "{}", metric.as_str());
        }
    }
}
