//! What the columns of a situation mean, in either store: on what it is.

use super::StoreError;
use crate::{
    correlation::{RuleName, Scope, Subject},
    stock::LandlordId,
};

/// The subject that these columns say.
///
/// # Errors
///
/// [`StoreError::Unreadable`] when they say none.
pub(super) fn subject(scope: Scope, name: Option<&str>) -> Result<Subject, StoreError> {
    let odd = |reason: &dyn std::fmt::Display| {
        StoreError::Unreadable(format!("situation.subject: {reason}"))
    };
    match (scope, name) {
        (Scope::Site, Some(code)) => code.parse().map(Subject::Site).map_err(|e| odd(&e)),
        (Scope::Landlord, Some(id)) => {
            LandlordId::of_name(id).map(Subject::Landlord).map_err(|e| odd(&e))
        }
        (Scope::Territory, Some(name)) => {
            name.parse::<RuleName>().map(Subject::Territory).map_err(|e| odd(&e))
        }
        (Scope::Everywhere, None) => Ok(Subject::Everywhere),
        _ => Err(odd(&"is no subject of its scope")),
    }
}
