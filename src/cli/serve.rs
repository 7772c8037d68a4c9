//! `vigie serve`: answers requests until it is told to stop.

use std::{
    future::Future,
    io::{self, Write as _},
    net::{SocketAddr, TcpListener, ToSocketAddrs as _},
    num::NonZeroU32,
    sync::Arc,
};

use anyhow::{Context as _, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    NotUnderstood, StoreArgs,
    access_log_args::AccessLogArgs,
    certificate::{TlsArgs, keep_fresh},
    kinds_args::KindsArgs,
    mail_args::MailArgs,
    oidc_args::OidcArgs,
    signal_args::{SignalArgs, Signals},
    store_args::check_folder,
};
use crate::{
    app::{App, Correlating, Daily, DailyJob, Done, Run, nightly_purge, system_clock},
    audit::AccessLog,
    http::{self, Doors, RateLimits, Settings},
    mqtt,
    oidc::Provider,
    post::{MailServer, Post},
};

/// The hour on Paris clocks at which the access log is cut back.
const ACCESS_LOG_HOUR: i8 = 4;

/// The options of `vigie serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    listen: ListenArgs,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    access_log: AccessLogArgs,
    #[command(flatten)]
    oidc: OidcArgs,
    #[command(flatten)]
    kinds: KindsArgs,
    #[command(flatten)]
    signals: SignalArgs,
}

/// Where and to whom the server answers.
#[derive(Debug, Clone, clap::Args)]
pub struct ListenArgs {
    /// Address and port; port 0 takes any free one.
    #[arg(long, env = "VIGIE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
    /// Answer other machines too, in plain HTTP: have something in front of it speak TLS. Not needed with --tls-cert.
    #[arg(long, env = "VIGIE_ALLOW_REMOTE")]
    allow_remote: bool,
    /// Let pages of this web site ask, such as `https://intranet.example`; may be given more than once.
    #[arg(long, env = "VIGIE_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    #[command(flatten)]
    tls: TlsArgs,
    /// Requests a second that are answered of one address, ten times as many at once; 0 for any number. This machine is
    /// not counted.
    #[arg(long, env = "VIGIE_RATE_ADDRESS", default_value_t = RateLimits::ADDRESS_PER_S, value_name = "N")]
    rate_address: u32,
    /// Requests a second that are answered of one account or token, ten times as many at once; 0 for any number.
    #[arg(long, env = "VIGIE_RATE_ACCOUNT", default_value_t = RateLimits::ACCOUNT_PER_S, value_name = "N")]
    rate_account: u32,
    /// A MapLibre style to draw under the stock; without it nothing is loaded from elsewhere.
    #[arg(long, env = "VIGIE_STYLE_URL", value_name = "URL")]
    style_url: Option<String>,
}

/// Runs the subcommand.
///
/// # Errors
///
/// When the store cannot be opened or the address cannot be listened on.
pub fn run(args: ServeArgs) -> anyhow::Result<()> {
    let store = args.store.url()?;
    let listener = args.listen.bind()?; // first: a taken port is told before a large store is read
    let signals = args.signals.read()?;
    let app = args.kinds.open(store.open()?)?;
    let access_log = args.access_log.open(&store, &app)?;
    let provider = args.oidc.provider()?;
    let mut jobs = daily_jobs(&app, args.mail.server()?)?;
    jobs.extend(access_log.clone().map(prune_access_log));
    let beside = Beside { jobs, access_log, provider, signals, ..Beside::nothing() };
    serve(app, args.listen, listener, beside)
}

impl ServeArgs {
    /// All that [`run`] would refuse of them; nothing is started, and nothing is written.
    pub fn faults(&self) -> Vec<anyhow::Error> {
        let store = self.store.url().ok();
        let folder = store.and_then(|store| self.access_log.folder(&store));
        let checked = [
            self.store.check(),
            self.listen.check(),
            self.signals.read().map(drop),
            self.kinds.nomenclature().map(drop),
            folder.map_or(Ok(()), |folder| check_folder("--access-log", &folder)),
            self.oidc.check(),
            self.mail.server().map(drop),
        ];
        checked.into_iter().filter_map(Result::err).collect()
    }
}

