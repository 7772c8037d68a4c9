//! Adapter: reports as pages and tables, in French: HTML, PDF, CSV, GeoJSON.
//!
//! Uses the nouns, [`crate::response`], [`crate::report`], [`crate::portrait`] and [`crate::figure`]. A report is first set as a [`Sheet`], so that HTML and
//! PDF say the same. Knows no files and no network.

mod csv;
mod geojson;
mod html;
mod monthly;
mod morning;
mod pdf;
mod portrait;
mod portrait_data;
mod portrait_words;
mod print;
mod sheet;
mod words;

pub use csv::{monthly_csv, morning_csv};
pub use geojson::{monthly_geojson, morning_geojson};
pub use html::html;
pub use monthly::monthly_sheet;
pub use morning::morning_sheet;
pub use pdf::{PdfError, pdf};
pub use portrait::portrait_sheet;
pub use portrait_data::{portrait_csv, portrait_geojson};
pub use print::{Form, print_monthly, print_morning, print_portrait};
pub use sheet::{Block, Column, Row, Sheet, Table, Tile};
