//! [`stock_list`]: lists that change only with the stock. They are large, and every client that starts asks
//! for them, so a page is rendered and compressed once for each state of the stock.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use serde::Serialize;

use super::{
    Edge, FeatureCollection, Problem, geojson,
    packed::Coding,
    revision::{Revision, unless_known},
};
use crate::{
    access::{Permission, Seat},
    time::Timestamp,
    twin::StockIndex,
};

/// Answers with the list that `render` makes of the stock, or made of it before.
///
/// # Errors
///
/// What `render` says.
pub async fn stock_list<P: Serialize>(
    request: &HttpRequest,
    edge: &Edge,
    seat: &Seat,
    render: impl FnOnce(&StockIndex, Timestamp) -> Result<FeatureCollection<P>, Problem>
    + Send
    + 'static,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (edge.app.snapshot(), edge.app.now());
    let revision = snapshot.stock().revision().0;
    let coding = Coding::accepted_by(request);
    // What a landlord is shown is a page of its own, and so is one without names or without the stock.
    let shown_to = seat.scope().landlord().map_or("", |own| own.as_str());
    let named = seat.scope().names_sites();
    let stocked = seat.may(Permission::ReadStock);
    let key = (format!("{shown_to} {named} {stocked} {}", request.uri()), coding);
    let mut response = unless_known(request, Revision::of_stock(&snapshot), async || {
        if let Some(page) = edge.stock_pages.get(revision, &key) {
            return Ok(coding.said_on(geojson::written(page)));
        }
        let made = web::block(move || {
            let page = geojson::write(&render(snapshot.stock(), now)?)?;
            coding.pack(page).map_err(Problem::internal)
        });
        let page = made.await.map_err(Problem::internal)??;
        edge.stock_pages.keep(revision, key, page.clone());
        Ok(coding.said_on(geojson::written(page)))
    })
    .await?;
    // Whoever accepts another type is sent a file, where the list comes as one.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
