//! Who may do what, asked of the running server: every role, every route, own and other landlord, own and other
//! mission.

mod administering;
mod files;
mod isolation;
mod matrix;
mod matrix_ogc;
mod ogc;
mod remarks;
mod second_factor;
mod sessions;

use serde_json::{Value, json};
use vigie::{
    access::{Role, Seat},
    app::{AccountChange, NewAccount, NewToken},
    patrol::PatrolId,
    stock::LandlordId,
};

use crate::support::{Answer, Start, Town, closed_town, patrol, site_of};

/// A town of two landlords and two patrols, each of them on something, and a token for every role.
pub struct Guarded {
    town: Town,
    /// By role, and for whom.
    tokens: Vec<(Role, Option<&'static str>, String)>,
    /// On a site of `one`, with `T-1`.
    own_incident: String,
    /// On a site of `two`, with `T-2`.
    other_incident: String,
    /// About `T-1`.
    own_alert: String,
    /// An operator's, with a password that nobody knows.
    account: String,
    /// An operator's, which nobody sends.
    spare_token: String,
}

/// Whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Without any credentials.
    Nobody,
    /// The token of a role; a landlord's is for `one`, a patrol's for `T-1`.
    Role(Role),
    /// The landlord `two`, or the patrol `T-2`.
    Other(Role),
}

fn stock() -> [Start; 6] {
    [
        site_of("One", "AA-01", 2.35, 48.85),
        site_of("One", "AA-02", 2.36, 48.85),
        site_of("Two", "BB-01", 2.37, 48.86),
        site_of("Two", "BB-02", 2.38, 48.86),
        patrol("T-1", 2.35, 48.85),
        patrol("T-2", 2.37, 48.86),
    ]
}

impl Guarded {
    pub fn new() -> Self {
        let town = closed_town(stock());
        let landlord = |name: &str| Some(LandlordId::of_name(name).unwrap());
        let patrol = |id: &str| Some(id.parse::<PatrolId>().unwrap());
        let free = [
            Role::Operator,
            Role::Dispatcher,
            Role::Partner,
            Role::Planner,
            Role::Dpo,
            Role::Admin,
        ];
        let mut seats: Vec<(Role, Option<&'static str>, Seat)> =
            free.map(|role| (role, None, Seat::new(role, None, None).unwrap())).to_vec();
        for id in ["one", "two"] {
            let seat = Seat::new(Role::Landlord, landlord(id), None).unwrap();
            seats.push((Role::Landlord, Some(id), seat));
        }
        for id in ["T-1", "T-2"] {
            seats.push((
                Role::Patrol,
                Some(id),
                Seat::new(Role::Patrol, None, patrol(id)).unwrap(),
            ));
        }
        let give = async |seat| {
            let new = NewToken { label: "test".parse().unwrap(), seat, expires_at: None };
            town.app.give_token(new).await.unwrap()
        };
        let operator = || Seat::new(Role::Operator, None, None).unwrap();
        let password = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".parse().unwrap();
        let new = NewAccount { name: "salle-9".parse().unwrap(), seat: operator(), password };
        let (tokens, account, spare) = actix_web::rt::System::new().block_on(async {
            let mut tokens = Vec::new();
            for (role, of, seat) in seats {
                tokens.push((role, of, give(seat).await.0));
            }
            let account = town.app.change_account(AccountChange::Open(new)).await.unwrap();
            (tokens, account, give(operator()).await.1)
        });
        let mut guarded = Self {
            town,
            tokens,
            own_incident: String::new(),
            other_incident: String::new(),
            own_alert: String::new(),
            account: account.id.to_string(),
            spare_token: spare.id.to_string(),
        };
        guarded.own_incident = guarded.sent_to("AA-01", "T-1");
        guarded.other_incident = guarded.sent_to("BB-01", "T-2");
        let sos = json!({ "kind": "sos", "patrol": "T-1" });
        let raised =
            guarded.asks(Who::Role(Role::Dispatcher), "POST", "/api/v1/alerts", Some(&sos));
        guarded.own_alert = raised.json()["id"].as_str().unwrap().to_owned();
        guarded
    }

    /// An incident on that site, with that patrol on it.
    fn sent_to(&self, site: &str, patrol: &str) -> String {
        let call =
            json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": site } });
        let dispatcher = Who::Role(Role::Dispatcher);
        let taken = self.asks(dispatcher, "POST", "/api/v1/incidents", Some(&call));
        let id = taken.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/incidents/{id}/transitions");
        let step = json!({ "to": "assigned", "patrol": patrol });
        assert_eq!(self.asks(dispatcher, "POST", &path, Some(&step)).status, 200);
        id
    }

    fn token(&self, who: Who) -> Option<&str> {
        let (role, is_other) = match who {
            Who::Nobody => return None,
            Who::Role(role) => (role, false),
            Who::Other(role) => (role, true),
        };
        let of_role = self.tokens.iter().filter(|(known, ..)| *known == role);
        of_role.map(|(.., token)| token.as_str()).nth(usize::from(is_other))
    }

    /// Sends a request as `who`.
    #[track_caller]
    pub fn asks(&self, who: Who, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = self.token(who).map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_ref().map(|bearer| ("authorization", bearer.as_str())));
        let media_type =
            if path.contains(":batch") { "application/x-ndjson" } else { headers[0].1 };
        headers[0].1 = media_type;
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        self.town.send(method, path, &headers, body)
    }

    #[track_caller]
    pub fn reads(&self, who: Who, path: &str) -> Answer {
        self.asks(who, "GET", path, None)
    }
}
