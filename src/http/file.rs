//! Lists as files: which format is asked for, and how a file is sent.

use std::{fs::File, io::Read as _};

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{self, Accept, Header as _, HeaderValue},
    web::{self, Bytes},
};
use futures_util::stream;
use geo::{Coord, Geometry, MapCoords as _, MultiPolygon};

use super::{
    Edge, Problem,
    geojson::rounded,
    revision::{Revision, unkept, unless_known},
};
use crate::{
    access::{Permission, Seat},
    catalogue::Page,
    closed_list::ClosedList as _,
    export::{ExportError, FileFormat},
};

/// Bytes of a file that are in memory while it is sent.
const CHUNK_BYTES: usize = 256 * 1024;
/// Media types that ask for a page of a list.
const PAGES: [&str; 4] = ["application/geo+json", "application/json", "application/*", "*/*"];

/// Who is said to have counted incidents.
pub const COUNTED_BY: &str = "Vigie, main courante";

/// The format of the file that is asked for: the one that `f` names, else the first that `Accept` prefers. None where a page is
/// asked for, which is what `application/geo+json` in `Accept` means, too.
///
/// # Errors
///
/// 422 where `f` names none.
pub fn asked(request: &HttpRequest, f: Option<&str>) -> Result<Option<FileFormat>, Problem> {
    if let Some(name) = f {
        let known = || FileFormat::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>();
        let refused =
            || Problem::field("f", name, format!("must be one of {}", known().join(", ")));
        return FileFormat::of_name(name).map(Some).ok_or_else(refused);
    }
    let Ok(accept) = Accept::parse(request) else { return Ok(None) };
    for accepted in accept.ranked() {
        let essence = accepted.essence_str();
        if PAGES.contains(&essence) {
            return Ok(None);
        }
        if let Some(format) = FileFormat::of_media_type(essence) {
            return Ok(Some(format));
        }
    }
    Ok(None)
}

/// A file is the whole of a list.
///
/// # Errors
///
/// 422 where a page of it is asked for.
pub fn whole(limit: Option<&str>, after: Option<&str>) -> Result<(), Problem> {
    let given = [("limit", limit), ("after", after)].into_iter().find(|(_, value)| value.is_some());
    given.map_or(Ok(()), |(field, _)| {
        Err(Problem::unsaid(field, "is for pages, and a file is the whole list: leave it out"))
    })
}

/// Counts of incidents leave the house in files for whoever reads reports: the room has the evening itself, and exports nothing.
///
/// # Errors
///
/// 403 for anybody else.
pub fn counts_may_leave(seat: &Seat) -> Result<(), Problem> {
    let needed = [Permission::ReadHeatmap, Permission::ReadReports];
    let missing = needed.into_iter().find(|permission| !seat.may(*permission));
    missing.map_or(Ok(()), |permission| Err(Problem::forbidden(seat, permission)))
}

/// Every item of a list, page after page, as `ask` has them after a key.
///
/// # Errors
///
/// What `ask` says.
pub fn every<T, K>(
    mut ask: impl FnMut(Option<K>) -> Result<Page<T, K>, Problem>,
) -> Result<Vec<T>, Problem> {
    let mut page = ask(None)?;
    let mut items = page.items;
    while let Some(next) = page.next {
        page = ask(Some(next))?;
        items.append(&mut page.items);
    }
    Ok(items)
}

/// A file to be sent.
pub struct Sending<'a> {
    /// What asks for it.
    pub request: &'a HttpRequest,
    /// What as.
    pub format: FileFormat,
    /// What it is called, without the ending.
    pub stem: &'static str,
    /// What it depends on; none where nobody is to keep it, nor to learn from a tag when something was counted.
    pub revision: Option<Revision>,
}

/// Sends the file that `make` makes away from the async threads. It is sent as it is read, and counts as a stream until its end.
///
/// # Errors
///
/// What `make` says, and 429 where as many streams run as may.
pub async fn send(
    edge: &Edge,
    sending: Sending<'_>,
    make: impl FnOnce() -> Result<File, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Sending { request, format, stem, revision } = sending;
    let mut response = match revision {
        Some(revision) => {
            // Two formats at one address are no two forms of one answer.
            let revision = revision.with(format.as_str());
            unless_known(request, revision, async || streamed(edge, format, stem, make).await)
                .await?
        }
        None => unkept(streamed(edge, format, stem, make).await?),
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

async fn streamed(
    edge: &Edge,
    format: FileFormat,
    stem: &str,
    make: impl FnOnce() -> Result<File, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let permit = edge.streams.enter()?;
    let file = web::block(make).await.map_err(Problem::internal)??;
    let bytes = file.metadata().map_err(Problem::internal)?.len();
    let chunks = stream::try_unfold((file, permit), |(mut file, permit)| async move {
        let read = web::block(move || {
            let mut chunk = vec![0; CHUNK_BYTES];
            let read = file.read(&mut chunk)?;
            chunk.truncate(read);
            Ok::<_, std::io::Error>((file, chunk))
        });
        let (file, chunk) = read.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
        let more = (!chunk.is_empty()).then(|| (Bytes::from(chunk), (file, permit)));
        Ok::<_, Problem>(more)
    });
    let name = format!("attachment; filename=\"{stem}.{}\"", format.extension());
    let mut response = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.media_type()))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(SizedStream::new(bytes, chunks));
    if matches!(format, FileFormat::GeoPackage | FileFormat::FlatGeobuf | FileFormat::GeoParquet) {
        // Said, so that the compressing middleware sends the length: programs read such files by ranges of bytes.
        let identity = HeaderValue::from_static("identity");
        response.headers_mut().insert(header::CONTENT_ENCODING, identity);
    }
    Ok(response)
}

/// A shape to the decimals that GeoJSON has it in, so that a file says what a page says. One polygon is a `Polygon`.
#[must_use]
pub fn shape_of(polygons: &MultiPolygon<f64>) -> Geometry<f64> {
    let polygons = polygons.map_coords(to_decimals);
    match &polygons.0[..] {
        [only] => only.clone().into(),
        _ => polygons.into(),
    }
}

/// A position to the decimals that GeoJSON has it in.
#[must_use]
pub fn point_of(position: impl Into<Coord<f64>>) -> Geometry<f64> {
    geo::Point(to_decimals(position.into())).into()
}

/// A coordinate to those decimals.
#[must_use]
pub fn to_decimals(coord: Coord<f64>) -> Coord<f64> {
    rounded(coord).into()
}

impl From<ExportError> for Problem {
    fn from(fault: ExportError) -> Self {
        Self::internal(fault)
    }
}
