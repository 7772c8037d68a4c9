//! [`portrait_sheet`]: the portrait of a place on one page.

use super::{
    morning::imprint,
    pdf::on_one_page,
    portrait_words as said,
    sheet::{Block, Column, GUTTER, Row, Sheet, Table, Tile, WIDTH},
    words,
};
use crate::{
    figure::{
        CoursePoint, Dot, MatrixCell, Patch, Scene, course,
        french::{FIXED, counted, integer, measure, month, short_month, spaced, weekdays},
        map, matrix,
    },
    incident::Nomenclature,
    portrait::{Compared, Comparison, Group, Place, Portrait, Season, Subject, Verdict},
    time::{HourOfWeek, Timestamp},
};

/// Two columns.
const HALF: f64 = (WIDTH - GUTTER) / 2.0;
const COURSE: f64 = 306.0;
const MAP: f64 = WIDTH - COURSE - GUTTER;
const COURSE_HEIGHT: f64 = 84.0;
/// Rows of each table that have room on one page; the others are in the CSV.
const GROUPS_MAX: usize = 7;
const AROUND_MAX: usize = 4;
/// INSEE's figures and the tracts that are named: as many as have room, for their names are short or long.
const INSEE_MAX: [(usize, usize); 4] = [(5, 3), (4, 2), (3, 1), (2, 1)];
/// A place with more kinds than these is told by family.
const KINDS_MAX: usize = 4;
/// Sites whose dots have a number.
const NUMBERED_MAX: usize = 5;

/// The portrait as it is made at `now`, on one page; of a subject where it is about one.
#[must_use]
pub fn portrait_sheet(
    of: &Portrait<'_>,
    subject: Option<&Subject>,
    nomenclature: &Nomenclature,
    now: Timestamp,
) -> Sheet {
    let sheet = Sheet {
        kicker: match subject {
            Some(subject) => spaced(&format!("Sujet : {}", subject.label_fr)),
            None => "Portrait d’un lieu".to_owned(),
        },
        title: said::title(of),
        standfirst: said::standfirst(of),
        imprint: imprint(now),
        blocks: Vec::new(),
    };
    on_one_page(sheet, INSEE_MAX.map(|most| blocks(of, subject, nomenclature, most)))
}

fn blocks(
    of: &Portrait<'_>,
    subject: Option<&Subject>,
    nomenclature: &Nomenclature,
    insee_max: (usize, usize),
) -> Vec<Block> {
    let mut blocks = vec![
        Block::Tiles(tiles(of)),
        Block::Note(said::caution(of)),
        Block::Columns(vec![
            (HALF, vec![Block::Heading("Quoi".to_owned()), groups(of, nomenclature)]),
            (HALF, vec![Block::Heading("À côté".to_owned()), around(of)]),
        ]),
    ];
    blocks.extend(hours(of));
    let title = if of.course.season == Season::TakenOut {
        "Mois par mois, sans la saison"
    } else {
        "Mois par mois"
    };
    blocks.push(Block::Columns(vec![
        (COURSE, vec![Block::Heading(title.to_owned()), months(of)]),
        (MAP, vec![Block::Heading("Où".to_owned()), where_it_is(of)]),
    ]));
    blocks.push(Block::Note(said::course(of)));
    if subject.is_some() {
        blocks.extend(top(of));
    } else {
        blocks.extend(insee(of, insee_max));
    }
    blocks.push(Block::Note(said::definitions()));
    blocks
}

fn tiles(of: &Portrait<'_>) -> Vec<Tile> {
    let rate = of.reports.as_ref().and_then(|reports| reports.rate);
    let rest = of.around.iter().find(|one| one.with == Compared::Rest);
    vec![
        Tile {
            label: "Logements".to_owned(),
            value: integer(of.dwellings),
            aside: counted(of.sites_in_all as u64, "résidence", "résidences"),
        },
        Tile {
            label: "Signalements".to_owned(),
            value: of.reports.as_ref().map_or("–".to_owned(), |all| said::count(all.total)),
            aside: of.span.map_or("aucun mois terminé".to_owned(), |span| {
                format!("en {} mois", span.months)
            }),
        },
        Tile {
            label: "Pour 1\u{202f}000 logements et par an".to_owned(),
            value: rate.map_or("–".to_owned(), |rate| measure(rate.per_1000)),
            aside: rate.map_or("non dit".to_owned(), |rate| said::between(rate.interval)),
        },
        match rest {
            Some(rest) => Tile {
                label: "Par rapport au reste du parc".to_owned(),
                value: rest
                    .ratio
                    .map_or("–".to_owned(), |ratio| format!("×{FIXED}{}", measure(ratio))),
                aside: said::verdict(rest.verdict).to_owned(),
            },
            None => Tile {
                label: "Évolution".to_owned(),
                value: said::change(of).unwrap_or_else(|| "–".to_owned()),
                aside: said::direction(of.course.direction).to_owned(),
            },
        },
    ]
}

