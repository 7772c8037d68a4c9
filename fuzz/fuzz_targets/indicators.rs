//! See `vigie_fuzz::indicator_table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::indicator_table(content));
