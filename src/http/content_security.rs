//! What the pages of this server may load: nothing from elsewhere, but for a map style that was asked for.

use actix_web::http::{
    Uri,
    header::{HeaderValue, InvalidHeaderValue},
};

/// The `Content-Security-Policy` of every answer. Workers of the map come from blobs.
///
/// A style from elsewhere names its tiles, glyphs and sprites itself, on whatever hosts; so with one, data and
/// images may come over `https:` and from the origin of the style. Scripts never may.
///
/// # Errors
///
/// When the URL cannot stand in a header.
pub fn content_security_policy(style_url: Option<&str>) -> Result<HeaderValue, InvalidHeaderValue> {
    let origin = style_url.and_then(origin);
    let elsewhere = origin.map_or_else(String::new, |origin| format!(" https: {origin}"));
    HeaderValue::try_from(format!(
        "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:{elsewhere}; \
         style-src 'self' 'unsafe-inline'; connect-src 'self'{elsewhere}; \
         object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ))
}

/// The origin of a URL; `None` where it is a path on this server.
fn origin(url: &str) -> Option<String> {
    let url = url.parse::<Uri>().ok()?;
    Some(format!("{}://{}", url.scheme_str()?, url.authority()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(style_url: Option<&str>) -> String {
        content_security_policy(style_url).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn without_a_style_from_elsewhere_nothing_comes_from_elsewhere() {
        assert_eq!(policy(None), policy(Some("/style.json")));
        assert!(!policy(None).contains("http"));
    }

    #[test]
    fn a_style_may_load_its_tiles_but_no_script() {
        let policy = policy(Some("http://tiles.lan:8000/style.json"));
        assert!(policy.contains("connect-src 'self' https: http://tiles.lan:8000;"), "{policy}");
        assert!(policy.contains("img-src 'self' data: blob: https: http://tiles.lan:8000;"));
        assert!(policy.starts_with("default-src 'self';"));
    }
}