fn groups(of: &Portrait<'_>, nomenclature: &Nomenclature) -> Block {
    let Some(reports) = &of.reports else {
        return Block::Text("Aucun mois terminé\u{a0}: rien à compter.".to_owned());
    };
    let label_of_kind = |group: &Group| match group.code.parse() {
        Ok(code) => words::kind(nomenclature, &code),
        Err(_) => group.code.clone(),
    };
    let kinds = reports.kinds.as_ref().filter(|kinds| kinds.len() <= KINDS_MAX);
    let rows: Vec<Row> = match kinds {
        Some(kinds) => kinds.iter().map(|one| group_row(label_of_kind(one), one)).collect(),
        None => {
            let all = reports.families.iter().take(GROUPS_MAX);
            all.map(|one| group_row(words::family(&one.code).to_owned(), one)).collect()
        }
    };
    if rows.is_empty() {
        return Block::Text("Aucun signalement.".to_owned());
    }
    Block::Table(Table {
        summary: "Signalements par nature, et pour 1 000 logements et par an avec leur intervalle"
            .to_owned(),
        columns: vec![
            Column::words("", 112.0),
            Column::numbers("Nombre", 42.0),
            Column::numbers("Pour 1\u{202f}000 log. et par an", HALF - 154.0 + 8.0),
        ],
        rows,
    })
}

fn group_row(label: String, group: &Group) -> Row {
    let rate = group.rate.map_or("–".to_owned(), |rate| {
        format!("{} ({})", measure(rate.per_1000), said::between(rate.interval))
    });
    Row::of([label, said::count(group.count), rate])
}

fn around(of: &Portrait<'_>) -> Block {
    if of.around.is_empty() {
        return Block::Text("Rien à comparer.".to_owned());
    }
    let rows = of.around.iter().take(AROUND_MAX).map(around_row);
    Block::Table(Table {
        summary: "Le taux du lieu rapporté à celui de ses voisins, avec l’intervalle".to_owned(),
        columns: vec![
            Column::words("", 96.0),
            Column::numbers("Là-bas", 40.0),
            Column::words("Ici", HALF - 136.0 + 8.0),
        ],
        rows: rows.collect(),
    })
}

fn around_row(one: &Comparison) -> Row {
    let rate = one.rate.map_or("–".to_owned(), |rate| measure(rate.per_1000));
    let told = match (one.verdict, one.ratio, one.interval) {
        (Verdict::Unknown, ..) | (_, _, None) => "–".to_owned(),
        (verdict, ratio, Some(interval)) => format!(
            "{}{} ({})",
            said::verdict(verdict),
            ratio.map_or(String::new(), |ratio| format!(", ×{FIXED}{}", measure(ratio))),
            said::between(interval)
        ),
    };
    let is_strong = matches!(one.verdict, Verdict::More | Verdict::Less);
    Row { cells: vec![said::compared(one), rate, told], is_strong }
}

fn hours(of: &Portrait<'_>) -> Vec<Block> {
    let heading = Block::Heading("Jours et heures".to_owned());
    let Some(reports) = &of.reports else { return Vec::new() };
    let Some(hours) = &reports.hours else {
        return vec![heading, Block::Note(said::no_hours())];
    };
    let cell = |count: &u64| MatrixCell {
        text: if *count == 0 { String::new() } else { integer(*count) },
        value: Some(*count as f64),
    };
    let days = hours.chunks(24).map(|day| day.iter().map(cell).collect());
    let rows: Vec<(&str, Vec<MatrixCell>)> = weekdays().into_iter().zip(days).collect();
    let heads: Vec<String> = (0..24).map(|hour| format!("{hour}{FIXED}h")).collect();
    let busiest = (0..HourOfWeek::COUNT).rev().max_by_key(|hour| hours[*hour]).unwrap_or(0);
    let description = format!(
        "L’heure la plus chargée de la semaine est le {} à partir de {}{FIXED}h, avec {}.",
        weekdays()[busiest / 24],
        busiest % 24,
        counted(hours[busiest], "signalement", "signalements"),
    );
    let title = "Signalements par jour et par heure".to_owned();
    let drawing = matrix(&heads, &rows, WIDTH, title, description);
    vec![heading, Block::Figure { drawing, key: None }]
}

