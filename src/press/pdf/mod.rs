//! [`pdf`]: a sheet as PDF/UA-1: tagged in the order of reading, with title, language, bookmarks and its letters inside.
//!
//! Pages are set by `compose`, and written by krilla, the writer of typst.

mod compose;
mod face;
mod table;
mod tree;

use std::num::NonZeroU16;

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, FillRule, LineCap, LineJoin, Stroke as Pen},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, Node as TagNode, SpanTag, TableHeaderScope,
        Tag, TagGroup, TagKind, TagTree,
    },
    text::{Font, TextDirection},
};

use self::{
    compose::{Composed, PAGE, Run, compose},
    tree::{Node, Part},
};
use super::sheet::{Block, Sheet};
use crate::figure::{Anchor, Ink, Mark, Path, Weight};

/// Why a sheet is no PDF: a mistake of ours, or letters that the faces do not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pages cannot be written as PDF: {0}")]
pub struct PdfError(String);

/// The sheet with the first of `versions` that takes one page, else with the last.
pub(super) fn on_one_page(sheet: Sheet, versions: impl IntoIterator<Item = Vec<Block>>) -> Sheet {
    let mut sheet = sheet;
    for blocks in versions {
        sheet.blocks = blocks;
        if compose(&sheet).pages == 1 {
            break;
        }
    }
    sheet
}

/// The pages.
///
/// # Errors
///
/// [`PdfError`] where they would not be PDF/UA-1.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, PdfError> {
    let composed = compose(sheet);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|fault| PdfError(format!("{fault:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let faces = Faces { regular: face::font(Weight::Regular), strong: face::font(Weight::Strong) };
    let mut leaves: Vec<Option<Identifier>> = vec![None; composed.tree.leaves];
    for page in 0..composed.pages {
        let settings = PageSettings::from_wh(PAGE.0 as f32, PAGE.1 as f32);
        let settings = settings.ok_or_else(|| PdfError("the size of the page".to_owned()))?;
        let mut page_set = document.start_page_with(settings);
        let mut surface = page_set.surface();
        for run in composed.runs.iter().filter(|run| run.page == page) {
            let identifier = draw_run(&mut surface, run, &faces);
            if let Some(leaf) = run.leaf {
                leaves[leaf] = Some(identifier);
            }
        }
        surface.finish();
        page_set.finish();
    }
    let mut tags = TagTree::new();
    for node in &composed.tree.nodes {
        tags.push(tag_node(node, &leaves));
    }
    document.set_tag_tree(tags);
    document.set_outline(outline(&composed));
    document.set_metadata(
        Metadata::new()
            .title(format!("{} – {}", sheet.kicker, sheet.title))
            .description(sheet.standfirst.clone())
            .creator("Vigie".to_owned())
            .language("fr".to_owned()),
    );
    document.finish().map_err(|fault| PdfError(format!("{fault:?}")))
}

struct Faces {
    regular: Font,
    strong: Font,
}

fn outline(composed: &Composed) -> Outline {
    let mut outline = Outline::new();
    for (text, page, y) in &composed.headings {
        let there = XyzDestination::new(*page, Point::from_xy(0.0, *y as f32));
        outline.push_child(OutlineNode::new(text.clone(), there));
    }
    outline
}

fn draw_run(surface: &mut Surface<'_>, run: &Run, faces: &Faces) -> Identifier {
    let tag = match run.leaf {
        Some(_) if run.clip.is_some() => ContentTag::Other,
        Some(_) => ContentTag::Span(SpanTag::empty()),
        None => ContentTag::Artifact(Artifact::new(ArtifactType::Layout, None)),
    };
    let identifier = surface.start_tagged(tag);
    let clip = run.clip.and_then(|[x, y, width, height]| path(&Path::Rect(x, y, width, height)));
    if let Some(clip) = &clip {
        surface.push_clip_path(clip, &FillRule::NonZero);
    }
    run.marks.iter().for_each(|mark| draw_mark(surface, mark, faces));
    if clip.is_some() {
        surface.pop();
    }
    surface.end_tagged();
    identifier
}

fn draw_mark(surface: &mut Surface<'_>, mark: &Mark, faces: &Faces) {
    match mark {
        Mark::Shape { path: outline, fill, stroke } => {
            let Some(outline) = path(outline) else { return };
            surface.set_fill(fill.map(fill_of));
            surface.set_stroke(stroke.map(|stroke| Pen {
                paint: colour(stroke.ink).into(),
                width: stroke.width as f32,
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                ..Pen::default()
            }));
            surface.draw_path(&outline);
        }
        Mark::Text { x, y, size, weight, anchor, ink, text } => {
            let back = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => face::width(text, *size, *weight) / 2.0,
                Anchor::End => face::width(text, *size, *weight),
            };
            let font = match weight {
                Weight::Regular => faces.regular.clone(),
                Weight::Strong => faces.strong.clone(),
            };
            surface.set_fill(Some(fill_of(*ink)));
            surface.set_stroke(None);
            let start = Point::from_xy((x - back) as f32, *y as f32);
            let size = *size as f32;
            surface.draw_text(start, font, size, text, false, TextDirection::LeftToRight);
        }
    }
}

