use std::collections::HashSet;
use std::path::Path;

use super::*;

/// Files that are gone and whose records were evicted are skipped, however many they were.
#[test]
fn the_log_goes_on_from_the_oldest_file_that_is_known() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "one\ntwo\n").unwrap();
    let opened = || std::fs::File::open(file.path()).unwrap();
    let sources = Sources::default();
    let ids: Vec<SourceId> = (0..20_000)
        .map(|number| {
            // Only those that are read are open.
            let is_read = number == 7 || number >= 19_998;
            let spool = is_read.then(|| opened().into());
            let id = sources.add_stream(Path::new("-"), false, spool);
            sources.set_emitted(id, 8);
            id
        })
        .collect();
    ids[..19_998].iter().for_each(|id| sources.end(*id));
    sources.reap_ended(&HashSet::from([ids[7]]));
    let chunk = read_range(&sources, LineRange::Tail(100)).unwrap();
    let places: Vec<Position> = chunk.lines.iter().map(|line| line.position).collect();
    let known = [ids[7], ids[19_998], ids[19_999]];
    let lines = known.map(|id| [Position::new(id, 0), Position::new(id, 4)]);
    assert_eq!(places, lines.as_flattened());
    assert!(chunk.starts && chunk.ends);
    let chunk = read_range(&sources, LineRange::After(Position::new(ids[0], 0), 100)).unwrap();
    assert_eq!(chunk.lines.len(), 6);
    assert!(chunk.starts && chunk.ends);
}
