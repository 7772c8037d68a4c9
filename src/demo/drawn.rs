//! Calls drawn for one evening: as many as chance has it, when and where the rhythm has them.

use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    calls::{Call, Caller},
    rhythm,
};
use crate::{incident::Channel, time::Timestamp};

const HOUR_S: i64 = 3600;
/// How often a kind is drawn again where a patrol would have found it by itself.
const DRAWS_MAX: usize = 100;

impl Caller<'_> {
    /// What is reported in `run` to a room that gets `mean_calls` in `window` on average: a Poisson process with
    /// the rhythm of [`Caller::history`]. What patrols find by themselves is left out: nobody is sent there.
    ///
    /// By exponential gaps in the time that runs faster the busier the hour is. Source: Çinlar (1975),
    /// Introduction to stochastic processes, section 4.7.
    #[must_use]
    pub fn evening(
        &mut self,
        run: &Range<Timestamp>,
        window: &Range<Timestamp>,
        mean_calls: f64,
        dice: &mut ChaCha8Rng,
    ) -> Vec<Call> {
        let whole: f64 = slots(window).iter().map(|(_, _, strength)| strength).sum();
        let rate = mean_calls / whole.max(f64::MIN_POSITIVE);
        let mut calls = Vec::new();
        let mut left = gap(dice);
        for (from, lasts_s, strength) in slots(run) {
            let expected = rate * strength;
            let mut spent = 0.0;
            while expected - spent > left {
                spent += left;
                left = gap(dice);
                let at_ms = from.unix_ms() + (lasts_s * 1000.0 * spent / expected) as i64;
                let Ok(at) = Timestamp::from_unix_ms(at_ms) else { continue };
                let mut draws = (0..DRAWS_MAX).filter_map(|_| self.one(at, dice));
                calls.extend(draws.find(|call| call.channel != Channel::Patrol));
            }
            left -= expected - spent;
        }
        calls
    }
}

/// The hours of a span: when each begins, how many seconds of it are in the span, and how much happens in them.
fn slots(span: &Range<Timestamp>) -> Vec<(Timestamp, f64, f64)> {
    let hours = (span.end.seconds_since(span.start) / HOUR_S as f64).ceil().max(0.0) as i64;
    let slot = |hour: i64| {
        let from = span.start.plus_seconds(hour * HOUR_S);
        let lasts_s = span.end.seconds_since(from).min(HOUR_S as f64);
        let strength: f64 = rhythm::strengths(from).iter().sum();
        (from, lasts_s, strength * lasts_s / HOUR_S as f64)
    };
    (0..hours).map(slot).collect()
}

/// An exponential gap of mean 1.
fn gap(dice: &mut ChaCha8Rng) -> f64 {
    -(1.0 - dice.random::<f64>()).ln()
}
