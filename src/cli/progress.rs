//! The progress bar of every subcommand that takes a while.

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar called `message`; it is drawn on a terminal only.
///
/// # Errors
///
/// When its template is not understood.
pub(super) fn bar(message: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {elapsed}")
        .context("the template of the progress bar")?;
    let bar = ProgressBar::new(0);
    bar.set_style(style);
    bar.set_message(message.to_owned());
    Ok(bar)
}
