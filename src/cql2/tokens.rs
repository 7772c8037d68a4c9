//! [`tokens`]: the words of CQL2 text.

use super::Cql2Error;

/// A word, and the character that it begins at.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The first character is 1.
    pub at: usize,
    /// The word.
    pub word: Word,
}

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A name or a keyword.
    Name(String),
    /// A name in double quotes, which is no keyword.
    Quoted(String),
    /// Words in single quotes.
    Text(String),
    /// A number without a sign.
    Number(f64),
    /// One or two characters.
    Sign(&'static str),
    /// Behind the last one.
    End,
}

/// Signs, the longer ones first.
const SIGNS: [&str; 15] =
    ["<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^"];

/// The words of a text, and [`Word::End`].
///
/// # Errors
///
/// [`Cql2Error::Unexpected`] where no word begins.
pub fn tokens(text: &str) -> Result<Vec<Token>, Cql2Error> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = characters.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let rest = &characters[at..];
        let (word, length) = match c {
            '\'' => quoted(rest, '\'', at).map(|(text, length)| (Word::Text(text), length))?,
            '"' => quoted(rest, '"', at).map(|(text, length)| (Word::Quoted(text), length))?,
            '0'..='9' | '.' => number(rest, at)?,
            c if c.is_alphabetic() || matches!(c, '_' | ':') => {
                let length = rest.iter().take_while(|c| is_of_a_name(**c)).count();
                (Word::Name(rest[..length].iter().collect()), length)
            }
            _ => sign(rest, at)?,
        };
        found.push(Token { at: at + 1, word });
        at += length;
    }
    found.push(Token { at: at + 1, word: Word::End });
    Ok(found)
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '$')
}

/// What stands between quotes; one of them is written twice, or behind `\`.
fn quoted(rest: &[char], quote: char, at: usize) -> Result<(String, usize), Cql2Error> {
    let mut text = String::new();
    let mut next = 1;
    loop {
        match (rest.get(next), rest.get(next + 1)) {
            (None, _) => {
                return Err(Cql2Error::Unexpected {
                    at: at + next + 1,
                    expected: "the closing quote",
                });
            }
            (Some('\\'), Some(c)) if *c == quote => {
                text.push(quote);
                next += 2;
            }
            (Some(c), Some(again)) if *c == quote && *again == quote => {
                text.push(quote);
                next += 2;
            }
            (Some(c), _) if *c == quote => return Ok((text, next + 1)),
            (Some(c), _) => {
                text.push(*c);
                next += 1;
            }
        }
    }
}

fn number(rest: &[char], at: usize) -> Result<(Word, usize), Cql2Error> {
    let mut length = rest.iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
    if matches!(rest.get(length), Some('e' | 'E')) {
        let signed = matches!(rest.get(length + 1), Some('+' | '-'));
        let digits = &rest[(length + 1 + usize::from(signed)).min(rest.len())..];
        let digits = digits.iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 {
            length += 1 + usize::from(signed) + digits;
        }
    }
    let text: String = rest[..length].iter().collect();
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    let number = number.ok_or(Cql2Error::Unexpected { at: at + 1, expected: "a number" })?;
    Ok((Word::Number(number), length))
}

fn sign(rest: &[char], at: usize) -> Result<(Word, usize), Cql2Error> {
    let begins = |sign: &&&str| sign.chars().enumerate().all(|(at, c)| rest.get(at) == Some(&c));
    let found = SIGNS.iter().find(begins);
    let unexpected = Cql2Error::Unexpected { at: at + 1, expected: "a name, a value or a sign" };
    found.map(|sign| (Word::Sign(sign), sign.len())).ok_or(unexpected)
}
