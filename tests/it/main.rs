//! Black-box tests of the program: one binary, one module a capability.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, also in its helpers")]

mod dependencies;
mod import_real;
mod incidents;
mod openapi;
mod store;
mod support;
mod writing;
