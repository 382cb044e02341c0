//! `+rcode-exit`: every outcome in the exit status.

use super::{rdig, zone};
use crate::support::name_server::NameServer;
use crate::support::{free_port, tool};

#[test]
fn every_outcome_has_a_status() {
    let server = NameServer::start(zone);
    for (line, plain, told) in [
        ("www.test", 0, 0),
        ("nosuch.test", 0, 35),
        ("refused.test", 0, 37),
        ("pointer.test", 0, 13),
        ("zone.test AXFR", 0, 0),
        ("refused.test AXFR", 0, 37),
        ("www.test nosuch.test refused.test www.test", 0, 37),
    ] {
        assert_eq!(rdig(&server, line).status.code(), Some(plain), "{line}");
        let line = format!("+rcode-exit {line}");
        assert_eq!(rdig(&server, &line).status.code(), Some(told), "{line}");
    }
}

#[test]
fn a_server_that_nobody_runs_keeps_the_status_of_dig() {
    let port = free_port().to_string();
    let mut program = tool("rdig");
    program
        .env("HOME", "/dev/null")
        .args(["@127.0.0.1", "-p", &port, "+rcode-exit", "+tries=1", "www.test"]);
    assert_eq!(program.status().expect("the program starts").code(), Some(9));
}