/// Removes what is over of the access log, each night.
fn prune_access_log(log: AccessLog) -> DailyJob {
    let work = move |run: &Run<'_>| {
        log.prune(run.date);
        Done::ForToday
    };
    DailyJob { name: "access-log", hour: ACCESS_LOG_HOUR, work: Box::new(work) }
}

/// What is done every day beside answering.
fn daily_jobs(app: &App, mail: Option<MailServer>) -> anyhow::Result<Vec<DailyJob>> {
    let reports = mail.map(|server| Post::new(app.clone(), server)).transpose()?;
    Ok(reports.map(Post::daily_job).into_iter().chain([nightly_purge(app.clone())]).collect())
}

/// What runs beside the answering of requests.
pub struct Beside<F> {
    /// Said to every client when the stock is made up.
    pub demo_note: Option<String>,
    /// Runs on the thread of the server, which it must not keep busy.
    pub alongside: F,
    /// Run once a day, on threads of their own.
    pub jobs: Vec<DailyJob>,
    /// Where it is taken down who asked what.
    pub access_log: Option<AccessLog>,
    /// Who else may say who somebody is.
    pub provider: Option<Arc<Provider>>,
    /// Who may send signals, what is looked for in them, and the broker.
    pub signals: Signals,
}

impl Beside<std::future::Pending<()>> {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            demo_note: None,
            alongside: std::future::pending(),
            jobs: Vec::new(),
            access_log: None,
            provider: None,
            signals: Signals::default(),
        }
    }
}

/// Answers requests on `listener` until Ctrl-C or SIGTERM, with `beside` running meanwhile.
/// Requests in flight are answered, daily jobs are ended and the writer is drained before it returns.
///
/// # Errors
///
/// When the listener cannot be used, or the system has no threads for the jobs.
pub fn serve(
    app: App,
    args: ListenArgs,
    listener: TcpListener,
    beside: Beside<impl Future<Output = ()> + 'static>,
) -> anyhow::Result<()> {
    let Beside { demo_note, alongside, jobs, access_log, provider, signals } = beside;
    let Signals { sources, rules, broker } = signals;
    let certificate = args.tls.read()?;
    let rates = RateLimits {
        address_per_s: NonZeroU32::new(args.rate_address),
        account_per_s: NonZeroU32::new(args.rate_account),
    };
    let ListenArgs { allow_origin: allowed_origins, style_url, .. } = args;
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", listener.local_addr()?);
    // A demo is open: nothing in it is real, and it answers this machine alone.
    let doors = if demo_note.is_some() { Doors::OpenOnLoopback } else { Doors::Closed };
    let first_code = if doors == Doors::Closed { http::first_code(&app) } else { None };
    let settings = Settings {
        demo_note,
        style_url,
        doors,
        first_code: first_code.clone(),
        access_log: access_log.clone(),
        sources: sources.clone(),
        rules: rules.clone().unwrap_or_default(),
        allowed_origins,
        rates,
        provider,
        certificate: certificate.clone(),
    };
    raise_open_files();
    let daily = Daily::start(jobs, system_clock).context("the daily jobs do not start")?;
    let correlating = rules
        .map(|rules| Correlating::start(app.clone(), rules))
        .transpose()
        .context("the rules do not start")?;
    let outcome = actix_web::rt::System::new().block_on(async {
        let server = http::listen(app.clone(), settings, listener)?;
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        let beside = actix_web::rt::spawn(alongside);
        let heard =
            broker.map(|broker| actix_web::rt::spawn(mqtt::hear(app.clone(), sources, broker)));
        // A demo ends with its terminal.
        let is_service = doors == Doors::Closed;
        let fresh = is_service.then(|| actix_web::rt::spawn(keep_fresh(certificate)));
        greet(&address, first_code.as_deref())?;
        told_to_stop().await?;
        tracing::info!("stopping: requests in flight are answered first");
        beside.abort();
        heard.inspect(|heard| heard.abort());
        fresh.inspect(|fresh| fresh.abort());
        // Whoever follows events would else hold the stop up to its end.
        app.stop_telling();
        handle.stop(true).await;
        running.await??;
        anyhow::Ok(())
    });
    daily.stop();
    if let Some(correlating) = correlating {
        correlating.stop();
    }
    if let Some(log) = access_log {
        log.close();
    }
    app.close();
    tracing::info!(seq = app.snapshot().seq().0, "stopped");
    outcome
}

