//! [`compose`]: where everything of a sheet stands, page by page, and in which order it is read.

use super::{
    face::{lines, width},
    table,
    tree::{Part, Tree},
};
use crate::{
    figure::{Anchor, Drawing, Ink, Mark, Path, Stroke, Weight},
    press::sheet::{Block, GUTTER, Sheet, Tile, WIDTH},
};

/// A4, points.
pub(super) const PAGE: (f64, f64) = (595.28, 841.89);
/// Left edge of what is printed, points.
pub(super) const LEFT: f64 = (PAGE.0 - WIDTH) / 2.0;
const TOP: f64 = 40.0;
/// Nothing but the foot of the page stands lower, points.
const BOTTOM: f64 = PAGE.1 - 46.0;
const BODY: f64 = 9.0;
const SMALL: f64 = 7.5;
/// Height of a line for each point of its letters.
const LEADING: f64 = 1.32;
/// What stands below a heading on its page at least, points: else it moves to the next one.
const AFTER_HEADING: f64 = 46.0;
const TILES: f64 = 46.0;

/// What is drawn between two marks of the tree of tags.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// On which page, from 0.
    pub page: usize,
    /// Its leaf in the tree; `None` for what only adorns the page.
    pub leaf: Option<usize>,
    /// What is drawn, in points of the page.
    pub marks: Vec<Mark>,
    /// Left, top, width and height of the box that it must not leave.
    pub clip: Option<[f64; 4]>,
}

/// A sheet on its pages.
#[derive(Debug, Default)]
pub(super) struct Composed {
    /// How many pages there are.
    pub pages: usize,
    /// In the order in which they are drawn.
    pub runs: Vec<Run>,
    /// In the order in which they are read.
    pub tree: Tree,
    /// Each heading with its page and height on it.
    pub headings: Vec<(String, usize, f64)>,
}

/// Sets `sheet`.
pub(super) fn compose(sheet: &Sheet) -> Composed {
    let mut composer = Composer { composed: Composed { pages: 1, ..Composed::default() }, y: TOP };
    composer.masthead(sheet);
    composer.column(&sheet.blocks, Frame { left: LEFT, width: WIDTH });
    composer.feet(sheet);
    composer.composed
}

/// Where a column stands across the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub left: f64,
    pub width: f64,
}

pub(super) struct Composer {
    composed: Composed,
    /// How far the page is filled.
    pub y: f64,
}

impl Composer {
    fn masthead(&mut self, sheet: &Sheet) {
        let rule = Path::Rect(LEFT, self.y, WIDTH, 2.5);
        self.adorn(vec![filled(rule, Ink::Accent)]);
        self.y += 6.0;
        self.say(
            Part::Paragraph,
            &sheet.kicker.to_uppercase(),
            (8.0, Weight::Strong, Ink::Accent),
            PAPER,
        );
        self.y += 1.0;
        let (page, y) = (self.composed.pages - 1, self.y);
        self.composed.headings.push((sheet.title.clone(), page, y));
        self.say(
            Part::Title(sheet.title.clone()),
            &sheet.title,
            (22.0, Weight::Strong, Ink::Text),
            PAPER,
        );
        self.say(Part::Paragraph, &sheet.standfirst, (11.0, Weight::Regular, Ink::Muted), PAPER);
        self.y += 7.0;
    }

    /// Sets blocks one below the other.
    fn column(&mut self, blocks: &[Block], frame: Frame) {
        for (at, block) in blocks.iter().enumerate() {
            if matches!(block, Block::Heading(_)) {
                let next = blocks.get(at + 1).map_or(0.0, |next| least_height(next, frame.width));
                self.make_room(24.0 + next.max(AFTER_HEADING));
            } else {
                self.make_room(least_height(block, frame.width));
            }
            self.block(block, frame);
        }
    }

