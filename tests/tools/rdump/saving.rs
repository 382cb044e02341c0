//! Files that are written: their formats, their compression, and one after the other.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::capture::{Capture, ethernet, ipv4, udp};
use super::{feed, printed, rdump, said};
use crate::support::{peer, tool, until};

/// As many packets of 1,042 bytes, one a second.
fn steady(count: u32) -> Vec<u8> {
    let frame = ethernet(
        0x0800,
        &ipv4([10, 0, 0, 1], [10, 0, 0, 2], 0, 17, &udp(5000, 6000, &[7; 1000])),
    );
    (1..=count)
        .fold(Capture::ethernet(), |capture, second| {
            capture.frame(second, &frame)
        })
        .bytes()
}

/// Runs `rdump -r -` on `input`, with the arguments after it, in `folder`.
fn write(folder: &Path, arguments: &[&str], input: &[u8]) -> std::process::Output {
    feed(
        tool("rdump")
            .current_dir(folder)
            .args(["-r", "-"])
            .args(arguments),
        input,
    )
}

/// How many packets each file in `folder` has, by name.
fn counts(folder: &Path) -> Vec<(String, usize)> {
    let entries = fs::read_dir(folder).expect("a folder can be listed");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry can be read"))
        .map(|entry| {
            let output = rdump(
                &["-r".as_ref(), entry.path().as_os_str(), "--count".as_ref()],
                b"",
            );
            let count = printed(&output);
            let count = count.split(' ').next().and_then(|count| count.parse().ok());
            let name = entry.file_name().into_string().expect("we have named it");
            (name, count.expect("it is a number"))
        })
        .collect();
    files.sort();
    files
}

fn named(files: &[(&str, usize)]) -> Vec<(String, usize)> {
    files
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

#[test]
fn files_follow_each_other_by_size_as_tcpdumps_do() {
    let ours = tempfile::tempdir().unwrap();
    let input = steady(20);
    for arguments in [
        &["-w", "plain", "-C", "5k"][..],
        &["-w", "ring", "-C", "3k", "-W", "4"],
    ] {
        assert!(write(ours.path(), arguments, &input).status.success());
    }
    let wanted = [
        ("plain", 5),
        ("plain1", 5),
        ("plain2", 5),
        ("plain3", 5),
        ("ring0", 3),
        ("ring1", 3),
        ("ring2", 2),
        ("ring3", 3),
    ];
    assert_eq!(counts(ours.path()), named(&wanted));
    // What tcpdump of Debian can do of it: it knows no units.
    let Some(tcpdump) = peer("tcpdump") else {
        return;
    };
    let theirs = tempfile::tempdir().unwrap();
    let million = steady(2100);
    let arguments = ["-r", "-", "-w", "x", "-C", "1", "-W", "2", "-Z", "root"];
    let status = feed(
        Command::new(tcpdump).current_dir(theirs.path()).args(arguments),
        &million,
    )
    .status;
    assert!(status.success());
    let again = tempfile::tempdir().unwrap();
    assert!(
        write(again.path(), &["-w", "x", "-C", "1", "-W", "2"], &million)
            .status
            .success()
    );
    for name in ["x0", "x1"] {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert!(read(again.path()) == read(theirs.path()), "{name}");
    }
}

#[test]
fn files_follow_each_other_by_time_and_are_named_after_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        write(folder.path(), &["-w", "%H%M%S.pcap", "-G", "10"], &steady(25))
            .status
            .success()
    );
    let wanted = [("000001.pcap", 10), ("000011.pcap", 10), ("000021.pcap", 5)];
    assert_eq!(counts(folder.path()), named(&wanted));

    let folder = tempfile::tempdir().unwrap();
    let output = write(folder.path(), &["-w", "%S", "-G", "5", "-W", "2"], &steady(25));
    assert_eq!(counts(folder.path()), named(&[("01", 5), ("06", 5)]));
    assert!(
        said(&output).ends_with("Maximum file limit reached: 2\n"),
        "{}",
        said(&output)
    );
}

#[test]
fn the_command_gets_each_file_that_another_one_follows() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("note");
    // It makes its mark in one step, so that whoever sees it sees all of it.
    fs::write(&script, "#!/bin/sh\ncp \"$1\" seen && mv seen \"$1.done\"\n").unwrap();
    let mut permissions = fs::metadata(&script).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    fs::set_permissions(&script, permissions).unwrap();
    let output = write(
        folder.path(),
        &["-w", "x", "-C", "5k", "-z", "./note"],
        &steady(8),
    );
    assert!(output.status.success(), "{}", said(&output));
    until("the command has copied the file", || {
        folder.path().join("x.done").exists()
    });
    let read = |name| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("x.done"), read("x"));
    assert!(!folder.path().join("x1.done").exists());
}

