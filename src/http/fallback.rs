//! What no route takes: 405 with `Allow` where the path exists for other methods, else 404.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, dev::ResourceDef, http::Method};

use super::{Problem, ProblemKind, caller::Public};

/// Each path of the document and the methods that it takes: routes and documentation cannot drift apart.
static METHODS_OF_PATHS: LazyLock<Vec<(ResourceDef, String)>> = LazyLock::new(|| {
    let paths = super::openapi().paths.paths;
    paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), allowed(item))).collect()
});

/// Answers for every request that no route took.
///
/// # Errors
///
/// Always: 404 or 405. `OPTIONS` on a known path is answered with what it takes.
pub async fn no_such_route(_: Public, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = METHODS_OF_PATHS.iter().find(|(path, _)| path.is_match(request.path()));
    match known {
        None => Err(Problem::new(ProblemKind::UnknownRoute, "see /docs for the routes there are")),
        Some((_, allow)) if *request.method() == Method::OPTIONS => {
            Ok(HttpResponse::NoContent().insert_header(("Allow", allow.as_str())).finish())
        }
        Some((_, allow)) => Err(Problem::method_not_allowed(allow.clone())),
    }
}

fn allowed(item: &utoipa::openapi::PathItem) -> String {
    let methods = [
        (item.get.is_some(), "GET, HEAD"),
        (item.put.is_some(), "PUT"),
        (item.post.is_some(), "POST"),
        (item.delete.is_some(), "DELETE"),
    ];
    let taken: Vec<&str> = methods.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    taken.join(", ")
}
