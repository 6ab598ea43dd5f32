//! Cells that a spreadsheet could run.

use super::*;
use serde_json::json;

#[test]
fn a_spreadsheet_runs_nothing() {
    for text in ["=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1"] {
        assert_eq!(cell(&json!(text)), format!("'{text}"));
    }
    assert_eq!(cell(&json!(-3.5)), "-3.5");
    assert_eq!(cell(&json!(null)), "");
    assert_eq!(cell(&json!(["a", 1])), "[\"a\",1]");
}
