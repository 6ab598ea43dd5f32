#![no_main]

libfuzzer_sys::fuzz_target!(|log: &[u8]| mailscope::testing::fuzz::parse_line::check(log));
