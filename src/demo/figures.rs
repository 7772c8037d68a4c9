//! Made figures about the made tracts, in the likeness of INSEE's: neighbours are alike, and some figures are secret.

use std::f64::consts::TAU;

use geo::{Centroid, Coord};

use super::{
    plan::{length, lot},
    tracts::TractPlan,
};
use crate::tract::{
    Dataset, DatasetId, DatasetRow, Division, TractCode, TractKind, Variable, Vintage,
};

/// Written under each figure.
const SOURCE: &str = "Démonstration, chiffres inventés";
const YEAR: u16 = 2021;
/// Waves of which the field of incomes is made, and the length of the longest, metres.
const WAVES: i64 = 7;
const WAVE_M: f64 = 2_600.0;
/// Share of the tracts with dwellings whose figures are secret.
const SECRET_SHARE: f64 = 0.06;

/// A table about the tracts; where nobody lives nothing is known.
pub(super) fn dataset(seed: u64, tracts: &[(TractCode, TractPlan)]) -> Option<Dataset> {
    let rows = tracts.iter().filter(|(_, plan)| plan.kind == TractKind::Housing);
    Some(Dataset {
        id: DatasetId::of_name("demonstration-2021").ok()?,
        source: SOURCE.to_owned(),
        vintage: Vintage::new(YEAR).ok(),
        division: Division::Tract,
        variables: variables(),
        rows: rows.filter_map(|(code, plan)| row(seed, code, plan)).collect(),
    })
}

fn variables() -> Vec<Variable> {
    let variable = |name: &str, label: &str, unit: &str| Variable {
        name: name.into(),
        label: Some(label.to_owned()),
        unit: Some(unit.to_owned()),
    };
    vec![
        variable("REVENU_MEDIAN", "Médiane du revenu disponible par UC", "€"),
        variable("TAUX_PAUVRETE", "Taux de pauvreté au seuil de 60 %", "%"),
        variable("MENAGES", "Ménages", "ménages"),
        variable("POPULATION", "Population", "habitants"),
        variable("PART_FAM_MONO", "Part des familles monoparentales", "%"),
    ]
}

fn row(seed: u64, code: &TractCode, plan: &TractPlan) -> Option<DatasetRow> {
    let centre = Coord::from(plan.area.centroid()?);
    let key = |what: i64| lot(seed, [centre.x as i64, centre.y as i64, what]);
    let ease = field(seed, centre) + 0.25 * (key(1) - 0.5);
    let income = (23_500.0 + 7_500.0 * ease).clamp(11_500.0, 46_000.0);
    let poverty = (19.0 - 13.0 * ease + 4.0 * (key(2) - 0.5)).clamp(3.0, 52.0);
    let households = (320.0 + 1_300.0 * key(3)).round();
    let alone = (11.0 - 5.0 * ease + 5.0 * (key(4) - 0.5)).clamp(2.0, 30.0);
    let figures = if key(5) < SECRET_SHARE {
        [None, None, Some(households), Some((households * 2.1).round()), None]
    } else {
        [
            Some((income / 10.0).round() * 10.0),
            Some(poverty.round()),
            Some(households),
            Some((households * (1.7 + 0.8 * key(6))).round()),
            Some((alone * 10.0).round() / 10.0),
        ]
    };
    Some(DatasetRow { code: code.as_str().into(), figures: figures.into() })
}

/// A smooth field over the plan, about -1.5 to 1.5: waves of several lengths in directions that the seed draws.
fn field(seed: u64, at: Coord<f64>) -> f64 {
    let wave = |number: i64| {
        let drawn = |what: i64| lot(seed, [number, what, 77]);
        let angle = TAU * drawn(1);
        let along = at.x * angle.cos() + at.y * angle.sin();
        let wave_m = WAVE_M / (1.0 + 0.6 * number as f64);
        (TAU * (along / wave_m + drawn(2))).sin() / (1.0 + 0.5 * number as f64)
    };
    let waves: f64 = (0..WAVES).map(wave).sum();
    // The old middle of the town is dearer than its edge.
    waves + 0.5 * (-length(at) / 1_500.0).exp()
}
