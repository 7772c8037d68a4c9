//! [`morning_sheet`]: the morning report of a landlord, on one page.

use super::{
    pdf::on_one_page,
    sheet::{Block, Column, GUTTER, Row, Sheet, Table, Tile, WIDTH},
    words,
};
use crate::{
    figure::{
        Bar, Bars, Dot, Ground, GroundClass, Scene, bars,
        french::{
            FIXED, clock, counted, date_alone, duration, integer, long_date, percent, spaced,
        },
        key_to_usual, map,
    },
    incident::{KindCode, Nomenclature},
    report::{FollowUp, Morning, NIGHT_HOURS, SiteNight, Told},
    response::{ResponseTimes, Spread},
    stock::{Site, Surrounding, SurroundingClass, SurroundingShape},
    time::{Date, Timestamp},
};

/// Width of the column that holds the map, points.
const MAP: f64 = 288.0;
const MAP_HEIGHT: f64 = 244.0;
const SIDE: f64 = WIDTH - MAP - GUTTER;
/// Streets that people know a quarter by.
const STREET_RANK_MAX: u8 = 1;

/// What is left to do and sites that are told line by line: as many as have room on one page. The others are in the CSV.
const LINES_MAX: [(usize, usize); 8] =
    [(usize::MAX, usize::MAX), (usize::MAX, 10), (14, 8), (10, 6), (7, 5), (5, 4), (4, 3), (3, 2)];

/// The report as it is made at `now`, on one page.
#[must_use]
pub fn morning_sheet(morning: &Morning<'_>, nomenclature: &Nomenclature, now: Timestamp) -> Sheet {
    let next = morning.night.plus_days(1);
    let sheet = Sheet {
        kicker: "Bilan de la nuit".to_owned(),
        title: morning.landlord.name.clone(),
        standfirst: format!(
            "Nuit du {} au {}, de 18{FIXED}h à 6{FIXED}h",
            long_date(morning.night),
            long_date(next)
        ),
        imprint: imprint(now),
        blocks: Vec::new(),
    };
    on_one_page(sheet, LINES_MAX.map(|lines_max| blocks(morning, nomenclature, lines_max)))
}

fn blocks(
    morning: &Morning<'_>,
    nomenclature: &Nomenclature,
    (follow_ups_max, sites_max): (usize, usize),
) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !morning.is_covered {
        blocks.push(Block::Note(spaced(
            "La main courante de ces résidences ne remonte pas à cette nuit : les zéros de ce bilan ne disent pas qu’elle a été calme.",
        )));
    }
    blocks.extend([
        Block::Tiles(tiles(morning)),
        Block::Columns(vec![
            (MAP, vec![Block::Heading("Où".to_owned()), where_it_was(morning)]),
            (
                SIDE,
                vec![
                    Block::Heading("Quand".to_owned()),
                    when_it_was(morning),
                    Block::Heading("Quoi".to_owned()),
                    what_it_was(morning),
                ],
            ),
        ]),
    ]);
    blocks.push(Block::Note(comparison(morning)));
    blocks.extend(follow_ups(morning, nomenclature, follow_ups_max));
    blocks.extend(sites(morning, nomenclature, sites_max));
    blocks.extend(times(morning));
    blocks.push(Block::Note(definitions(morning)));
    blocks
}

/// What is said of lines that have no room.
fn others(left_out: usize, one: &str, many: &str) -> Option<Block> {
    let said = counted(left_out as u64, one, many);
    (left_out > 0).then(|| Block::Note(spaced(&format!("Et {said} : le fichier CSV donne tout."))))
}

/// When and from what a report was made.
pub(super) fn imprint(now: Timestamp) -> String {
    format!(
        "Établi par Vigie le {} à {}, d’après la main courante.",
        date_alone(Date::of(now)),
        clock(now)
    )
}

