//! The words of reports, in French: families, statuses, reasons, places.

use crate::{
    figure::french::{FIXED, counted, halves, integer},
    incident::{KindCode, Nomenclature, Outcome, Status},
    privacy::{CLASS_WIDTH, Reading},
    report::{Area, FollowUpReason, Usual},
    time::Date,
};

/// What people call a family of kinds; its code where the nomenclature has one that we do not know.
pub(super) fn family(code: &str) -> &str {
    match code {
        "OCC" => "Occupations",
        "NUI" => "Nuisances",
        "USA" => "Trafic et consommation",
        "BIE" => "Atteintes aux biens",
        "PER" => "Personnes",
        "INT" => "Intrusions",
        "TEC" => "Technique",
        "ENV" => "Environnement",
        "RON" => "Rondes",
        "MIS" => "Missions",
        other => other,
    }
}

/// What people call a kind, without what the operators are reminded of in brackets.
pub(super) fn kind(nomenclature: &Nomenclature, code: &KindCode) -> String {
    let label = nomenclature.get(code).map_or(code.as_str(), |kind| kind.label_fr.as_str());
    label.split(" (relais").next().unwrap_or(label).replace('\'', "’")
}

/// Why something is left to do.
pub(super) const fn reason(reason: FollowUpReason) -> &'static str {
    match reason {
        FollowUpReason::HandedOver => "relais bailleur",
        FollowUpReason::Technical => "à réparer ou à enlever",
        FollowUpReason::NoAccess => "accès impossible",
        FollowUpReason::Open => "encore en cours",
    }
}

/// How far an intervention has got.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Received => "reçu",
        Status::Qualified => "qualifié",
        Status::Assigned => "attribué",
        Status::Acknowledged => "pris en compte",
        Status::EnRoute => "en route",
        Status::OnSite => "sur place",
        Status::Cleared => "quitté",
        Status::Reported => "rendu compte",
        Status::Closed => "clos",
        Status::Cancelled => "annulé",
        Status::HandedOver => "transmis",
        Status::NoAction => "sans suite",
    }
}

/// What a crew found or did.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ras => "RAS",
        Outcome::Presence => "présence constatée",
        Outcome::Dispersed => "dispersion après dialogue",
        Outcome::Reminder => "rappel au règlement intérieur",
        Outcome::Refusal => "refus d’obtempérer",
        Outcome::Police => "relais police",
        Outcome::Rescue => "relais secours",
        Outcome::Landlord => "relais bailleur",
        Outcome::Technical => "anomalie technique",
        Outcome::NoAccess => "accès impossible",
        Outcome::Duplicate => "doublon",
        Outcome::FalseAlarm => "fausse alerte",
    }
}

/// What is usual: `41 (33 à 52)`; a dash where nothing is known.
pub(super) fn usual(usual: Option<Usual>) -> String {
    match usual {
        None => "–".to_owned(),
        Some(Usual { median, low, high, .. }) if low == high => halves(median),
        Some(Usual { median, low, high, .. }) => {
            format!("{} ({}{FIXED}à{FIXED}{})", halves(median), integer(low), integer(high))
        }
    }
}

/// Which nights the usual is that of: `médiane (et étendue) des 8 lundis précédents`.
pub(super) fn usual_nights(usual: Option<Usual>, night: Date) -> Option<String> {
    let nights = usual?.nights as u64;
    let day = crate::figure::french::weekday(night);
    let days = counted(nights, &format!("{day} précédent"), &format!("{day}s précédents"));
    let article = if nights < 2 { "du" } else { "des" };
    Some(format!("médiane et étendue {article} {days}"))
}

/// A count as partners read it: `1 235`, `<5`.
pub(super) fn reading(count: Reading) -> String {
    match count {
        Reading::Few => format!("<{CLASS_WIDTH}"),
        count => integer(count.number().unwrap_or(0)),
    }
}

/// The share in time of a month.
pub(super) fn in_time(per_cent: u8) -> String {
    match per_cent {
        ..=5 => format!("{per_cent}{FIXED}% ou moins"),
        95.. => format!("{per_cent}{FIXED}% ou plus"),
        _ => format!("{per_cent}{FIXED}%"),
    }
}

/// What people call a commune or arrondissement; its INSEE code where it is not one of the three towns that are cut
/// into arrondissements.
pub(super) fn area(area: &Area) -> String {
    if area.is_commune { commune(&area.code) } else { area.code.clone() }
}

/// What people call a commune or arrondissement, by its INSEE code.
pub(super) fn commune(code: &str) -> String {
    let arrondissement = |town: &str, number: u32| {
        let ordinal = if number == 1 { "1er".to_owned() } else { format!("{number}e") };
        format!("{town}{FIXED}{ordinal}")
    };
    match code.parse::<u32>() {
        Ok(code @ 75_101..=75_120) => arrondissement("Paris", code - 75_100),
        Ok(code @ 13_201..=13_216) => arrondissement("Marseille", code - 13_200),
        Ok(code @ 69_381..=69_389) => arrondissement("Lyon", code - 69_380),
        _ => format!("commune {code}"),
    }
}
