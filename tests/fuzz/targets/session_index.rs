//! Lines about a few connections and messages in any order: the index holds what a naive join of them holds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailscope::door;

/// The naive join looks through everything for each line.
const MOST: usize = 400;

fuzz_target!(|bytes: &[u8]| {
    let (steps, _) = bytes.as_chunks::<4>();
    door::check_index(&steps[..steps.len().min(MOST)]);
});
