//! Which other web sites may ask, of those that the administrator named; none by default.

use actix_web::{
    HttpResponse,
    dev::ServiceRequest,
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    web::Data,
};

use super::Edge;

/// The origin of the request, where it may ask.
pub fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    let edge = request.app_data::<Data<Edge>>()?;
    let known = edge.settings.allowed_origins.iter().any(|allowed| origin == allowed.as_str());
    known.then(|| origin.clone())
}

/// The answer to a browser that asks whether it may ask.
pub fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks {
        return None;
    }
    allowed_origin(request)?;
    Some(
        HttpResponse::NoContent()
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"))
            .insert_header((
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "authorization, content-type, idempotency-key, if-none-match",
            ))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
            .finish(),
    )
}

/// Lets pages of `origin` read the answer.
pub fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        let exposed = "etag, location, idempotency-replayed, x-request-id, x-vigie-stale";
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    }
}