fn tiles(morning: &Morning<'_>) -> Vec<Tile> {
    let Morning { total, times, times_before, follow_ups, .. } = morning;
    let before = |spread: Spread| {
        spread.median_s.map_or(String::new(), |s| format!("d’ordinaire {}", duration(s)))
    };
    let (with_target, in_time) = times.targets;
    let share = |(all, met): (usize, usize)| (all > 0).then(|| percent(met as f64 / all as f64));
    let (first, others) = counts_of_follow_ups(follow_ups);
    vec![
        Tile {
            label: "Interventions".to_owned(),
            value: integer(total.count),
            aside: match total.usual {
                Some(_) => format!("d’ordinaire {}", words::usual(total.usual)),
                None => "pas encore de comparaison".to_owned(),
            },
        },
        Tile {
            label: "De l’appel à l’arrivée, médiane".to_owned(),
            value: times.overall.median_s.map_or("–".to_owned(), duration),
            aside: before(times_before.overall),
        },
        Tile {
            label: "Arrivées dans le délai".to_owned(),
            value: share(times.targets).unwrap_or_else(|| "–".to_owned()),
            aside: if with_target > 0 {
                format!("{in_time} sur {with_target} avec un délai fixé")
            } else {
                "aucun délai mesuré".to_owned()
            },
        },
        Tile { label: "Suites à donner".to_owned(), value: first, aside: others },
    ]
}

fn counts_of_follow_ups(follow_ups: &[FollowUp]) -> (String, String) {
    let mut sites: Vec<_> = follow_ups.iter().map(|left| &left.site).collect();
    sites.dedup();
    let sites = sites.len() as u64;
    let aside = match sites {
        0 => "rien ne reste ouvert".to_owned(),
        sites => format!("sur {}", counted(sites, "résidence", "résidences")),
    };
    (integer(follow_ups.len() as u64), aside)
}

fn where_it_was(morning: &Morning<'_>) -> Block {
    let of_site =
        |site: &Site| morning.by_site.iter().position(|night| night.site.code == site.code);
    let dots = morning.sites.iter().map(|site| {
        let rank = of_site(site);
        Dot {
            at: site.position,
            count: rank.map_or(0, |rank| morning.by_site[rank].told.count),
            label: rank.map_or(String::new(), |rank| (rank + 1).to_string()),
        }
    });
    let busiest = morning.by_site.first().map_or(String::new(), |night| {
        format!(
            "\u{202f}; la plus concernée est {}, avec {}",
            night.site.name,
            counted(night.told.count, "intervention", "interventions")
        )
    });
    let title = "Carte des résidences".to_owned();
    let description = format!(
        "{} sur {} ont connu une intervention{busiest}. Les numéros renvoient au tableau.",
        counted(morning.by_site.len() as u64, "résidence", "résidences"),
        integer(morning.sites.len() as u64),
    );
    let ground = morning.surroundings.iter().filter_map(|around| ground(around)).collect();
    let scene = Scene { title, description, ground, dots: dots.collect(), patches: Vec::new() };
    Block::Figure { drawing: map(&scene, (MAP, MAP_HEIGHT)), key: None }
}

/// What of the surroundings makes a small map readable: water, parks, main streets.
pub(super) fn ground(around: &Surrounding) -> Option<Ground<'_>> {
    let class = match around.class {
        SurroundingClass::Green => GroundClass::Green,
        SurroundingClass::Water => GroundClass::Water,
        SurroundingClass::Street if around.rank <= STREET_RANK_MAX => GroundClass::Street,
        SurroundingClass::Street | SurroundingClass::Rail | SurroundingClass::Building => {
            return None;
        }
    };
    Some(match &around.shape {
        SurroundingShape::Line(line) => Ground::Line(class, line),
        SurroundingShape::Area(area) => Ground::Area(class, area),
    })
}

fn bar(label: String, told: &Told) -> Bar {
    let usual = told.usual.map(|usual| (usual.low, usual.median, usual.high));
    Bar { label, count: told.count, usual }
}

