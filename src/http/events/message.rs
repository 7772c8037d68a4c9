//! Messages as they go on the wire: [server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html).

use actix_web::web::Bytes;
use serde::Serialize;

use super::{Cursor, Problem, Timestamp};
use crate::{event::Seq, http::geojson, incident::IncidentId, patrol::PositionFix};

/// After how many milliseconds a client that has lost its stream comes back.
const RETRY_MS: u32 = 2000;

/// The first message. Only a client that begins afresh takes its id: one that comes back has the one that it came
/// with until all that it missed has arrived.
pub fn hello(cursor: &Cursor, server_time: Timestamp) -> Result<Bytes, Problem> {
    #[derive(Serialize)]
    struct Hello {
        seq: u64,
        server_time: String,
    }
    let data = Hello { seq: cursor.head().0, server_time: server_time.to_string() };
    let hello = message("hello", cursor.is_fresh().then_some(cursor.head()), &data)?;
    Ok([format!("retry: {RETRY_MS}\n").as_bytes(), &hello].concat().into())
}

/// The lists must be read again; the state is now that of `seq` or later.
pub fn reset(seq: Seq) -> Bytes {
    format!("id: {seq}\nevent: reset\ndata: {{\"seq\":{seq}}}\n\n").into()
}

/// Says that the server is there, and how far the client has got: whoever hears little would else come back with
/// an id that is long gone.
pub fn heartbeat(seq: Seq) -> Bytes {
    format!(": still here\nid: {seq}\n\n").into()
}

/// Says that the server is there, and nothing else.
pub fn quiet_heartbeat() -> Bytes {
    Bytes::from_static(b": still here\n\n")
}

/// The stock is another one.
pub fn stock(seq: Seq) -> Bytes {
    format!("id: {seq}\nevent: stock\ndata: {{\"seq\":{seq}}}\n\n").into()
}

/// An incident is no longer one of those that the client hears of: its site was another landlord's, or it is over and
/// the client an operator. Nothing is said of where it is now, or how it ended.
///
/// # Errors
///
/// As [`message`].
pub fn gone(seq: Seq, id: IncidentId) -> Result<Bytes, Problem> {
    #[derive(Serialize)]
    struct Gone {
        id: String,
        gone: bool,
    }
    message("incident", Some(seq), &Gone { id: id.to_string(), gone: true })
}

/// Something in the shape in which the lists have it.
///
/// # Errors
///
/// 500 when it is no JSON, which only a mistake in its type can cause.
pub fn message(event: &str, id: Option<Seq>, data: &impl Serialize) -> Result<Bytes, Problem> {
    let id = id.map_or_else(String::new, |seq| format!("id: {seq}\n"));
    // JSON as serde writes it has no line break.
    let data = geojson::write(data)?;
    Ok([id.as_bytes(), b"event: ", event.as_bytes(), b"\ndata: ", &data, b"\n\n"].concat().into())
}

/// Where patrols are.
///
/// # Errors
///
/// As [`message`].
pub fn positions<'a>(fixes: impl Iterator<Item = &'a PositionFix>) -> Result<Bytes, Problem> {
    #[derive(Serialize)]
    struct Positions {
        patrols: Vec<Position>,
    }
    #[derive(Serialize)]
    struct Position {
        id: String,
        lon: f64,
        lat: f64,
        recorded_at: String,
        accuracy_m: Option<f64>,
    }
    let patrols = fixes.map(|fix| {
        let [lon, lat] = geojson::rounded(fix.position.into());
        Position {
            id: fix.patrol.to_string(),
            lon,
            lat,
            recorded_at: fix.recorded_at.to_string(),
            accuracy_m: fix.accuracy_m.map(geojson::metres),
        }
    });
    message("positions", None, &Positions { patrols: patrols.collect() })
}
