//! See `vigie_fuzz::geojson`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::geojson(content));
