//! [`Kernel`]: how an event spreads over its surroundings, and how much of that falls inside a border.

use std::f64::consts::{PI, TAU};

use super::tail::normal_above;

/// The shape in which an event spreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// (1 − r²/h²)² within the bandwidth h and nothing beyond: fast, and says where it ends.
    /// Source: Silverman (1986), Density estimation for statistics and data analysis, eq. 4.5.
    Quartic,
    /// A normal distribution whose standard deviation is the bandwidth, cut off at 6 of them (what lies beyond is
    /// 1.5e-8 of the mass).
    Gaussian,
}

impl Kernel {
    /// How far an event reaches, in bandwidths.
    pub(super) const fn reach(self) -> f64 {
        match self {
            Self::Quartic => 1.0,
            Self::Gaussian => 6.0,
        }
    }

    /// Density at a distance whose square, in squared bandwidths, is `square`: per squared bandwidth.
    pub(super) fn density(self, square: f64) -> f64 {
        match self {
            Self::Quartic => 3.0 / PI * (1.0 - square).max(0.0).powi(2),
            Self::Gaussian => (-square / 2.0).exp() / TAU,
        }
    }

    /// The share of mass that the triangle from the centre to a directed segment leaves out beyond the segment:
    /// (1/2π) ∫ (1 − F(r)) dθ along it, F being the mass within a distance; above 0 when the centre lies to the
    /// left of the segment. All in bandwidths: the segment lies `beside` the centre and goes from `from` to `to`,
    /// measured from the foot of the perpendicular.
    ///
    /// Summed over a border that runs anticlockwise, it is what the border cuts off: 1 (centre inside) or 0
    /// (outside) less that sum is the mass inside, by Green's theorem in polar coordinates.
    pub(super) fn beyond_segment(self, beside: f64, from: f64, to: f64) -> f64 {
        let distance = beside.abs();
        if distance == 0.0 {
            return 0.0; // Seen from the centre the segment has no width.
        }
        let share = match self {
            Self::Quartic => beyond_quartic(distance, to) - beyond_quartic(distance, from),
            Self::Gaussian => owen_t(distance, to / distance) - owen_t(distance, from / distance),
        };
        share * beside.signum()
    }
}

/// (1/2π) ∫ (1 − r²)³ dθ from the perpendicular to `along`, r² = distance² sec² θ: a polynomial of tan θ.
fn beyond_quartic(distance: f64, along: f64) -> f64 {
    let square = distance * distance;
    if square >= 1.0 {
        return 0.0;
    }
    let end = (1.0 - square).sqrt();
    let along = along.clamp(-end, end);
    let tan = along / distance;
    // square · tan is distance · along, which stays small where tan does not.
    let (t1, t2) = (distance * along, along * along);
    let secant2 = t1;
    let secant4 = t1 * (square + t2 / 3.0);
    let secant6 = t1 * (square * square + 2.0 / 3.0 * square * t2 + t2 * t2 / 5.0);
    (tan.atan() - 3.0 * secant2 + 3.0 * secant4 - secant6) / TAU
}

/// Owen's T: (1/2π) ∫₀^a exp(−h² (1 + x²) / 2) / (1 + x²) dx, for h > 0.
///
/// Source: Owen (1956), Tables for computing bivariate normal probabilities, Ann. Math. Stat. 27, 1075–1090,
/// eq. 2.3 for |a| > 1; 20-point Gauss-Legendre below, exact to 1e-12.
pub(super) fn owen_t(h: f64, a: f64) -> f64 {
    if a.abs() <= 1.0 {
        return owen_t_to_one(h, a);
    }
    let (size, outer) = (a.abs(), a.abs() * h);
    let (above, above_outer) = (normal_above(h), normal_above(outer));
    // ½Φ(h) + ½Φ(ah) − Φ(h)Φ(ah), by the tails above, which keep their digits.
    let whole = 0.5 * (above + above_outer) - above * above_outer;
    (whole - owen_t_to_one(outer, 1.0 / size)) * a.signum()
}

fn owen_t_to_one(h: f64, a: f64) -> f64 {
    let half = a / 2.0;
    let at = |x: f64| {
        let square = 1.0 + x * x;
        (-h * h * square / 2.0).exp() / square
    };
    let total: f64 = GAUSS_LEGENDRE_20
        .iter()
        .map(|(node, weight)| weight * (at(half * (1.0 + node)) + at(half * (1.0 - node))))
        .sum();
    total * half / TAU
}

/// Nodes above 0 and their weights. Source: Abramowitz and Stegun (1964), table 25.4.
const GAUSS_LEGENDRE_20: [(f64, f64); 10] = [
    (0.076_526_521_133_497_33, 0.152_753_387_130_725_85),
    (0.227_785_851_141_645_08, 0.149_172_986_472_603_75),
    (0.373_706_088_715_419_56, 0.142_096_109_318_382_05),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_63),
    (0.636_053_680_726_515, 0.118_194_531_961_518_42),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.912_234_428_251_326, 0.062_672_048_334_109_06),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
];