fn fill_of(ink: Ink) -> Fill {
    Fill { paint: colour(ink).into(), opacity: NormalizedF32::ONE, rule: FillRule::EvenOdd }
}

fn colour(ink: Ink) -> rgb::Color {
    let [_, red, green, blue] = ink.rgb().to_be_bytes();
    rgb::Color::new(red, green, blue)
}

/// An outline as krilla draws it; `None` where nothing is left of it.
fn path(outline: &Path) -> Option<krilla::geom::Path> {
    let mut builder = PathBuilder::new();
    match outline {
        Path::Rect(x, y, width, height) => {
            builder.push_rect(Rect::from_xywh(*x as f32, *y as f32, *width as f32, *height as f32)?)
        }
        Path::Circle(x, y, radius) => circle(&mut builder, [*x, *y], *radius),
        Path::Line(points) => line(&mut builder, points),
        Path::Rings(rings) => {
            for ring in rings {
                line(&mut builder, ring);
                builder.close();
            }
        }
    }
    builder.finish()
}

fn line(builder: &mut PathBuilder, points: &[[f64; 2]]) {
    for (number, [x, y]) in points.iter().enumerate() {
        if number == 0 {
            builder.move_to(*x as f32, *y as f32);
        } else {
            builder.line_to(*x as f32, *y as f32);
        }
    }
}

/// Four cubic arcs; they leave the circle by 0.03 % of its radius.
fn circle(builder: &mut PathBuilder, [x, y]: [f64; 2], radius: f64) {
    const HANDLE: f64 = 0.552_284_75;
    let at = |dx: f64, dy: f64| ((x + radius * dx) as f32, (y + radius * dy) as f32);
    let start = at(1.0, 0.0);
    builder.move_to(start.0, start.1);
    for (dx, dy) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
        // A quarter turn takes (dx, dy) to (-dy, dx).
        let (first, second, end) = (
            at(dx - HANDLE * dy, dy + HANDLE * dx),
            at(HANDLE * dx - dy, HANDLE * dy + dx),
            at(-dy, dx),
        );
        builder.cubic_to(first.0, first.1, second.0, second.1, end.0, end.1);
    }
    builder.close();
}

fn tag_node(node: &Node, leaves: &[Option<Identifier>]) -> TagNode {
    match node {
        Node::Group(part, children) => {
            let children = children.iter().map(|child| tag_node(child, leaves)).collect();
            TagNode::Group(TagGroup::with_children(tag(part), children))
        }
        Node::Leaf(number) => match leaves[*number] {
            Some(identifier) => TagNode::Leaf(identifier),
            None => unreachable!("every leaf was drawn on its page"),
        },
    }
}

fn tag(part: &Part) -> TagKind {
    let heading = |level: u16, text: &String| {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        Tag::Hn(level, Some(text.clone())).into()
    };
    match part {
        Part::Title(text) => heading(1, text),
        Part::Heading(text) => heading(2, text),
        Part::Paragraph => Tag::P.into(),
        Part::Division => Tag::Div.into(),
        Part::Table(summary) => Tag::Table.with_summary(Some(summary.clone())).into(),
        Part::Heads => Tag::THead.into(),
        Part::Rows => Tag::TBody.into(),
        Part::Row => Tag::TR.into(),
        Part::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Part::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Part::Cell => Tag::TD.into(),
        Part::Figure(spoken) => Tag::Figure(Some(spoken.clone())).into(),
    }
}
