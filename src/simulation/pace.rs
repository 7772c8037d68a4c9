//! [`Pace`]: how long things take, drawn for each call before any policy meets it.

use std::f64::consts::TAU;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::Durations;
use crate::incident::KindCode;

/// A duration whose logarithm is normal: the shape that service times were found to have, in call centres to
/// within the width of the line (Brown et al. 2005, Statistical analysis of a telephone call center, JASA 100, 36–50).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lognormal {
    /// Half of all draws are below it.
    pub median: f64,
    /// Standard deviation of the logarithm; with 0 every draw is the median.
    pub sigma: f64,
}

impl Lognormal {
    /// Source: Box and Muller (1958).
    pub(super) fn draw(self, dice: &mut ChaCha8Rng) -> f64 {
        let (a, b): (f64, f64) = (dice.random(), dice.random());
        let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (TAU * b).cos();
        self.median * (self.sigma * normal).exp()
    }

    /// The mean of many draws: exp(μ + σ²/2).
    #[must_use]
    pub fn mean(self) -> f64 {
        self.median * (self.sigma * self.sigma / 2.0).exp()
    }
}

/// How long things take, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// T1−T0.
    pub take_up: Lognormal,
    /// T2−T1 where a patrol is free.
    pub assign: Lognormal,
    /// T3−T2.
    pub acknowledge: Lognormal,
    /// T4−T3.
    pub depart: Lognormal,
    /// The way against the free road: a factor, no duration.
    pub traffic: Lognormal,
    /// T6−T5 by the family of the kind, the letters before its hyphen.
    pub on_site: &'static [(&'static str, Lognormal)],
    /// T6−T5 of any other kind.
    pub on_site_else: Lognormal,
    /// T7−T6.
    pub report: Lognormal,
    /// T8−T7.
    pub close: Lognormal,
}

const fn around(median: f64, sigma: f64) -> Lognormal {
    Lognormal { median, sigma }
}

impl Pace {
    /// An ordinary evening. Every figure is an assumption of this model, to be replaced by a service's own: the
    /// interventions of a store give T1 to T7.
    pub const ORDINARY: Self = Self {
        take_up: around(60.0, 0.5),
        assign: around(30.0, 0.5),
        acknowledge: around(15.0, 0.5),
        depart: around(45.0, 0.6),
        traffic: around(1.0, 0.15),
        on_site: &[
            ("OCC", around(15.0 * 60.0, 0.6)),
            ("NUI", around(12.0 * 60.0, 0.6)),
            ("USA", around(15.0 * 60.0, 0.6)),
            ("BIE", around(20.0 * 60.0, 0.7)),
            ("PER", around(30.0 * 60.0, 0.7)),
            ("INT", around(30.0 * 60.0, 0.7)),
            ("TEC", around(20.0 * 60.0, 0.7)),
            ("ENV", around(8.0 * 60.0, 0.5)),
            ("MIS", around(20.0 * 60.0, 0.5)),
        ],
        on_site_else: around(15.0 * 60.0, 0.6),
        report: around(150.0, 0.4),
        close: around(600.0, 0.5),
    };

    /// Draws one call's durations: always the same number of draws, so that calls do not shift one another.
    #[must_use]
    pub fn draw(&self, kind: &KindCode, dice: &mut ChaCha8Rng) -> Durations {
        let family = kind.as_str().split('-').next().unwrap_or_default();
        let on_site = self.on_site.iter().find(|(known, _)| *known == family);
        Durations {
            take_up_s: self.take_up.draw(dice),
            assign_s: self.assign.draw(dice),
            acknowledge_s: self.acknowledge.draw(dice),
            depart_s: self.depart.draw(dice),
            travel_factor: self.traffic.draw(dice),
            on_site_s: on_site.map_or(self.on_site_else, |(_, known)| *known).draw(dice),
            report_s: self.report.draw(dice),
            close_s: self.close.draw(dice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Subject, dice};

    #[test]
    fn draws_have_the_median_and_the_mean_of_the_distribution() {
        let (law, mut dice) = (around(600.0, 0.6), dice(1, 0, Subject::Durations));
        let n = 40_000;

        let mut draws: Vec<f64> = (0..n).map(|_| law.draw(&mut dice)).collect();

        draws.sort_by(f64::total_cmp);
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        // 600 exp(0.18) = 718.3; the standard errors are 3.8 s and 2.4 s.
        assert!((mean - law.mean()).abs() < 12.0, "{mean}");
        assert!((draws[20_000] - 600.0).abs() < 16.0, "{}", draws[20_000]);
    }
}
