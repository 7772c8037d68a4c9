//! [`Seat`]: a role, and whom it is for.

use super::{Permission, Role, Scope};
use crate::{patrol::PatrolId, stock::LandlordId};

/// A role, with the landlord or the patrol that it is for. A value is always valid.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seat {
    role: Role,
    scope: Scope,
}

/// Why a role and what was told beside it make no [`Seat`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSeat {
    /// For the role `landlord`.
    #[error("a landlord's account names its landlord")]
    LandlordMissing,
    /// For the role `patrol`.
    #[error("a patrol's account names its patrol")]
    PatrolMissing,
    /// For any other role.
    #[error("only a landlord's account names a landlord, and only a patrol's a patrol")]
    Needless,
    /// Nobody may be given it.
    #[error("nobody is given the role {0:?}")]
    NotGiven(Role),
}

impl Seat {
    /// The seat of whoever looks at a demo.
    pub const DEMO: Self = Self { role: Role::Demo, scope: Scope::Everything };
    /// The program's own.
    pub const SYSTEM: Self = Self { role: Role::System, scope: Scope::Everything };

    /// A seat that somebody may be given.
    ///
    /// # Errors
    ///
    /// [`InvalidSeat`] when the role is not given to anybody, or does not go with what is named.
    pub fn new(
        role: Role,
        landlord: Option<LandlordId>,
        patrol: Option<PatrolId>,
    ) -> Result<Self, InvalidSeat> {
        let scope = match (role, landlord, patrol) {
            (Role::Demo | Role::System, ..) => return Err(InvalidSeat::NotGiven(role)),
            (Role::Landlord, Some(landlord), None) => Scope::Landlord(landlord),
            (Role::Landlord, None, None) => return Err(InvalidSeat::LandlordMissing),
            (Role::Patrol, None, Some(patrol)) => Scope::Patrol(patrol),
            (Role::Patrol, None, None) => return Err(InvalidSeat::PatrolMissing),
            (Role::Operator, None, None) => Scope::Open,
            (Role::Partner | Role::Planner, None, None) => Scope::Codes,
            (_, None, None) => Scope::Everything,
            _ => return Err(InvalidSeat::Needless),
        };
        Ok(Self { role, scope })
    }

    /// What somebody is there for.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Which part of the data is seen.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether whoever has it may do that.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closed_list::ClosedList as _;

    #[test]
    fn a_role_goes_with_what_it_is_for_and_with_nothing_else() {
        let landlord = || Some(LandlordId::of_name("RIVP").unwrap());
        let patrol = || Some("TANGO-1".parse().unwrap());
        for role in Role::ALL.iter().copied() {
            let given = role.is_given();
            assert_eq!(
                Seat::new(role, landlord(), None).is_ok(),
                role == Role::Landlord,
                "{role:?}"
            );
            assert_eq!(Seat::new(role, None, patrol()).is_ok(), role == Role::Patrol, "{role:?}");
            let bound = matches!(role, Role::Landlord | Role::Patrol);
            assert_eq!(Seat::new(role, None, None).is_ok(), given && !bound, "{role:?}");
            assert!(Seat::new(role, landlord(), patrol()).is_err());
        }
    }

    #[test]
    fn the_program_itself_and_nobody_else_may_do_nothing() {
        for role in Role::ALL.iter().copied() {
            let may = Permission::ALL.iter().any(|permission| role.may(*permission));
            assert_eq!(may, role != Role::System, "{role:?}");
        }
    }

    #[test]
    fn what_the_specification_forbids_stays_forbidden() {
        use Permission as P;
        let never: &[(Role, &[Permission])] = &[
            (Role::Partner, &[P::ReadIncidents, P::ReadPatrols, P::Listen, P::CountExactly]),
            (Role::Planner, &[P::ReadIncidents, P::ReadPatrols, P::Listen, P::ReadMissions]),
            (Role::Planner, &[P::CountExactly, P::ReadKpis]),
            (Role::Partner, &[P::ReadKpis, P::ReadMissions]),
            (Role::Landlord, &[P::ReadPatrols, P::ReadAlerts, P::ReadMissions, P::RankPatrols]),
            (Role::Dispatcher, &[P::ReadReports, P::ReadNights, P::ManageAccounts]),
            (Role::Dpo, &[P::ReadIncidents, P::ReadPatrols, P::ReadStock, P::Listen]),
            (Role::Admin, &[P::ReadIncidents, P::Listen, P::ReadHeatmap, P::ReadKpis]),
            (Role::Patrol, &[P::HandleAlerts, P::ReadIncidents, P::ReadHeatmap, P::TakeCalls]),
            (Role::Demo, &[P::ManageAccounts, P::ReadRegisters, P::ManageHolds]),
            (Role::Admin, &[P::ReadRegisters, P::ManageHolds]),
        ];
        for (role, permissions) in never {
            for permission in *permissions {
                assert!(!role.may(*permission), "{role:?} may {permission:?}");
            }
        }
    }
}
