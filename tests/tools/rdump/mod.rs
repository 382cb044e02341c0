//! `rdump` as a person runs it, on captures that the tests make themselves.

mod capture;
mod files;
mod filters;
mod json;
mod lab;
mod live;
mod loss;
mod merging;
mod mutated;
mod names;
mod saving;
mod sealed;

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::support::tool;

/// Runs `rdump` with `input` on its standard input.
fn rdump(arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Output {
    feed(tool("rdump").args(arguments), input)
}

/// Runs a command with `input` on its standard input, in the time zone of the tests.
fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .env("TZ", "UTC0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Who refuses the rest of the input closes the pipe.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("the tool ends")
}

/// What it printed, after it ended well.
#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What it said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
