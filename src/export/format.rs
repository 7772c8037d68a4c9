//! [`FileFormat`]: what a file is written as.

use crate::closed_list::{ClosedList as _, closed_list};

closed_list! {
    /// What a file is written as.
    FileFormat {
        /// [RFC 7946](https://www.rfc-editor.org/rfc/rfc7946), one collection.
        GeoJson = "geojson",
        /// [RFC 8142](https://www.rfc-editor.org/rfc/rfc8142), a feature a record.
        GeoJsonSeq = "geojsonseq",
        /// Rows for a spreadsheet, with the shape as WKT.
        Csv = "csv",
        /// [OGC GeoPackage 1.3](https://www.geopackage.org/spec130/).
        GeoPackage = "gpkg",
        /// [FlatGeobuf](https://flatgeobuf.org), with its index.
        FlatGeobuf = "fgb",
        /// [GeoParquet 1.1](https://geoparquet.org/releases/v1.1.0/).
        GeoParquet = "parquet",
    }
}

impl FileFormat {
    /// Its media type, as it is sent.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::GeoJson => "application/vnd.geo+json",
            Self::GeoJsonSeq => "application/geo+json-seq",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::GeoParquet => "application/vnd.apache.parquet",
        }
    }

    /// What the name of its files ends in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::GeoJsonSeq => "geojsons",
            Self::Csv => "csv",
            Self::GeoPackage => "gpkg",
            Self::FlatGeobuf => "fgb",
            Self::GeoParquet => "parquet",
        }
    }

    /// The format that a media type without parameters asks for. None for that of GeoJSON: whoever accepts it reads pages.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let essence = |format: Self| format.media_type().split(';').next().unwrap_or_default();
        let of_files = Self::ALL.iter().copied().filter(|format| *format != Self::GeoJson);
        of_files.into_iter().find(|format| essence(*format).eq_ignore_ascii_case(media_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_names_one_format_and_that_of_pages_none() {
        for format in FileFormat::ALL.iter().copied() {
            let essence = format.media_type().split(';').next().unwrap();
            let expected = (format != FileFormat::GeoJson).then_some(format);
            assert_eq!(FileFormat::of_media_type(essence), expected, "{essence}");
        }
        assert_eq!(FileFormat::of_media_type("TEXT/CSV"), Some(FileFormat::Csv));
        assert_eq!(FileFormat::of_media_type("*/*"), None);
    }
}
