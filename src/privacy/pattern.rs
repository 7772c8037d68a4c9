//! [`of_row`]: patterns over rows of tagged words, as regular expressions.
//!
//! A pattern is a list of elements that are parted by blanks, each for one word of the row:
//!
//! | element | stands for |
//! | --- | --- |
//! | `avenue`, `bd|boulevard` | these words; the signs of regular expressions hold within a word |
//! | `<FS>` | a word with one of these tags |
//! | `<fs+U>` | a word with one of `fs` and one of `U` |
//! | `<U-WI>` | a word with `U` and with neither `W` nor `I` |
//! | `<-W>` | a word without `W` |
//! | `m|me<U>` | one of these words, with one of these tags |
//! | `_` | any word |
//! | `?`, `{0,3}` at its end | that often |

/// The regular expression of a pattern.
pub(super) fn of_row(pattern: &str) -> String {
    pattern.split_whitespace().map(element).collect()
}

fn element(element: &str) -> String {
    let (word, often) = match element.rfind(['}', '?']) {
        Some(end) if end + 1 == element.len() && element.len() > 1 => {
            let at = if element.ends_with('?') { end } else { element.rfind('{').unwrap_or(end) };
            element.split_at(at)
        }
        _ => (element, ""),
    };
    let one = match word.strip_suffix('>').and_then(|word| word.split_once('<')) {
        Some(("", tags)) => format!(" [^=]+={}>", tagged(tags)),
        Some((letters, tags)) => format!(" (?:{letters})={}>", tagged(tags)),
        None if word == "_" => " [^=]+=[^>]*>".to_owned(),
        None => format!(" (?:{word})=[^>]*>"),
    };
    if often.is_empty() { one } else { format!("(?:{one}){often}") }
}

/// What the letters of a word must be: one of the first set, one of the second, none of the third.
fn tagged(tags: &str) -> String {
    let (wanted, unwanted) = tags.split_once('-').unwrap_or((tags, ""));
    let any = format!("[^>{unwanted}]*");
    match wanted.split_once('+') {
        None if wanted.is_empty() => any,
        None => format!("{any}[{wanted}]{any}"),
        Some((one, other)) => {
            format!("(?:{any}[{one}]{any}[{other}]{any}|{any}[{other}]{any}[{one}]{any})")
        }
    }
}
