//! [`Finding`]: what an examination of a store found, and what to do about it.

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in one word.
    pub check: &'static str,
    /// How it is.
    pub grade: Grade,
    /// What was found.
    pub found: String,
    /// What to do about it, unless it is well.
    pub advice: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and may not do so for long.
    Warn,
    /// It does not work.
    Fail,
}

impl Grade {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Finding {
    /// It is well.
    #[must_use]
    pub fn ok(check: &'static str, found: impl ToString) -> Self {
        Self { check, grade: Grade::Ok, found: found.to_string(), advice: None }
    }

    /// It works, and may not do so for long.
    #[must_use]
    pub fn warn(check: &'static str, found: impl ToString, advice: impl ToString) -> Self {
        let advice = Some(advice.to_string());
        Self { check, grade: Grade::Warn, found: found.to_string(), advice }
    }

    /// It does not work.
    #[must_use]
    pub fn fail(check: &'static str, found: impl ToString, advice: impl ToString) -> Self {
        let advice = Some(advice.to_string());
        Self { check, grade: Grade::Fail, found: found.to_string(), advice }
    }
}
