//! [`StoreUrl`]: which store, as `--store` names it.

use std::{fmt, path::PathBuf, str::FromStr};

use super::{
    Store, StoreError,
    postgres::{InvalidPostgresUrl, PostgresStore, PostgresUrl},
    sqlite::SqliteStore,
};

/// Where a store is, such as `sqlite:data/vigie.sqlite`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`: one file.
    Sqlite(PathBuf),
    /// `postgres://…`: a database.
    Postgres(PostgresUrl),
}

/// Why a text is not a [`StoreUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStoreUrl {
    /// `sqlite:` and nothing behind.
    #[error("`sqlite:` needs the path of a file, such as sqlite:data/vigie.sqlite")]
    NoPath,
    /// Not a URL of a database.
    #[error(transparent)]
    Postgres(#[from] InvalidPostgresUrl),
    /// Something else. It is not repeated beyond its scheme: a URL may hold a password.
    #[error("a store is sqlite:PATH or postgres://…, got scheme `{0}`")]
    Scheme(String),
}

impl FromStr for StoreUrl {
    type Err = InvalidStoreUrl;

    fn from_str(text: &str) -> Result<Self, InvalidStoreUrl> {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        match scheme {
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(InvalidStoreUrl::NoPath),
                path => Ok(Self::Sqlite(path.into())),
            },
            "postgres" | "postgresql" => Ok(Self::Postgres(PostgresUrl::parse(text)?)),
            other => Err(InvalidStoreUrl::Scheme(other.to_owned())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl StoreUrl {
    /// Opens the store, and makes it where it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] says what is wrong and what to do.
    pub fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        match self {
            Self::Sqlite(path) => Ok(Box::new(SqliteStore::open(path)?)),
            Self::Postgres(url) => Ok(Box::new(PostgresStore::open(url)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_url_is_a_path_with_or_without_slashes_before_it() {
        for (text, path) in [
            ("sqlite:vigie.sqlite", "vigie.sqlite"),
            ("sqlite:/var/lib/vigie.sqlite", "/var/lib/vigie.sqlite"),
            ("sqlite:///var/lib/vigie.sqlite", "/var/lib/vigie.sqlite"),
        ] {
            assert_eq!(text.parse(), Ok(StoreUrl::Sqlite(path.into())), "{text}");
        }
    }

    #[test]
    fn another_store_is_refused_without_repeating_a_password() {
        let fault = |text: &str| text.parse::<StoreUrl>().unwrap_err().to_string();
        let others = "a store is sqlite:PATH or postgres://…, got scheme";
        assert_eq!(fault("mysql://me:secret@db"), format!("{others} `mysql`"));
        assert_eq!(fault("vigie.sqlite"), format!("{others} ``"));
        assert_eq!("sqlite:".parse::<StoreUrl>(), Err(InvalidStoreUrl::NoPath));
    }
}
