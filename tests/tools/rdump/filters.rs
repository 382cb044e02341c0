//! Filters: which packets they select, their programs, and what is none.

use std::process::Command;

use super::capture::Capture;
use super::{feed, printed, rdump, said};
use crate::support::peer;

/// The numbers of the packets of the mixed capture that `expression` selects.
fn selected(expression: &str) -> Vec<u32> {
    let output = rdump(&["-ttn", "-r", "-", expression], &Capture::mixed().bytes());
    let text = printed(&output);
    text.lines()
        .map(|line| {
            line.split('.')
                .next()
                .and_then(|secs| secs.parse().ok())
                .expect("a time stamp")
        })
        .collect()
}

#[test]
fn a_filter_selects_the_packets_that_it_describes() {
    let cases: &[(&str, &[u32])] = &[
        ("", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("arp", &[1]),
        ("ip", &[2, 3, 4, 5]),
        ("ip6", &[6, 7]),
        ("tcp", &[2, 3, 7]),
        ("udp", &[4, 5, 6]),
        ("host 192.168.0.2", &[1, 2, 3]),
        ("src host 192.168.0.2", &[3]),
        ("ip host 192.168.0.2", &[2, 3]),
        ("src 192.168.0.1 and dst 192.168.0.2", &[1, 2]),
        ("net 10.0.0.0/8", &[4, 5]),
        ("net 192.168", &[1, 2, 3, 4, 5]),
        ("ip6 host 2001:db8::1", &[6, 7]),
        ("dst net 2001:db8::2/127", &[6]),
        ("port 80 or 443", &[2, 3, 7]),
        ("tcp dst port 80", &[2]),
        ("portrange 4000-7000", &[4, 6]),
        ("udp and not port 5000", &[5]),
        ("not (ip or ip6)", &[1, 8]),
        ("! tcp && ip", &[4, 5]),
        ("tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn", &[2]),
        ("tcp[13] & 2 != 0", &[2, 3]),
        ("ip[6:2] & 0x1fff != 0", &[5]),
        ("ether host 02:00:00:00:00:01", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("ip proto \\udp", &[4, 5]),
        ("greater 62", &[6, 7]),
        ("vlan", &[8]),
        ("vlan 5 and udp port 2", &[8]),
        ("vlan 6", &[]),
        ("vlan or tcp", &[8]),
        ("len - 14 = ip[2:2]", &[2, 3, 4, 5]),
    ];
    for (expression, numbers) in cases {
        assert_eq!(selected(expression), *numbers, "{expression}");
    }
}

#[test]
fn programs_are_those_of_libpcap() {
    let Some(tcpdump) = peer("tcpdump") else {
        return;
    };
    for expression in [
        "tcp",
        "host 10.0.0.1",
        "icmp6",
        "arp or ip",
        "vlan 5",
        "tcp[13] & 2 != 0",
        "net fe80::/10",
    ] {
        let arguments = ["-y", "EN10MB", "-d", expression];
        let theirs = feed(Command::new(&tcpdump).args(arguments), b"");
        assert_eq!(printed(&rdump(&arguments, b"")), printed(&theirs), "{expression}");
    }
}

#[test]
fn an_error_points_at_the_offending_word() {
    for (expression, why) in [
        (
            "tcp and prot 80",
            "expected a primitive such as 'host', 'port' or 'tcp' (at 'prot', column 9)",
        ),
        (
            "port",
            "expected the name or number of a port (at the end of the filter)",
        ),
        (
            "port 80000",
            "illegal port number 80000 > 65535 (at 'port 80000', column 1)",
        ),
        (
            "host 1.2.3.4.5.",
            "unknown host '1.2.3.4.5.' (at 'host 1.2.3.4.5.', column 1)",
        ),
        (
            "net 10.1.1.1/8",
            "non-network bits set in \"10.1.1.1/8\" (at 'net 10.1.1.1/8', column 1)",
        ),
        ("(tcp", "expected ')' (at the end of the filter)"),
        ("tcp)", "expected 'and', 'or' or the end (at ')', column 4)"),
        ("tcp and udp", "expression rejects all packets"),
    ] {
        let output = rdump(&["-n", "-r", "-", expression], &Capture::ethernet().bytes());
        assert_eq!(output.status.code(), Some(1), "{expression}");
        let last = said(&output).lines().last().unwrap_or_default().to_owned();
        assert!(
            last.starts_with("rdump: filter: ") && last.ends_with(why),
            "{last}"
        );
    }
}
