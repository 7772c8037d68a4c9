//! See `vigie_fuzz::cql2`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::cql2(content));
