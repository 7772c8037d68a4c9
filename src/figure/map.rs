//! [`map`]: sites as dots, or areas as shades, on a plane that keeps shapes.

use geo::{BoundingRect as _, Coord, InteriorPoint as _, LineString, MultiPolygon, Rect};

use super::{
    Anchor, Drawing, Ink, Path, Stroke, Weight, bars::HAIRLINE, bars::SIZE, matrix::shade,
};
use crate::geo::{Bbox, LocalPlane, LonLat};

/// What is drawn under the sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroundClass {
    /// A park.
    Green,
    /// A river or lake.
    Water,
    /// A street that people know.
    Street,
}

/// A piece of ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ground<'a> {
    /// A river, a street.
    Line(GroundClass, &'a LineString<f64>),
    /// A lake, a park.
    Area(GroundClass, &'a MultiPolygon<f64>),
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// Where.
    pub at: LonLat,
    /// How much, by the area of the dot; 0 is a small hollow one.
    pub count: u64,
    /// What is written in it.
    pub label: String,
}

/// An area.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch<'a> {
    /// Its shape, WGS 84 degrees.
    pub shape: &'a MultiPolygon<f64>,
    /// How much; `None` for what is not told.
    pub value: Option<f64>,
    /// What is written on it.
    pub label: String,
}

/// A map in the making.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene<'a> {
    /// What it is, in a few words.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// Drawn first.
    pub ground: Vec<Ground<'a>>,
    /// Drawn next.
    pub patches: Vec<Patch<'a>>,
    /// Drawn last.
    pub dots: Vec<Dot>,
}

/// Space that is left around what the map is about, as a share of its frame.
const MARGIN: f64 = 0.07;
/// The smallest side of what is shown, metres: a single site still stands in its quarter.
const SIDE_M_MIN: f64 = 600.0;
/// Corners nearer than this to the last one are left out, points: nobody sees them.
const GRAIN: f64 = 0.5;
/// Ground smaller than this is left out, points.
const SPECK: f64 = 1.5;
/// Radius of the dot of one, points.
const DOT: f64 = 5.4;
/// Radius of the dot of none, points.
const DOT_OF_NONE: f64 = 1.3;

/// The map in a frame, north up, with its scale. Distances are true in its middle, to 1 part in 1,000 over a town.
#[must_use]
pub fn map(scene: &Scene<'_>, (width, height): (f64, f64)) -> Drawing {
    let mut drawing = Drawing::new(width, height, scene.title.clone(), scene.description.clone());
    drawing.fill(Path::Rect(0.0, 0.0, width, height), Ink::Wash);
    let Some(view) = View::of(scene, width, height) else { return drawing };
    let mut ground: Vec<&Ground> = scene.ground.iter().collect();
    ground.sort_by_key(|ground| ground.class());
    for ground in ground {
        draw_ground(&mut drawing, &view, ground);
    }
    draw_patches(&mut drawing, &view, &scene.patches);
    draw_dots(&mut drawing, &view, &scene.dots);
    draw_scale(&mut drawing, &view);
    drawing.stroke(Path::Rect(0.25, 0.25, width - 0.5, height - 0.5), HAIRLINE.ink, HAIRLINE.width);
    drawing
}

impl Ground<'_> {
    const fn class(&self) -> GroundClass {
        match self {
            Self::Line(class, _) | Self::Area(class, _) => *class,
        }
    }
}

/// How the globe lies on the frame.
struct View {
    plane: LocalPlane,
    /// Points for each metre.
    scale: f64,
    frame: Rect<f64>,
}

impl View {
    /// The view of all dots and patches; `None` where there are none.
    fn of(scene: &Scene<'_>, width: f64, height: f64) -> Option<Self> {
        let corners = scene.patches.iter().filter_map(|patch| patch.shape.bounding_rect());
        let corners = corners.flat_map(|rect| [rect.min(), rect.max()]);
        let corners = corners.filter_map(|corner| LonLat::try_from(corner).ok());
        let bbox = Bbox::around(corners.chain(scene.dots.iter().map(|dot| dot.at)))?;
        let (low, high) =
            (Coord { x: bbox.west(), y: bbox.south() }, Coord { x: bbox.east(), y: bbox.north() });
        let middle = LonLat::try_from((low + high) / 2.0).ok()?;
        let plane = LocalPlane::at(middle);
        let size = plane.to_plane_m(high) - plane.to_plane_m(low);
        let inside = 1.0 - 2.0 * MARGIN;
        let scale =
            (width * inside / size.x.max(SIDE_M_MIN)).min(height * inside / size.y.max(SIDE_M_MIN));
        let frame = Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: width, y: height });
        Some(Self { plane, scale, frame })
    }

    /// Where a position lies in the frame, points.
    fn place(&self, at: Coord<f64>) -> [f64; 2] {
        let from_middle = self.plane.to_plane_m(at);
        let middle = self.frame.center();
        [middle.x + from_middle.x * self.scale, middle.y - from_middle.y * self.scale]
    }

    /// A line in the frame, without the corners that nobody sees.
    fn line(&self, line: &LineString<f64>) -> Vec<[f64; 2]> {
        let mut placed: Vec<[f64; 2]> = Vec::new();
        for corner in line.coords() {
            let [x, y] = self.place(*corner);
            let is_seen = placed
                .last()
                .is_none_or(|[last_x, last_y]| (x - last_x).abs().max((y - last_y).abs()) >= GRAIN);
            if is_seen {
                placed.push([x, y]);
            }
        }
        placed
    }

    fn rings(&self, area: &MultiPolygon<f64>) -> Vec<Vec<[f64; 2]>> {
        let rings =
            area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
        let rings = rings.map(|ring| self.line(ring)).filter(|ring| ring.len() > 2);
        rings.filter(|ring| self.is_worth_drawing(ring)).collect()
    }

    /// Whether some of it lies in the frame and it is more than a speck.
    fn is_worth_drawing(&self, points: &[[f64; 2]]) -> bool {
        let line: LineString<f64> = points.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
        line.bounding_rect().is_some_and(|rect| {
            let (low, high, frame) = (rect.min(), rect.max(), self.frame.max());
            let meets = low.x < frame.x && high.x > 0.0 && low.y < frame.y && high.y > 0.0;
            meets && rect.width().max(rect.height()) >= SPECK
        })
    }
}

