//! What is refused, and in which words.

use super::Nc;

#[track_caller]
pub(super) fn refused(arguments: &[&str], why: &str) {
    Nc::ours(arguments).fails(&format!("rnc: {why}"));
}

#[test]
fn ports_that_are_none() {
    refused(&["127.0.0.1", "0"], "port number too small: 0");
    refused(&["127.0.0.1", "65536"], "port number too large: 65536");
    refused(&["127.0.0.1", "1-70000"], "port number too large: 70000");
    refused(
        &["127.0.0.1", "no-such-service"],
        "port number invalid: no-such-service",
    );
    refused(&["127.0.0.1"], "missing port number");
    refused(&["-l"], "missing port number");
}

#[test]
fn numbers_out_of_range() {
    refused(&["-w", "x", "127.0.0.1", "9"], "timeout invalid: x");
    refused(&["-w", "-1", "127.0.0.1", "9"], "timeout too small: -1");
    refused(
        &["-w", "9999999999", "127.0.0.1", "9"],
        "timeout too large: 9999999999",
    );
    refused(&["-i", "x", "127.0.0.1", "9"], "interval invalid: x");
    refused(&["-q", "x", "127.0.0.1", "9"], "quit timer invalid: x");
    refused(&["-W", "0", "127.0.0.1", "9"], "receive limit too small: 0");
    refused(&["-I", "0", "127.0.0.1", "9"], "TCP receive window too small: 0");
    refused(&["-O", "x", "127.0.0.1", "9"], "TCP send window invalid: x");
    refused(&["-M", "256", "127.0.0.1", "9"], "ttl is too large");
    refused(&["-m", "x", "127.0.0.1", "9"], "minttl is invalid");
    refused(&["-T", "foo", "127.0.0.1", "9"], "illegal tos value foo");
    refused(&["-X", "9", "127.0.0.1", "9"], "unsupported proxy protocol");
}

#[test]
fn flags_that_contradict_each_other() {
    refused(&["-l", "-z", "127.0.0.1", "9"], "cannot use -z and -l");
    refused(&["-k", "127.0.0.1", "9"], "must use -l with -k");
    refused(
        &["-u", "-x", "a:1", "127.0.0.1", "9"],
        "no proxy support for UDP mode",
    );
    refused(
        &["-l", "-x", "a:1", "127.0.0.1", "9"],
        "no proxy support for listen",
    );
    refused(&["-U", "-x", "a:1", "path"], "no proxy support for unix sockets");
}

#[test]
fn names_that_are_not_known() {
    let unknown = "getaddrinfo for host \"localhost\" port 9: Name or service not known";
    refused(&["-n", "localhost", "9"], unknown);
    refused(
        &["-n", "-l", "localhost", "9"],
        "getaddrinfo: Name or service not known",
    );
    let other = "getaddrinfo for host \"127.0.0.1\" port 9: Address family for hostname not supported";
    refused(&["-6", "127.0.0.1", "9"], other);
}

#[test]
fn addresses_that_are_not_ours() {
    refused(&["-l", "203.0.113.7", "9"], "Cannot assign requested address");
    let bind = "bind failed: Cannot assign requested address";
    refused(&["-s", "203.0.113.7", "127.0.0.1", "9"], bind);
}

#[test]
fn paths_that_cannot_be_used() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("gone").display().to_string();
    refused(&["-U", &path], &format!("{path}: No such file or directory"));
    refused(&["-lU", &"x".repeat(120)], "File name too long");
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_build_without_tls_says_so() {
    refused(
        &["--tls", "127.0.0.1", "9"],
        "--tls needs the feature 'tls', which is not built in",
    );
}
