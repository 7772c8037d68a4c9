//! [`Letter`]: the e-mail with the report of a night.

use std::time::SystemTime;

use lettre::{
    Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use ring::digest::{SHA256, digest};

use crate::{
    figure::french::{date_alone, long_date},
    incident::Nomenclature,
    mailing::{FileDigests, MailAddress, MailingKey},
    press::{Form, PdfError, print_morning},
    report::{Morning, MorningQuery, ReportError, morning},
    time::Timestamp,
    twin::Snapshot,
};

/// What the program is called to whoever reads its mail.
const SENDER_NAME: &str = "Vigie";

/// A report as it is sent.
pub struct Letter {
    /// The whole message.
    pub message: Message,
    /// Of the files in it.
    pub files: FileDigests,
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// There is no report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// It cannot be set.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// It cannot be written as an e-mail.
    #[error("the message cannot be written: {0}")]
    Message(String),
}

/// The same for the same report, however often it is sent: a mailbox that has it already can tell.
#[must_use]
pub fn message_id(key: &MailingKey, from: &MailAddress) -> String {
    let MailingKey { landlord, night, ordinal } = key;
    format!("<bilan.{night}.{landlord}.{ordinal}@{}>", from.domain())
}

impl Letter {
    /// The report `key` from `from` to `to`, as it is at `now`. No figure stands in its subject or its text.
    ///
    /// # Errors
    ///
    /// [`LetterError`].
    pub fn write(
        key: &MailingKey,
        (from, to): (&MailAddress, &MailAddress),
        snapshot: &Snapshot,
        nomenclature: &Nomenclature,
        now: Timestamp,
    ) -> Result<Self, LetterError> {
        let query = MorningQuery { landlord: key.landlord.clone(), night: key.night };
        let told = morning(snapshot, nomenclature, &query, now)?;
        let pdf = print_morning(&told, nomenclature, Form::Pdf, now)?;
        let csv = print_morning(&told, nomenclature, Form::Csv, now)?;
        let files = FileDigests { pdf: sha256(&pdf), csv: sha256(&csv) };
        let attached = |form: Form, bytes| {
            let name = format!("bilan-{}-{}.{}", key.night, key.landlord, extension(form));
            let media_type = form.media_type().split(';').next().unwrap_or_default();
            let media_type = ContentType::parse(media_type).map_err(unwritten)?;
            Ok::<_, LetterError>(Attachment::new(name).body(bytes, media_type))
        };
        let message = Message::builder()
            .from(Mailbox::new(Some(SENDER_NAME.to_owned()), address(from)?))
            .to(Mailbox::new(None, address(to)?))
            .subject(subject(&told))
            .message_id(Some(message_id(key, from)))
            .date(SystemTime::from(DateOf(now)))
            .header(AutoSubmitted)
            .multipart(
                MultiPart::mixed()
                    .singlepart(SinglePart::plain(text(&told)))
                    .singlepart(attached(Form::Pdf, pdf)?)
                    .singlepart(attached(Form::Csv, csv)?),
            )
            .map_err(unwritten)?;
        Ok(Self { message, files })
    }
}

const fn extension(form: Form) -> &'static str {
    if matches!(form, Form::Csv) { "csv" } else { "pdf" }
}

fn subject(told: &Morning<'_>) -> String {
    plain(&format!("Bilan de la nuit du {} – {}", date_alone(told.night), told.landlord.name))
}

fn text(told: &Morning<'_>) -> String {
    let (first, last) = (long_date(told.night), long_date(told.night.plus_days(1)));
    let landlord = &told.landlord.name;
    plain(&format!(
        "Bonjour,\n\n\
         Vous trouverez ci-joint le bilan de la nuit du {first} au {last}, de 18 h à 6 h, sur les résidences de {landlord} : \
         en PDF, et en CSV pour un tableur.\n\n\
         Il ne nomme ni agent, ni patrouille, ni habitant. Merci de ne pas le transmettre hors de vos services.\n\n\
         Ce message est envoyé chaque matin sans intervention humaine ; les réponses ne sont pas lues.\n"
    ))
}

/// The same words with plain spaces: mail is wrapped by whoever reads it.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
    sum
}

fn address(address: &MailAddress) -> Result<lettre::Address, LetterError> {
    address.as_str().parse().map_err(unwritten)
}

fn unwritten(fault: impl std::fmt::Display) -> LetterError {
    LetterError::Message(fault.to_string())
}

/// An instant as the system has it.
struct DateOf(Timestamp);

impl From<DateOf> for SystemTime {
    fn from(DateOf(at): DateOf) -> Self {
        let since_1970 = u64::try_from(at.unix_ms()).unwrap_or_default();
        Self::UNIX_EPOCH + std::time::Duration::from_millis(since_1970)
    }
}

/// Tells programs that answer mail that nobody waits for an answer: RFC 3834.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
