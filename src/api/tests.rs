use std::path::Path;

use crate::{Log, View};

#[test]
fn a_program_reads_a_log_and_asks_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let path = path.join("tac_118570_smtp_auth.log");
    let log = Log::read([path]).unwrap();
    assert!(log.warnings().is_empty());
    let found = log.query("auth:failed dir:out", View::Connections).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["dcid"], &found[0]["direction"]),
        (&5640.into(), &"outbound".into())
    );
    assert_eq!(log.query("", View::Connections).unwrap().len(), 4);
    let error = log.query("usr:x", View::Users).unwrap_err();
    assert!(error.to_string().contains("did you mean `user`?"));
    let missing = Log::read(["no/such/file"]).unwrap_err();
    assert!(missing.to_string().contains("no/such/file"));
    assert!(Log::read(Vec::<&str>::new()).is_err());
}
