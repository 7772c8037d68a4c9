//! [`KeptPages`]: answers that are the same for everybody, rendered and compressed once.

use std::{
    collections::HashMap,
    io::{self, Read as _, Write as _},
    sync::{Mutex, PoisonError},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, Encoding, Header as _, HeaderValue},
    web::Bytes,
};

/// Bytes of pages that are kept. Beyond, all are forgotten: clients that ask for each box once are not
/// worth more care.
const KEPT_BYTES_MAX: usize = 64_000_000;
/// Effort of brotli, 0 to 11: a third smaller than gzip, at 50 MB/s.
const BROTLI_QUALITY: u32 = 5;
/// Window of brotli, as a power of two: 4 MB, the whole of most pages.
const BROTLI_WINDOW: u32 = 22;
/// Buffer of the compressors, in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// Pages as they went out, at one revision of what they are made of.
#[derive(Debug, Default)]
pub struct KeptPages(Mutex<Pages>);

/// Which page, and how it is compressed.
pub type PageKey = (String, Coding);

#[derive(Debug, Default)]
struct Pages {
    revision: u64,
    bytes: usize,
    pages: HashMap<PageKey, Bytes>,
}

impl KeptPages {
    /// The page, where it was kept at that revision.
    pub fn get(&self, revision: u64, key: &PageKey) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pages.get(key).filter(|_| kept.revision == revision).cloned()
    }

    /// Keeps a page; those of older revisions are forgotten.
    pub fn keep(&self, revision: u64, key: PageKey, page: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.revision > revision || page.len() > KEPT_BYTES_MAX {
            return;
        }
        if kept.revision < revision || kept.bytes + page.len() > KEPT_BYTES_MAX {
            *kept = Pages { revision, ..Pages::default() };
        }
        kept.bytes += page.len();
        if let Some(replaced) = kept.pages.insert(key, page) {
            kept.bytes -= replaced.len();
        }
    }
}

/// How an answer is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Not at all.
    Plain,
    /// By gzip.
    Gzip,
    /// By brotli.
    Brotli,
}

impl Coding {
    /// The best one that the client reads.
    #[must_use]
    pub fn accepted_by(request: &HttpRequest) -> Self {
        let offered = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
        let accepted = AcceptEncoding::parse(request).ok();
        match accepted.and_then(|accepted| accepted.negotiate(offered.iter())) {
            Some(chosen) if chosen == Encoding::brotli() => Self::Brotli,
            Some(chosen) if chosen == Encoding::gzip() => Self::Gzip,
            _ => Self::Plain,
        }
    }

    /// `page`, compressed.
    ///
    /// # Errors
    ///
    /// Never in memory; the compressors' own types allow it.
    pub fn pack(self, page: Vec<u8>) -> io::Result<Bytes> {
        let mut packed = Vec::new();
        match self {
            Self::Plain => packed = page,
            Self::Gzip => {
                let level = flate2::Compression::default();
                let mut gzip = flate2::write::GzEncoder::new(packed, level);
                gzip.write_all(&page)?;
                packed = gzip.finish()?;
            }
            Self::Brotli => {
                let (quality, window) = (BROTLI_QUALITY, BROTLI_WINDOW);
                brotli::CompressorReader::new(&page[..], BUFFER_BYTES, quality, window)
                    .read_to_end(&mut packed)?;
            }
        }
        Ok(packed.into())
    }

    /// Says on `response` how it is compressed. `identity` is said too, so that the compressing middleware
    /// leaves it alone.
    #[must_use]
    pub fn said_on(self, mut response: HttpResponse) -> HttpResponse {
        let name = match self {
            Self::Plain => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: usize) -> Bytes {
        vec![0; bytes].into()
    }

    #[test]
    fn pages_of_an_older_stock_and_beyond_the_limit_are_forgotten() {
        let kept = KeptPages::default();
        let key = |name: &str| (name.to_owned(), Coding::Plain);
        kept.keep(1, key("a"), page(10));
        assert!(kept.get(1, &key("a")).is_some());
        assert!(kept.get(2, &key("a")).is_none());
        kept.keep(2, key("b"), page(KEPT_BYTES_MAX - 1));
        assert!(kept.get(1, &key("a")).is_none());
        kept.keep(1, key("late"), page(1));
        assert!(kept.get(1, &key("late")).is_none());
        kept.keep(2, key("c"), page(2));
        assert!(kept.get(2, &key("b")).is_none() && kept.get(2, &key("c")).is_some());
    }
}
