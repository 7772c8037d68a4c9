//! The words of portraits, in French: what was counted, how sure that is, and what it does not say.

use super::words;
use crate::{
    figure::french::{FIXED, counted, integer, measure, month, percent, spaced},
    portrait::{
        Compared, Comparison, Count, Direction, Figure, Known, Place, Portrait, Season, Verdict,
        Weighing,
    },
    privacy::{CLASS_WIDTH, HOUSEHOLDS_MIN},
    statistics::Interval,
    tract::Vintage,
};

/// What the place is called.
pub(super) fn title(of: &Portrait<'_>) -> String {
    match &of.place {
        Place::Town => "Tout le parc".to_owned(),
        Place::Site(code) => of.name.clone().unwrap_or_else(|| code.to_string()),
        Place::Landlord(id) => of.name.clone().unwrap_or_else(|| id.to_string()),
        Place::Tract(code) => of.name.clone().unwrap_or_else(|| code.to_string()),
        Place::Commune(code) => words::commune(code.as_str()),
        Place::Drawn(_) => "Polygone dessiné".to_owned(),
    }
}

/// Which place that is by its code, and which months are told of.
pub(super) fn standfirst(of: &Portrait<'_>) -> String {
    let which = match &of.place {
        Place::Town | Place::Landlord(_) | Place::Commune(_) | Place::Drawn(_) => String::new(),
        Place::Site(code) => format!("{code}, "),
        Place::Tract(code) => format!("IRIS {code}, "),
    };
    let when = match of.span {
        None => "aucun mois terminé n’est couvert par la main courante".to_owned(),
        Some(span) if span.months == 1 => format!("en {}", month(span.first)),
        Some(span) => {
            let (first, last) = (month(span.first), month(span.last));
            format!("de {first} à {last}, {}{FIXED}mois", span.months)
        }
    };
    let said = format!("{which}{when}");
    let mut letters = said.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What a portrait is not for; it stands on each.
pub(super) fn caution(of: &Portrait<'_>) -> String {
    let published = if of.is_published {
        format!(
            " Nombres publiés : à {CLASS_WIDTH} près, « <{CLASS_WIDTH} » de un à quatre, par mois entiers et familles \
             entières, pour {HOUSEHOLDS_MIN} logements au moins{}.",
            match of.sites_left_out {
                0 => String::new(),
                some => format!(
                    " ; {} du lieu {} dans ces nombres",
                    counted(some as u64, "résidence", "résidences"),
                    if some < 2 { "n’entre pas" } else { "n’entrent pas" }
                ),
            }
        )
    } else {
        String::new()
    };
    spaced(&format!(
        "Ce portrait décrit, et rien d’autre : il ne classe aucune patrouille et aucune personne, et rien de ce qui \
         envoie les patrouilles ne le lit.{published}"
    ))
}

pub(super) fn count(count: Count) -> String {
    words::reading(count.told)
}

/// An interval: `8,1 à 17,9`; an end that nothing bounds is `…`.
pub(super) fn between(interval: Interval) -> String {
    let upper = if interval.upper.is_finite() { measure(interval.upper) } else { "…".to_owned() };
    format!("{}{FIXED}à{FIXED}{upper}", measure(interval.lower))
}

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::More => "plus",
        Verdict::Less => "moins",
        Verdict::NotToldApart => "pas de différence établie",
        Verdict::Unknown => "trop peu pour le dire",
    }
}

pub(super) const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Rises => "en hausse",
        Direction::Falls => "en baisse",
        Direction::NotToldApart => "pas d’évolution établie",
        Direction::Unknown => "trop peu pour le dire",
    }
}

/// The change of a year against the mean, with its sign.
pub(super) fn change(of: &Portrait<'_>) -> Option<String> {
    let slope = of.course.slope.filter(|slope| slope.mean > 0.0)?;
    Some(signed_percent(slope.per_year / slope.mean))
}

fn signed_percent(share: f64) -> String {
    if share < 0.0 { format!("−{}", percent(-share)) } else { format!("+{}", percent(share)) }
}

pub(super) fn compared(one: &Comparison) -> String {
    match &one.with {
        Compared::Rest => "Reste du parc".to_owned(),
        Compared::Commune(code) => words::commune(code),
        Compared::Site(_) | Compared::Landlord(_) => one.name.clone(),
        Compared::Tract(_) => format!("IRIS {}", one.name),
    }
}

pub(super) fn no_hours() -> String {
    spaced(
        "Les heures ne sont pas publiées pour un lieu : croisées avec les autres nombres publiés, elles en donneraient de \
         petits. La note mensuelle les dit pour tout le parc.",
    )
}

