//! Streamed answers to streamed bodies: block by block, in constant memory, with back-pressure. The next block
//! is read only once the answer to the last one has been taken.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
    web::Bytes,
};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    Problem, ProblemKind,
    limit::STREAMS_MAX,
    lines::{Block, Lines},
};

/// Newline-delimited JSON; the first name is the one of answers.
pub const NDJSON: [&str; 3] = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
/// Comma-separated values.
pub const CSV: &str = "text/csv";

/// The streams that may run at once.
#[derive(Debug, Clone)]
pub struct Streams(Arc<Semaphore>);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS_MAX)))
    }
}

impl Streams {
    /// Leave to run one.
    ///
    /// # Errors
    ///
    /// 429 when as many run as may.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.0).try_acquire_owned().map_err(|_all_taken| {
            let detail = format!("{STREAMS_MAX} batches run already");
            Problem::new(ProblemKind::TooManyRequests, detail)
        })
    }
}

/// Answers each block of `lines` with what `work` makes of it.
///
/// When the client goes away or is silent, the answer ends without its end, so that nobody takes it for whole.
pub fn answer<W>(
    permit: OwnedSemaphorePermit,
    media_type: &'static str,
    lines: Lines,
    work: W,
) -> HttpResponse
where
    W: AsyncFnMut(Block) -> Result<Bytes, Problem> + 'static,
{
    let state = (lines, work, permit);
    let blocks = stream::try_unfold(state, |(mut lines, mut work, permit)| async move {
        let Some(block) = lines.next().await? else { return Ok(None) };
        let answer = work(block).await?;
        Ok::<_, Problem>(Some((answer, (lines, work, permit))))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Said, so that the compressing middleware does not hold lines back.
        .insert_header((CONTENT_ENCODING, "identity"))
        .streaming(blocks)
}
