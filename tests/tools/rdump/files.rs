//! Files: read, printed, counted, written, and broken.

use std::fs;
use std::process::Command;

use super::capture::{Capture, ethernet, ipv4, udp};
use super::{feed, printed, rdump, said};
use crate::support::{peer, tool};

const STDIN: [&str; 3] = ["-n", "-r", "-"];

fn hello() -> Vec<u8> {
    ethernet(
        0x0800,
        &ipv4([10, 0, 0, 1], [10, 0, 0, 2], 0, 17, &udp(5000, 6000, b"hello")),
    )
}

#[test]
fn a_packet_is_one_line() {
    let output = rdump(&STDIN, &Capture::ethernet().frame(1, &hello()).bytes());
    assert_eq!(
        printed(&output),
        "00:00:01.500000 IP 10.0.0.1.5000 > 10.0.0.2.6000: UDP, length 5\n"
    );
    assert_eq!(
        said(&output),
        "reading from file -, link-type EN10MB (Ethernet), snapshot length 65535\n"
    );
}

#[test]
fn the_text_is_that_of_tcpdump() {
    let Some(tcpdump) = peer("tcpdump") else {
        return;
    };
    let capture = Capture::mixed().bytes();
    for options in ["-ttn", "-tnS", "-tnx", "-tnA", "-tnq"] {
        let arguments = [options, "-r", "-"];
        let theirs = feed(Command::new(&tcpdump).args(arguments), &capture);
        assert_eq!(
            printed(&rdump(&arguments, &capture)),
            printed(&theirs),
            "{options:?}"
        );
    }
}

#[test]
fn what_is_written_is_what_was_read() {
    let capture = Capture::mixed().bytes();
    let output = rdump(&["-r", "-", "-w", "-"], &capture);
    assert!(output.status.success());
    assert_eq!(output.stdout, capture);
}

#[test]
fn every_form_of_file_holds_the_same_packets() {
    let frame = hello();
    let len = u32::try_from(frame.len()).unwrap();
    let fields = |numbers: &[u32], order: fn(u32) -> [u8; 4]| {
        numbers.iter().flat_map(|n| order(*n)).collect::<Vec<_>>()
    };

    let mut big_endian = vec![0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4];
    big_endian.extend(fields(&[0, 0, 65_535, 1, 1, 500_000, len, len], u32::to_be_bytes));
    big_endian.extend(&frame);

    let mut nanoseconds = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0];
    nanoseconds.extend(fields(
        &[0, 0, 65_535, 1, 1, 500_000_000, len, len],
        u32::to_le_bytes,
    ));
    nanoseconds.extend(&frame);

    let block = |kind: u32, body: &[u8]| {
        let len = u32::try_from(body.len().next_multiple_of(4) + 12).unwrap();
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        [
            &fields(&[kind, len], u32::to_le_bytes),
            body,
            &padding,
            &len.to_le_bytes()[..],
        ]
        .concat()
    };
    let section = block(
        0x0a0d_0d0a,
        &fields(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX], u32::to_le_bytes),
    );
    // The second interface has no link-layer header, and time stamps in milliseconds.
    let first = block(1, &fields(&[1, 65_535], u32::to_le_bytes));
    let second = block(1, &fields(&[101, 65_535, 9 | 1 << 16, 3, 0], u32::to_le_bytes));
    let packet = |interface, time, bytes: &[u8]| {
        let len = u32::try_from(bytes.len()).unwrap();
        block(
            6,
            &[&fields(&[interface, 0, time, len, len], u32::to_le_bytes), bytes].concat(),
        )
    };
    let plain = [&section[..], &first, &packet(0, 1_500_000, &frame)].concat();
    let two = [&section[..], &first, &second, &packet(1, 1500, &frame[14..])].concat();

    let wanted = "00:00:01.500000 IP 10.0.0.1.5000 > 10.0.0.2.6000: UDP, length 5\n";
    for file in [big_endian, nanoseconds, plain, two] {
        assert_eq!(printed(&rdump(&STDIN, &file)), wanted);
    }
}

#[test]
fn a_cut_file_is_printed_to_its_last_whole_packet() {
    let mut capture = Capture::ethernet().frame(1, &hello()).frame(2, &hello()).bytes();
    capture.truncate(capture.len() - 3);
    let output = rdump(&STDIN, &capture);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    let wanted = "rdump: standard input: truncated dump file; tried to read 47 captured bytes, only got 44\n";
    assert!(said(&output).ends_with(wanted), "{}", said(&output));
}

