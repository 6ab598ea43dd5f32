#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailscope::testing::fuzz::session_index::check(bytes));
