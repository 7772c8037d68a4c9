//! [`folded`]: text as the rules read it, in plain ASCII.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// A text in plain ASCII: without accents, with one blank for each run of blanks and of signs that no rule
/// reads, and with a blank at both ends. Case is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    /// The text, of ASCII alone.
    pub(super) text: String,
    /// Whether it had letters or digits of a script that the rules cannot read.
    pub(super) is_foreign: bool,
}

/// Folds `text`: compatibility decomposition (NFKD), without marks and invisible characters.
pub(super) fn folded(text: &str) -> Folded {
    let mut folded = Folded { text: " ".to_owned(), is_foreign: false };
    for c in text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)) {
        let plain = match plain(c) {
            Some(letters) => letters,
            None if c == '°' && folded.text.ends_with(|c: char| c.is_ascii_digit()) => "e ",
            None if c.is_ascii_graphic() => {
                folded.text.push(c);
                continue;
            }
            None => {
                folded.is_foreign |= c.is_alphanumeric();
                " "
            }
        };
        if plain != " " || !folded.text.ends_with(' ') {
            folded.text.push_str(plain);
        }
    }
    if !folded.text.ends_with(' ') {
        folded.text.push(' ');
    }
    folded
}

/// What stands for a character that the decomposition leaves, or that the rules read as another one.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ß' => "ss",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'ı' => "i",
        '‘' | '’' | '‛' | '′' | 'ʼ' | '`' | '´' => "'",
        '“' | '”' | '„' | '«' | '»' | '‹' | '›' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        // These three delimit words in `words`.
        '<' | '>' | '=' | '^' => " ",
        _ => return None,
    })
}

/// Characters that show nothing, and could part a number or a name.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
