//! What all five do alike: help and version are data, a usage error is one line and exit status 1.

use std::process::Stdio;

use crate::support::tool;

const TOOLS: [&str; 5] = ["rnc", "rdig", "rhost", "rlaunch", "rdump"];

/// Exit status, standard output, standard error.
fn run(name: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output = tool(name)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_version_is_one_line_of_data() {
    for name in TOOLS {
        let version = format!("{name} {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(run(name, &["--version"]), (Some(0), version, String::new()));
    }
}

#[test]
fn help_is_data() {
    for name in TOOLS {
        let (status, out, err) = run(name, &["--help"]);
        assert_eq!((status, err.as_str()), (Some(0), ""), "{name}");
        assert!(out.contains("Usage"), "{name}: {out}");
    }
}

#[test]
fn an_unknown_flag_is_one_line_that_names_the_tool_and_the_flag() {
    // rdig says what dig says, which is more.
    for name in ["rnc", "rhost", "rlaunch", "rdump"] {
        let (status, out, err) = run(name, &["--no-such-flag"]);
        assert_eq!((status, out.as_str()), (Some(1), ""), "{name}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(
            err.starts_with(&format!("{name}: ")) && err.contains("--no-such-flag"),
            "{err}"
        );
    }
}

#[test]
fn a_tool_that_needs_an_argument_says_so_in_one_line() {
    // rhost says what host says, which is more.
    for name in ["rnc", "rlaunch"] {
        let (status, out, err) = run(name, &[]);
        assert_eq!((status, out.as_str()), (Some(1), ""), "{name}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.starts_with(&format!("{name}: ")), "{err}");
    }
}
