//! Adapter: signals from an MQTT broker.
//!
//! Uses [`crate::signal`], [`crate::app`] and the form of a signal in [`crate::http`]; the only module that knows `rumqttc`. A message is acknowledged
//! once its signals are durable: what a broker with a kept session holds is not lost while the server is away, and what comes twice
//! counts once.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, Incoming, MqttOptions, Publish, QoS,
    SubscribeReasonCode,
};
use tokio::sync::Semaphore;

use crate::{
    app::{App, SignalsError},
    http::{Problem, read_signals},
    signal::{Signal, Sources},
};

/// The name of our session at the broker: it keeps what comes while we are away.
pub const SESSION_DEFAULT: &str = "vigie";
/// The topics that are listened to.
pub const TOPIC_DEFAULT: &str = "vigie/signals/#";

/// Whether these are topics to listen to, as MQTT has them.
#[must_use]
pub fn is_topic(topic: &str) -> bool {
    rumqttc::valid_filter(topic)
}

/// Largest message, in bytes: as many signals as are taken in together, with room.
const MESSAGE_BYTES_MAX: usize = 1_000_000;
/// Messages whose signals are written at once: enough to share a commit, few enough that memory stays bounded.
const MESSAGES_AT_ONCE_MAX: usize = 64;
/// Messages that wait for their turn, far more than a broker sends before it hears of any.
const WAITING_MAX: usize = 10_000;
/// Largest packet, in bytes: the largest that MQTT has. A broker would send one that is not taken again and again.
const PACKET_BYTES_MAX: usize = 268_435_460;
/// How long a broker or a store that is away is left alone.
const PAUSE: Duration = Duration::from_secs(2);
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Which broker, and as whom.
#[derive(Clone)]
pub struct Broker {
    /// Host: plain MQTT is spoken, so it is this machine, or the network between is nobody else's.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User and password, where it asks for them.
    pub credentials: Option<(String, String)>,
    /// The name of our session. Two servers with one name would push each other out.
    pub session: String,
    /// What is listened to; `#` and `+` as MQTT has them.
    pub topic: String,
}

/// Takes in what the broker has for us, until it is dropped. It connects again by itself.
///
/// The connection is read whatever waits: only so are acknowledgements written, for which the broker waits in its turn.
pub async fn hear(app: App, sources: Sources, broker: Broker) {
    let (client, mut events) = connection(&broker);
    let mut ear = Ear {
        app,
        sources: Arc::new(sources),
        client,
        places: Arc::new(Semaphore::new(MESSAGES_AT_ONCE_MAX)),
        waiting: VecDeque::new(),
    };
    let mut is_connected = None;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                is_connected = Some(true);
                tracing::info!("the broker of signals is heard");
                ear.subscribe(&broker.topic);
            }
            Ok(Event::Incoming(Incoming::SubAck(answer))) => {
                if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                    tracing::warn!("the broker of signals refuses us its topics: see --mqtt-topic");
                }
            }
            Ok(Event::Incoming(Incoming::Publish(message))) => ear.queue(message),
            Ok(_) => {}
            Err(fault) => {
                if is_connected.replace(false) != Some(false) {
                    tell_away(&fault);
                }
                // What is not acknowledged comes again.
                ear.waiting.clear();
                tokio::time::sleep(PAUSE).await;
            }
        }
        ear.take();
    }
}

fn connection(broker: &Broker) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(&broker.session, &broker.host, broker.port);
    options
        .set_keep_alive(KEEP_ALIVE)
        .set_clean_session(false)
        .set_manual_acks(true)
        .set_max_packet_size(PACKET_BYTES_MAX, MESSAGE_BYTES_MAX);
    if let Some((user, password)) = &broker.credentials {
        options.set_credentials(user, password);
    }
    AsyncClient::new(options, MESSAGES_AT_ONCE_MAX)
}

/// Says once that the broker cannot be heard: no word of the broker's own but why it refused us.
fn tell_away(fault: &ConnectionError) {
    match fault {
        ConnectionError::ConnectionRefused(code) => {
            tracing::warn!(?code, "the broker of signals refuses us; tried again");
        }
        _ => tracing::warn!("the broker of signals is away; tried again"),
    }
}

struct Ear {
    app: App,
    sources: Arc<Sources>,
    client: AsyncClient,
    /// Messages whose signals may be written at once.
    places: Arc<Semaphore>,
    /// Messages for which there is no place yet.
    waiting: VecDeque<Publish>,
}

impl Ear {
    fn subscribe(&self, topic: &str) {
        // The queue of a client that has just connected has room.
        if self.client.try_subscribe(topic, QoS::AtLeastOnce).is_err() {
            tracing::warn!("the topics of the broker of signals cannot be asked for");
        }
    }

    /// Puts a message behind the others. Where a broker sends without end before it hears of any, the rest is left to it: it
    /// comes again with the next connection.
    fn queue(&mut self, message: Publish) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.push_back(message);
        }
    }

    /// Has messages taken in for which there is a place. Each leaves its place once its acknowledgement is on the way, which
    /// wakes whoever reads the connection.
    fn take(&mut self) {
        while !self.waiting.is_empty()
            && let Ok(place) = Arc::clone(&self.places).try_acquire_owned()
        {
            let Some(message) = self.waiting.pop_front() else { return };
            let (app, sources, client) =
                (self.app.clone(), Arc::clone(&self.sources), self.client.clone());
            tokio::task::spawn_local(async move {
                match read(&message.payload, &sources) {
                    Ok(signals) => keep(&app, signals).await,
                    Err(problem) => refuse(&problem),
                }
                // Where the connection is gone the broker sends it again.
                let _ = client.ack(&message).await;
                drop(place);
            });
        }
    }
}

fn read(payload: &[u8], sources: &Sources) -> Result<Vec<Signal>, Problem> {
    if payload.len() > MESSAGE_BYTES_MAX {
        let reason = format!("a message has at most {MESSAGE_BYTES_MAX} bytes");
        return Err(Problem::field("signals", payload.len(), reason));
    }
    read_signals(payload, sources)
}

/// Waits for the store as long as it takes: the broker keeps the message meanwhile.
async fn keep(app: &App, signals: Vec<Signal>) {
    loop {
        match app.take_signals(signals.clone()).await {
            Ok(_) => return,
            Err(refused @ SignalsError::Refused { .. }) => return refuse(&refused.into()),
            Err(SignalsError::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A message that cannot be taken in would come again for ever: it is told of, without its content, and let go.
fn refuse(problem: &Problem) {
    tracing::warn!(%problem, "a message of the broker is refused");
}
