//! [`notes`] and [`hazards`]: what crews are told of the made-up sites.

use crate::{
    closed_list::ClosedList as _,
    stock::{HazardKind, NoteTopic, Site, SiteNote, WantedHazard},
    time::Timestamp,
};

/// As landlords write them.
const INSTRUCTIONS: [&str; 5] = [
    "Entrer par la cour, jamais seul par le passage côté rue. Couper le moteur avant l'angle.",
    "Prévenir la loge par l'interphone avant de monter. Ne pas stationner devant le local à poussettes.",
    "Cave et local vélos fermés à 20 h : ne pas y descendre à moins de deux.",
    "Halls traversants : un équipier de chaque côté avant d'entrer.",
    "Toiture accessible par le hall A : vérifier la trappe et la refermer.",
];
/// The same.
const ACCESS: [&str; 5] = [
    "Badge Vigik « services », portail côté jardin.",
    "Clé du hall B au coffre de la loge.",
    "Digicode au poste de commandement.",
    "Portail du parking : télécommande n° 4 du trousseau.",
    "Entrée de service derrière le bâtiment 2, badge T2.",
];
/// Of so many sites one has instructions, and of so many one has its access told: registers have gaps.
const ONE_OF: [usize; 2] = [3, 2];
const DAY_S: i64 = 24 * 3600;

/// The notes of the town's sites.
#[must_use]
pub fn notes(sites: &[Site]) -> Vec<SiteNote> {
    let topics = NoteTopic::ALL.iter().zip([INSTRUCTIONS, ACCESS]).zip(ONE_OF);
    let about = |((topic, words), one_of): ((&NoteTopic, [&str; 5]), usize)| {
        let told = sites.iter().step_by(one_of).zip(words.into_iter().cycle());
        told.filter_map(|(site, words)| {
            let text = Some(words.parse().ok()?);
            Some(SiteNote { site: site.code.clone(), topic: *topic, text })
        })
        .collect::<Vec<_>>()
    };
    topics.flat_map(about).collect()
}

/// Three sites that crews are to be warned of, from that time on.
#[must_use]
pub fn hazards(sites: &[Site], now: Timestamp) -> Vec<(&Site, WantedHazard)> {
    let flags =
        [(HazardKind::Dog, 1, 7), (HazardKind::Ambush, 3, 1), (HazardKind::Lighting, 5, 30)];
    let flag = |(kind, sixth, days): (HazardKind, usize, i64)| {
        let site = sites.get(sites.len() * sixth / 6)?;
        Some((site, WantedHazard { kind, until: now.plus_seconds(days * DAY_S) }))
    };
    flags.into_iter().filter_map(flag).collect()
}
