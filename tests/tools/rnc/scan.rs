//! `-z`.

use std::net::{TcpListener, UdpSocket};

use super::Nc;
use crate::support::free_port;

/// Eight ports in a row, of which the third and the sixth are open.
fn row() -> (u16, [TcpListener; 2]) {
    loop {
        let first = free_port();
        let open = |port| TcpListener::bind(("127.0.0.1", port)).ok();
        let Some(last) = first.checked_add(7) else {
            continue;
        };
        let all: Vec<_> = (first..=last).filter_map(open).collect();
        if let Ok([_, _, third, _, _, sixth, ..]) = <[_; 8]>::try_from(all) {
            return (first, [third, sixth]);
        }
    }
}

fn found(first: u16, index: u16) -> String {
    format!(
        "Connection to 127.0.0.1 {} port [tcp/*] succeeded!\n",
        first + index
    )
}

/// The lines of open ports, in the order in which they were said.
fn open_ports(said: &str) -> String {
    let open = said.lines().filter(|line| line.ends_with("succeeded!"));
    open.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_range_is_scanned_upwards_from_either_end() {
    let (first, _open) = row();
    let both = found(first, 2) + &found(first, 5);
    for range in [format!("{first}-{}", first + 7), format!("{}-{first}", first + 7)] {
        let (status, printed, said) = Nc::ours(&["-nvz", "127.0.0.1", &range]).end();
        assert_eq!((status.code(), printed.as_str()), (Some(0), ""));
        assert_eq!(open_ports(&said), both);
        assert_eq!(said.matches("failed: Connection refused").count(), 6);
    }
}

#[test]
fn a_list_in_random_order_is_scanned_whole() {
    let (first, _open) = row();
    let ports: Vec<String> = (first..first + 8).map(|port| port.to_string()).collect();
    let arguments: Vec<&str> = ["-nvzr", "127.0.0.1"]
        .into_iter()
        .chain(ports.iter().map(String::as_str))
        .collect();
    let (status, _, said) = Nc::ours(&arguments).end();
    assert_eq!(status.code(), Some(0));
    assert_eq!(said.lines().count(), 8);
    assert!(said.contains(&found(first, 2)) && said.contains(&found(first, 5)));
}

#[test]
fn nothing_open_is_a_silent_failure() {
    let (first, open) = row();
    drop(open);
    Nc::ours(&["-nz", "127.0.0.1", &format!("{first}-{}", first + 7)]).fails("");
}

#[test]
fn a_udp_port_is_closed_when_it_refuses() {
    let port = free_port().to_string();
    Nc::ours(&["-nzu", "127.0.0.1", &port]).fails("");
    let open = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = open.local_addr().expect("it is bound").port();
    let scan = Nc::ours(&["-nzuv", "-w", "1", "127.0.0.1", &port.to_string()]);
    let (status, _, said) = scan.end();
    let line = format!("Connection to 127.0.0.1 {port} port [udp/*] succeeded!\n");
    assert_eq!((status.code(), said), (Some(0), line));
}