/// What the months say, in a sentence or two.
pub(super) fn course(of: &Portrait<'_>) -> String {
    let course = &of.course;
    let season = match course.season {
        Season::TakenOut => "La courbe est le nombre sans ce qui revient chaque année (STL)",
        Season::TooShort => "Moins de deux ans : la saison reste dans les nombres",
    };
    let slope = course.slope.map_or(String::new(), |slope| {
        let per_year =
            format!("{}{}", if slope.per_year > 0.0 { "+" } else { "" }, measure(slope.per_year));
        format!(
            " ; la droite (Theil-Sen, entre mêmes mois) : {per_year} par an pour 30 jours, de {} à 95 % – {}",
            between(slope.interval),
            direction(course.direction)
        )
    });
    let too_few = if course.slope.is_none() {
        format!(" ; {}", direction(course.direction))
    } else {
        String::new()
    };
    spaced(&format!(
        "Barres : signalements pour 30 jours. {season}{slope}{too_few}. Les mois se tiennent : l’intervalle est un peu trop \
         étroit."
    ))
}

/// How much a figure is here, and of the tracts.
pub(super) fn known(figure: &Figure) -> (String, String) {
    let unit = figure.unit.as_deref().filter(|unit| unit.chars().count() <= 2);
    let with = |text: String| unit.map_or(text.clone(), |unit| format!("{text}{FIXED}{unit}"));
    let number = |number: f64| with(measure(number));
    match figure.value {
        Known::Unknown => ("inconnu".to_owned(), "l’Insee n’en donne pas".to_owned()),
        Known::Sum { estimate: None, greatest, .. } => {
            ("–".to_owned(), spaced(&format!("{} dans ces IRIS", number(greatest))))
        }
        Known::Sum { estimate: Some(estimate), least, greatest } if least == greatest => {
            (number(estimate), "exact : IRIS entiers".replace(" :", "\u{a0}:"))
        }
        Known::Sum { estimate: Some(estimate), least, greatest } => (
            format!("≈{FIXED}{}", number(estimate)),
            format!("entre {} et {}", number(least), number(greatest)),
        ),
        Known::Range { mean, weighed_by: Weighing::Single, .. } => {
            (number(mean), "d’un seul IRIS".to_owned())
        }
        Known::Range { least, greatest, mean, .. } => (
            format!("≈{FIXED}{}", number(mean)),
            format!("de {} à {}", number(least), number(greatest)),
        ),
    }
}

/// Who says so, and of when.
pub(super) fn provenance(figure: &Figure) -> String {
    let year = figure.vintage.map_or("année inconnue".to_owned(), |vintage| vintage.to_string());
    format!("{}, {year}", figure.source)
}

/// The tracts with their shares, and how figures were carried over to the place.
pub(super) fn tracts(of: &Portrait<'_>, most: usize) -> String {
    let mut parts: Vec<_> = of.insee.tracts.iter().collect();
    parts.sort_by(|a, b| b.of_place.total_cmp(&a.of_place));
    let told = parts.iter().take(most).map(|part| {
        let of_tract =
            part.of_tract.map_or(String::new(), |share| format!(", couvert à {}", percent(share)));
        let households = part.households.map_or("ménages inconnus".to_owned(), |households| {
            format!("{} ménages", integer(households.round() as u64))
        });
        let vintage = part.tract.vintage.map(Vintage::year);
        let outline = vintage.map_or(String::new(), |year| format!(", contour {year}"));
        format!(
            "{} ({} du lieu{of_tract}, {households}{outline})",
            part.tract.name,
            percent(part.of_place)
        )
    });
    let told = told.collect::<Vec<_>>().join(" ; ");
    let others = match parts.len().saturating_sub(most) {
        0 => String::new(),
        some => format!(" ; et {} autres", integer(some as u64)),
    };
    spaced(&format!(
        "{told}{others}. Nombres : répartis selon la surface couverte, entre les IRIS entièrement couverts et tous ceux qui \
         sont touchés. Médianes et taux : ils ne s’additionnent pas ; ≈ est la moyenne pondérée des IRIS, une \
         approximation. Une figure de l’Insee est celle de tous les habitants de l’IRIS."
    ))
}

pub(super) fn definitions() -> String {
    spaced(
        "Un signalement compte à toute heure, appel ou initiative de patrouille, même annulé ensuite ; là où l’on patrouille \
         plus, on signale plus. Intervalles à 95 % : de Poisson, exacts, pour les taux ; tous ensemble pour les comparaisons \
         (Bonferroni). « Pas de différence établie » ne veut pas dire « pas de différence ».",
    )
}
