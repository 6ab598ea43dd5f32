use super::*;

#[test]
fn a_bare_name_is_among_the_files_beside_it() {
    // Else each look finds a stranger of its inode and wants another look at once.
    let name = Path::new("Cargo.toml");
    assert!(
        rotated_siblings(name)
            .iter()
            .any(|found| found.path == name)
    );
}
