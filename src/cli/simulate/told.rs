//! What a comparison says: a table for people, JSON for machines.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use serde::Serialize;

use super::{
    super::tell_json,
    evenings::{Evenings, Roads},
};
use crate::simulation::{CONFIDENCE, Comparison, Estimate, Metric, PolicyOutcome, Study, Verdict};

/// The rows of the table: what people read, and the metric.
const ROWS: [(&str, Metric); 15] = [
    ("call to on site, median", Metric::OverallMedian),
    ("call to on site, p90", Metric::OverallP90),
    ("call to on site, mean", Metric::OverallMean),
    ("travel, median", Metric::TravelMedian),
    ("travel, p90", Metric::TravelP90),
    ("travel, mean", Metric::TravelMean),
    ("wait for a patrol, mean", Metric::WaitMean),
    ("wait for a patrol, p90", Metric::WaitP90),
    ("within target", Metric::WithinTarget),
    ("  P1, 8 min", Metric::WithinP1),
    ("  P2, 15 min", Metric::WithinP2),
    ("  P3, 30 min", Metric::WithinP3),
    ("patrols on missions", Metric::Utilisation),
    ("calls", Metric::Calls),
    ("never served", Metric::Unserved),
];

#[derive(Serialize)]
struct Told {
    seed: u64,
    replications: u32,
    from: String,
    to: String,
    calls: &'static str,
    patrols: usize,
    sites_out_of_reach: usize,
    travel_by: &'static str,
    confidence: f64,
    policies: Vec<PolicyTold>,
}

#[derive(Serialize)]
struct PolicyTold {
    policy: &'static str,
    metrics: BTreeMap<&'static str, Option<EstimateTold>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<DifferenceTold>,
}

#[derive(Serialize)]
struct DifferenceTold {
    from: &'static str,
    metrics: BTreeMap<&'static str, Option<EstimateTold>>,
}

#[derive(Serialize)]
struct EstimateTold {
    mean: f64,
    half_width: Option<f64>,
    replications: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
}

impl EstimateTold {
    fn of(estimate: Estimate) -> Self {
        let Estimate { mean, half_width, replications } = estimate;
        Self { mean, half_width, replications, verdict: None }
    }

    fn of_difference(estimate: Estimate) -> Self {
        Self { verdict: Some(estimate.verdict().as_str()), ..Self::of(estimate) }
    }
}

const fn travel_by(roads: &Roads) -> &'static str {
    if roads.is_graph() { "road" } else { "line" }
}

pub(super) fn as_json(
    study: &Study<'_>,
    evenings: &Evenings<'_>,
    roads: &Roads,
    comparison: &Comparison,
) -> anyhow::Result<()> {
    let base = &comparison.policies[0];
    let metrics = |of: &dyn Fn(Metric) -> Option<EstimateTold>| {
        Metric::ALL.into_iter().map(|metric| (metric.as_str(), of(metric))).collect()
    };
    let told = |outcome: &PolicyOutcome| PolicyTold {
        policy: outcome.policy.as_str(),
        metrics: metrics(&|metric| outcome.estimate(metric).map(EstimateTold::of)),
        difference: (outcome.policy != base.policy).then(|| DifferenceTold {
            from: base.policy.as_str(),
            metrics: metrics(&|metric| {
                outcome.difference(base, metric).map(EstimateTold::of_difference)
            }),
        }),
    };
    let told = Told {
        seed: study.seed,
        replications: study.replications,
        from: evenings.window().start.to_string(),
        to: evenings.window().end.to_string(),
        calls: if evenings.are_drawn() { "drawn" } else { "history" },
        patrols: study.plan.agents.len(),
        sites_out_of_reach: evenings.out_of_reach,
        travel_by: travel_by(roads),
        confidence: CONFIDENCE,
        policies: comparison.policies.iter().map(told).collect(),
    };
    tell_json(&told)
}

pub(super) fn as_table(
    study: &Study<'_>,
    evenings: &Evenings<'_>,
    roads: &Roads,
    comparison: &Comparison,
) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let window = evenings.window();
    writeln!(
        out,
        "{} evenings from {} to {}, {}, {} patrols, seed {}",
        study.replications,
        window.start,
        window.end,
        evenings.told(),
        study.plan.agents.len(),
        study.seed
    )?;
    writeln!(
        out,
        "travel times: {}; ± is the 95 % confidence interval over the evenings",
        if roads.is_graph() {
            "the road graph, whoever chose"
        } else {
            "straight line, for the store has no roads"
        }
    )?;
    if evenings.out_of_reach > 0 {
        writeln!(
            out,
            "{} sites are left out: no road of the store leads there",
            evenings.out_of_reach
        )?;
    }
    if !evenings.are_drawn() {
        writeln!(
            out,
            "the calls are the same in every evening: ± is about what is drawn, not about other days"
        )?;
    }
    let (base, others) =
        comparison.policies.split_first().unwrap_or_else(|| unreachable!("one at least"));
    write!(out, "\n{:<26}{:>20}", "", base.policy.as_str())?;
    for other in others {
        let difference = format!("{} − {}", other.policy.as_str(), base.policy.as_str());
        write!(out, "{:>20}{difference:>30}", other.policy.as_str())?;
    }
    writeln!(out)?;
    for (name, metric) in ROWS {
        write!(out, "{name:<26}{:>20}", cell(metric, base.estimate(metric)))?;
        for other in others {
            let difference = match metric {
                Metric::Calls => String::new(), // the same for all
                _ => difference(metric, other.difference(base, metric)),
            };
            write!(out, "{:>20}{difference:>30}", cell(metric, other.estimate(metric)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A number as people read it, with its unit.
fn number(metric: Metric, value: f64) -> String {
    let name = metric.as_str();
    if name.ends_with("_share") {
        format!("{:.1} %", value * 100.0)
    } else if name.ends_with("_s") {
        format!("{value:.0} s")
    } else {
        format!("{value:.1}")
    }
}

fn cell(metric: Metric, estimate: Option<Estimate>) -> String {
    let Some(estimate) = estimate else { return "–".to_owned() };
    let mean = number(metric, estimate.mean);
    match estimate.half_width {
        None => mean,
        Some(half) => {
            let half = number(metric, half);
            let (mean, _unit) = mean.split_once(' ').unwrap_or((&mean, ""));
            format!("{mean} ± {half}")
        }
    }
}

fn difference(metric: Metric, estimate: Option<Estimate>) -> String {
    let Some(estimate) = estimate else { return "–".to_owned() };
    let verdict = match estimate.verdict() {
        Verdict::Lower => "lower",
        Verdict::Higher => "higher",
        Verdict::NotSignificant => "no difference",
        Verdict::Unknown => "unknown",
    };
    let sign = if estimate.mean > 0.0 { "+" } else { "" };
    let told = cell(metric, Some(estimate)).replacen('-', "−", 1);
    format!("{sign}{told} {verdict}")
}
