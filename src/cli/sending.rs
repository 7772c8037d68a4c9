//! `vigie report send` and `vigie report sent`: reports go out, and what has become of them.

use std::io::{self, Write as _};

use anyhow::{anyhow, bail};

use super::{
    NotUnderstood, StoreArgs, account::on_a_store, kinds_args::KindsArgs, mail_args::MailArgs,
    report::landlord, tell_json,
};
use crate::{
    app::{Copies, WantedMailing},
    http::MailingBody,
    mailing::{MailAddress, Mailing, MailingState, Wish},
    post::{Delivered, Post},
    stock::LandlordId,
    time::Date,
};

/// Nights that are told where nobody says how many.
const NIGHTS_DEFAULT: u16 = 31;

/// The options of `vigie report send`.
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// The date on which the night began, such as 2026-11-23; without it, the last night that is over.
    #[arg(long, env = "VIGIE_REPORT_DATE", value_name = "DATE")]
    date: Option<Date>,
    /// Which landlord, by its id such as `paris-habitat`.
    #[arg(long, env = "VIGIE_REPORT_LANDLORD", value_parser = landlord, value_name = "ID",
        required_unless_present = "all")]
    landlord: Option<LandlordId>,
    /// Every landlord.
    #[arg(long, env = "VIGIE_REPORT_ALL", conflicts_with = "landlord")]
    all: bool,
    /// Send it once more, whatever has become of it before.
    #[arg(long, env = "VIGIE_REPORT_AGAIN")]
    again: bool,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    kinds: KindsArgs,
}

/// The options of `vigie report sent`.
#[derive(Debug, clap::Args)]
pub struct SentArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// How many nights, up to the last one.
    #[arg(long, env = "VIGIE_REPORT_NIGHTS", default_value_t = NIGHTS_DEFAULT,
        value_parser = clap::value_parser!(u16).range(1..=366), value_name = "N")]
    nights: u16,
    /// Say it as JSON.
    #[arg(long, env = "VIGIE_REPORT_JSON")]
    json: bool,
}

/// Sends reports, and says what has become of each.
///
/// # Errors
///
/// When the store cannot be read or written, no mail server is named, the night is not over, or a report did not go out.
pub fn send(args: &SendArgs) -> anyhow::Result<()> {
    let server = args.mail.server()?;
    let server = server.ok_or_else(|| {
        NotUnderstood("no mail server is named: --smtp-host HOST --smtp-from ADDRESS".to_owned())
    })?;
    let app = args.kinds.open(args.store.url()?.open_existing()?)?;
    let night = args.date.unwrap_or_else(|| Date::last_night_before(app.now()));
    let landlords: Vec<LandlordId> = match &args.landlord {
        Some(landlord) => vec![landlord.clone()],
        None => app.snapshot().stock().landlords().iter().map(|one| one.id.clone()).collect(),
    };
    let post = Post::new(app.clone(), server)?;
    let copy = if args.again { Copies::Again } else { Copies::Once };
    let mut failed = 0;
    for landlord in landlords {
        let wanted = WantedMailing { landlord: landlord.clone(), night, copy, wish: Wish::Now };
        let said = match post.deliver(wanted) {
            Ok(Delivered::Now(entry)) => {
                failed += u32::from(entry.state.is_failure() || entry.state.is_open());
                in_words(&entry)
            }
            Ok(Delivered::Before(entry)) => format!("{}, before", in_words(&entry)),
            Ok(Delivered::Later(at)) => {
                failed += 1;
                format!("not sent: another server is at it until {at}")
            }
            Err(fault) => {
                app.close();
                return Err(anyhow!(fault));
            }
        };
        writeln!(io::stdout().lock(), "{landlord:<24} {night}  {said}")?;
    }
    app.close();
    if failed > 0 {
        bail!("{failed} reports were not sent: see the log, and `vigie report sent`");
    }
    Ok(())
}

/// Says what the register holds.
///
/// # Errors
///
/// When the store cannot be read.
pub fn tell(args: &SentArgs) -> anyhow::Result<()> {
    let (nights, json) = (i32::from(args.nights), args.json);
    on_a_store(&args.store, async |app| {
        let last = Date::last_night_before(app.now());
        let mailings = app.mailings(last.plus_days(1 - nights)..=last).await?;
        if json {
            return tell_json(&mailings.iter().map(MailingBody::from).collect::<Vec<_>>());
        }
        let mut out = io::stdout().lock();
        for entry in &mailings {
            let key = &entry.key;
            let again =
                if key.ordinal > 0 { format!(" ({} again)", key.ordinal) } else { String::new() };
            writeln!(
                out,
                "{}  {:<24} {}{again}",
                key.night,
                key.landlord.as_str(),
                in_words(entry)
            )?;
        }
        Ok(())
    })
}

fn in_words(entry: &Mailing) -> String {
    let to = entry.mailbox.as_ref().map_or("nowhere", MailAddress::as_str);
    let answered = entry.reply.map_or(String::new(), |code| format!(", answered {code}"));
    match entry.state {
        MailingState::Sent => format!("sent to {to} at {}{answered}", entry.changed_at),
        MailingState::ToFetch => "to be fetched: the landlord has no mailbox".to_owned(),
        MailingState::Refused => format!("refused for good, to {to}{answered}"),
        MailingState::GivenUp => {
            format!("given up after {} attempts, to {to}{answered}", entry.attempts)
        }
        MailingState::Waiting => {
            format!("not sent yet, to {to}, after {} attempts{answered}", entry.attempts)
        }
        MailingState::Claimed => format!("being sent to {to}"),
    }
}
