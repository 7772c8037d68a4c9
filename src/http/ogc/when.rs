//! [`window`]: the instant or interval of `datetime`.

use crate::{
    http::Problem,
    time::{TimeWindow, Timestamp},
};

/// The instants that `datetime` means: of an instant its millisecond, of an interval both ends too.
///
/// # Errors
///
/// 422 that says what `datetime` must be.
pub fn window(text: &str) -> Result<TimeWindow, Problem> {
    let refused = |reason: &str| Problem::field("datetime", text, reason);
    let form = "must be an RFC 3339 time, or two with / between, of which one may be ..";
    let at = |end: &str| match end {
        "" | ".." => Ok(None),
        time => time.parse::<Timestamp>().map(Some).map_err(|_not_a_time| refused(form)),
    };
    let Some((from, to)) = text.split_once('/') else {
        let at = text.parse().map_err(|_not_a_time| refused(form))?;
        return Ok(TimeWindow { from: Some(at), to: Some(after(at)) });
    };
    match (at(from)?, at(to)?) {
        (None, None) => Err(refused(form)),
        (Some(from), Some(to)) if from > to => Err(refused("must not end before it begins")),
        (from, to) => Ok(TimeWindow { from, to: to.map(after) }),
    }
}

/// The next instant.
fn after(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_has_both_its_ends_and_may_lack_one() {
        let noon: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        for (text, before, at, later) in [
            ("2026-11-30T12:00:00Z", false, true, false),
            ("2026-11-30T13:00:00+01:00", false, true, false),
            ("2026-11-30T12:00:00Z/2026-11-30T12:00:00Z", false, true, false),
            ("../2026-11-30T12:00:00Z", true, true, false),
            ("/2026-11-30T12:00:00Z", true, true, false),
            ("2026-11-30T12:00:00Z/..", false, true, true),
            ("2026-11-30T12:00:00Z/", false, true, true),
        ] {
            let window = window(text).unwrap();
            let told = [-1, 0, 1].map(|s| window.contains(noon.plus_seconds(s)));
            assert_eq!(told, [before, at, later], "{text}");
        }
        for text in [
            "",
            "..",
            "/",
            "../..",
            "yesterday",
            "2026-11-30",
            "2026-11-30T12:00:00",
            "2026-11-30T12:00:00Z/2026-11-29T12:00:00Z",
            "2026-11-30T12:00:00Z/x/y",
        ] {
            assert!(window(text).is_err(), "{text}");
        }
    }
}
