//! [`ExportError`]: why there is no file.

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The disk does not take it.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// SQLite does not take a table or a row.
    #[error("the GeoPackage cannot be written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A geometry cannot be told in a format.
    #[error("a geometry cannot be written: {0}")]
    Geometry(#[from] geozero::error::GeozeroError),
    /// FlatGeobuf is not written.
    #[error("the FlatGeobuf cannot be written: {0}")]
    FlatGeobuf(#[from] flatgeobuf::Error),
    /// Parquet is not written.
    #[error("the GeoParquet cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// JSON is not written.
    #[error("the GeoJSON cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// CSV is not written.
    #[error("the CSV cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// PMTiles are not written.
    #[error("the PMTiles cannot be written: {0}")]
    Pmtiles(#[from] pmtiles::PmtError),
}
