//! Hot spots and classes of many zones, beside the plain way: every pair of zones, every cut of the values.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot set up its zones has nothing to measure"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use vigie::statistics::{Cut, Surroundings, Transform, Weights, classify, local_g, moran};

/// Zones that the plain way can still do: it looks at all pairs.
const FEW: usize = 2_000;
/// All tracts of France twice over.
const MANY: usize = 100_000;
const CLASSES: usize = 7;

/// Zones on a ring, each with the four before and after it.
fn ring(zones: usize) -> Weights {
    let near = |zone: usize| {
        (1..=4).flat_map(move |by| [(zone + by) % zones, (zone + zones - by) % zones]).collect()
    };
    Weights::from_neighbours(&(0..zones).map(near).collect::<Vec<Vec<usize>>>()).unwrap()
}

/// Numbers that look random and are the same each time: the golden ratio's multiples.
fn values(zones: usize) -> Vec<f64> {
    (0..zones).map(|zone| (zone as f64 * 0.618_033_988_749_895).fract().powi(3)).collect()
}

/// Gi* with a full matrix of weights.
fn every_pair(values: &[f64], matrix: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = (values.iter().map(|value| value * value).sum::<f64>() / n - mean * mean).sqrt();
    let score = |row: &[f64]| {
        let (mut total, mut weight, mut square) = (0.0, 0.0, 0.0);
        for (one, value) in row.iter().zip(values) {
            total += one * value;
            weight += one;
            square += one * one;
        }
        (total - mean * weight) / (spread * ((n * square - weight * weight) / (n - 1.0)).sqrt())
    };
    matrix.chunks(values.len()).map(score).collect()
}

/// Least squares within classes, by every start of every last class.
fn every_cut(sorted: &[f64], classes: usize) -> f64 {
    let n = sorted.len();
    let mut sums = vec![(0.0, 0.0)];
    for value in sorted {
        let (sum, square) = sums[sums.len() - 1];
        sums.push((sum + value, square + value * value));
    }
    let cost = |start: usize, end: usize| {
        let (sum, square) = (sums[end].0 - sums[start].0, sums[end].1 - sums[start].1);
        square - sum * sum / (end - start) as f64
    };
    let mut least: Vec<f64> =
        (0..=n).map(|end| if end == 0 { 0.0 } else { cost(0, end) }).collect();
    for _ in 1..classes {
        let after = (1..=n).map(|end| {
            (0..end).map(|start| least[start] + cost(start, end)).fold(f64::INFINITY, f64::min)
        });
        least = std::iter::once(0.0).chain(after.collect::<Vec<_>>()).collect();
    }
    least[n]
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("statistics");
    group.sample_size(10);

    let (few, weights) = (values(FEW), ring(FEW));
    let mut matrix = vec![0.0; FEW * FEW];
    for zone in 0..FEW {
        matrix[zone * FEW + zone] = 1.0;
        weights
            .neighbours(zone)
            .iter()
            .for_each(|other| matrix[zone * FEW + *other as usize] = 1.0);
    }
    let by_lists = local_g(&few, &weights, Surroundings::WithItself).unwrap();
    for (found, expected) in by_lists.iter().zip(every_pair(&few, &matrix)) {
        assert!((found.unwrap().z - expected).abs() < 1e-6, "both ways agree");
    }
    group.bench_function("Gi* of 2,000 zones", |b| {
        b.iter(|| local_g(black_box(&few), &weights, Surroundings::WithItself));
    });
    group.bench_function("baseline: Gi* of 2,000 zones by every pair", |b| {
        b.iter(|| every_pair(black_box(&few), &matrix));
    });
    let (many, weights) = (values(MANY), ring(MANY).transformed(Transform::RowStandardised));
    group.bench_function("Gi* of 100,000 zones", |b| {
        b.iter(|| local_g(black_box(&many), &weights, Surroundings::WithItself));
    });
    group.bench_function("Moran's I of 100,000 zones", |b| {
        b.iter(|| moran(black_box(&many), &weights))
    });

    let known: Vec<Option<f64>> = few.iter().copied().map(Some).collect();
    group.bench_function("natural breaks of 2,000 values", |b| {
        b.iter(|| classify(black_box(&known), &Cut::NaturalBreaks(CLASSES)));
    });
    let mut sorted = few.clone();
    sorted.sort_by(f64::total_cmp);
    group.bench_function("baseline: natural breaks of 2,000 values by every cut", |b| {
        b.iter(|| every_cut(black_box(&sorted), CLASSES));
    });
    let known: Vec<Option<f64>> = many.iter().copied().map(Some).collect();
    group.bench_function("natural breaks of 100,000 values", |b| {
        b.iter(|| classify(black_box(&known), &Cut::NaturalBreaks(CLASSES)));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