#[test]
fn a_foreign_file_is_refused_in_one_line() {
    for (bytes, why) in [
        (&b"PNG and so on, for a while"[..], "unknown file format"),
        (
            &b"abc"[..],
            "truncated dump file; tried to read 4 file header bytes, only got 3",
        ),
        (
            &b""[..],
            "truncated dump file; tried to read 4 file header bytes, only got 0",
        ),
    ] {
        let output = rdump(&STDIN, bytes);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said(&output), format!("rdump: standard input: {why}\n"));
    }
    let output = rdump(&["-r", "/nonexistent/file"], b"");
    assert_eq!(
        said(&output),
        "rdump: /nonexistent/file: No such file or directory\n"
    );
}

#[test]
fn a_full_disk_is_an_error() {
    let capture = Capture::mixed().bytes();
    let output = rdump(&["-r", "-", "-w", "/dev/full"], &capture);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).ends_with("rdump: write /dev/full: No space left on device\n"),
        "{}",
        said(&output)
    );
    let folder = tempfile::tempdir().unwrap();
    let mut command = tool("rdump");
    let command = command.args(STDIN);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    fs::write(folder.path().join("x.pcap"), &capture).unwrap();
    let child = command.stdin(fs::File::open(folder.path().join("x.pcap")).unwrap());
    let output = child.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).ends_with("standard output: No space left on device\n"),
        "{}",
        said(&output)
    );
}

#[test]
fn packets_are_counted_passed_over_and_cut() {
    let capture = Capture::mixed().bytes();
    assert_eq!(printed(&rdump(&["-r", "-", "--count"], &capture)), "8 packets\n");
    assert_eq!(
        printed(&rdump(&["-r", "-", "--count", "arp"], &capture)),
        "1 packet\n"
    );
    let lines = |arguments: &[&str]| printed(&rdump(arguments, &capture)).lines().count();
    assert_eq!(lines(&["-n", "-r", "-", "-c", "3"]), 3);
    assert_eq!(lines(&["-n", "-r", "-", "--skip", "6"]), 2);
    assert_eq!(lines(&["-n", "-r", "-", "--print-sampling", "3"]), 2);
    let cut = rdump(&["-r", "-", "-s", "20", "-w", "-"], &capture).stdout;
    assert_eq!(cut.len(), 24 + 8 * (16 + 20));
}

#[test]
fn the_files_of_a_list_are_read_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two, list] = ["one", "two", "list"].map(|name| folder.path().join(name));
    fs::write(&one, Capture::ethernet().frame(5, &hello()).bytes()).unwrap();
    fs::write(&two, Capture::mixed().bytes()).unwrap();
    let names = format!("{}\n\n{}\n", one.display(), two.display());
    fs::write(&list, &names).unwrap();
    let list = list.to_str().unwrap();
    assert_eq!(printed(&rdump(&["--count", "-V", list], b"")), "9 packets\n");
    let output = rdump(&["-tn", "-V", "-", "-c", "2"], names.as_bytes());
    let text = printed(&output);
    assert!(
        text.starts_with("IP 10.0.0.1.5000 > 10.0.0.2.6000: UDP, length 5\nARP, "),
        "{text}"
    );
    assert_eq!(said(&output).matches("reading from file ").count(), 2);
    assert_eq!(
        printed(&rdump(&["--count", "-V", list, "-c", "1"], b"")),
        "1 packet\n"
    );

    let output = rdump(&["-V", "-"], b"/nonexistent/file\n");
    assert_eq!(
        said(&output),
        "rdump: /nonexistent/file: No such file or directory\n"
    );
    assert_eq!(said(&rdump(&["-V", "-"], b"\n")), "rdump: -: it names no file\n");
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (arguments, why) in [
        (
            &["-r", "x", "-i", "lo"][..],
            "-r and -i: packets come from a file or from an interface, not from both",
        ),
        (&["-c", "0"], "invalid packet count 0"),
        (&["-j", "sundial"], "invalid time stamp type sundial"),
        (
            &["-r", "x", "-I"],
            "-I and -j are about an interface, and packets come from a file",
        ),
        (
            &["-r", "x", "-V", "y"],
            "-r and -V: packets come from one file or from those of a list",
        ),
        (&["-y", "NOSUCH", "-d"], "invalid data link type NOSUCH"),
        (
            &["--print", "-w", "-", "-r", "x"],
            "--print and -w - cannot both have standard output",
        ),
    ] {
        let output = rdump(arguments, b"");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said(&output), format!("rdump: {why}\n"));
    }
}
