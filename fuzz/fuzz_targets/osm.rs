//! See `vigie_fuzz::osm`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::osm(content));
