//! Which reported files are opened and held.

use super::*;
use std::fs;

impl PendingFiles {
    pub(crate) fn names(&self) -> Vec<PathBuf> {
        self.with(|state| {
            state
                .files
                .iter()
                .map(|pending| pending.path.clone())
                .collect()
        })
    }
}

fn names(pending: &PendingFiles) -> Vec<String> {
    let (held, _) = pending.take();
    let name = |held: PendingFile| {
        held.path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    held.into_iter().map(name).collect()
}

#[test]
fn a_file_is_held_once_under_its_newest_name_and_only_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let pending = PendingFiles::default();
    let log = folder.path().join("mail.log");
    pending.register(folder.path(), &Input::File(log.clone()));
    let other = folder.path().join("auth.log");
    for path in [&log, &other] {
        fs::write(path, "x").unwrap();
        pending.open_on_event(path);
    }
    let rolled = folder.path().join("mail.log.1");
    fs::rename(&log, &rolled).unwrap();
    pending.open_on_event(&rolled);
    assert_eq!(names(&pending), ["mail.log.1"]);
    assert!(names(&pending).is_empty());
}

#[test]
fn what_came_and_went_can_be_read_and_what_had_no_room_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let pending = PendingFiles::default();
    pending.register(
        folder.path(),
        &Input::Directory(folder.path().to_path_buf()),
    );
    for number in 0..=MAX_PENDING {
        let path = folder.path().join(format!("{number}"));
        fs::write(&path, "text").unwrap();
        pending.open_on_event(&path);
        fs::remove_file(&path).unwrap();
    }
    let (held, dropped) = pending.take();
    assert_eq!(held.len(), MAX_PENDING);
    let found = held[0].found().unwrap();
    assert_eq!((found.stat.size, found.stat.names), (4, 0));
    assert_eq!(dropped, Some(folder.path().join(MAX_PENDING.to_string())));
}
