//! `rlaunch bench`: that it measures, not how fast it is.

use serde_json::Value;

use crate::support::tool;

#[test]
fn every_row_is_measured_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = tool("rlaunch")
        .args(["bench", "--json", "--store"])
        .arg(folder.path())
        .output()
        .expect("rlaunch starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let table: Value = serde_json::from_slice(&output.stdout).expect("one object");
    let rows = table["rows"].as_array().expect("rows");
    assert_eq!((&table["v"], rows.len()), (&Value::from(1), 9));
    for row in rows {
        assert!(row["a_second"].as_f64() > Some(0.0), "{row}");
        assert!(row["p99_us"].as_f64() >= row["p50_us"].as_f64(), "{row}");
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0);
}

#[test]
fn a_folder_that_is_none_is_refused_in_a_line() {
    let output = tool("rlaunch")
        .args(["bench", "--store", "/nonexistent"])
        .output()
        .expect("rlaunch starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("/nonexistent") && said.lines().count() == 1,
        "{said}"
    );
    assert!(output.stdout.is_empty());
}
