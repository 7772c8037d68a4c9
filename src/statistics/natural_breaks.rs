//! Natural breaks: the classes in which values are nearest to their mean (Fisher and Jenks), the best there are.

use super::sample::sum;

/// The largest value of each class, of at most `count` classes of `sorted`, which is not empty.
///
/// Source: Fisher (1958), On grouping for maximum homogeneity, JASA 53, 789–798. The best last class begins no
/// earlier when more values are taken in, so each half of the places looks at its own part of the starts alone:
/// O(k n log n), n being how many different values there are. Of two cuts of one cost, that whose last class is
/// larger, as Jenks's program has it.
pub(super) fn natural_breaks(sorted: &[f64], count: usize) -> Vec<f64> {
    let distinct = Distinct::of(sorted);
    let n = distinct.values.len();
    let count = count.min(n);
    // Cost of the first values in as many classes as rounds were made, and where the last class begins.
    let mut cost: Vec<f64> = (0..=n).map(|end| distinct.cost(0, end)).collect();
    let mut starts: Vec<Vec<u32>> = Vec::with_capacity(count);
    for classes in 2..=count {
        let mut round = Round {
            distinct: &distinct,
            before: &cost,
            cost: vec![0.0; n + 1],
            starts: vec![0; n + 1],
        };
        round.fill(classes..n + 1, classes - 1, n - 1);
        let Round { cost: after, starts: from, .. } = round;
        cost = after;
        starts.push(from);
    }
    let mut upper = Vec::with_capacity(count);
    let mut end = n;
    for from in starts.iter().rev() {
        upper.push(distinct.values[end - 1]);
        end = from[end] as usize;
    }
    upper.push(distinct.values[end - 1]);
    upper.reverse();
    upper
}

/// One more class: for each end, the best start of the last one.
struct Round<'a> {
    distinct: &'a Distinct,
    before: &'a [f64],
    cost: Vec<f64>,
    starts: Vec<u32>,
}

impl Round<'_> {
    /// Fills in `ends`, whose starts lie between `first` and `last`.
    fn fill(&mut self, ends: std::ops::Range<usize>, first: usize, last: usize) {
        if ends.is_empty() {
            return;
        }
        let end = ends.start + ends.len() / 2;
        let (mut best, mut least) = (first, f64::INFINITY);
        for start in first..=last.min(end - 1) {
            let cost = self.before[start] + self.distinct.cost(start, end);
            if cost < least {
                (best, least) = (start, cost);
            }
        }
        self.cost[end] = least;
        self.starts[end] = best as u32;
        self.fill(ends.start..end, first, best);
        self.fill(end + 1..ends.end, best, last);
    }
}

/// Values that differ, with sums up to each: of how many there are, their distances from the mean, and squares.
struct Distinct {
    values: Vec<f64>,
    numbers: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Distinct {
    fn of(sorted: &[f64]) -> Self {
        let mean = sum(sorted.iter().copied()) / sorted.len() as f64;
        // Distances over the largest, so that squares neither overflow nor vanish.
        let reach = (sorted[0] - mean).abs().max((sorted[sorted.len() - 1] - mean).abs());
        let scale = if reach > 0.0 { reach } else { 1.0 };
        let mut distinct =
            Self { values: Vec::new(), numbers: vec![0.0], sums: vec![0.0], squares: vec![0.0] };
        let (mut number, mut total, mut square) = (0.0, 0.0, 0.0);
        for run in sorted.chunk_by(|a, b| a == b) {
            let (many, distance) = (run.len() as f64, (run[0] - mean) / scale);
            number += many;
            total += many * distance;
            square += many * distance * distance;
            distinct.values.push(run[0]);
            distinct.numbers.push(number);
            distinct.sums.push(total);
            distinct.squares.push(square);
        }
        distinct
    }

    /// Sum of squares around the mean of the values from `start` to before `end`.
    fn cost(&self, start: usize, end: usize) -> f64 {
        let number = self.numbers[end] - self.numbers[start];
        if end <= start + 1 {
            return 0.0;
        }
        let total = self.sums[end] - self.sums[start];
        (self.squares[end] - self.squares[start] - total * total / number).max(0.0)
    }
}
