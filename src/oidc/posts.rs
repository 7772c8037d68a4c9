//! [`PostOfGroup`]: which group of the provider holds which post.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::access::{AccountName, InvalidAccountName};

/// Longest name of a group, in bytes: a distinguished name of LDAP fits.
pub const GROUP_LENGTH_MAX: usize = 512;
/// Groups that are looked at; more have no post.
const GROUPS_MAX: usize = 4096;

/// That whoever is in that group of the provider may sign in to that account. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostOfGroup {
    /// The group, word for word as the provider says it.
    pub group: String,
    /// What the account is called.
    pub account: AccountName,
}

/// Why a text is not a [`PostOfGroup`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPost {
    /// It has no `=`.
    #[error("says a group and an account: GROUP=ACCOUNT")]
    NoAccount,
    /// It names no group.
    #[error("names a group of 1 to {GROUP_LENGTH_MAX} bytes before the last `=`")]
    Group,
    /// It names no account.
    #[error("names an account after the last `=`, which {0}")]
    Account(#[from] InvalidAccountName),
}

impl FromStr for PostOfGroup {
    type Err = InvalidPost;

    /// The last `=` parts them: the name of a group may have some (`cn=vigie,ou=groups`), that of an account has none.
    fn from_str(text: &str) -> Result<Self, InvalidPost> {
        let (group, account) = text.rsplit_once('=').ok_or(InvalidPost::NoAccount)?;
        if !(1..=GROUP_LENGTH_MAX).contains(&group.len()) {
            return Err(InvalidPost::Group);
        }
        Ok(Self { group: group.to_owned(), account: account.parse()? })
    }
}

/// The accounts that those groups open, in the order of `posts`, each once.
pub fn opened(posts: &[PostOfGroup], groups: &[String]) -> Vec<AccountName> {
    let mut accounts: Vec<AccountName> = Vec::new();
    for post in posts {
        if groups.contains(&post.group) && !accounts.contains(&post.account) {
            accounts.push(post.account.clone());
        }
    }
    accounts
}

/// The groups in a claim: a text, or a list of texts. `name` is that of the claim, or a path to it with dots.
pub fn groups(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let by_path = || {
        let mut parts = name.split('.');
        let first = claims.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    };
    let fits = |value: &Value| {
        value.as_str().filter(|group| group.len() <= GROUP_LENGTH_MAX).map(str::to_owned)
    };
    match claims.get(name).or_else(by_path) {
        Some(Value::Array(values)) => values.iter().take(GROUPS_MAX).filter_map(fits).collect(),
        Some(value) => fits(value).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_may_be_a_distinguished_name() {
        let post: PostOfGroup = "cn=vigie,ou=groupes=salle-1".parse().unwrap();
        assert_eq!(
            (post.group.as_str(), post.account.as_str()),
            ("cn=vigie,ou=groupes", "salle-1")
        );
        for (text, fault) in [
            ("salle", InvalidPost::NoAccount),
            ("=salle-1", InvalidPost::Group),
            ("salle=", InvalidPost::Account(InvalidAccountName)),
            ("salle=Jeanne@exemple.fr", InvalidPost::Account(InvalidAccountName)),
        ] {
            assert_eq!(text.parse::<PostOfGroup>(), Err(fault), "{text}");
        }
    }

    #[test]
    fn groups_open_posts_in_the_order_of_the_settings_and_nothing_else() {
        let posts: Vec<PostOfGroup> =
            ["b=salle-2", "a=salle-1", "c=salle-1"].map(|text| text.parse().unwrap()).into();
        let names = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            opened(&posts, &groups).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&["c", "a", "b"]), ["salle-2", "salle-1"]);
        assert_eq!(names(&["A", "salle-1", "b=salle-2", ""]), [""; 0]);
    }

    #[test]
    fn groups_are_found_by_name_or_by_path() {
        let claims = json!({
            "groups": ["a", 7, "b", null],
            "role": "c",
            "realm_access": { "roles": ["d"] },
            "https://vigie.example/roles": ["e"],
            "number": 7,
        });
        let found = |name: &str| groups(claims.as_object().unwrap(), name);
        assert_eq!(found("groups"), ["a", "b"]);
        assert_eq!(found("role"), ["c"]);
        assert_eq!(found("realm_access.roles"), ["d"]);
        assert_eq!(found("https://vigie.example/roles"), ["e"]);
        for nothing in ["", "number", "realm_access", "realm_access.roles.0", "groups.a", "x.y"] {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
    }
}
