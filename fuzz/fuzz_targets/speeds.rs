//! See `vigie_fuzz::speed_table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::speed_table(content));
