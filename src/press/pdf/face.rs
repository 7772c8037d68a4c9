//! The faces that pages are set in, and how wide a text is in them.

use std::sync::LazyLock;

use krilla::text::Font;

use crate::figure::Weight;

/// Source Sans 3, cut down to the letters of Western Europe: see the licence beside it.
const REGULAR: &[u8] = include_bytes!("../font/VigieSans-Regular.ttf");
const STRONG: &[u8] = include_bytes!("../font/VigieSans-SemiBold.ttf");

static SHAPERS: LazyLock<[rustybuzz::Face<'static>; 2]> = LazyLock::new(|| {
    [REGULAR, STRONG].map(|bytes| {
        rustybuzz::Face::from_slice(bytes, 0).expect("the face is compiled into the program")
    })
});

/// The face that texts of that weight are drawn in.
pub(super) fn font(weight: Weight) -> Font {
    let bytes = match weight {
        Weight::Regular => REGULAR,
        Weight::Strong => STRONG,
    };
    Font::new(bytes.into(), 0).expect("the face is compiled into the program")
}

/// How wide `text` is, points.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let face = match weight {
        Weight::Regular => &SHAPERS[0],
        Weight::Strong => &SHAPERS[1],
    };
    let mut buffer = rustybuzz::UnicodeBuffer::new();
    buffer.push_str(text);
    let shaped = rustybuzz::shape(face, &[], buffer);
    let units: i32 = shaped.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
    f64::from(units) * size / f64::from(face.units_per_em())
}

/// `text` in lines no wider than `room`; a word that is wider stands alone.
pub(super) fn lines(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && width(&longer, size, weight) > room {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    lines.push(line);
    lines
}
