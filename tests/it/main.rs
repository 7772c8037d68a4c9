//! Black-box tests of the program: one binary, one module a capability.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, also in its helpers")]

mod crash;
mod dependencies;
mod disk_full;
mod import;
mod incidents;
mod openapi;
mod store;
mod support;
mod writing;
