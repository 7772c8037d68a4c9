//! How French writes numbers, times and dates: `1 234`, `3,5`, `18 h 30`, `4 min 20 s`, with the spaces that never break.
//!
//! Source: Imprimerie nationale, *Lexique des règles typographiques* (2002).

use crate::time::{Date, Month, Timestamp};

/// The narrow space that never breaks: within numbers, before `;`, `!` and `?`.
pub const NARROW: char = '\u{202f}';
/// The space that never breaks: before `:`, within « », between a number and its unit.
pub const FIXED: char = '\u{a0}';

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_SHORT: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];
const WEEKDAYS: [&str; 7] =
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// A sentence typed with plain spaces, with those that never break where French has them: before `:`, `;`, `!`, `?` and `%`,
/// and within « ».
#[must_use]
pub fn spaced(sentence: &str) -> String {
    let mut text =
        sentence.replace(" :", "\u{a0}:").replace("« ", "«\u{a0}").replace(" »", "\u{a0}»");
    for mark in [';', '!', '?', '%'] {
        text = text.replace(&format!(" {mark}"), &format!("{NARROW}{mark}"));
    }
    text
}

/// A whole number, in groups of three from four digits on: `1 234`.
#[must_use]
pub fn integer(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(NARROW);
        }
        text.push(digit);
    }
    text
}

/// A number of which halves matter: `3`, `3,5`.
#[must_use]
pub fn halves(number: f64) -> String {
    let whole = integer(number.trunc() as u64);
    if number.fract() >= 0.25 { format!("{whole},5") } else { whole }
}

/// A number to one decimal: `12,3`.
#[must_use]
pub fn tenths(number: f64) -> String {
    let tenths = (number * 10.0).round() as u64;
    format!("{},{}", integer(tenths / 10), tenths % 10)
}

/// A number to as many decimals as matter: `0,42`, `3,5`, `128`, `23 400`.
#[must_use]
pub fn measure(number: f64) -> String {
    let sign = if number < 0.0 { "−" } else { "" };
    let size = number.abs();
    if size >= 99.95 {
        format!("{sign}{}", integer(size.round() as u64))
    } else if size >= 9.995 || size == 0.0 {
        format!("{sign}{}", tenths(size).trim_end_matches(",0"))
    } else {
        let hundredths = (size * 100.0).round() as u64;
        format!("{sign}{},{:02}", hundredths / 100, hundredths % 100)
    }
}

/// A share of one in whole percent: `93 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}{NARROW}%", (share * 100.0).round() as u64)
}

/// A change against what was, in whole percent with its sign: `+12 %`, `−3 %`, `stable` for none.
#[must_use]
pub fn change(now: f64, before: f64) -> String {
    let percents = ((now / before - 1.0) * 100.0).round();
    match percents {
        0.0 => "stable".to_owned(),
        up if up > 0.0 => format!("+{up}{NARROW}%"),
        down => format!("−{}{NARROW}%", -down),
    }
}

/// How long, as people say it: `45 s`, `4 min 20 s`, `12 min`, `1 h 05`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    match minutes {
        0 => format!("{rest}{FIXED}s"),
        1..10 if rest > 0 => format!("{minutes}{FIXED}min{FIXED}{rest:02}{FIXED}s"),
        // From ten minutes on seconds say more than is known.
        1..60 => format!("{}{FIXED}min", (seconds + 30) / 60),
        _ => {
            let minutes = (seconds + 30) / 60;
            format!("{}{FIXED}h{FIXED}{:02}", minutes / 60, minutes % 60)
        }
    }
}

/// The time on Paris clocks: `18 h 30`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let (hour, minute) = at.paris_clock();
    format!("{hour}{FIXED}h{FIXED}{minute:02}")
}

/// A date with its day: `lundi 23 novembre 2026`, `dimanche 1er mars 2026`.
#[must_use]
pub fn long_date(date: Date) -> String {
    format!("{} {}", WEEKDAYS[date.weekday()], date_alone(date))
}

/// A date: `23 novembre 2026`, `1er mars 2026`.
#[must_use]
pub fn date_alone(date: Date) -> String {
    let (year, month, day) = date.parts();
    let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
    format!("{day}{FIXED}{} {year}", MONTHS[month as usize - 1])
}

/// The day of the week: `lundi`.
#[must_use]
pub fn weekday(date: Date) -> &'static str {
    WEEKDAYS[date.weekday()]
}

/// Each day of the week, from `lundi`.
#[must_use]
pub const fn weekdays() -> [&'static str; 7] {
    WEEKDAYS
}

/// A month: `octobre 2026`.
#[must_use]
pub fn month(month: Month) -> String {
    let (year, number) = month.parts();
    format!("{} {year}", MONTHS[number as usize - 1])
}

/// A month in few letters: `oct.`.
#[must_use]
pub fn short_month(month: Month) -> &'static str {
    MONTHS_SHORT[month.parts().1 as usize - 1]
}

/// `count` things: `0 appel`, `1 appel`, `2 appels`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{}{FIXED}{}", integer(count), if count < 2 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace([NARROW, FIXED], " ")
    }

    #[test]
    fn numbers_are_written_as_in_french() {
        assert_eq!(integer(165_374), "165\u{202f}374");
        assert_eq!(
            (integer(0), integer(999), plain(&integer(1_000))),
            ("0".into(), "999".into(), "1 000".into())
        );
        assert_eq!((halves(3.0), halves(3.5)), ("3".into(), "3,5".into()));
        assert_eq!((tenths(12.34), tenths(0.06)), ("12,3".into(), "0,1".into()));
        let measures = [0.0, 0.424, 3.5, 12.34, 12.04, 127.6, 23_400.2, -1.5].map(measure);
        let expected = ["0", "0,42", "3,50", "12,3", "12", "128", "23 400", "−1,50"];
        assert_eq!(measures.map(|text| plain(&text)), expected);
        assert_eq!(plain(&percent(0.934)), "93 %");
        assert_eq!(plain(&change(112.0, 100.0)), "+12 %");
        assert_eq!(plain(&change(97.0, 100.0)), "−3 %");
        assert_eq!(change(100.2, 100.0), "stable");
        assert_eq!(plain(&counted(1, "appel", "appels")), "1 appel");
    }

    #[test]
    fn a_sentence_does_not_break_before_its_marks() {
        assert_eq!(
            spaced("« oui » : 3 % ; non"),
            "«\u{a0}oui\u{a0}»\u{a0}: 3\u{202f}% ; non".replace(" ;", "\u{202f};")
        );
    }

    #[test]
    fn times_are_written_as_in_french() {
        let said = |seconds: f64| plain(&duration(seconds));
        assert_eq!(said(45.4), "45 s");
        assert_eq!(said(260.0), "4 min 20 s");
        assert_eq!(said(240.0), "4 min");
        assert_eq!(said(605.0), "10 min");
        assert_eq!(said(3_899.0), "1 h 05");
        assert_eq!(said(3_590.0), "60 min");
        let at: Timestamp = "2026-11-23T17:30:00Z".parse().unwrap();
        assert_eq!(plain(&clock(at)), "18 h 30");
        assert_eq!(plain(&long_date("2026-11-23".parse().unwrap())), "lundi 23 novembre 2026");
        assert_eq!(plain(&date_alone("2026-03-01".parse().unwrap())), "1er mars 2026");
    }
}
