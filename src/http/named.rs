//! [`Named`]: a value of a closed list on the wire.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::Problem;
use crate::{
    access::{Permission, Role},
    alert::{AlertKind, AlertState, Resolution},
    closed_list::ClosedList,
    correlation::{ClosedBy, Scope},
    export::FileFormat,
    incident::{Action, ActorRole, Outcome, OverrideReason, Partner, PeopleBracket, Reason, Rule},
    mailing::MailingState,
    portrait::{Direction, PlaceKind, Season, Verdict, Weighing},
    press::Form,
    response::GroupBy,
    retention::{HoldReason, Kept, PurgeCause},
    signal::Lasts,
    stock::HazardKind,
};

/// A value of a closed list, as its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<T>(pub T);

// Names without a parameter: the document of the API would else ask what an `Action` by itself looks like.
/// [`Action`] by its name.
pub type ActionName = Named<Action>;
/// [`ActorRole`] by its name.
pub type ActorRoleName = Named<ActorRole>;
/// [`Reason`] by its name.
pub type ReasonName = Named<Reason>;
/// [`OverrideReason`] by its name.
pub type OverrideReasonName = Named<OverrideReason>;
/// [`Rule`] by its name.
pub type RuleName = Named<Rule>;
/// [`Partner`] by its name.
pub type PartnerName = Named<Partner>;
/// [`Outcome`] by its name.
pub type OutcomeName = Named<Outcome>;
/// [`PeopleBracket`] by its name.
pub type PeopleBracketName = Named<PeopleBracket>;
/// [`GroupBy`] by its name.
pub type GroupByName = Named<GroupBy>;

/// [`Form`] by its name.
pub type FormName = Named<Form>;

/// [`FileFormat`] by its name.
pub type FileFormatName = Named<FileFormat>;

/// [`PlaceKind`] by its name.
pub type PlaceKindName = Named<PlaceKind>;
/// [`Season`] by its name.
pub type SeasonName = Named<Season>;
/// [`Direction`] by its name.
pub type DirectionName = Named<Direction>;
/// [`Verdict`] by its name.
pub type VerdictName = Named<Verdict>;
/// [`Weighing`] by its name.
pub type WeighingName = Named<Weighing>;

/// [`MailingState`] by its name.
pub type MailingStateName = Named<MailingState>;

/// [`AlertKind`] by its name.
pub type AlertKindName = Named<AlertKind>;
/// [`AlertState`] by its name.
pub type AlertStateName = Named<AlertState>;
/// [`HazardKind`] by its name.
pub type HazardKindName = Named<HazardKind>;
/// [`Resolution`] by its name.
pub type ResolutionName = Named<Resolution>;

/// [`Scope`] by its name.
pub type ScopeName = Named<Scope>;
/// [`ClosedBy`] by its name.
pub type ClosedByName = Named<ClosedBy>;
/// [`Lasts`] by its name.
pub type LastsName = Named<Lasts>;

/// [`Kept`] by its name.
pub type KeptName = Named<Kept>;
/// [`PurgeCause`] by its name.
pub type PurgeCauseName = Named<PurgeCause>;
/// [`HoldReason`] by its name.
pub type HoldReasonName = Named<HoldReason>;

/// [`Permission`] by its name.
pub type PermissionName = Named<Permission>;
/// [`Role`] by its name.
pub type RoleName = Named<Role>;

impl<T: ClosedList> Named<T> {
    /// The value that a field of a body names.
    ///
    /// # Errors
    ///
    /// 422 with the field and the names that it may have. The value is not repeated: what is in the wrong field
    /// may tell of a person.
    pub fn parse(field: &str, name: &str) -> Result<T, Problem> {
        T::of_name(name).ok_or_else(|| {
            let known: Vec<&str> = T::ALL.iter().map(|value| value.as_str()).collect();
            Problem::unsaid(field, format!("must be one of {}", known.join(", ")))
        })
    }

    /// As [`Named::parse`], of a field that may be left out.
    ///
    /// # Errors
    ///
    /// As [`Named::parse`].
    pub fn parse_optional(field: &str, name: Option<&str>) -> Result<Option<T>, Problem> {
        name.map(|name| Self::parse(field, name)).transpose()
    }
}

impl<T: ClosedList> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.as_str())
    }
}

impl<T: ClosedList> PartialSchema for Named<T> {
    fn schema() -> RefOr<Schema> {
        let names = T::ALL.iter().map(|value| value.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl<T: ClosedList> ToSchema for Named<T> {
    fn name() -> Cow<'static, str> {
        T::LIST.into()
    }
}
