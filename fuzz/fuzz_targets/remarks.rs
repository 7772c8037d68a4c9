//! Any text is judged, and whatever holds a telephone number is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie::privacy::{Purpose, check};

fuzz_target!(|text: &str| {
    let _ = check(text, Purpose::Remark);
    let _ = check(text, Purpose::PlaceName);
    if text.len() < 1_000 {
        assert!(check(&format!("{text} | 06 39 98 12 40"), Purpose::Remark).is_err());
    }
});
