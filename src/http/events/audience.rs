//! Who hears what: each message has an [`Audience`], each client is a [`Watcher`].

use actix_web::http::StatusCode;

use super::{EventsParams, Problem, ProblemKind};
use crate::{
    access::Scope,
    http::{
        filter,
        query::{name_of, parsed},
    },
    patrol::PatrolId,
    stock::LandlordId,
    twin::Snapshot,
};

/// The names of the roles in the API.
const ROLES: [&str; 4] = ["dispatcher", "operator", "patrol", "landlord"];

/// Who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watcher {
    /// Dispatchers.
    ControlRoom,
    /// Operators: what dispatchers hear, without incidents that are over.
    Operator,
    /// The crew of a patrol.
    Patrol(PatrolId),
    /// A landlord.
    Landlord(LandlordId),
}

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The control room alone.
    ControlRoom,
    /// The control room and every crew.
    Crews,
    /// The control room and one crew.
    Crew(PatrolId),
    /// The control room, and the crews that are on an incident or were until now, or on a site.
    Intervention(Box<[PatrolId]>),
    /// As [`Audience::Intervention`], about an incident that is over: without operators.
    Over(Box<[PatrolId]>),
    /// Operators alone.
    Operators,
    /// One landlord.
    Landlord(LandlordId),
}

impl Watcher {
    /// Whoever `params` say that listens, of those whom `scope` lets through: an account of a landlord or a patrol
    /// listens as that, whether it says so or not.
    pub fn of(params: &EventsParams, snapshot: &Snapshot, scope: &Scope) -> Result<Self, Problem> {
        let own = match scope {
            Scope::Everything => return Self::asked(params, snapshot),
            Scope::Codes => {
                let reason = "whoever studies places follows nothing as it happens";
                return Err(Problem::at_fault(ProblemKind::Forbidden, "role", None, reason));
            }
            Scope::Open => Self::Operator,
            Scope::Landlord(own) => Self::Landlord(own.clone()),
            Scope::Patrol(own) => Self::Patrol(own.clone()),
        };
        let asked = EventsParams { last_event_id: None, ..params.clone() };
        if asked == EventsParams::default() {
            return Ok(own);
        }
        match Self::asked(params, snapshot) {
            Ok(asked) if asked == own => Ok(own),
            Err(problem) if problem.status() != StatusCode::NOT_FOUND => Err(problem),
            // Others, whether they are there or not.
            _ => {
                let reason = "this account listens as itself alone";
                Err(Problem::at_fault(ProblemKind::Forbidden, "role", None, reason))
            }
        }
    }

    /// Whoever `params` say that listens.
    fn asked(params: &EventsParams, snapshot: &Snapshot) -> Result<Self, Problem> {
        let role = params.role.as_deref().unwrap_or(ROLES[0]);
        let known = |name: &str| ROLES.contains(&name).then_some(());
        name_of(role, known, ROLES).map_err(|reason| Problem::field("role", role, reason))?;
        let patrol = parsed::<PatrolId>("patrol", params.patrol.as_deref())?;
        let landlord = filter::landlord(params.landlord.as_deref())?;
        let odd = |field, value: String, role| {
            Problem::field(field, value, format!("comes with role={role} alone"))
        };
        match (role, patrol, landlord) {
            ("patrol", Some(patrol), None) => match snapshot.patrols().get(&patrol) {
                Some(_) => Ok(Self::Patrol(patrol)),
                None => {
                    let reason = format!("patrol `{patrol}` is not known");
                    Err(Problem::unknown("patrol", patrol, reason))
                }
            },
            ("patrol", None, _) => Err(Problem::unsaid("patrol", "is required with role=patrol")),
            ("landlord", None, Some(landlord)) => match snapshot.stock().landlord(&landlord) {
                Some(_) => Ok(Self::Landlord(landlord)),
                None => {
                    let reason = format!("landlord `{landlord}` is not in the stock");
                    Err(Problem::unknown("landlord", landlord, reason))
                }
            },
            ("landlord", _, None) => {
                Err(Problem::unsaid("landlord", "is required with role=landlord"))
            }
            ("patrol", _, Some(landlord)) => Err(odd("landlord", landlord.to_string(), "landlord")),
            (_, Some(patrol), _) => Err(odd("patrol", patrol.to_string(), "patrol")),
            (_, None, Some(landlord)) => Err(odd("landlord", landlord.to_string(), "landlord")),
            ("operator", None, None) => Ok(Self::Operator),
            (_, None, None) => Ok(Self::ControlRoom),
        }
    }

    /// Whether a message for `audience` is for this client.
    pub fn hears(&self, audience: &Audience) -> bool {
        match (self, audience) {
            (Self::ControlRoom, audience) => {
                !matches!(audience, Audience::Landlord(_) | Audience::Operators)
            }
            (Self::Operator, audience) => {
                !matches!(audience, Audience::Landlord(_) | Audience::Over(_))
            }
            (Self::Patrol(_), Audience::Crews) => true,
            (Self::Patrol(own), Audience::Crew(crew)) => own == crew,
            (Self::Patrol(own), Audience::Intervention(crews) | Audience::Over(crews)) => {
                crews.contains(own)
            }
            (
                Self::Patrol(_),
                Audience::ControlRoom | Audience::Operators | Audience::Landlord(_),
            ) => false,
            (Self::Landlord(own), Audience::Landlord(landlord)) => own == landlord,
            (Self::Landlord(_), _) => false,
        }
    }
}
