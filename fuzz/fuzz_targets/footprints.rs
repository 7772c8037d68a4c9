//! See `vigie_fuzz::footprints`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::footprints(content));
