//! See `vigie_fuzz::flatgeobuf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::flatgeobuf(content));
