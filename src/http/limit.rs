//! The limits on what one client may ask for, each with its reason.

use std::time::Duration;

/// Largest JSON body, in bytes: 5,000 positions in one request, with room.
pub const JSON_BYTES_MAX: usize = 1_000_000;
/// Longest line of a streamed body, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Longest path and query, in bytes: every filter of a heatmap at once fits ten times.
pub const URL_BYTES_MAX: usize = 8192;
/// Time to send the head of a request; a client that drips bytes holds a connection no longer.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time to send a JSON body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest silence in a streamed body.
pub const STREAM_SILENCE_MAX: Duration = Duration::from_secs(60);
/// How long an idle connection is kept: longer than the client's polling, so that it reconnects rarely.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Connections to each worker thread; beyond, the operating system lets them queue.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 4096;
/// How long requests in flight are given to finish when the server stops.
pub const STOP_TIMEOUT_S: u64 = 10;
/// Streamed batches at once, over all clients: each may hold a thread busy.
pub const STREAMS_MAX: usize = 16;
