//! [`Form`]: the forms that a report comes in.

use super::{
    PdfError, html, monthly_csv, monthly_geojson, monthly_sheet, morning_csv, morning_geojson,
    morning_sheet, pdf, portrait_csv, portrait_geojson, portrait_sheet,
};
use crate::{
    closed_list::closed_list,
    incident::Nomenclature,
    portrait::{Portrait, Subject},
    report::{Monthly, Morning},
    time::Timestamp,
};

closed_list! {
    /// What a report is made as.
    Form {
        /// One file to look at and to print.
        Html = "html",
        /// Pages, tagged for screen readers.
        Pdf = "pdf",
        /// Rows for a spreadsheet.
        Csv = "csv",
        /// Shapes for a map.
        GeoJson = "geojson",
    }
}

impl Form {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::GeoJson => "application/geo+json",
        }
    }
}

/// A morning report in that form, as it is made at `now`.
///
/// # Errors
///
/// [`PdfError`].
pub fn print_morning(
    morning: &Morning<'_>,
    nomenclature: &Nomenclature,
    form: Form,
    now: Timestamp,
) -> Result<Vec<u8>, PdfError> {
    let sheet = || morning_sheet(morning, nomenclature, now);
    Ok(match form {
        Form::Html => html(&sheet()).into_bytes(),
        Form::Pdf => pdf(&sheet())?,
        Form::Csv => morning_csv(morning, nomenclature),
        Form::GeoJson => morning_geojson(morning).to_string().into_bytes(),
    })
}

/// A monthly note in that form, as it is made at `now`.
///
/// # Errors
///
/// [`PdfError`].
pub fn print_monthly(note: &Monthly, form: Form, now: Timestamp) -> Result<Vec<u8>, PdfError> {
    let sheet = || monthly_sheet(note, now);
    Ok(match form {
        Form::Html => html(&sheet()).into_bytes(),
        Form::Pdf => pdf(&sheet())?,
        Form::Csv => monthly_csv(note),
        Form::GeoJson => monthly_geojson(note).to_string().into_bytes(),
    })
}

/// A portrait in that form, as it is made at `now`; of a subject where it is about one.
///
/// # Errors
///
/// [`PdfError`].
pub fn print_portrait(
    of: &Portrait<'_>,
    subject: Option<&Subject>,
    nomenclature: &Nomenclature,
    (form, now): (Form, Timestamp),
) -> Result<Vec<u8>, PdfError> {
    let sheet = || portrait_sheet(of, subject, nomenclature, now);
    Ok(match form {
        Form::Html => html(&sheet()).into_bytes(),
        Form::Pdf => pdf(&sheet())?,
        Form::Csv => portrait_csv(of, nomenclature),
        Form::GeoJson => portrait_geojson(of).to_string().into_bytes(),
    })
}
