#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailscope::testing::fuzz::chunked_reader::check(bytes));
