//! [`to_svg`]: a drawing as SVG, to stand in a page of HTML.

use std::fmt::{self, Write as _};

use super::{Anchor, Drawing, Ink, Mark, Path, Weight};

/// The drawing as an `svg` element that names itself to a screen reader. `id` is unique in its page.
#[must_use]
pub fn to_svg(drawing: &Drawing, id: &str) -> String {
    let mut svg = String::new();
    // A `String` takes all that is written to it.
    let _ = write(&mut svg, drawing, id);
    svg
}

fn write(svg: &mut String, drawing: &Drawing, id: &str) -> fmt::Result {
    let Drawing { width, height, title, description, marks } = drawing;
    write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">"#,
        Short(*width),
        Short(*height)
    )?;
    escape(svg, title);
    write!(svg, r#"</title><desc id="{id}-d">"#)?;
    escape(svg, description);
    svg.push_str("</desc>");
    marks.iter().try_for_each(|mark| write_mark(svg, mark))?;
    svg.push_str("</svg>");
    Ok(())
}

fn write_mark(svg: &mut String, mark: &Mark) -> fmt::Result {
    match mark {
        Mark::Shape { path, fill, stroke } => {
            write_path(svg, path)?;
            write!(svg, r#" fill="{}""#, Colour(*fill))?;
            if let Some(stroke) = stroke {
                let (colour, width) = (Colour(Some(stroke.ink)), Short(stroke.width));
                write!(
                    svg,
                    r#" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round""#
                )?;
            }
            svg.push_str("/>");
        }
        Mark::Text { x, y, size, weight, anchor, ink, text } => {
            write!(
                svg,
                r#"<text x="{}" y="{}" font-size="{}""#,
                Short(*x),
                Short(*y),
                Short(*size)
            )?;
            if *weight == Weight::Strong {
                svg.push_str(r#" font-weight="600""#);
            }
            match anchor {
                Anchor::Start => {}
                Anchor::Middle => svg.push_str(r#" text-anchor="middle""#),
                Anchor::End => svg.push_str(r#" text-anchor="end""#),
            }
            write!(svg, r#" fill="{}">"#, Colour(Some(*ink)))?;
            escape(svg, text);
            svg.push_str("</text>");
        }
    }
    Ok(())
}

fn write_path(svg: &mut String, path: &Path) -> fmt::Result {
    match path {
        Path::Rect(x, y, width, height) => write!(
            svg,
            r#"<rect x="{}" y="{}" width="{}" height="{}""#,
            Short(*x),
            Short(*y),
            Short(*width),
            Short(*height)
        ),
        Path::Circle(x, y, r) => {
            write!(svg, r#"<circle cx="{}" cy="{}" r="{}""#, Short(*x), Short(*y), Short(*r))
        }
        Path::Line(points) => {
            svg.push_str(r#"<path d=""#);
            write_points(svg, points)?;
            svg.push('"');
            Ok(())
        }
        Path::Rings(rings) => {
            svg.push_str(r#"<path fill-rule="evenodd" d=""#);
            for ring in rings {
                write_points(svg, ring)?;
                svg.push('Z');
            }
            svg.push('"');
            Ok(())
        }
    }
}

fn write_points(svg: &mut String, points: &[[f64; 2]]) -> fmt::Result {
    for (number, [x, y]) in points.iter().enumerate() {
        let command = if number == 0 { 'M' } else { 'L' };
        write!(svg, "{command}{} {}", Short(*x), Short(*y))?;
    }
    Ok(())
}

/// A number to a hundredth of a point, which no printer shows, without needless zeros.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() / 100.0;
        write!(f, "{}", if hundredths == 0.0 { 0.0 } else { hundredths })
    }
}

struct Colour(Option<Ink>);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(ink) => write!(f, "#{:06x}", ink.rgb()),
            None => f.write_str("none"),
        }
    }
}

fn escape(svg: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => svg.push_str("&amp;"),
            '<' => svg.push_str("&lt;"),
            '>' => svg.push_str("&gt;"),
            '"' => svg.push_str("&quot;"),
            c => svg.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_and_numbers_are_short() {
        let mut drawing = Drawing::new(100.0, 50.0, "a < b".to_owned(), "« c & d »".to_owned());
        drawing.fill(Path::Circle(1.0 / 3.0, -0.001, 2.0), Ink::Paper);
        drawing.text([1.5, 2.0], (8.0, Weight::Strong, Anchor::End, Ink::Text), "<script>");
        assert_eq!(
            to_svg(&drawing, "f1"),
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" role="img" aria-labelledby="f1-t f1-d"><title id="f1-t">a &lt; b</title><desc id="f1-d">« c &amp; d »</desc><circle cx="0.33" cy="0" r="2" fill="#ffffff"/><text x="1.5" y="2" font-size="8" font-weight="600" text-anchor="end" fill="#16222e">&lt;script&gt;</text></svg>"##
        );
    }
}
