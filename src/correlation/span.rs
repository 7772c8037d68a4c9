//! [`Span`]: how long, as a rule says it.

use std::{fmt, str::FromStr};

/// Longest span, in seconds: what was a week ago explains nothing of a night.
pub const SPAN_S_MAX: i64 = 7 * 86_400;

/// How long, from 1 s to 7 days. A value is always valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    seconds: i64,
}

/// Why a text is not a [`Span`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of s, min, h or d, from 1 s to 7 d, such as 15 min")]
pub struct InvalidSpan;

impl Span {
    /// So many seconds.
    ///
    /// # Errors
    ///
    /// [`InvalidSpan`] for less than 1 and for more than [`SPAN_S_MAX`].
    pub const fn of_seconds(seconds: i64) -> Result<Self, InvalidSpan> {
        if seconds >= 1 && seconds <= SPAN_S_MAX { Ok(Self { seconds }) } else { Err(InvalidSpan) }
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = text[..digits].parse().map_err(|_no_number| InvalidSpan)?;
        let unit_s = match text[digits..].trim_start() {
            "s" => 1,
            "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(InvalidSpan),
        };
        Self::of_seconds(count.checked_mul(unit_s).ok_or(InvalidSpan)?)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit_s, unit) in [(86_400, "d"), (3_600, "h"), (60, "min")] {
            if self.seconds % unit_s == 0 {
                return write!(f, "{} {unit}", self.seconds / unit_s);
            }
        }
        write!(f, "{} s", self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_and_written_alike() {
        for (text, seconds) in
            [("15 min", 900), ("1 s", 1), ("90 s", 90), ("2 h", 7200), ("7 d", SPAN_S_MAX)]
        {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.seconds(), span.to_string().as_str()), (seconds, text));
        }
        assert_eq!("15min".parse::<Span>().unwrap().seconds(), 900);
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in
            ["", "15", "min", "0 s", "8 d", "-1 s", "1.5 h", "1 week", "99999999999999999 d", "1 é"]
        {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan), "{text}");
        }
    }
}
