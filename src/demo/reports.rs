//! What the demo's crews and desk write: reports from the closed lists, and calls that need no patrol.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::incident::{Action, KindCode, Outcome, Partner, PeopleBracket, Reason, Report};

/// How often the landlord takes what is broken or lies about.
const LANDLORD: f64 = 0.3;
/// How often it is over before anybody is sent, and how often the caller calls it off.
const OVER: [f64; 2] = [0.04, 0.03];

/// How a call ends at the desk, without a patrol; `None` for most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) action: Action,
    pub(super) reason: Option<Reason>,
    pub(super) partner: Option<Partner>,
}

/// Draws how a call of that kind ends at the desk.
pub(super) fn ending(kind: &KindCode, dice: &mut ChaCha8Rng) -> Option<Ending> {
    let ticket: f64 = dice.random();
    let of_landlord = matches!(kind.family(), "TEC" | "ENV") && kind.as_str() != "TEC-ASC";
    if of_landlord && kind.as_str() != "TEC-GAZ" && ticket > 1.0 - LANDLORD {
        let (action, partner) = (Action::HandedOver, Some(Partner::Landlord));
        return Some(Ending { action, reason: None, partner });
    }
    let (action, reason) = if ticket < OVER[0] {
        (Action::NoAction, Reason::ResolvedBeforeArrival)
    } else if ticket < OVER[0] + OVER[1] {
        (Action::Cancelled, Reason::CallerWithdrew)
    } else {
        return None;
    };
    Some(Ending { action, reason: Some(reason), partner: None })
}

/// Draws what a crew reports of a kind.
pub(super) fn report(kind: &KindCode, dice: &mut ChaCha8Rng) -> Report {
    let outcomes: &[Outcome] = match kind.family() {
        "OCC" | "USA" => &[
            Outcome::Dispersed,
            Outcome::Dispersed,
            Outcome::Presence,
            Outcome::Ras,
            Outcome::Reminder,
        ],
        "NUI" => &[Outcome::Reminder, Outcome::Reminder, Outcome::Ras, Outcome::Refusal],
        "PER" => &[Outcome::Police, Outcome::Rescue, Outcome::Dispersed, Outcome::Ras],
        "BIE" | "INT" => &[Outcome::Police, Outcome::Landlord, Outcome::Ras, Outcome::FalseAlarm],
        "TEC" => &[Outcome::Technical, Outcome::Technical, Outcome::Landlord, Outcome::NoAccess],
        "ENV" => &[Outcome::Landlord, Outcome::Ras],
        _ => &[Outcome::Ras, Outcome::Presence],
    };
    let outcome = outcomes[dice.random_range(0..outcomes.len())];
    let brackets: &[PeopleBracket] = match outcome {
        Outcome::Dispersed | Outcome::Presence | Outcome::Refusal => &[
            PeopleBracket::UpTo3,
            PeopleBracket::UpTo9,
            PeopleBracket::UpTo9,
            PeopleBracket::TenOrMore,
        ],
        Outcome::Reminder | Outcome::Police | Outcome::Rescue => {
            &[PeopleBracket::UpTo3, PeopleBracket::UpTo9]
        }
        _ => &[PeopleBracket::None],
    };
    let people = brackets[dice.random_range(0..brackets.len())];
    Report { outcome, people, with_police: outcome == Outcome::Police }
}
