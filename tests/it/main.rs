//! Black-box tests of the program: one binary, one module a capability.
mod dependencies;
