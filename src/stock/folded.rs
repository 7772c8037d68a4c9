//! [`folded`]: text as people compare it.

/// `text` in lower case without accents, with one blank for each run of other characters than letters and
/// digits: `Cité  «L'Étoile»` becomes `cite l etoile`.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match unaccented(c) {
            Some(letters) => plain.push_str(letters),
            None if c.is_alphanumeric() => plain.push(c),
            None if !plain.is_empty() && !plain.ends_with(' ') => plain.push(' '),
            None => {}
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The plain letters of an accented letter of French, or `None` for any other character.
pub(crate) fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' => "a",
        'ç' => "c",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'î' | 'ï' | 'í' => "i",
        'ô' | 'ö' | 'ó' | 'õ' => "o",
        'ù' | 'û' | 'ü' | 'ú' => "u",
        'ÿ' => "y",
        'ñ' => "n",
        'œ' => "oe",
        'æ' => "ae",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_make_no_difference() {
        assert_eq!(folded("Cité  «L'Étoile»"), "cite l etoile");
        assert_eq!(folded("PH-0754"), "ph 0754");
        assert_eq!(folded(" Sacré-Cœur "), "sacre coeur");
        assert_eq!(folded("--"), "");
    }
}
