//! See `vigie_fuzz::geojsonl`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::geojsonl(content));
