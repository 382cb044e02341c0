//! Hosts by name, as root: with a `/etc/resolv.conf` and a `/etc/hosts` of the test's own.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::process::Command;

use fairloss::wire::dns::RecordType;
use tempfile::TempDir;

use super::Nc;
use super::scan::full;
use crate::support::name_server::{Asked, NameServer, Said};
use crate::support::{free_port, root, tool};

/// A home, and a system in which names are asked for at `server`.
struct System {
    home: TempDir,
}

impl System {
    /// `None`, after saying so, without the right to make one.
    fn new(server: &str, hosts: &str) -> Option<Self> {
        if !root() {
            return None;
        }
        let home = tempfile::tempdir().expect("there is room for a folder");
        let write = |name: &str, text: &str| {
            fs::write(home.path().join(name), text).expect("there is room for a file");
        };
        let conf = format!("nameserver {server}\noptions timeout:1 attempts:1\n");
        write("resolv.conf", &conf);
        write("hosts", hosts);
        Some(Self { home })
    }

    fn rnc(&self, arguments: &[&str]) -> Nc {
        const MOUNT: &str = "mount --make-rprivate / && cd \"$1\" && mount --bind resolv.conf /etc/resolv.conf \
                             && mount --bind hosts /etc/hosts && shift && exec \"$@\"";
        let mut command = Command::new("unshare");
        command
            .args(["-m", "sh", "-c", MOUNT, "sh"])
            .arg(self.home.path())
            .arg(tool("rnc").get_program())
            .args(arguments)
            .env("XDG_CACHE_HOME", self.home.path());
        Nc::start(&mut command)
    }
}

/// `HOST.test` is at 127.0.0.1, `none.test` has no address, `broken.test` breaks the server.
fn zone(asked: &Asked) -> Vec<Said> {
    let name = asked.name.to_ascii_lowercase();
    vec![match (name.as_str(), asked.rtype.as_str()) {
        ("host.test", "A") => asked.answer(&[(&asked.name, RecordType::A, 60, vec![127, 0, 0, 1])]),
        ("host.test" | "none.test", _) => asked.denial(0),
        ("broken.test", _) => asked.failure(2),
        _ => asked.denial(3),
    }]
}

#[test]
fn a_name_is_asked_for_once_and_then_remembered() {
    let Some(system) = System::new("127.0.53.71", "") else {
        return;
    };
    let names = NameServer::system("127.0.53.71", zone);
    let server = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = server.local_addr().expect("it is bound").port().to_string();
    let line = format!("Connection to host.test (127.0.0.1) {port} port [tcp/*] succeeded!\n");
    for _ in 0..2 {
        let (status, _, said) = system.rnc(&["-vz", "host.test", &port]).end();
        assert_eq!((status.code(), said.as_str()), (Some(0), line.as_str()));
        let mut client = system.rnc(&["-d", "host.test", &port]);
        // The scan left a connection of its own.
        for stream in [server.accept(), server.accept()] {
            let (mut stream, _) = stream.expect("it connects");
            let _ = stream.write_all(b"hello");
        }
        client.prints("hello");
        client.ends_well();
    }
    let mut asked = names.queries();
    asked.iter_mut().for_each(|query| query.make_ascii_lowercase());
    asked.sort();
    assert_eq!(asked, ["host.test a", "host.test aaaa"]);
}

#[test]
fn why_a_name_has_no_address_is_said_in_the_words_of_getaddrinfo() {
    let Some(system) = System::new("127.0.53.72", "") else {
        return;
    };
    let _names = NameServer::system("127.0.53.72", zone);
    let fails = |name: &str, why: &str| {
        for options in [&[][..], &["-z"], &["-u"]] {
            let arguments: Vec<&str> = options.iter().copied().chain([name, "9"]).collect();
            let words = format!("rnc: getaddrinfo for host \"{name}\" port 9: {why}");
            system.rnc(&arguments).fails(&words);
        }
    };
    fails("no.test", "Name or service not known");
    fails("a..b", "Name or service not known");
    fails("none.test", "No address associated with hostname");
    fails("broken.test", "Temporary failure in name resolution");
}

#[test]
fn a_name_server_that_is_silent_is_a_failure_that_may_pass() {
    let Some(system) = System::new("127.0.53.73", "") else {
        return;
    };
    let _silent = NameServer::system("127.0.53.73", |_| Vec::new());
    let words = "rnc: getaddrinfo for host \"host.test\" port 9: Temporary failure in name resolution";
    system.rnc(&["host.test", "9"]).fails(words);
}

#[test]
fn an_address_that_does_not_answer_does_not_hold_up_the_others() {
    let Some(system) = System::new("127.0.53.74", "127.0.0.7 many\n127.0.0.8 many\n127.0.0.9 many\n") else {
        return;
    };
    let (silent, _held) = full("127.0.0.7:0");
    let port = silent.local_addr().expect("it is bound").port();
    let server = TcpListener::bind(("127.0.0.9", port)).expect("the port is free there too");
    let mut client = system.rnc(&["-v", "many", &port.to_string()]);
    assert_eq!(
        client.message(),
        format!("rnc: connect to many (127.0.0.8) port {port} (tcp) failed: Connection refused")
    );
    assert_eq!(
        client.message(),
        format!("Connection to many (127.0.0.9) {port} port [tcp/*] succeeded!")
    );
    let (mut stream, _) = server.accept().expect("it connects");
    stream.write_all(b"from the third").expect("it reads");
    client.prints("from the third");
}

#[test]
fn every_address_has_its_time_and_each_that_failed_is_told() {
    let Some(system) = System::new("127.0.53.75", "127.0.0.7 two\n127.0.0.8 two\n") else {
        return;
    };
    let (silent, _held) = full("127.0.0.7:0");
    let port = silent.local_addr().expect("it is bound").port();
    let (status, _, said) = system.rnc(&["-v", "-w", "1", "two", &port.to_string()]).end();
    assert_eq!(status.code(), Some(1));
    let refused = format!("rnc: connect to two (127.0.0.8) port {port} (tcp) failed: Connection refused\n");
    let silent =
        format!("rnc: connect to two (127.0.0.7) port {port} (tcp) timed out: Operation now in progress\n");
    assert_eq!(said, refused + &silent);
}

#[test]
fn a_source_address_chooses_the_family_of_a_name() {
    let Some(system) = System::new("127.0.53.76", "::1 both\n127.0.0.1 both\n") else {
        return;
    };
    let server = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = server.local_addr().expect("it is bound").port().to_string();
    let scan = system.rnc(&["-d", "-s", "127.0.0.5", "both", &port]);
    let (stream, from) = server.accept().expect("it connects");
    assert_eq!(from.ip().to_string(), "127.0.0.5");
    drop(stream);
    scan.ends_well();
}

#[test]
fn without_names_a_host_must_be_an_address() {
    let port = free_port().to_string();
    Nc::ours(&["-n", "localhost", &port]).fails(&format!(
        "rnc: getaddrinfo for host \"localhost\" port {port}: Name or service not known"
    ));
}