fn when_it_was(morning: &Morning<'_>) -> Block {
    let hours = NIGHT_HOURS.iter().zip(&morning.by_hour);
    let busiest =
        hours.clone().rev().max_by_key(|(_, told)| told.count).filter(|(_, told)| told.count > 0);
    let description = busiest.map_or("Aucune intervention.".to_owned(), |(hour, told)| {
        format!("L’heure la plus chargée commence à {hour}{FIXED}h, avec {}.", told.count)
    });
    Block::Figure {
        drawing: bars(Bars {
            title: "Interventions par heure".to_owned(),
            description,
            bars: hours.map(|(hour, told)| bar(hour_label(*hour), told)).collect(),
            width: SIDE,
            height: Some(86.0),
        }),
        key: None,
    }
}

/// Every second hour has its name: there is no room for more.
fn hour_label(hour: i8) -> String {
    if hour % 2 == 0 { format!("{hour}{FIXED}h") } else { String::new() }
}

fn what_it_was(morning: &Morning<'_>) -> Block {
    let told = morning.by_family.iter();
    let said: Vec<String> = told
        .clone()
        .map(|(family, told)| format!("{} {}", words::family(family), told.count))
        .collect();
    let usual = morning.total.usual.map(|_| key_to_usual(SIDE, "cette nuit", "d’ordinaire"));
    Block::Figure {
        drawing: bars(Bars {
            title: "Interventions par famille".to_owned(),
            description: said.join(", "),
            bars: told.map(|(family, told)| bar(words::family(family).to_owned(), told)).collect(),
            width: SIDE,
            height: None,
        }),
        key: usual,
    }
}

/// What the figures are compared with, said where it is first needed.
fn comparison(morning: &Morning<'_>) -> String {
    let beside = match words::usual_nights(morning.total.usual, morning.night) {
        Some(nights) => spaced(&format!(
            "D’ordinaire : {nights} ; la bande pâle va de la nuit la plus calme à la plus chargée, le trait est \
                 la médiane."
        )),
        None => {
            "La main courante ne remonte pas assez loin pour dire ce qui est ordinaire.".to_owned()
        }
    };
    let initiative = match morning.own_initiative {
        0 => String::new(),
        some => format!(" Dont {} à l’initiative des patrouilles.", integer(some)),
    };
    let cancelled = match morning.cancelled {
        0 => String::new(),
        some => format!(
            " {} pas compté{} (erreurs, doublons).",
            counted(some, "appel n’est", "appels ne sont"),
            if some < 2 { "" } else { "s" }
        ),
    };
    format!("{beside}{initiative}{cancelled}")
}

fn follow_ups(morning: &Morning<'_>, nomenclature: &Nomenclature, most: usize) -> Vec<Block> {
    let heading = Block::Heading("Suites à donner".to_owned());
    if morning.follow_ups.is_empty() {
        return vec![heading, Block::Text("Rien ne reste ouvert de cette nuit.".to_owned())];
    }
    let name = |left: &FollowUp| {
        let site = morning.sites.iter().find(|site| site.code == left.site);
        let name = site.map_or("", |site| site.name.as_str());
        let building = left.building.as_ref().map_or(String::new(), |id| format!(", bât. {id}"));
        format!("{name} ({}{building})", left.site)
    };
    let rows = morning.follow_ups.iter().take(most).map(|left| {
        Row::of([
            name(left),
            words::kind(nomenclature, &left.kind),
            words::reason(left.reason).to_owned(),
            clock(left.reported_at),
        ])
    });
    let table = Table {
        summary: "Ce qui reste à faire, par résidence".to_owned(),
        columns: vec![
            Column::words("Résidence", 196.0),
            Column::words("Objet", 158.0),
            Column::words("Pourquoi", 105.0),
            Column::numbers("Signalé à", 52.0 + 8.0),
        ],
        rows: rows.collect(),
    };
    let left_out = morning.follow_ups.len().saturating_sub(most);
    let note = others(left_out, "autre suite à donner", "autres suites à donner");
    [heading, Block::Table(table)].into_iter().chain(note).collect()
}

