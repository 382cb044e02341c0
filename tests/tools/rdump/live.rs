//! Live captures, as root.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{ChildStderr, ChildStdout, Command};

use pnet_datalink::Channel;
use rustix::process::{Pid, Signal, kill_process};

use super::capture::{ethernet, ipv4, udp};
use super::{printed, rdump};
use crate::support::{Guard, free_port, root, tool};

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
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a child has a number");
        kill_process(pid, Signal::INT).expect("it is our child");
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
    while fs::metadata(&file).unwrap().len() <= 24 {
        std::thread::yield_now();
    }
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
