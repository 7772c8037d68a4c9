//! [`like`]: whether a text is of a pattern.

/// Whether `text` is of `pattern`, where `%` is any characters, `_` is one, and `\` takes the meaning from the one behind
/// it. O(text × pattern) at worst, without recursion.
pub fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.chars().collect::<Vec<_>>(), pieces(pattern));
    let (mut t, mut p) = (0, 0);
    // Where to go on when what follows the last `%` does not fit here.
    let mut again: Option<(usize, usize)> = None;
    while t < text.len() {
        let fits = match pattern.get(p) {
            Some(Piece::Any) => {
                again = Some((p, t));
                p += 1;
                continue;
            }
            Some(Piece::One) => true,
            Some(Piece::Just(c)) => *c == text[t],
            None => false,
        };
        if fits {
            (t, p) = (t + 1, p + 1);
        } else if let Some((any, from)) = again {
            again = Some((any, from + 1));
            (p, t) = (any + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|piece| *piece == Piece::Any)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Just(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut characters = pattern.chars();
    let mut pieces = Vec::new();
    while let Some(c) = characters.next() {
        pieces.push(match c {
            '%' => Piece::Any,
            '_' => Piece::One,
            '\\' => Piece::Just(characters.next().unwrap_or('\\')),
            c => Piece::Just(c),
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by the book.
    fn slow(text: &[char], pattern: &[Piece]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((Piece::Any, rest)) => (0..=text.len()).any(|at| slow(&text[at..], rest)),
            Some((Piece::One, rest)) => !text.is_empty() && slow(&text[1..], rest),
            Some((Piece::Just(c), rest)) => text.first() == Some(c) && slow(&text[1..], rest),
        }
    }

    #[test]
    fn a_pattern_is_of_the_whole_text() {
        for (text, pattern, expected) in [
            ("PH-0754", "PH-%", true),
            ("PH-0754", "PH", false),
            ("PH-0754", "__-0754", true),
            ("100 %", "100 \\%", true),
            ("100 x", "100 \\%", false),
            ("", "%", true),
            ("", "_", false),
            ("é", "_", true),
            ("a\\", "a\\", true),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} {pattern}");
        }
    }

    proptest! {
        #[test]
        fn it_says_what_the_book_says(text in "[ab%_]{0,10}", pattern in "[ab%_\\\\]{0,8}") {
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(like(&text, &pattern), slow(&characters, &pieces(&pattern)));
        }
    }
}
