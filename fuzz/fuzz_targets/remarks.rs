//! See `vigie_fuzz::remarks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::remarks(content));
