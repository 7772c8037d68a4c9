//! `/mailboxes`: where the reports of landlords go.

use actix_web::{
    HttpResponse, get, put,
    web::{self, Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Edge, Json, Problem, Query,
    caller::Caller,
    json::{self, Object},
    permits::{ManageMailboxes, ReadMailings},
    problem::ProblemBody,
    query::NoParams,
};
use crate::{
    app::MailboxError,
    mailing::{MailAddress, Mailbox},
    stock::LandlordId,
};

/// The routes of this file.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_mailboxes).service(put_mailbox);
}

/// Where the morning reports of landlords go. A landlord that is not here fetches its own.
#[utoipa::path(tag = "reports", responses(
    (status = 200, description = "The mailboxes, in the order of landlords", body = Mailboxes),
    (status = 400, description = "Not a parameter", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[get("/mailboxes")]
async fn list_mailboxes(
    _: Caller<ReadMailings>,
    _: Query<NoParams>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let mailboxes = edge.app.mailboxes().await?;
    let body = Mailboxes { mailboxes: mailboxes.iter().map(MailboxBody::from).collect() };
    Ok(json::of_now(&body))
}

/// Has the morning reports of a landlord go to a mailbox from now on, or nowhere: the landlord then fetches them.
///
/// It is the mailbox of a post, such as `astreinte@bailleur.example`. One that names a person is refused.
#[utoipa::path(tag = "reports", params(("landlord" = String, Path, description = "Id of the landlord")), request_body = AddressBody, responses(
    (status = 200, description = "Where they go now", body = AddressBody),
    (status = 400, description = "Not JSON", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "No such landlord", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "The address is refused", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store is away", body = ProblemBody, content_type = "application/problem+json"),
))]
#[put("/mailboxes/{landlord}")]
async fn put_mailbox(
    _: Caller<ManageMailboxes>,
    landlord: Path<String>,
    _: Query<NoParams>,
    body: Json<Object<AddressBody>>,
    edge: Data<Edge>,
) -> Result<web::Json<AddressBody>, Problem> {
    let id = LandlordId::of_name(&landlord).map_err(|_no_id| unknown(&landlord))?;
    let address = body.0.0.address.as_deref().map(str::parse::<MailAddress>).transpose();
    // Not repeated: it may be that of a person.
    let address = address.map_err(|fault| Problem::unsaid("address", fault))?;
    edge.app.set_mailbox(id, address.clone()).await.map_err(|error| match error {
        MailboxError::UnknownLandlord(id) => unknown(id.as_str()),
        MailboxError::Unavailable(away) => away.into(),
    })?;
    Ok(web::Json(AddressBody { address: address.map(|address| address.to_string()) }))
}

/// Where reports go.
#[derive(Debug, Serialize, ToSchema)]
struct Mailboxes {
    /// In the order of landlords.
    mailboxes: Vec<MailboxBody>,
}

/// Where the reports of a landlord go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
pub struct MailboxBody {
    /// Id of the landlord.
    landlord: String,
    /// The mailbox of a post.
    address: String,
    /// Since when, RFC 3339.
    set_at: String,
}

impl From<&Mailbox> for MailboxBody {
    fn from(mailbox: &Mailbox) -> Self {
        Self {
            landlord: mailbox.landlord.to_string(),
            address: mailbox.address.to_string(),
            set_at: mailbox.set_at.to_string(),
        }
    }
}

/// Where reports are to go.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MailAddress)]
#[serde(deny_unknown_fields)]
struct AddressBody {
    /// The mailbox of a post, such as `astreinte@bailleur.example`; null for none.
    #[schema(required = true, max_length = 254)]
    address: Option<String>,
}

fn unknown(landlord: &str) -> Problem {
    Problem::unknown("landlord", landlord, format!("landlord `{landlord}` is not in the stock"))
}
