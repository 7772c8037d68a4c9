//! The web client, which travels inside the program: the room at `/`, the tablet at `/patrol`, the analysis of a town, the
//! pages where one signs in and gives accounts, and their assets.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH},
    routes,
    web::{self, Data, ServiceConfig},
};
use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

use super::{Edge, Problem, ProblemKind, caller::Public, packed::Coding};

/// What `web/dist` held when the program was built.
static CLIENT: Dir<'_> = include_dir!("$WEB_CLIENT_FOLDER");

/// Names of assets hold a digest of their content, so that they never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again, and answered with 304 while it is the same.
const ASK_AGAIN: &str = "no-cache";
/// How far the tablet's service worker may reach: to its page, which lies above its own folder.
const SERVICE_WORKER_ALLOWED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/patrol"));
/// What a page says in a program that was built without the client.
const NO_CLIENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vigie</title>\
    <h1>Vigie runs</h1><p>This program was built without the web client: <code>make build</code> builds both. \
    The API works; <a href=\"/docs\">its reference is here</a>.</p></html>";

/// The routes of this file. They are no part of the API, so the document does not name them.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(show_client)
        .service(show_tablet)
        .service(show_sign_in)
        .service(show_accounts)
        .service(show_registers)
        .service(show_analysis)
        .service(show_hot_spots)
        .service(show_portrait)
        .service(show_own_account)
        .service(show_tablet_file)
        .service(show_asset)
        .service(show_file);
}

#[get("/")]
async fn show_client(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "index.html")
}

/// The tablet of a patrol. Its worker keeps it for when there is no network.
#[routes]
#[get("/patrol")]
#[get("/patrol/")]
async fn show_tablet(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "patrol/index.html")
}

/// Where somebody signs in.
#[get("/signin")]
async fn show_sign_in(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "signin/index.html")
}

/// Where whoever administers gives accounts and takes them away. The page holds nothing: the API answers who may ask.
#[get("/accounts")]
async fn show_accounts(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "accounts/index.html")
}

/// Where the data protection officer and whoever administers read the registers. The page holds nothing, either.
#[get("/registers")]
async fn show_registers(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "registers/index.html")
}

/// Where planners and whoever else reads the stock look at a town by tract. The page holds nothing, either.
#[get("/analysis")]
async fn show_analysis(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "analysis/index.html")
}

/// Where incidents gather beyond chance, for whoever reads counts. The page holds nothing, either.
#[get("/hotspots")]
async fn show_hot_spots(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "hotspots/index.html")
}

/// Where a place is looked at by itself, and what people ask about. The page holds nothing, either.
#[routes]
#[get("/portrait")]
#[get("/subjects")]
#[get("/subjects/{id}")]
async fn show_portrait(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "portrait/index.html")
}

/// Where somebody looks after the second factor of the own account.
#[get("/me")]
async fn show_own_account(
    _: Public,
    request: HttpRequest,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    page(&request, &edge, "me/index.html")
}

/// What makes the tablet a program of its own: its worker, its manifest and its icons. They keep their names, so
/// each is asked for again; a browser that held on to an old worker would hold on to an old tablet.
#[get("/patrol/{name}")]
async fn show_tablet_file(
    _: Public,
    request: HttpRequest,
    name: web::Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let found = file(&request, &edge, &format!("patrol/{name}"), ASK_AGAIN)?;
    let mut found = found
        .ok_or_else(|| Problem::new(ProblemKind::UnknownRoute, "the tablet has no such file"))?;
    if *name == "sw.js" {
        let (header, scope) = SERVICE_WORKER_ALLOWED;
        found.headers_mut().insert(header, scope);
    }
    Ok(found)
}

#[get("/assets/{path:.*}")]
async fn show_asset(
    _: Public,
    request: HttpRequest,
    path: web::Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let found = file(&request, &edge, &format!("assets/{path}"), FOREVER)?;
    found.ok_or_else(|| Problem::new(ProblemKind::UnknownRoute, "no such asset"))
}

/// Files that stand beside `index.html`, such as the icon.
#[get("/{name}")]
async fn show_file(
    _: Public,
    request: HttpRequest,
    name: web::Path<String>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let found = file(&request, &edge, &name, ASK_AGAIN)?;
    found.ok_or_else(|| {
        Problem::new(ProblemKind::UnknownRoute, "see /docs for the routes there are")
    })
}

fn page(request: &HttpRequest, edge: &Edge, path: &str) -> Result<HttpResponse, Problem> {
    let built = file(request, edge, path, ASK_AGAIN)?;
    Ok(built.unwrap_or_else(|| {
        HttpResponse::Ok().content_type("text/html; charset=utf-8").body(NO_CLIENT)
    }))
}

fn file(
    request: &HttpRequest,
    edge: &Edge,
    path: &str,
    caching: &'static str,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(file) = CLIENT.get_file(path) else { return Ok(None) };
    let digest = Sha256::digest(file.contents());
    let tag = format!("W/\"{}\"", hex::encode(&digest[..8]));
    if request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
        let mut unchanged = HttpResponse::NotModified();
        return Ok(Some(unchanged.insert_header((ETAG, tag)).finish()));
    }
    let media_type = media_type(path);
    // Pictures and fonts are compressed as they are.
    let coding = match media_type {
        "image/png" | "image/webp" | "font/woff2" => Coding::Plain,
        _ => Coding::accepted_by(request),
    };
    let key = (path.to_owned(), coding);
    let body = match edge.client_files.get(0, &key) {
        Some(body) => body,
        None => {
            let body = coding.pack(file.contents().to_vec()).map_err(Problem::internal)?;
            edge.client_files.keep(0, key, body.clone());
            body
        }
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, media_type)).insert_header((CACHE_CONTROL, caching));
    Ok(Some(coding.said_on(response.insert_header((ETAG, tag)).body(body))))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        "pbf" => "application/x-protobuf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_served_as_scripts_or_browsers_refuse_them() {
        assert_eq!(media_type("assets/worker-1a2b.mjs"), "text/javascript; charset=utf-8");
    }
}
