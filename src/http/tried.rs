//! [`Tried`]: somebody tries to sign in, so how that ends counts.

use actix_web::HttpRequest;

use super::{Edge, Problem, attempts::Whom, rate::address};

/// Whose failures count: the address from which somebody tries, and the name, where they say one.
pub struct Tried {
    address: String,
    name: Option<String>,
}

impl Tried {
    /// That somebody tries to sign in by what another server says of them, or by a link, so with no name.
    ///
    /// # Errors
    ///
    /// 429 where nothing more is tried for now.
    pub fn elsewhere(request: &HttpRequest, edge: &Edge) -> Result<Self, Problem> {
        Self::new(request, edge, None)
    }

    /// That somebody tries that name.
    ///
    /// # Errors
    ///
    /// 429 where nothing more is tried for now.
    pub fn of(request: &HttpRequest, edge: &Edge, name: &str) -> Result<Self, Problem> {
        Self::new(request, edge, Some(name.to_owned()))
    }

    fn new(request: &HttpRequest, edge: &Edge, name: Option<String>) -> Result<Self, Problem> {
        let tried = Self { address: address(request), name };
        tried.check(edge)?;
        Ok(tried)
    }

    /// That it may still be tried.
    ///
    /// # Errors
    ///
    /// 429 where nothing more is tried for now.
    pub fn check(&self, edge: &Edge) -> Result<(), Problem> {
        match edge.sessions.attempts.wait_s(self.whom(), edge.app.now()) {
            Some(wait_s) => Err(Problem::wait(wait_s)),
            None => Ok(()),
        }
    }

    /// Notes a failure.
    pub fn failed(&self, edge: &Edge) {
        edge.sessions.attempts.failed(self.whom(), edge.app.now());
    }

    /// Notes a wrong code of somebody who has the password.
    pub fn failed_code(&self, edge: &Edge) {
        edge.sessions.attempts.failed_code(self.whom(), edge.app.now());
    }

    /// Forgets the failures of the name, which is known at this address from now on.
    pub fn succeeded(&self, edge: &Edge) {
        edge.sessions.attempts.succeeded(self.whom(), edge.app.now());
    }

    fn whom(&self) -> Whom<'_> {
        Whom { address: &self.address, name: self.name.as_deref() }
    }
}
