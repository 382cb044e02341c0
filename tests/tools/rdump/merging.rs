//! Several files read as one, and the line that tells how far it has come.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::capture::{Capture, ethernet, ipv4, udp};
use super::{feed, printed, rdump, said};
use crate::support::{peer, tool};

fn packet(mark: u8) -> Vec<u8> {
    ipv4(
        [10, 0, 0, mark],
        [10, 0, 0, 9],
        0,
        17,
        &udp(5000, 6000, &[mark; 5]),
    )
}

/// A file of Ethernet with packets from 10.0.0.`mark` at these seconds.
fn file(folder: &Path, mark: u8, seconds: &[u32]) -> PathBuf {
    let frame = ethernet(0x0800, &packet(mark));
    let capture = seconds.iter().fold(Capture::ethernet(), |capture, second| {
        capture.frame(*second, &frame)
    });
    let path = folder.join(format!("{mark}.pcap"));
    fs::write(&path, capture.bytes()).expect("there is room");
    path
}

/// A file of raw IP, in nanoseconds, with one packet at second 2 and 7 ns.
fn raw(folder: &Path) -> PathBuf {
    let packet = packet(3);
    let len = u32::try_from(packet.len()).expect("a packet is short");
    let head = [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 65_535, 101, 2, 7, len, len];
    let head: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    let path = folder.join("raw.pcap");
    fs::write(&path, [head, packet].concat()).expect("there is room");
    path
}

/// `rdump` with `-r` for each file.
fn merged(files: &[&Path], arguments: &[&str]) -> std::process::Output {
    let mut words: Vec<String> = Vec::new();
    for file in files {
        words.extend(["-r".to_owned(), file.display().to_string()]);
    }
    words.extend(arguments.iter().map(|word| (*word).to_owned()));
    rdump(&words, b"")
}

/// The last number of each sender.
fn senders(text: &str) -> String {
    let lines = text
        .lines()
        .filter_map(|line| line.split("IP 10.0.0.").nth(1)?.chars().next());
    lines.collect()
}

#[test]
fn packets_of_several_files_come_by_time_whatever_the_files_are() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        file(folder.path(), 1, &[1, 3, 5]),
        file(folder.path(), 2, &[1, 2, 9, 4]),
    );
    let three = raw(folder.path());
    let all = [one.as_path(), &two, &three];
    let output = merged(&all, &["-n"]);
    // The last packet of the second file is out of order there, and stays where it is.
    assert_eq!(senders(&printed(&output)), "12321122");
    let told: Vec<_> = all
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    let said = said(&output);
    assert_eq!(said.lines().count(), 3, "{said}");
    for (line, name) in said.lines().zip(told) {
        assert!(
            line.contains(&format!("{name}, link-type ")),
            "{line} is not of {name}"
        );
    }
    let turned = merged(&[&two, &one, &three], &["-n", "-c", "2"]);
    assert_eq!(senders(&printed(&turned)), "21");
    assert_eq!(printed(&merged(&all, &["--count"])), "8 packets\n");
    assert_eq!(
        printed(&merged(&all, &["--count", "src", "10.0.0.3"])),
        "1 packet\n"
    );
    let offset = printed(&merged(&all, &["--count", "ether[12:2] = 0x800 or ip[0] = 0x45"]));
    assert_eq!(offset, "8 packets\n");
}

#[test]
fn several_link_types_can_be_written_to_a_file_that_holds_them() {
    let folder = tempfile::tempdir().unwrap();
    let (one, three) = (file(folder.path(), 1, &[1, 3]), raw(folder.path()));
    let (plain, good) = (folder.path().join("x.pcap"), folder.path().join("x.pcapng"));
    let name = plain.to_str().unwrap();
    let output = merged(&[&one, &three], &["-w", name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).ends_with("RAW (Raw IP), and only a file that is called *.pcapng can hold both\n"),
        "{}",
        said(&output)
    );
    assert!(!plain.exists());
    let name = good.to_str().unwrap();
    printed(&merged(&[&one, &three], &["-w", name, "--nano"]));
    let text = printed(&rdump(&["-ttn", "--nano", "-r", name], b""));
    assert_eq!(senders(&text), "131");
    assert!(text.contains("\n2.000000007 IP 10.0.0.3."), "{text}");
    // Files of one kind are one file.
    let two = file(folder.path(), 2, &[2]);
    printed(&merged(&[&one, &two], &["-w", plain.to_str().unwrap()]));
    let count = printed(&rdump(
        &["--count".as_ref(), "-r".as_ref(), plain.as_os_str()],
        b"",
    ));
    assert_eq!(count, "3 packets\n");
}

#[test]
fn what_is_wrong_with_one_of_several_files_is_told_once_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        file(folder.path(), 1, &[1, 3, 5]),
        file(folder.path(), 2, &[2, 4]),
    );
    let bytes = fs::read(&two).unwrap();
    fs::write(&two, &bytes[..bytes.len() - 1]).unwrap();
    let output = merged(&[&two, &one], &["-n"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(senders(&String::from_utf8_lossy(&output.stdout)), "1211");
    assert!(
        said(&output).contains("2.pcap: truncated dump file; tried to read 47 captured bytes, only got 46\n"),
        "{}",
        said(&output)
    );
    let twice = rdump(&["-r", "-", "-r", "-"], b"");
    let wanted = "rdump: -r -: standard input can be read only once\n";
    assert_eq!(said(&twice), wanted);
    let other = merged(&[&one, &raw(folder.path())], &["-y", "EN10MB"]);
    assert!(
        said(&other).contains("its link type is RAW (Raw IP), not EN10MB"),
        "{}",
        said(&other)
    );
}

#[test]
fn a_terminal_shows_how_far_it_has_come_with_a_large_file_and_then_no_more() {
    let Some(socat) = peer("socat") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (large, script) = (folder.path().join("large"), folder.path().join("script"));
    let head = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1];
    let mut bytes: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    for second in 0..128 {
        bytes.extend(
            [second, 0, 262_144, 262_144]
                .into_iter()
                .flat_map(u32::to_le_bytes),
        );
        bytes.resize(bytes.len() + 262_144, 0);
    }
    fs::write(&large, bytes).unwrap();
    let shown = |arguments: &str, file: &Path| {
        let rdump = tool("rdump").get_program().to_owned();
        let line = format!(
            "{} {arguments} -r {} > {}",
            rdump.display(),
            file.display(),
            folder.path().join("out").display()
        );
        fs::write(&script, line).unwrap();
        // Standard error of what it runs is a terminal of its own.
        let address = format!("EXEC:sh {},pty,stderr,setsid,ctty", script.display());
        let output = feed(Command::new(&socat).args(["-u", &address, "-"]), b"");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = shown("--count", &large);
    assert!(text.contains(" of 32.00 MiB"), "{text:?}");
    // The line is gone at the end.
    let end = text.rsplit(" left").next().unwrap();
    assert!(end.contains("\u{1b}[2K"), "{text:?}");
    let counted = fs::read_to_string(folder.path().join("out")).unwrap();
    assert_eq!(counted, "128 packets\n");
    // A small file is read before anybody could look.
    let small = file(folder.path(), 1, &[1, 2]);
    assert!(!shown("-n", &small).contains(" of "));
}
