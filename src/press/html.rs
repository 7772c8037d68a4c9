//! [`html`]: a sheet as one file of HTML that needs nothing else, has no script, and prints on A4.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::sheet::{Block, Sheet, Table, Tile};
use crate::figure::{Drawing, to_svg};

const STYLE: &str = include_str!("page.css");

/// The page. What comes from the stock is escaped by construction.
#[must_use]
pub fn html(sheet: &Sheet) -> String {
    let mut setter = Setter { figures: 0 };
    let blocks = setter.blocks(&sheet.blocks);
    let page = markup! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (sheet.kicker) " – " (sheet.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.kicker { (sheet.kicker) }
                        h1 { (sheet.title) }
                        p.standfirst { (sheet.standfirst) }
                    }
                    (blocks)
                    footer { (sheet.imprint) }
                }
            }
        }
    };
    page.into_string()
}

/// Numbers the figures of a page, whose parts refer to each other.
struct Setter {
    figures: usize,
}

impl Setter {
    fn blocks(&mut self, blocks: &[Block]) -> Markup {
        let set: Vec<Markup> = blocks.iter().map(|block| self.block(block)).collect();
        markup! { @for block in set { (block) } }
    }

    fn block(&mut self, block: &Block) -> Markup {
        match block {
            Block::Heading(text) => markup! { h2 { (text) } },
            Block::Text(text) => markup! { p { (text) } },
            Block::Note(text) => markup! { p.note { (text) } },
            Block::Tiles(tiles) => markup! { dl.tiles { @for tile in tiles { (tile_of(tile)) } } },
            Block::Figure { drawing, key } => {
                let drawing = self.svg(drawing);
                let key = key.as_ref().map(|key| self.svg(key));
                markup! { figure { (drawing) @if let Some(key) = key { (key) } } }
            }
            Block::Table(table) => table_of(table),
            Block::Columns(columns) => {
                let shares: Vec<String> =
                    columns.iter().map(|(width, _)| format!("minmax(0, {width:.0}fr)")).collect();
                let style = format!("grid-template-columns: {}", shares.join(" "));
                let set: Vec<Markup> =
                    columns.iter().map(|(_, blocks)| self.blocks(blocks)).collect();
                markup! { div.columns style=(style) { @for column in set { div { (column) } } } }
            }
        }
    }

    fn svg(&mut self, drawing: &Drawing) -> Markup {
        self.figures += 1;
        PreEscaped(to_svg(drawing, &format!("f{}", self.figures)))
    }
}

fn tile_of(tile: &Tile) -> Markup {
    markup! {
        div {
            dt { (tile.label) }
            dd.value { (tile.value) }
            dd.aside { (tile.aside) }
        }
    }
}

fn table_of(table: &Table) -> Markup {
    let class = |number: bool| number.then_some("number");
    markup! {
        table {
            caption { (table.summary) }
            thead {
                tr { @for column in &table.columns { th scope="col" class=[class(column.is_number)] { (column.head) } } }
            }
            tbody {
                @for row in &table.rows {
                    tr class=[row.is_strong.then_some("strong")] {
                        @for (at, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
                            @if at == 0 { th scope="row" class=[class(column.is_number)] { (cell) } }
                            @else { td class=[class(column.is_number)] { (cell) } }
                        }
                    }
                }
            }
        }
    }
}
