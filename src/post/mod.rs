//! Adapter: the morning reports of landlords as e-mail, by SMTP.
//!
//! Uses [`crate::mailing`], [`crate::report`], [`crate::press`] and [`crate::app`]; the only module that knows `lettre`. Each
//! report is claimed in the register first, then sent, then the register says how it ended: see `docs/reports.md`.

mod delivery;
mod letter;
mod mail_server;

pub use delivery::{Delivered, Post, PostError, REPORTS_HOUR};
pub use letter::{Letter, LetterError, message_id};
pub use mail_server::{InvalidMailServer, MailServer, Password, Security, Sender};