    fn block(&mut self, block: &Block, frame: Frame) {
        match block {
            Block::Heading(text) => {
                if self.y > TOP {
                    self.y += 8.0;
                }
                let (page, y) = (self.composed.pages - 1, self.y);
                self.composed.headings.push((text.clone(), page, y));
                self.say(
                    Part::Heading(text.clone()),
                    text,
                    (10.5, Weight::Strong, Ink::Accent),
                    frame,
                );
                self.y += 3.0;
            }
            Block::Text(text) => {
                self.say(Part::Paragraph, text, (BODY, Weight::Regular, Ink::Text), frame);
                self.y += 3.0;
            }
            Block::Note(text) => {
                self.say(Part::Paragraph, text, (SMALL, Weight::Regular, Ink::Muted), frame);
                self.y += 3.0;
            }
            Block::Tiles(tiles) => self.tiles(tiles, frame),
            Block::Figure { drawing, key } => {
                self.figure(drawing, frame);
                if let Some(key) = key {
                    self.figure(key, frame);
                }
                self.y += 3.0;
            }
            Block::Table(set) => table::set(self, set, frame),
            Block::Columns(columns) => self.columns(columns, frame),
        }
    }

    /// Sets columns side by side; the next block stands below the longest.
    fn columns(&mut self, columns: &[(f64, Vec<Block>)], frame: Frame) {
        let (top, mut lowest, mut left) = (self.y, self.y, frame.left);
        for (width, blocks) in columns {
            self.y = top;
            for block in blocks {
                self.block(block, Frame { left, width: *width });
            }
            lowest = lowest.max(self.y);
            left += width + GUTTER;
        }
        self.y = lowest;
    }

    fn tiles(&mut self, tiles: &[Tile], frame: Frame) {
        let top = self.y;
        let each = frame.width / tiles.len().max(1) as f64;
        let mut rules = vec![rule(frame.left, top, frame.width, 0.6)];
        rules.push(rule(frame.left, top + TILES, frame.width, 0.6));
        for (number, tile) in tiles.iter().enumerate() {
            let mut left = frame.left + each * number as f64;
            if number > 0 {
                rules.push(filled(Path::Rect(left, top, 0.6, TILES), Ink::Rule));
                left += 8.0;
            }
            let inside = Frame { left, width: each - 10.0 };
            self.composed.tree.open(Part::Division);
            self.y = top + 4.0;
            self.say(Part::Paragraph, &tile.label, (8.0, Weight::Regular, Ink::Muted), inside);
            self.y -= 1.0;
            self.say(Part::Paragraph, &tile.value, (18.0, Weight::Strong, Ink::Text), inside);
            self.y -= 2.0;
            self.say(Part::Paragraph, &tile.aside, (SMALL, Weight::Regular, Ink::Muted), inside);
            self.composed.tree.close();
        }
        self.adorn(rules);
        self.y = top + TILES + 4.0;
    }

    fn figure(&mut self, drawing: &Drawing, frame: Frame) {
        let top = self.y;
        let marks = drawing.marks.iter().map(|mark| moved(mark, frame.left, top)).collect();
        let clip = Some([frame.left, top, drawing.width, drawing.height]);
        let spoken = format!("{}. {}", drawing.title, drawing.description);
        self.composed.tree.open(Part::Figure(spoken));
        self.draw(marks, clip);
        self.composed.tree.close();
        self.y += drawing.height;
    }

    /// Sets a text in lines under a tag of its own.
    pub fn say(&mut self, part: Part, text: &str, style: (f64, Weight, Ink), frame: Frame) {
        self.composed.tree.open(part);
        for line in lines(text, style.0, style.1, frame.width) {
            self.line(&line, style, frame.left);
        }
        self.composed.tree.close();
    }

    /// Sets one line and goes below it.
    fn line(&mut self, text: &str, (size, weight, ink): (f64, Weight, Ink), left: f64) {
        self.y += size * LEADING;
        // The baseline stands about a quarter of the letters' size above the foot of the line.
        let y = self.y - size * 0.32;
        self.draw(vec![text_mark(text, [left, y], (size, weight, ink))], None);
    }

    /// Draws what is read where the tree stands now.
    pub fn draw(&mut self, marks: Vec<Mark>, clip: Option<[f64; 4]>) {
        let leaf = Some(self.composed.tree.leaf());
        self.composed.runs.push(Run { page: self.composed.pages - 1, leaf, marks, clip });
    }

    /// Draws what is not read.
    pub fn adorn(&mut self, marks: Vec<Mark>) {
        let page = self.composed.pages - 1;
        self.composed.runs.push(Run { page, leaf: None, marks, clip: None });
    }

    pub fn tree(&mut self) -> &mut Tree {
        &mut self.composed.tree
    }

