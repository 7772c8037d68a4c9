//! Tails and quantiles of the distributions that tests and intervals stand on.

use libm::erfc;
use statrs::function::{
    beta::beta_reg,
    gamma::{gamma_lr, gamma_ur},
};

/// Share of a standard normal above `z`.
pub(super) fn normal_above(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// Share of a standard normal at least as far from 0 as `z`, on both sides.
pub(super) fn normal_beyond(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The `z` that leaves the share `tail` of a standard normal above it; `0 < tail <= 0.5`.
pub(super) fn normal_quantile_above(tail: f64) -> f64 {
    solve(NORMAL_REACH, |z| normal_above(z) > tail)
}

/// Share of Student's t with `freedom` degrees at least as far from 0 as the t that belongs to the correlation
/// `r`: t² = freedom · r² / (1 − r²).
pub(super) fn student_beyond_correlation(r: f64, freedom: f64) -> f64 {
    let unexplained = ((1.0 - r) * (1.0 + r)).max(0.0);
    if unexplained == 0.0 { 0.0 } else { beta_reg(freedom / 2.0, 0.5, unexplained) }
}

/// The value that leaves `tail` of a gamma distribution of that shape (scale 1) below it; `shape >= 1`.
pub(super) fn gamma_quantile_below(shape: f64, tail: f64) -> f64 {
    solve(gamma_reach(shape), |x| gamma_lr(shape, x) < tail)
}

/// The value that leaves `tail` of a gamma distribution of that shape (scale 1) above it; `shape >= 1`.
pub(super) fn gamma_quantile_above(shape: f64, tail: f64) -> f64 {
    solve(gamma_reach(shape), |x| gamma_ur(shape, x) > tail)
}

/// The value that leaves `tail` of a beta distribution below it; `a` and `b` are at least 1.
pub(super) fn beta_quantile_below(a: f64, b: f64, tail: f64) -> f64 {
    solve(1.0, |x| beta_reg(a, b, x) < tail)
}

/// Beyond this no double-precision number is left of a standard normal.
const NORMAL_REACH: f64 = 40.0;

/// Beyond this hardly anything of the gamma distribution lies: 40 standard deviations and some more above its mean.
fn gamma_reach(shape: f64) -> f64 {
    shape + 40.0 * shape.sqrt() + 800.0
}

/// Where `is_below` turns from true to false between 0 and `most`, to the last bit: halving, since the tails are
/// monotone and each step gains a bit; about 1,100 steps at the very worst, for a root near 0, mostly 60.
fn solve(most: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, most);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if middle > 0.0 && is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_and_quantiles_are_those_of_the_tables() {
        assert!((normal_beyond(1.959_963_984_540_054) - 0.05).abs() < 1e-12);
        assert!((normal_above(-1.0) - 0.841_344_746_068_542_9).abs() < 1e-12);
        assert!((normal_quantile_above(0.025) - 1.959_963_984_540_054).abs() < 1e-12);
        // Chi-square with 10 degrees: 3.246973 and 20.483177 at 2.5 % on each side; a gamma is half of it.
        assert!((gamma_quantile_below(5.0, 0.025) - 3.246_972_780_236_841 / 2.0).abs() < 1e-9);
        assert!((gamma_quantile_above(5.0, 0.025) - 20.483_177_350_807_39 / 2.0).abs() < 1e-9);
        assert!((beta_quantile_below(1.0, 10.0, 0.025) - 0.002_528_578_544_461_7).abs() < 1e-9);
        assert_eq!(student_beyond_correlation(1.0, 8.0), 0.0);
    }
}
