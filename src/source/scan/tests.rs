//! Files that were rejected once.

use super::*;

#[test]
fn a_bare_name_is_among_the_files_beside_it() {
    // Otherwise each scan finds an unknown inode and requests another scan at once.
    let name = Path::new("Cargo.toml");
    assert!(
        rotated_siblings(name)
            .iter()
            .any(|found| found.path == name)
    );
}
