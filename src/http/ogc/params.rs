//! [`Params`]: the parameters of a request. What nobody takes is unknown, and a 400.

use actix_web::{HttpRequest, web};

use crate::http::{
    Problem, ProblemKind,
    problem::{is_code_like, said_name},
};

/// The parameters of a request, decoded, each of which comes once.
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Those of `request`.
    ///
    /// # Errors
    ///
    /// 400 where the query cannot be decoded, or says something twice.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs
            .map_err(|fault| Problem::new(ProblemKind::UnreadableRequest, fault))?
            .into_inner();
        let again = |at: usize| pairs[..at].iter().any(|(name, _)| *name == pairs[at].0);
        match (0..pairs.len()).find(|at| again(*at)) {
            Some(at) => Err(at_fault(&pairs[at].0, "comes twice")),
            None => Ok(Self(pairs)),
        }
    }

    /// The value of that name, which is then no longer there.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// 400 where something is left that nobody took.
    pub fn none_left(self) -> Result<(), Problem> {
        match self.0.first() {
            Some((name, _)) => Err(at_fault(name, "is not a parameter here")),
            None => Ok(()),
        }
    }
}

fn at_fault(name: &str, reason: &str) -> Problem {
    Problem::at_fault(ProblemKind::UnreadableRequest, said_name(name), None, reason)
}

/// A value that cannot be used. It is repeated where it has the form of a code: any other may tell of a person.
pub fn refused(field: &str, value: &str, reason: impl std::fmt::Display) -> Problem {
    match is_code_like(value) {
        true => Problem::field(field, value, reason),
        false => Problem::unsaid(field, reason),
    }
}