fn sites(morning: &Morning<'_>, nomenclature: &Nomenclature, most: usize) -> Vec<Block> {
    if morning.by_site.is_empty() {
        return Vec::new();
    }
    let rows = morning.by_site.iter().take(most).enumerate().map(|(rank, night)| {
        Row::of([
            format!("{}{FIXED} {} ({})", rank + 1, night.site.name, night.site.code),
            kinds(night, nomenclature),
            integer(night.told.count),
            words::usual(night.told.usual),
        ])
    });
    let table = Table {
        summary: "Interventions par résidence, des plus nombreuses aux moins nombreuses".to_owned(),
        columns: vec![
            Column::words("Résidence", 196.0),
            Column::words("Natures", 190.0),
            Column::numbers("Interventions", 58.0),
            Column::numbers("D’ordinaire", 67.0 + 8.0),
        ],
        rows: rows.collect(),
    };
    let left_out = morning.by_site.len().saturating_sub(most);
    let note = others(left_out, "autre résidence", "autres résidences");
    let blocks = [Block::Heading("Par résidence".to_owned()), Block::Table(table)];
    blocks.into_iter().chain(note).collect()
}

fn kinds(night: &SiteNight<'_>, nomenclature: &Nomenclature) -> String {
    let said = |(code, count): &(KindCode, u64)| {
        let kind = words::kind(nomenclature, code);
        if *count == 1 { kind } else { format!("{kind} ({count})") }
    };
    night.kinds.iter().map(said).collect::<Vec<_>>().join("\u{202f}; ")
}

fn times(morning: &Morning<'_>) -> Vec<Block> {
    if morning.times.incidents == 0 {
        return Vec::new();
    }
    let heading = Block::Heading("Délais".to_owned());
    vec![heading, Block::Table(times_table(&morning.times, &morning.times_before))]
}

/// The steps of an intervention whose times are told.
pub(super) const STEPS: [&str; 5] = [
    "Prise en charge : de l’appel à la qualification",
    "Attribution : jusqu’au choix d’une patrouille",
    "Trajet : du départ à l’arrivée",
    "En tout : de l’appel à l’arrivée",
    "Sur place : de l’arrivée au départ",
];
/// Which of [`STEPS`] is the one that people ask for.
pub(super) const STEP_OVERALL: usize = 3;

/// The steps of an intervention with their times, beside those before.
fn times_table(times: &ResponseTimes, before: &ResponseTimes) -> Table {
    let spreads =
        |of: &ResponseTimes| [of.take_up, of.assignment, of.travel, of.overall, of.duration];
    let said = |seconds: Option<f64>| seconds.map_or("–".to_owned(), duration);
    let rows = STEPS.into_iter().zip(spreads(times).into_iter().zip(spreads(before)));
    let row = |(label, (now, before)): (&str, (Spread, Spread))| Row {
        cells: vec![
            spaced(label),
            integer(now.count as u64),
            said(now.median_s),
            said(now.p90_s),
            said(before.median_s),
        ],
        is_strong: label == STEPS[STEP_OVERALL],
    };
    Table {
        summary: "Délais de chaque étape : médiane et neuvième décile".to_owned(),
        columns: vec![
            Column::words("Étape", 232.0),
            Column::numbers("Mesurées", 58.0),
            Column::numbers("Médiane", 70.0),
            Column::numbers("9 sur 10 en moins de", 78.0),
            Column::numbers("Médiane d’ordinaire", 73.0 + 8.0),
        ],
        rows: rows.map(row).collect(),
    }
}

fn definitions(morning: &Morning<'_>) -> String {
    spaced(&format!(
        "Une intervention est un signalement reçu entre 18{FIXED}h et 6{FIXED}h, heure de Paris, qui n’a pas été annulé. \
         Périmètre : {} et {} de {}. Médiane : la moitié des nuits, ou des délais, ne la dépasse pas. Ce bilan ne nomme \
         ni agent, ni patrouille, ni habitant.",
        counted(morning.sites.len() as u64, "résidence", "résidences"),
        counted(morning.dwellings, "logement", "logements"),
        morning.landlord.name,
    ))
}
