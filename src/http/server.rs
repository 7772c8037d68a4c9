//! The server itself: the application around the routes, and the limits of its connections.

use std::{any::Any, io, net::TcpListener, sync::Arc};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{
    App as ActixApp, Error, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    rt::net::TcpStream,
    web::{self, Data},
};
use rustix::net::sockopt::set_tcp_user_timeout;
use utoipa_actix_web::AppExt as _;

use super::{
    Certificate, Doors, Edge, Metrics,
    content_security::content_security_policy,
    events::Events,
    fallback,
    limit::{CONNECTIONS_PER_WORKER_MAX, HEAD_TIMEOUT, KEEP_ALIVE, STOP_TIMEOUT_S, STUCK_MAX},
    observe::observe,
    ogc::Walks,
    rate::{RateLimits, Rates},
    routes,
    session::Sessions,
    stream::Streams,
    web_client,
};
use crate::{app::App, audit::AccessLog, correlation::RuleSet, oidc::Provider, signal::Sources};

/// What whoever starts the server chooses.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Said to every client when the stock is made up.
    pub demo_note: Option<String>,
    /// A map style from elsewhere, drawn under the stock.
    pub style_url: Option<String>,
    /// Who is let in.
    pub doors: Doors,
    /// What makes the first administrator, once: see [`super::first_code`].
    pub first_code: Option<String>,
    /// Where it is taken down who asked what.
    pub access_log: Option<AccessLog>,
    /// Who may send signals, and what each may say.
    pub sources: Sources,
    /// What is looked for in signals and incidents.
    pub rules: RuleSet,
    /// Web sites that may ask from a browser.
    pub allowed_origins: Vec<String>,
    /// How many requests are answered.
    pub rates: RateLimits,
    /// Who else may say who somebody is.
    pub provider: Option<Arc<Provider>>,
    /// What is shown to whoever connects; plain HTTP is spoken without.
    pub certificate: Option<Arc<Certificate>>,
}

/// Starts to answer on `listener`. The server runs when its future is awaited, and knows no signals.
///
/// # Errors
///
/// When the listener cannot be used.
pub fn listen(app: App, settings: Settings, listener: TcpListener) -> io::Result<Server> {
    let started_at = app.now();
    let metrics = Metrics::new().map_err(io::Error::other)?;
    let edge = Edge {
        content_security_policy: content_security_policy(settings.style_url.as_deref())
            .map_err(io::Error::other)?,
        events: Events::of(&app, settings.rules.clone()),
        app,
        sessions: Sessions::new(settings.first_code.clone(), started_at),
        rates: Rates::new(settings.rates),
        settings,
        tag_key: std::collections::hash_map::RandomState::new(),
        metrics,
        started_at,
        streams: Streams::default(),
        walks: Walks::default(),
        published: Arc::default(),
        stock_pages: Arc::default(),
        client_files: Arc::default(),
    };
    let certificate = edge.settings.certificate.clone();
    let server = HttpServer::new(move || site(edge.clone()))
        .client_request_timeout(HEAD_TIMEOUT)
        .tls_handshake_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .on_connect(|connection, _| break_when_stuck(connection))
        .max_connections(CONNECTIONS_PER_WORKER_MAX)
        .shutdown_timeout(STOP_TIMEOUT_S)
        .disable_signals();
    let server = match certificate {
        None => server.listen(listener)?,
        Some(certificate) => {
            let config = certificate.config().map_err(io::Error::other)?;
            server.listen_rustls_0_23(listener, config)?
        }
    };
    Ok(server.run())
}

/// Has the system break the connection of a client that takes nothing for [`STUCK_MAX`]: nobody asks the body of an
/// answer for more while the socket is full, so no limit above the socket would ever be met.
fn break_when_stuck(connection: &dyn Any) {
    let encrypted = connection.downcast_ref::<TlsStream<TcpStream>>();
    let socket = encrypted.map(|stream| stream.get_ref().0).or(connection.downcast_ref());
    if let Some(socket) = socket {
        // Where the system cannot, TCP itself gives up after a quarter of an hour.
        let _ = set_tcp_user_timeout(socket, STUCK_MAX.as_millis() as u32);
    }
}

/// The application of one worker.
fn site(
    edge: Edge,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (app, _) = ActixApp::new().into_utoipa_app().configure(routes).split_for_parts();
    app.app_data(Data::new(edge))
        .configure(web_client::routes)
        .default_service(web::to(fallback::no_such_route))
        .wrap(Compress::default())
        .wrap(from_fn(observe))
}
