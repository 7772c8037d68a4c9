//! See `vigie_fuzz::rule_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|content: &[u8]| vigie_fuzz::rule_file(content));
