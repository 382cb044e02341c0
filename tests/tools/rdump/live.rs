//! Live captures, as root.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{ChildStderr, ChildStdout, Command};

use pnet_datalink::Channel;
use rustix::process::{Pid, Signal, kill_process};

use super::capture::{ethernet, ipv4, udp};
use super::lab::Lab;
use super::{printed, rdump};
use crate::support::{Guard, free_port, root, tool, until};

/// A capture that has begun.
struct Watch {
    child: Guard,
    lines: BufReader<ChildStdout>,
    messages: BufReader<ChildStderr>,
}

impl Watch {
    fn start(command: &mut Command) -> Self {
        let mut child = Guard::spawn(command);
        let lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let messages = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut watch = Self {
            child,
            lines,
            messages,
        };
        while !watch.message().contains("listening on ") {}
        watch
    }

    #[track_caller]
    fn message(&mut self) -> String {
        let mut line = String::new();
        let len = self
            .messages
            .read_line(&mut line)
            .expect("standard error is text");
        assert_ne!(len, 0, "it has ended");
        line
    }

    #[track_caller]
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("standard output is text");
        line
    }

    fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a child has a number");
        kill_process(pid, signal).expect("it is our child");
    }
}

#[test]
fn a_packet_on_the_loopback_is_printed_once_and_at_once() {
    if !root() {
        return;
    }
    let port = free_port();
    let filter = format!("udp and dst port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-n", "-t", "-i", "lo", &filter]));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = socket.local_addr().unwrap().port();
    for text in ["one", "three"] {
        socket.send_to(text.as_bytes(), ("127.0.0.1", port)).unwrap();
        let wanted = format!(
            "IP 127.0.0.1.{from} > 127.0.0.1.{port}: UDP, length {}\n",
            text.len()
        );
        assert_eq!(watch.line(), wanted);
    }
    watch.interrupt();
    assert_eq!(watch.message(), "2 packets captured\n");
    assert!(watch.message().ends_with(" packets received by filter\n"));
    assert_eq!(watch.message(), "0 packets dropped by kernel\n");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_was_captured_before_a_signal_is_in_the_file() {
    if !root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.pcap");
    let name = file.to_str().unwrap();
    let port = free_port();
    let filter = format!("udp port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-i", "lo", "-U", "-w", name, &filter]));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"kept", ("127.0.0.1", port)).unwrap();
    // It is in the file as soon as it was captured.
    until("the packet is in the file", || {
        fs::metadata(&file).unwrap().len() > 24
    });
    watch.interrupt();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    assert_eq!(printed(&rdump(&["-r", name, "--count"], b"")), "1 packet\n");
}

#[test]
fn the_last_packet_wanted_ends_the_capture_on_all_interfaces() {
    if !root() {
        return;
    }
    let port = free_port();
    let filter = format!("udp dst port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-n", "-t", "-i", "any", "-c", "1", &filter]));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"x", ("127.0.0.1", port)).unwrap();
    assert!(watch.line().contains("UDP, length 1"));
    assert_eq!(watch.message(), "1 packet captured\n");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_vlan_tag_that_the_kernel_has_cut_out_is_put_back() {
    if !root() {
        return;
    }
    let port = free_port();
    let filter = format!("vlan 5 and udp dst port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-n", "-t", "-e", "-i", "lo", "-c", "1", &filter]));
    let packet = ipv4([10, 5, 0, 1], [10, 5, 0, 2], 0, 17, &udp(7, port, b"tagged"));
    let frame = ethernet(0x8100, &[&[0, 5, 8, 0][..], &packet].concat());
    let interfaces = pnet_datalink::interfaces();
    let loopback = interfaces
        .iter()
        .find(|interface| interface.name == "lo")
        .expect("every machine has one");
    let Ok(Channel::Ethernet(mut sender, _)) = pnet_datalink::channel(loopback, Default::default()) else {
        panic!("frames cannot be sent on the loopback interface");
    };
    sender
        .send_to(&frame, None)
        .expect("there is an answer")
        .expect("it is sent");
    let line = watch.line();
    assert!(
        line.contains("ethertype 802.1Q (0x8100), length 52: vlan 5, p 0, "),
        "{line}"
    );
    assert!(
        line.contains(&format!("10.5.0.1.7 > 10.5.0.2.{port}: UDP, length 6")),
        "{line}"
    );
    assert_eq!(watch.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn signals_have_packets_counted_and_written() {
    if !root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.pcap.gz");
    let port = free_port();
    let filter = format!("udp port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-i", "lo", "-w", file.to_str().unwrap(), &filter]));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"one", ("127.0.0.1", port)).unwrap();
    let mut said = String::new();
    until("the packet was captured", || {
        watch.signal(Signal::USR1);
        said = watch.message();
        !said.starts_with("rdump: 0 packets captured")
    });
    assert_eq!(
        said,
        "rdump: 1 packet captured, 2 packets received by filter, 0 packets dropped by kernel\n"
    );
    // A compressor keeps packets back until it is told.
    assert!(fs::metadata(&file).unwrap().len() < 60);
    watch.signal(Signal::USR2);
    until("it is in the file", || fs::metadata(&file).unwrap().len() >= 60);
    let output = rdump(&["-r", file.to_str().unwrap(), "--count"], b"");
    assert!(super::said(&output).ends_with("truncated dump file; its compressed data has no end\n"));
    watch.interrupt();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    assert_eq!(
        printed(&rdump(&["-r", file.to_str().unwrap(), "--count"], b"")),
        "1 packet\n"
    );
}