#[test]
fn a_compressed_file_holds_the_same_packets() {
    let folder = tempfile::tempdir().unwrap();
    let input = steady(300);
    for (name, unpack) in [("x.pcap.gz", "gzip"), ("x.pcap.zst", "zstd")] {
        assert!(write(folder.path(), &["-w", name], &input).status.success());
        let packed = fs::read(folder.path().join(name)).unwrap();
        assert!(packed.len() < input.len() / 5);
        assert_eq!(rdump(&["-r", "-", "-w", "-"], &packed).stdout, input);
        if let Some(program) = peer(unpack) {
            assert_eq!(
                feed(Command::new(program).arg("-dc"), &packed).stdout,
                input,
                "{name}"
            );
        }
        // A compressed file that was cut ends as a plain one that was cut.
        let output = rdump(&["-r", "-", "--count"], &packed[..packed.len() - 4]);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said(&output).contains("rdump: standard input: truncated dump file; "),
            "{}",
            said(&output)
        );
    }
    let numbered = ["-w", "y.gz", "-C", "200k"];
    assert!(write(folder.path(), &numbered, &input).status.success());
    assert!(folder.path().join("y1.gz").exists());
}

#[test]
fn a_pcapng_file_keeps_interfaces_and_comments() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.pcapng");
    let name = file.to_str().unwrap();
    let capture = Capture::mixed().bytes();
    let output = rdump(&["-r", "-", "-w", name, "udp"], &capture);
    assert!(output.status.success(), "{}", said(&output));
    let text = |arguments: &[&str], input: &[u8]| printed(&rdump(arguments, input));
    let wanted = text(&["-ttnr", "-", "udp"], &capture);
    assert_eq!(text(&["-ttnr", name], b""), wanted);
    if let Some(tcpdump) = peer("tcpdump") {
        assert_eq!(
            printed(&feed(Command::new(tcpdump).args(["-ttnr", name]), b"")),
            wanted
        );
    }

    let comment = [&[1, 0, 5, 0][..], b"hello", &[0; 3], &[0; 4]].concat();
    let block = |kind: u32, body: &[u8]| {
        let len = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
        [&kind.to_le_bytes()[..], &len, body, &len].concat()
    };
    let section = [
        0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
    let interface = [&[1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 4, 0][..], b"eth7"].concat();
    let packet = [&[0; 12][..], &[4, 0, 0, 0, 60, 0, 0, 0, 9, 9, 9, 9], &comment].concat();
    let input = [
        block(0x0a0d_0d0a, &section),
        block(1, &interface),
        block(6, &packet),
    ]
    .concat();
    assert!(rdump(&["-r", "-", "-w", name], &input).status.success());
    let written = fs::read(&file).unwrap();
    let holds = |part: &[u8]| written.windows(part.len()).any(|window| window == part);
    assert!(holds(b"\x02\0\x04\0eth7") && holds(&comment), "{written:?}");
}

#[test]
fn a_plain_file_refuses_packets_of_two_link_types() {
    let block = |kind: u32, body: &[u8]| {
        let len = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
        [&kind.to_le_bytes()[..], &len, body, &len].concat()
    };
    let section = [
        0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
    let mut input = block(0x0a0d_0d0a, &section);
    for link in [1, 101] {
        input.extend(block(1, &[link, 0, 0, 0, 0, 1, 0, 0]));
    }
    for interface in [0, 1] {
        let head = [
            interface, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4,
        ];
        input.extend(block(6, &head));
    }
    let output = rdump(&["-r", "-", "-w", "-"], &input);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).ends_with("cannot hold a packet of RAW (Raw IP); one that is called *.pcapng can\n"),
        "{}",
        said(&output)
    );
}

#[test]
fn the_first_seconds_of_a_file_can_be_asked_for() {
    let count = |duration: &str| {
        printed(&rdump(
            &["-r", "-", "--count", "--duration", duration],
            &steady(9),
        ))
    };
    assert_eq!(count("3"), "3 packets\n");
    assert_eq!(count("0.5"), "1 packet\n");
    assert_eq!(count("1000"), "9 packets\n");
}
