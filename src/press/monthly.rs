//! [`monthly_sheet`]: the note of a month to partners: sums alone.

use super::{
    morning::{STEP_OVERALL, STEPS, imprint},
    sheet::{Block, Column, GUTTER, Row, Sheet, Table, Tile, WIDTH},
    words,
};
use crate::{
    figure::{
        Bar, Bars, MatrixCell, Patch, Scene, TrendPoint, bars,
        french::{
            FIXED, change, counted, duration, integer, month, short_month, spaced, tenths, weekdays,
        },
        map, matrix, trend,
    },
    privacy::{CLASS_WIDTH, Reading},
    report::{AreaCount, MonthRate, Monthly, ToldTimes},
    response::Spread,
    time::Timestamp,
};

const MAP: f64 = 300.0;
const SIDE: f64 = WIDTH - MAP - GUTTER;
/// Rows of the table of areas beside its map; the others are in the CSV.
const AREAS_MAX: usize = 20;

/// The note as it is made at `now`.
#[must_use]
pub fn monthly_sheet(note: &Monthly, now: Timestamp) -> Sheet {
    let mut blocks = Vec::new();
    if !note.is_covered {
        blocks.push(Block::Note(spaced(
            "La main courante ne contient rien de ce mois ni des mois d’avant : les zéros de cette note ne disent pas qu’il a été calme.",
        )));
    }
    blocks.extend([
        Block::Tiles(tiles(note)),
        Block::Heading("Treize mois".to_owned()),
        trend_of(note),
        Block::Note(spaced(
            "Signalements pour 30 jours, à 5 près, avec l’intervalle de confiance à 95 % (loi de Poisson, élargi de l’arrondi) : \
             deux mois dont les intervalles se recouvrent largement ne diffèrent pas nettement. Un tiret : la main courante ne \
             couvre pas le mois, ou n’y compte pas assez de signalements.",
        )),
    ]);
    if !note.hours.is_empty() {
        blocks.push(Block::Heading("Jours et heures".to_owned()));
        blocks.push(hours_of(note));
        blocks.push(Block::Note(spaced(&format!(
            "Signalements du mois, par heure de Paris, par classes de {CLASS_WIDTH} : « 5 » se lit de 5 à 9, « 10 » de 10 à 14, et \
             leur somme reste donc en dessous du total. <{CLASS_WIDTH} : de un à quatre ; vide : aucun."
        ))));
    }
    blocks.push(where_and_what(note));
    blocks.extend(times(note));
    blocks.push(Block::Note(definitions()));
    Sheet {
        kicker: "Note mensuelle aux partenaires".to_owned(),
        title: capitalised(&month(note.month)),
        standfirst: spaced(&format!(
            "Tranquillité résidentielle : {}, {}, {}",
            counted(note.landlords as u64, "bailleur", "bailleurs"),
            counted(note.sites as u64, "résidence", "résidences"),
            counted(note.dwellings, "logement", "logements"),
        )),
        imprint: imprint(now),
        blocks,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The rate of a month for 30 days.
fn rate(of: &MonthRate) -> Option<f64> {
    Some(of.rate?.per_30_days)
}

fn tiles(note: &Monthly) -> Vec<Tile> {
    let [.., before, now] = &note.trend[..] else { return Vec::new() };
    let year_ago = note.trend.first();
    let against = |other: Option<&MonthRate>| match (rate(now), other.and_then(rate)) {
        (Some(now), Some(before)) if before > 0.0 => change(now, before),
        _ => "–".to_owned(),
    };
    let said = |month_rate: &MonthRate| format!("contre {}", month(month_rate.month));
    let overall = note.times.as_ref().map(|times| times.overall);
    vec![
        Tile {
            label: "Signalements".to_owned(),
            value: words::reading(note.total),
            aside: rate(now).map_or(String::new(), |rate| {
                format!("{} par jour en moyenne", tenths(rate / 30.0))
            }),
        },
        Tile { label: "Sur un mois".to_owned(), value: against(Some(before)), aside: said(before) },
        Tile {
            label: "Sur un an".to_owned(),
            value: against(year_ago),
            aside: year_ago.map_or(String::new(), said),
        },
        Tile {
            label: "De l’appel à l’arrivée".to_owned(),
            value: overall.and_then(|of| of.median_s).map_or("–".to_owned(), duration),
            aside: overall
                .and_then(|of| of.p90_s)
                .map_or("délai non mesuré".to_owned(), |p90_s| {
                    format!("9 sur 10 en moins de {}", duration(p90_s))
                }),
        },
    ]
}

fn trend_of(note: &Monthly) -> Block {
    let points: Vec<TrendPoint> = note
        .trend
        .iter()
        .enumerate()
        .map(|(number, of)| {
            let (year, number_of_month) = of.month.parts();
            TrendPoint {
                label: short_month(of.month).to_owned(),
                year: (number == 0 || number_of_month == 1).then(|| year.to_string()),
                value: of.rate.map(|rate| (rate.low, rate.per_30_days, rate.high)),
            }
        })
        .collect();
    let said = note.trend.iter().filter_map(|of| {
        let rate = of.rate?;
        Some(format!(
            "{} {} ({} à {})",
            month(of.month),
            integer(rate.per_30_days.round() as u64),
            integer(rate.low.round() as u64),
            integer(rate.high.round() as u64)
        ))
    });
    let description = said.collect::<Vec<_>>().join(", ");
    let title = "Signalements pour 30 jours, treize mois".to_owned();
    Block::Figure { drawing: trend(&points, (WIDTH, 128.0), title, description), key: None }
}

fn hours_of(note: &Monthly) -> Block {
    let cell = |count: &Reading| MatrixCell {
        text: if *count == Reading::None { String::new() } else { words::reading(*count) },
        value: count.number().map(|number| number as f64),
    };
    let days = note.hours.chunks(24);
    let rows: Vec<(&str, Vec<MatrixCell>)> =
        weekdays().into_iter().zip(days.map(|hours| hours.iter().map(cell).collect())).collect();
    let heads: Vec<String> = (0..24).map(|hour| format!("{hour}{FIXED}h")).collect();
    let busiest = note.hours.iter().enumerate().rev().max_by_key(|(_, count)| count.number());
    let description = busiest.map_or(String::new(), |(index, count)| {
        format!(
            "L’heure la plus chargée de la semaine est le {} à partir de {}{FIXED}h, avec {} dans le mois.",
            weekdays()[index / 24],
            index % 24,
            words::reading(*count)
        )
    });
    let title = "Signalements par jour et par heure".to_owned();
    Block::Figure { drawing: matrix(&heads, &rows, WIDTH, title, description), key: None }
}

fn where_and_what(note: &Monthly) -> Block {
    let are_communes = note.areas.iter().all(|of| of.area.is_commune);
    let value = |of: &AreaCount| of.count.number().map(|number| number as f64);
    let patches = note.areas.iter().map(|of| Patch {
        shape: &of.area.shape,
        value: value(of),
        label: words::reading(of.count),
    });
    let what = if are_communes { "arrondissement ou commune" } else { "maille de 0,7 km²" };
    let scene = Scene {
        title: format!("Signalements par {what}"),
        description: format!("{} avec des logements.", note.areas.len()),
        patches: patches.collect(),
        ..Scene::default()
    };
    let elsewhere = match note.elsewhere {
        Reading::None => String::new(),
        count => format!(" Ailleurs : {}.", words::reading(count)),
    };
    let key = Block::Note(spaced(&format!(
        "Signalements du mois par {what}, chaque nombre arrondi à {CLASS_WIDTH} : ils ne s’additionnent pas exactement. \
         Plus le fond est sombre, plus ils sont nombreux ; fond blanc : moins de {CLASS_WIDTH}.{elsewhere}"
    )));
    let figure = Block::Figure { drawing: map(&scene, (MAP, 216.0)), key: None };
    let place = vec![Block::Heading("Où".to_owned()), figure, key];
    let mut side = vec![Block::Heading("Quoi".to_owned()), families_of(note)];
    if are_communes && !note.areas.is_empty() {
        side.push(Block::Table(areas_table(note)));
    }
    Block::Columns(vec![(MAP, place), (SIDE, side)])
}

fn areas_table(note: &Monthly) -> Table {
    let mut areas: Vec<&AreaCount> = note.areas.iter().collect();
    areas.sort_by(|a, b| {
        b.count.number().cmp(&a.count.number()).then_with(|| a.area.code.cmp(&b.area.code))
    });
    let rows = areas.into_iter().take(AREAS_MAX).map(|of| {
        let per_1000 = of.per_1000.map_or("–".to_owned(), tenths);
        Row::of([words::area(&of.area), words::reading(of.count), per_1000])
    });
    Table {
        summary: "Signalements par arrondissement ou commune".to_owned(),
        columns: vec![
            Column::words("", 80.0),
            Column::numbers("Signalements", 60.0),
            Column::numbers("Pour 1\u{202f}000 log.", SIDE - 140.0 + 8.0),
        ],
        rows: rows.collect(),
    }
}

fn families_of(note: &Monthly) -> Block {
    let told = note
        .families
        .iter()
        .filter_map(|(family, count)| Some((words::family(family), count.number()?)));
    let said: Vec<String> = told.clone().map(|(name, count)| format!("{name} {count}")).collect();
    let bar = |(name, count): (&str, u64)| Bar { label: name.to_owned(), count, usual: None };
    Block::Figure {
        drawing: bars(Bars {
            title: "Signalements par famille".to_owned(),
            description: said.join(", "),
            bars: told.map(bar).collect(),
            width: SIDE,
            height: None,
        }),
        key: None,
    }
}

fn times(note: &Monthly) -> Vec<Block> {
    let Some(times) = &note.times else { return Vec::new() };
    let said = |seconds: Option<f64>| seconds.map_or("–".to_owned(), duration);
    let by_priority = note.by_priority.iter().map(|(priority, times)| {
        Row::of([
            priority.as_str().to_owned(),
            said(times.overall.median_s),
            said(times.overall.p90_s),
            priority.target_s().map_or("–".to_owned(), |s| duration(f64::from(s))),
            times.in_time_percent.map_or("–".to_owned(), words::in_time),
        ])
    });
    let table = Table {
        summary: "Délai de l’appel à l’arrivée, par priorité".to_owned(),
        columns: vec![
            Column::words("Priorité", 91.0),
            Column::numbers("Médiane", 90.0),
            Column::numbers("9 sur 10 en moins de", 110.0),
            Column::numbers("Délai fixé", 90.0),
            Column::numbers("Dans le délai", 130.0 + 8.0),
        ],
        rows: by_priority.collect(),
    };
    let mut blocks = vec![Block::Heading("Délais".to_owned()), Block::Table(steps_table(times))];
    if !table.rows.is_empty() {
        blocks.push(Block::Heading("De l’appel à l’arrivée, par priorité".to_owned()));
        blocks.push(Block::Table(table));
    }
    blocks.push(Block::Note(spaced(
        "Délais d’au moins cent interventions, sans quoi ils ne sont pas dits ; part dans le délai à 5 % près.",
    )));
    blocks
}

fn steps_table(times: &ToldTimes) -> Table {
    let spreads = [times.take_up, times.assignment, times.travel, times.overall, times.duration];
    let said = |seconds: Option<f64>| seconds.map_or("–".to_owned(), duration);
    let row = |(label, spread): (&str, Spread)| Row {
        cells: vec![spaced(label), said(spread.median_s), said(spread.p90_s)],
        is_strong: label == STEPS[STEP_OVERALL],
    };
    Table {
        summary: "Délais de chaque étape : médiane et neuvième décile".to_owned(),
        columns: vec![
            Column::words("Étape", 300.0),
            Column::numbers("Médiane", 90.0),
            Column::numbers("9 sur 10 en moins de", 110.0),
        ],
        rows: STEPS.into_iter().zip(spreads).map(row).collect(),
    }
}

fn definitions() -> String {
    spaced(
        "Un signalement compte à toute heure, qu’il vienne d’un appel ou de l’initiative d’une patrouille, et même s’il a \
         été annulé ensuite. Les logements sont ceux des bailleurs. Médiane : la moitié des délais ne la dépasse pas. Cette \
         note ne contient que des sommes d’au moins onze logements ; aucune ne permet de reconnaître une personne.",
    )
}
