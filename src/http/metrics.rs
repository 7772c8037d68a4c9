//! [`Metrics`]: what Prometheus reads. Labels are patterns of routes, never paths.

use std::time::Duration;

use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use crate::app::App;

/// Upper edges of the latency histogram, in seconds: from an answer out of memory to a long batch.
const LATENCY_BUCKETS_S: [f64; 10] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Counters and histograms of this process.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency_s: HistogramVec,
    incidents: IntCounter,
    signals: IntCounter,
    listeners: IntGauge,
    listeners_dropped: IntCounter,
    messages: IntCounter,
    seq: IntGauge,
    twin: IntGaugeVec,
    store_up: IntGauge,
    stale_s: IntGauge,
    purge_age_s: IntGauge,
}

impl Metrics {
    /// Counters at zero.
    ///
    /// # Errors
    ///
    /// When two metrics have one name: a mistake in this file, which a test would meet at once.
    pub fn new() -> Result<Self, prometheus::Error> {
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("vigie_http_requests_total", "Requests answered."),
                &["method", "route", "status"],
            )?,
            latency_s: HistogramVec::new(
                HistogramOpts::new("vigie_http_request_seconds", "Time to the head of the answer.")
                    .buckets(LATENCY_BUCKETS_S.to_vec()),
                &["method", "route"],
            )?,
            incidents: IntCounter::new("vigie_incidents_received_total", "Incidents taken down.")?,
            signals: IntCounter::new(
                "vigie_signals_taken_total",
                "Signals taken in by HTTP that were new.",
            )?,
            listeners: IntGauge::new("vigie_event_listeners", "Clients that follow events now.")?,
            listeners_dropped: IntCounter::new(
                "vigie_event_listeners_dropped_total",
                "Clients that were let go because they were too slow.",
            )?,
            messages: IntCounter::new(
                "vigie_event_messages_total",
                "Messages to clients that follow events, counted for each client.",
            )?,
            seq: IntGauge::new("vigie_seq", "The last event that the twin holds.")?,
            twin: IntGaugeVec::new(Opts::new("vigie_twin_items", "Items in the twin."), &["kind"])?,
            store_up: IntGauge::new("vigie_store_up", "1 while the store takes writes.")?,
            stale_s: IntGauge::new(
                "vigie_stale_seconds",
                "How long the twin has not been compared with the store; 0 while it is kept in step.",
            )?,
            purge_age_s: IntGauge::new(
                "vigie_purge_age_seconds",
                "How long ago what is over its term was purged; -1 before the first time.",
            )?,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.latency_s.clone()))?;
        metrics.registry.register(Box::new(metrics.incidents.clone()))?;
        metrics.registry.register(Box::new(metrics.signals.clone()))?;
        metrics.registry.register(Box::new(metrics.listeners.clone()))?;
        metrics.registry.register(Box::new(metrics.listeners_dropped.clone()))?;
        metrics.registry.register(Box::new(metrics.messages.clone()))?;
        metrics.registry.register(Box::new(metrics.seq.clone()))?;
        metrics.registry.register(Box::new(metrics.twin.clone()))?;
        metrics.registry.register(Box::new(metrics.store_up.clone()))?;
        metrics.registry.register(Box::new(metrics.stale_s.clone()))?;
        metrics.registry.register(Box::new(metrics.purge_age_s.clone()))?;
        Ok(metrics)
    }

    /// Counts an answered request.
    pub fn answered(&self, method: &str, route: &str, status: &str, took: Duration) {
        self.requests.with_label_values(&[method, route, status]).inc();
        self.latency_s.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// Counts incidents that were taken down, and not before.
    pub fn received(&self, incidents: usize) {
        self.incidents.inc_by(incidents as u64);
    }

    /// Counts signals that were new.
    pub fn heard(&self, signals: usize) {
        self.signals.inc_by(signals as u64);
    }

    /// Counts a client that begins to follow events.
    pub fn listener_came(&self) {
        self.listeners.inc();
    }

    /// Counts a client that no longer follows events, for whatever reason.
    pub fn listener_left(&self) {
        self.listeners.dec();
    }

    /// Counts a client that is let go because it is too slow.
    pub fn listener_dropped(&self) {
        self.listeners_dropped.inc();
    }

    /// Counts a message to a client that follows events.
    pub fn told(&self) {
        self.messages.inc();
    }

    /// All of it as text, with the state of `app` now.
    ///
    /// # Errors
    ///
    /// When a metric cannot be written as text.
    pub fn text(&self, app: &App) -> Result<String, prometheus::Error> {
        let snapshot = app.snapshot();
        let stock = snapshot.stock();
        self.seq.set(snapshot.seq().0.cast_signed());
        self.store_up.set(i64::from(app.store_fault().is_none()));
        self.stale_s.set(app.stale_s().unwrap_or(0).cast_signed());
        let last = snapshot.registers().last_purge();
        self.purge_age_s.set(last.map_or(-1, |purge| app.now().seconds_since(purge.at) as i64));
        for (kind, count) in [
            ("landlords", stock.landlords().len()),
            ("sites", stock.sites().len()),
            ("buildings", stock.buildings().len()),
            ("tracts", stock.tracts().len()),
            ("incidents", snapshot.incidents().len()),
            ("patrols", snapshot.patrols().len()),
        ] {
            self.twin.with_label_values(&[kind]).set((count as u64).cast_signed());
        }
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