impl ListenArgs {
    fn addresses(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let addresses = self.listen.to_socket_addrs();
        let not_one = || format!("--listen {} is not an address and port", self.listen);
        Ok(addresses.with_context(not_one)?.collect())
    }

    /// Refuses every other address than one of this machine alone, for a demo, which is open to whoever reaches it.
    ///
    /// # Errors
    ///
    /// [`NotUnderstood`] where other machines could ask.
    pub fn check_is_loopback(&self) -> anyhow::Result<()> {
        if self.addresses()?.iter().all(|address| address.ip().is_loopback()) {
            return Ok(());
        }
        Err(NotUnderstood(format!(
            "--listen {}: the demo answers this machine only, for it asks nobody who they are, and nobody should \
             take its made-up incidents for real",
            self.listen
        ))
        .into())
    }

    /// Takes the port.
    ///
    /// # Errors
    ///
    /// When it is taken, or would be open to other machines without TLS or `--allow-remote`.
    pub fn bind(&self) -> anyhow::Result<TcpListener> {
        let addresses = self.private_addresses()?;
        TcpListener::bind(&addresses[..]).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => anyhow::anyhow!(
                "{} is taken by another program. Choose another port, such as --listen 127.0.0.1:{}",
                self.listen,
                addresses.first().map_or(8081, |address| address.port().saturating_add(1))
            ),
            _ => anyhow::Error::new(error).context(format!("cannot listen on {}", self.listen)),
        })
    }

    /// What would be refused of them, but for a port that is taken.
    fn check(&self) -> anyhow::Result<()> {
        self.private_addresses()?;
        self.tls.read()?;
        http::content_security_policy(self.style_url.as_deref()).context("--style-url")?;
        Ok(())
    }

    fn private_addresses(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let addresses = self.addresses()?;
        let is_private = self.allow_remote || self.tls.is_set();
        if !is_private && addresses.iter().any(|address| !address.ip().is_loopback()) {
            bail!(
                "{} is open to other machines, and plain HTTP is spoken: passwords and tokens could be read \
                 on the way. Say --tls-cert and --tls-key, listen on 127.0.0.1 behind a proxy that speaks TLS, or say \
                 --allow-remote where nobody else is on the network",
                self.listen
            );
        }
        Ok(addresses)
    }
}

/// Takes as many open files as the system allows: each client is one, and the usual 1,024 are few.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if let Err(refused) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(open_files = limit.current, %refused, "the limit on open files stays");
    }
}

/// Says where the server listens, in one line that programs may wait for, and what to try. Where nobody administers it
/// yet, the link that makes somebody do so: to this terminal alone, never to the log.
fn greet(address: &str, first_code: Option<&str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "vigie listens on {address}")?;
    writeln!(out, "  the map     {address}/")?;
    writeln!(out, "  the API     {address}/docs")?;
    writeln!(out, "  try         curl {address}/api/v1/session")?;
    if let Some(code) = first_code {
        writeln!(out, "  first       {address}/signin#first={code}")?;
        writeln!(out, "              makes the administrator, once, within 30 minutes")?;
    }
    writeln!(out, "  stop        Ctrl-C")?;
    out.flush()
}

/// Returns once Ctrl-C or SIGTERM came. After the first, a second one ends the program at once.
async fn told_to_stop() -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    futures_util::future::select(Box::pin(interrupt.recv()), Box::pin(terminate.recv())).await;
    actix_web::rt::spawn(async move {
        futures_util::future::select(Box::pin(interrupt.recv()), Box::pin(terminate.recv())).await;
        std::process::exit(1);
    });
    Ok(())
}
