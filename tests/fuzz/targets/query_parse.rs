#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| mailscope::testing::fuzz::query_parse::check(text));
