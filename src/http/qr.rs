//! A text as a QR code, drawn as one path: nothing is loaded from elsewhere, and no HTML is put into a page.

use qrcode::{Color, EcLevel, QrCode, types::QrError};
use serde::Serialize;
use utoipa::ToSchema;

/// Modules of light around the code, which a reader needs (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

/// A QR code: squares of 1 × 1 in a square of `size` × `size`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QrCode)]
pub struct QrBody {
    /// The side, with the light around it.
    size: u32,
    /// The dark squares, as the `d` of an SVG path.
    path: String,
}

/// The code of `text`.
///
/// # Errors
///
/// Where the text is too long for one.
pub fn drawn(text: &str) -> Result<QrBody, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, length) = (x + QUIET, y + QUIET, run.len());
                path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
            }
            x += run.len();
        }
    }
    Ok(QrBody { size: (width + 2 * QUIET) as u32, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_inside_the_light() {
        let QrBody { size, path } = drawn("otpauth://totp/Vigie:salle-1?secret=GEZDGNBV").unwrap();
        let far = size as usize - QUIET - 7;
        for finder in [
            format!("M{QUIET} {QUIET}h7"),
            format!("M{far} {QUIET}h7"),
            format!("M{QUIET} {far}h7"),
        ] {
            assert!(path.contains(&finder), "{finder} in {path}");
        }
        assert!(drawn(&"x".repeat(5000)).is_err());
    }
}
