//! See `vigie_fuzz::geopackage`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::geopackage(content));
