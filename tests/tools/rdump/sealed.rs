//! Rights: asked for in one line, and given up before the first packet.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use rustix::process::Signal;

use super::capture::{Capture, ethernet, ipv4, udp};
use super::lab::{Lab, listening, signal, status};
use super::{feed, printed, rdump, said};
use crate::support::{peer, root, tool};

#[test]
fn a_capture_has_no_rights_left() {
    let Some(lab) = Lab::new() else {
        return;
    };
    let (rdump, _said) = listening(lab.rdump().args(["-n", "-i", "vb"]));
    assert_eq!(status(&rdump, "CapPrm"), "0000000000000000");
    assert_eq!(status(&rdump, "NoNewPrivs"), "1");
    // SECCOMP_MODE_FILTER
    assert_eq!(status(&rdump, "Seccomp"), "2");
}

#[test]
fn files_are_made_as_another_user_where_it_may_not() {
    let Some(lab) = Lab::new() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = lab.rdump();
    let command = command
        .current_dir(folder.path())
        .args(["-i", "vb", "-Z", "nobody", "-C", "1k", "-w", "x"]);
    let (mut rdump, _said) = listening(command);
    let nobody = fs::metadata(folder.path().join("x")).unwrap().uid();
    assert_eq!(
        status(&rdump, "Uid").split_whitespace().next(),
        Some(nobody.to_string().as_str())
    );
    assert_ne!(nobody, 0);
    // The right to make files, and no other.
    assert_eq!(status(&rdump, "CapEff"), "0000000000000002");
    lab.send(100).wait().unwrap();
    signal(&rdump, Signal::INT);
    assert!(rdump.wait().unwrap().success());
    assert_eq!(fs::metadata(folder.path().join("x9")).unwrap().uid(), nobody);
}

#[test]
fn names_are_still_found() {
    let frame = ethernet(
        0x0800,
        &ipv4([127, 0, 0, 1], [127, 0, 0, 1], 0, 17, &udp(5000, 53, b"")),
    );
    let output = rdump(
        &["-t", "--name-wait", "60", "-r", "-"],
        &Capture::ethernet().frame(1, &frame).bytes(),
    );
    assert!(
        printed(&output).starts_with("IP localhost.5000 > localhost.domain: "),
        "{}",
        printed(&output)
    );
}

#[test]
fn who_may_not_capture_is_told_the_one_command() {
    let Some(setpriv) = peer("setpriv").filter(|_| root()) else {
        return;
    };
    let program = tool("rdump").get_program().to_owned();
    let without = ["--bounding-set=-net_raw", "--inh-caps=-net_raw"];
    let output = feed(
        Command::new(setpriv)
            .args(without)
            .arg(&program)
            .args(["-i", "lo"]),
        b"",
    );
    assert_eq!(output.status.code(), Some(1));
    let wanted = format!(
        "rdump: lo: you don't have permission to capture on that device; \
         what grants it: sudo setcap cap_net_raw+ep {}\n",
        program.display()
    );
    assert_eq!(said(&output), wanted);
}

#[test]
fn a_user_that_cannot_be_become_is_refused() {
    let output = rdump(&["-r", "-", "-Z", "no such user"], &Capture::mixed().bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).ends_with("rdump: -Z: couldn't find user 'no such user'\n"),
        "{}",
        said(&output)
    );
}
