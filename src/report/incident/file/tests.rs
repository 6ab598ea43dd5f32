//! Names of report files.

use super::*;

#[test]
fn no_report_is_written_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let written: Vec<PathBuf> = ["one", "two", "three"]
        .iter()
        .map(|text| save(folder.path(), "mailscope-192.0.2.1-25.md", text.as_bytes()).unwrap())
        .collect();
    let names = written.iter().map(|path| path.file_name().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "mailscope-192.0.2.1-25.md",
            "mailscope-192.0.2.1-25-2.md",
            "mailscope-192.0.2.1-25-3.md"
        ]
    );
    assert_eq!(std::fs::read(&written[0]).unwrap(), b"one");
}