fn draw_ground(drawing: &mut Drawing, view: &View, ground: &Ground<'_>) {
    let (ink, width) = match ground.class() {
        GroundClass::Green => (Ink::Green, 0.8),
        GroundClass::Water => (Ink::Water, 2.0),
        GroundClass::Street => (Ink::Street, 1.0),
    };
    match ground {
        Ground::Line(_, line) => {
            let line = view.line(line);
            if view.is_worth_drawing(&line) {
                drawing.stroke(Path::Line(line), ink, width);
            }
        }
        Ground::Area(_, area) => {
            let rings = view.rings(area);
            if !rings.is_empty() {
                drawing.fill(Path::Rings(rings), ink);
            }
        }
    }
}

fn draw_patches(drawing: &mut Drawing, view: &View, patches: &[Patch<'_>]) {
    let most = patches.iter().filter_map(|patch| patch.value).fold(0.0, f64::max);
    let ink_of = |patch: &Patch<'_>| patch.value.map_or(Ink::Paper, |value| shade(value, most));
    for patch in patches {
        let stroke = Stroke { ink: Ink::Paper, width: 0.8 };
        drawing.outlined(Path::Rings(view.rings(patch.shape)), ink_of(patch), stroke);
    }
    for patch in patches {
        if let Some(inside) = patch.shape.interior_point() {
            let [x, y] = view.place(inside.0);
            let ink = ink_of(patch).text_on();
            let style = (SIZE - 0.5, Weight::Regular, Anchor::Middle, ink);
            drawing.text([x, y + 2.5], style, patch.label.as_str());
        }
    }
}

fn draw_dots(drawing: &mut Drawing, view: &View, dots: &[Dot]) {
    let mut dots: Vec<&Dot> = dots.iter().collect();
    // Quiet sites first, then large dots below small ones.
    dots.sort_by_key(|dot| (dot.count > 0, std::cmp::Reverse(dot.count)));
    for dot in dots {
        let [x, y] = view.place(dot.at.into());
        if dot.count == 0 {
            let stroke = Stroke { ink: Ink::Muted, width: 0.5 };
            drawing.outlined(Path::Circle(x, y, DOT_OF_NONE), Ink::Paper, stroke);
            continue;
        }
        let radius = DOT * (dot.count as f64).sqrt().min(3.0);
        let stroke = Stroke { ink: Ink::Paper, width: 0.8 };
        drawing.outlined(Path::Circle(x, y, radius), Ink::Accent, stroke);
        let style = (SIZE - 1.2, Weight::Strong, Anchor::Middle, Ink::Paper);
        drawing.text([x, y + 2.2], style, dot.label.as_str());
    }
}

/// A bar of a round length in the lower left corner.
fn draw_scale(drawing: &mut Drawing, view: &View) {
    let longest_m = drawing.width / 4.0 / view.scale;
    let unit = 10_f64.powf(longest_m.log10().floor());
    let length_m = [5.0, 2.0, 1.0].map(|step| step * unit).into_iter().find(|m| *m <= longest_m);
    let length_m = length_m.unwrap_or(unit);
    let text = if length_m < 1000.0 {
        format!("{length_m}\u{a0}m")
    } else {
        format!("{}\u{a0}km", length_m / 1000.0)
    };
    let (left, foot, length) = (7.0, drawing.height - 7.0, length_m * view.scale);
    let back = Path::Rect(left - 3.0, foot - 12.0, length + 6.0, 15.5);
    drawing.fill(back, Ink::Paper);
    let bar = Path::Line(vec![
        [left, foot - 3.0],
        [left, foot],
        [left + length, foot],
        [left + length, foot - 3.0],
    ]);
    drawing.stroke(bar, Ink::Text, 0.7);
    let style = (SIZE - 1.0, Weight::Regular, Anchor::Middle, Ink::Text);
    drawing.text([left + length / 2.0, foot - 4.0], style, text);
}