#[test]
fn a_signal_loses_nothing_that_has_come_in() {
    if !root() {
        return;
    }
    let port = free_port();
    let filter = format!("udp dst port {port}");
    let mut watch = Watch::start(tool("rdump").args(["-i", "lo", "-w", "-", &filter]));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..300 {
        socket.send_to(b"x", ("127.0.0.1", port)).unwrap();
    }
    watch.interrupt();
    assert_eq!(watch.message(), "300 packets captured\n");
}

#[test]
fn the_next_file_waits_for_no_packet_and_the_number_of_packets_is_told() {
    if !root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("%s.pcapng");
    let port = free_port();
    let filter = format!("udp dst port {port}");
    let limits = ["-G", "1", "-W", "2", "-v", "-w"];
    let mut watch = Watch::start(
        tool("rdump")
            .args(["-i", "lo"])
            .args(limits)
            .arg(&name)
            .arg(&filter),
    );
    assert_eq!(watch.message(), "Got 0\rMaximum file limit reached: 2\n");
    assert_eq!(watch.message(), "\n");
    assert_eq!(watch.message(), "0 packets captured\n");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(
            printed(&rdump(&["-r", file.to_str().unwrap(), "--count"], b"")),
            "0 packets\n"
        );
    }
}

#[test]
fn a_capture_ends_when_its_time_is_over() {
    if !root() {
        return;
    }
    let mut watch =
        Watch::start(tool("rdump").args(["-i", "lo", "--duration", "0.1", "-w", "-", "udp port 1"]));
    assert_eq!(watch.message(), "0 packets captured\n");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_interface_that_is_down_is_waited_for_and_one_that_is_gone_is_not() {
    let Some(lab) = Lab::new() else { return };
    let ip = |words: &[&str]| {
        let done = lab.inside("ip".as_ref()).arg("link").args(words).status();
        assert!(done.expect("it starts").success(), "{words:?}");
    };
    ip(&["set", "va", "down"]);
    let refused = lab.rdump().args(["-i", "va"]).output().unwrap();
    assert_eq!(
        (refused.status.code(), super::said(&refused).as_str()),
        (Some(1), "rdump: va: That device is not up\n")
    );
    ip(&["set", "va", "up"]);
    let mut watch = Watch::start(lab.rdump().args(["-n", "-t", "-l", "-i", "vb", "udp"]));
    ip(&["set", "vb", "down"]);
    ip(&["set", "vb", "up"]);
    let _sender = lab.send(0);
    assert!(watch.line().contains("UDP, length"));
    ip(&["del", "va"]);
    while !watch.message().ends_with("dropped by kernel\n") {}
    assert_eq!(watch.message(), "rdump: vb: The interface disappeared\n");
    assert_eq!(watch.child.wait().unwrap().code(), Some(1));
}

#[test]
fn packets_of_all_interfaces_say_which_was_theirs() {
    let Some(lab) = Lab::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.pcapng");
    let mut others = Watch::start(lab.rdump().args(["-i", "any", "-w", "-", "tcp or udp port 1"]));
    let mut watch = Watch::start(
        lab.rdump()
            .args([
                "-i", "any", "--json", "--print", "-l", "-c", "1", "-Q", "in", "udp", "-w",
            ])
            .arg(&file),
    );
    let _sender = lab.send(0);
    let line = watch.line();
    assert!(line.contains(r#""interface":"vb","link":"LINUX_SLL2""#), "{line}");
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
    let read = printed(&rdump(&["--json", "-r", file.to_str().unwrap()], b""));
    assert!(read.contains(r#""interface":"vb","#), "{read}");
    // What is not wanted does not leave the kernel.
    others.interrupt();
    assert_eq!(others.message(), "0 packets captured\n");
    assert_eq!(others.message(), "0 packets received by filter\n");
}

#[test]
fn who_is_not_to_hear_of_hanging_up_does_not() {
    if !root() {
        return;
    }
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"trap "" HUP; exec "$0" "$@""#,
        env!("CARGO_BIN_EXE_rdump"),
    ]);
    let mut watch = Watch::start(command.args(["-i", "lo", "-w", "-", "udp port 1"]));
    watch.signal(Signal::HUP);
    watch.signal(Signal::USR1);
    assert!(watch.message().starts_with("rdump: 0 packets captured, "));
    watch.interrupt();
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_interface_says_what_it_cannot_do() {
    if !root() {
        return;
    }
    let listed = printed(&rdump(&["-J", "-i", "lo"], b""));
    assert_eq!(
        listed,
        "Time stamp types for lo (use option -j to set):\n  host (Host)\n"
    );
    for (arguments, why) in [
        (["-I", "-i", "lo"], "lo: That device doesn't support monitor mode"),
        (
            ["-jadapter", "-i", "lo"],
            "lo: it does not have time stamps of type adapter (-J lists those that it has)",
        ),
    ] {
        let output = rdump(&arguments, b"");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(super::said(&output), format!("rdump: {why}\n"));
    }
}
