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
/// Connections to each worker thread; beyond, the operating system lets them queue. On a machine with one core,
/// where there is one worker, as many are left for requests as may listen to events.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 2 * LISTENERS_MAX;
/// Clients that follow events at once: every landlord, crew and operator of a country, at 20 kB each.
pub const LISTENERS_MAX: usize = 8192;
/// How often a client that follows events is told that the server is there: less than the shortest time after
/// which something between the two takes a silent connection for dead.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take nothing of what it is sent before its connection is broken.
pub const STUCK_MAX: Duration = Duration::from_secs(30);
/// How long requests in flight are given to finish when the server stops.
pub const STOP_TIMEOUT_S: u64 = 10;
/// Streamed batches at once, over all clients: each may hold a thread busy.
pub const STREAMS_MAX: usize = 16;
