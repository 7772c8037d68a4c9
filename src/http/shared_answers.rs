//! What any route may answer, added to the documentation of each: a client that is written from the document meets
//! nothing that it does not tell.

use utoipa::{
    ToSchema as _,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
    },
};

use super::problem::{PROBLEM_JSON, ProblemBody, ProblemKind};

/// What any route may answer.
const ANY: [ProblemKind; 6] = [
    ProblemKind::Unauthenticated,
    ProblemKind::Forbidden,
    ProblemKind::UnreadableRequest,
    ProblemKind::UrlTooLong,
    ProblemKind::TooManyRequests,
    ProblemKind::Internal,
];
/// What a route may answer that takes a body.
const WITH_BODY: [ProblemKind; 3] =
    [ProblemKind::RequestTimeout, ProblemKind::BodyTooLarge, ProblemKind::UnsupportedMediaType];

/// Tells of every operation under `/api/`, `/tiles/` and `/ogc` what any of them may answer, where it does not say so itself.
pub fn add_to(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if ["/api/", "/tiles/", "/ogc"].iter().any(|root| path.starts_with(root)) {
            operations(item).for_each(tell);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}

fn tell(operation: &mut Operation) {
    let with_body = operation.request_body.as_ref().map_or(&[][..], |_| &WITH_BODY);
    for kind in ANY.iter().chain(with_body) {
        let (status, _, title) = kind.entry();
        let known = &mut operation.responses.responses;
        known.entry(status.as_u16().to_string()).or_insert_with(|| RefOr::T(problem(title)));
    }
}

fn problem(title: &str) -> Response {
    let body =
        ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    ResponseBuilder::new().description(title).content(PROBLEM_JSON, body).build()
}
