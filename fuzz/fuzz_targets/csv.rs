//! See `vigie_fuzz::csv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::csv(content));