    /// Goes to the next page where `height` does not fit on this one. Says whether it did.
    pub fn make_room(&mut self, height: f64) -> bool {
        let turns = self.y + height > BOTTOM && self.y > TOP;
        if turns {
            self.composed.pages += 1;
            self.y = TOP;
        }
        turns
    }

    /// The foot of each page: what was set, and its number.
    fn feet(&mut self, sheet: &Sheet) {
        let pages = self.composed.pages;
        for page in 0..pages {
            let number = format!("{} / {pages}", page + 1);
            let left = LEFT + WIDTH - width(&number, SMALL, Weight::Regular);
            let style = (SMALL, Weight::Regular, Ink::Muted);
            let y = PAGE.1 - 28.0;
            let marks =
                vec![rule(LEFT, y - 11.0, WIDTH, 0.6), text_mark(&number, [left, y], style)];
            self.composed.runs.push(Run { page, leaf: None, marks, clip: None });
            let imprint = vec![text_mark(&sheet.imprint, [LEFT, y], style)];
            // It is read once, at the end.
            let leaf = (page + 1 == pages).then(|| {
                self.composed.tree.open(Part::Paragraph);
                let leaf = self.composed.tree.leaf();
                self.composed.tree.close();
                leaf
            });
            self.composed.runs.push(Run { page, leaf, marks: imprint, clip: None });
        }
    }
}

const PAPER: Frame = Frame { left: LEFT, width: WIDTH };

/// What a block needs on one page at least, points.
fn least_height(block: &Block, room: f64) -> f64 {
    let text = |text: &str, size: f64| {
        lines(text, size, Weight::Regular, room).len() as f64 * size * LEADING + 3.0
    };
    match block {
        Block::Heading(_) => 24.0,
        Block::Text(words) => text(words, BODY),
        Block::Note(words) => text(words, SMALL),
        Block::Tiles(_) => TILES + 4.0,
        Block::Figure { drawing, key } => {
            drawing.height + key.as_ref().map_or(0.0, |key| key.height) + 3.0
        }
        Block::Table(_) => table::LEAST_HEIGHT,
        Block::Columns(columns) => columns
            .iter()
            .map(|(width, blocks)| blocks.iter().map(|block| whole_height(block, *width)).sum())
            .fold(0.0, f64::max),
    }
}

/// What a block needs that is not broken, points.
fn whole_height(block: &Block, room: f64) -> f64 {
    match block {
        Block::Table(set) => table::height(set),
        other => least_height(other, room),
    }
}

pub(super) fn text_mark(text: &str, [x, y]: [f64; 2], style: (f64, Weight, Ink)) -> Mark {
    let (size, weight, ink) = style;
    Mark::Text { x, y, size, weight, anchor: Anchor::Start, ink, text: text.to_owned() }
}

fn filled(path: Path, ink: Ink) -> Mark {
    Mark::Shape { path, fill: Some(ink), stroke: None }
}

pub(super) fn rule(left: f64, y: f64, length: f64, thickness: f64) -> Mark {
    let path = Path::Line(vec![[left, y], [left + length, y]]);
    Mark::Shape { path, fill: None, stroke: Some(Stroke { ink: Ink::Rule, width: thickness }) }
}

/// A mark of a drawing where the drawing stands on the page.
fn moved(mark: &Mark, dx: f64, dy: f64) -> Mark {
    let points = |points: &[[f64; 2]]| points.iter().map(|[x, y]| [x + dx, y + dy]).collect();
    match mark {
        Mark::Text { x, y, size, weight, anchor, ink, text } => {
            let (size, weight, anchor, ink) = (*size, *weight, *anchor, *ink);
            Mark::Text { x: x + dx, y: y + dy, size, weight, anchor, ink, text: text.clone() }
        }
        Mark::Shape { path, fill, stroke } => {
            let path = match path {
                Path::Rect(x, y, width, height) => Path::Rect(x + dx, y + dy, *width, *height),
                Path::Circle(x, y, r) => Path::Circle(x + dx, y + dy, *r),
                Path::Line(line) => Path::Line(points(line)),
                Path::Rings(rings) => Path::Rings(rings.iter().map(|ring| points(ring)).collect()),
            };
            Mark::Shape { path, fill: *fill, stroke: *stroke }
        }
    }
}
