use super::*;
use std::fs;

fn names(heard: &PendingFiles) -> Vec<String> {
    let (held, _) = heard.take();
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
    let heard = PendingFiles::default();
    let log = folder.path().join("mail.log");
    heard.want(folder.path(), &Place::Name(log.clone()));
    let other = folder.path().join("auth.log");
    for path in [&log, &other] {
        fs::write(path, "x").unwrap();
        heard.note(path);
    }
    let rolled = folder.path().join("mail.log.1");
    fs::rename(&log, &rolled).unwrap();
    heard.note(&rolled);
    assert_eq!(names(&heard), ["mail.log.1"]);
    assert!(names(&heard).is_empty());
}

#[test]
fn what_came_and_went_can_be_read_and_what_had_no_room_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let heard = PendingFiles::default();
    heard.want(folder.path(), &Place::Folder(folder.path().to_path_buf()));
    for number in 0..=MOST {
        let path = folder.path().join(format!("{number}"));
        fs::write(&path, "text").unwrap();
        heard.note(&path);
        fs::remove_file(&path).unwrap();
    }
    let (held, missed) = heard.take();
    assert_eq!(held.len(), MOST);
    let found = held[0].found().unwrap();
    assert_eq!((found.stat.size, found.stat.names), (4, 0));
    assert_eq!(missed, Some(folder.path().join(MOST.to_string())));
}
