//! See `vigie_fuzz::words`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::words(content));
