//! [`MailAddress`]: the mailbox of a post, never of a person.

use std::{fmt, str::FromStr};

use crate::privacy::{Purpose, check, is_first_name};

/// Longest address, in bytes: that of a path in RFC 5321 without its brackets.
pub const MAIL_ADDRESS_LENGTH_MAX: usize = 254;
/// Longest part before the `@`, in bytes.
const LOCAL_LENGTH_MAX: usize = 64;
/// First names that are places too, after which an agency may be called.
const PLACES: [&str; 5] = ["paris", "nancy", "france", "lorraine", "florence"];
/// Longest label of a domain, in bytes.
const LABEL_LENGTH_MAX: usize = 63;

/// The address of a mailbox that belongs to a post of a landlord, such as `astreinte@bailleur.example`.
///
/// ASCII in lower case; no quotes, no comments, no address literals; a domain of at least two labels. What stands before
/// the `@` names nobody, as far as the filter for personal data can tell. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailAddress(Box<str>);

/// Why a text is not a [`MailAddress`]. It is not repeated: it may be that of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailAddress {
    /// Not an address.
    #[error(
        "must be an address such as astreinte@bailleur.example, at most {MAIL_ADDRESS_LENGTH_MAX} bytes"
    )]
    Shape,
    /// It names a person.
    #[error(
        "must be the mailbox of a post, such as astreinte@bailleur.example: this one seems to name a person, so use that of a function"
    )]
    Person,
}

impl MailAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for MailAddress {
    type Err = InvalidMailAddress;

    fn from_str(text: &str) -> Result<Self, InvalidMailAddress> {
        let text = text.trim().to_ascii_lowercase();
        let (local, domain) = text.split_once('@').ok_or(InvalidMailAddress::Shape)?;
        let fits = text.len() <= MAIL_ADDRESS_LENGTH_MAX && is_local(local) && is_domain(domain);
        if !fits {
            return Err(InvalidMailAddress::Shape);
        }
        if names_a_person(local) {
            return Err(InvalidMailAddress::Person);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local(local: &str) -> bool {
    let atom = |atom: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+');
        !atom.is_empty() && atom.bytes().all(fits)
    };
    local.len() <= LOCAL_LENGTH_MAX && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=LABEL_LENGTH_MAX).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

/// Whether the filter reads a name in it, as in `moussa.diallo` or `j.durand`: the words as somebody would write them. First
/// names alone, as in `marie` or `jean-pierre75`, are those of a person, too: a post is called after what it does.
fn names_a_person(local: &str) -> bool {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    let words: Vec<String> = local.split(['.', '-', '_', '+']).filter_map(capitalised).collect();
    let initial = words.len() == 2 && words.iter().any(|word| word.len() == 1);
    let is_letter = |word: &String| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    of_first_names(local)
        || (initial && words.iter().all(is_letter))
        || check(&words.join(" "), Purpose::Callsign).is_err()
}

/// Whether it is first names and digits, and nothing else.
fn of_first_names(local: &str) -> bool {
    let bare = |word: &'_ str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let words: Vec<String> =
        local.split(['.', '-', '_', '+']).map(bare).filter(|word| !word.is_empty()).collect();
    let is_name = |word: &String| is_first_name(word) && !PLACES.contains(&word.as_str());
    !words.is_empty() && words.iter().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_of_posts_are_taken_in_lower_case() {
        for text in [
            "astreinte@bailleur.example",
            " Astreinte.Nuit@Bailleur.example ",
            "bilans+nuit@mail.bailleur.example",
            "gardiens-est@bailleur.example",
            "securite@bailleur.example",
            "proximite_18e@bailleur.example",
            "direction.territoriale.nord@bailleur.example",
            "pc@bailleur.example",
            "regie-14@bailleur.example",
            "lot.2@bailleur.example",
            "paris@bailleur.example",
            "75@bailleur.example",
        ] {
            let address: MailAddress = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(address.as_str(), text.trim().to_lowercase());
            assert!(address.domain().ends_with("bailleur.example"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@bailleur.example", "a".repeat(65));
        for text in [
            "",
            "astreinte",
            "@bailleur.example",
            "a@b",
            "a@@bailleur.example",
            "a b@bailleur.example",
            "a..b@bailleur.example",
            "\"a\"@bailleur.example",
            "a@[127.0.0.1]",
            "a@-b.example",
            "a@b.example\r\nBcc: c@d.example",
            "a@b.example,c@d.example",
            "Astreinte <a@b.example>",
            "é@b.example",
            &long,
        ] {
            assert_eq!(text.parse::<MailAddress>(), Err(InvalidMailAddress::Shape), "{text}");
        }
    }

    #[test]
    fn the_mailbox_of_a_person_is_refused() {
        for local in [
            "moussa.diallo",
            "jean.dupont",
            "j.durand",
            "nathalie_martin",
            "marie",
            "Marie75",
            "jean-pierre",
            "moussa_2",
        ] {
            let text = format!("{local}@bailleur.example");
            assert_eq!(text.parse::<MailAddress>(), Err(InvalidMailAddress::Person), "{text}");
        }
    }
}
