//! See `vigie_fuzz::shapefile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::shapefile(content));