fn months(of: &Portrait<'_>) -> Block {
    let last = of.course.months.len().saturating_sub(1);
    let points: Vec<CoursePoint> = of
        .course
        .months
        .iter()
        .enumerate()
        .map(|(number, point)| {
            let (year, in_year) = point.month.parts();
            let label = match (number, in_year) {
                (_, 1) => year.to_string(),
                (_, 4 | 7 | 10) if last < 30 => short_month(point.month).to_owned(),
                (_, 7) => short_month(point.month).to_owned(),
                _ => String::new(),
            };
            CoursePoint { label, value: point.per_30_days, adjusted: point.adjusted }
        })
        .collect();
    let ends = of.course.months.first().zip(of.course.months.last());
    let when = ends.map_or(String::new(), |(first, last)| {
        format!("De {} à {}. ", month(first.month), month(last.month))
    });
    let description = format!("{when}{}", said::course(of));
    let line = of.course.slope.map(|slope| (slope.first, slope.last));
    let title = "Signalements pour 30 jours".to_owned();
    let drawing = course(&points, line, (COURSE, COURSE_HEIGHT), title, description);
    Block::Figure { drawing, key: None }
}

fn where_it_is(of: &Portrait<'_>) -> Block {
    let rank = |code| of.top.iter().position(|one| one.site.code == code);
    let dots = of.sites.iter().map(|one| {
        let rank = rank(one.site.code.clone()).filter(|rank| *rank < NUMBERED_MAX);
        Dot {
            at: one.site.position,
            count: rank.map_or(0, |_| 1),
            label: rank.map_or(String::new(), |rank| (rank + 1).to_string()),
        }
    });
    let shapes = of.insee.tracts.iter().map(|part| &part.tract.area);
    let mut patches: Vec<Patch<'_>> =
        shapes.map(|shape| Patch { shape, value: Some(0.0), label: String::new() }).collect();
    if let Place::Drawn(drawn) = &of.place {
        patches.push(Patch { shape: drawn.polygons(), value: None, label: String::new() });
    }
    let scene = Scene {
        title: "Carte du lieu".to_owned(),
        description: format!(
            "{} et {}. Les numéros sont ceux des résidences où l’on signale le plus, dans l’ordre du tableau.",
            counted(of.sites.len() as u64, "résidence", "résidences"),
            counted(of.insee.tracts.len() as u64, "IRIS touché", "IRIS touchés"),
        ),
        patches,
        dots: dots.collect(),
        ..Scene::default()
    };
    Block::Figure { drawing: map(&scene, (MAP, COURSE_HEIGHT)), key: None }
}

fn top(of: &Portrait<'_>) -> Vec<Block> {
    if of.top.is_empty() {
        return Vec::new();
    }
    let rows = of.top.iter().take(NUMBERED_MAX).enumerate().map(|(rank, one)| {
        let rate = one.rate.map_or("–".to_owned(), |rate| {
            format!("{} ({})", measure(rate.per_1000), said::between(rate.interval))
        });
        Row::of([
            format!("{}{FIXED} {}", rank + 1, of.called(one.site)),
            integer(u64::from(one.site.dwellings)),
            said::count(one.count),
            rate,
        ])
    });
    let table = Table {
        summary: "Résidences où l’on signale le plus".to_owned(),
        columns: vec![
            Column::words("Résidence", 230.0),
            Column::numbers("Logements", 70.0),
            Column::numbers("Signalements", 80.0),
            Column::numbers("Pour 1\u{202f}000 log. et par an", WIDTH - 380.0 + 8.0),
        ],
        rows: rows.collect(),
    };
    vec![Block::Heading("Résidences où l’on signale le plus".to_owned()), Block::Table(table)]
}

fn insee(of: &Portrait<'_>, (figures_max, tracts_max): (usize, usize)) -> Vec<Block> {
    let heading = Block::Heading("Les IRIS que le lieu touche, selon l’Insee".to_owned());
    if of.insee.tracts.is_empty() {
        return vec![heading, Block::Note("Le lieu ne touche aucun IRIS connu.".to_owned())];
    }
    let rows = of.insee.figures.iter().take(figures_max).map(|figure| {
        let (here, range) = said::known(figure);
        let label = figure.label.clone().unwrap_or_else(|| figure.name.clone());
        let households =
            figure.households.map_or("?".to_owned(), |all| integer(all.round() as u64));
        Row::of([label, here, range, households, said::provenance(figure)])
    });
    let table = Table {
        summary: "Figures de l’Insee sur les IRIS touchés, avec l’erreur de leur répartition"
            .to_owned(),
        columns: vec![
            Column::words("", 150.0),
            Column::numbers("Ici", 66.0),
            Column::words("Des IRIS touchés", 100.0),
            Column::numbers("Ménages", 48.0),
            Column::words("Source", WIDTH - 364.0 + 8.0),
        ],
        rows: rows.collect(),
    };
    let mut blocks = vec![heading];
    if !of.insee.figures.is_empty() {
        blocks.push(Block::Table(table));
    }
    blocks.push(Block::Note(said::tracts(of, tracts_max)));
    blocks
}
