use std::path::Path;

use super::fuzz;

/// The seeds of a fuzz target; none in a package, which has no fuzz targets.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(folder) = std::fs::read_dir(root.join("tests/fuzz/seeds").join(target)) else {
        return Vec::new();
    };
    folder
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn the_fuzz_targets_hold_for_their_seeds() {
    for (target, check) in [
        ("archive_stream", fuzz::archive_stream::check as fn(&[u8])),
        ("chunked_reader", fuzz::chunked_reader::check),
        ("parse_line", fuzz::parse_line::check),
        ("sanitize", fuzz::sanitize::check),
        ("session_index", fuzz::session_index::check),
    ] {
        for seed in seeds(target) {
            check(&seed);
        }
    }
    for seed in seeds("query_parse") {
        fuzz::query_parse::check(&String::from_utf8(seed).unwrap());
    }
}
