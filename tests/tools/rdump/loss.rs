//! What passes a wire is what is in the file: next to tcpdump, and however the capture ends.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use fairloss::capture::File;
use rustix::process::Signal;

use super::lab::{Lab, listening, number, setting, signal};
use crate::support::peer;

#[test]
fn the_file_is_that_of_tcpdump_with_tags_directions_and_times() {
    let (Some(lab), Some(tcpdump)) = (Lab::new(), peer("tcpdump")) else {
        return;
    };
    let frames = setting("FAIRLOSS_FRAMES", 2000);
    for arguments in [
        &["-i", "vb"][..],
        &["-i", "va", "-Q", "out"],
        &["-i", "any", "-y", "LINUX_SLL2", "-Q", "in"],
        &["-i", "vb", "vlan", "and", "udp", "port", "6000"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let [theirs, ours] = ["theirs", "ours"].map(|name| folder.path().join(name));
        let wanted = if arguments.contains(&"vlan") {
            frames / 4
        } else {
            frames
        };
        let count = wanted.to_string();
        // It takes its time to hand over what came last, unless it knows how many packets there will be.
        let mut command = lab.inside(tcpdump.as_os_str());
        let command = command
            .args(["-Z", "root", "-c", &count, "-w"])
            .arg(&theirs)
            .args(arguments);
        let (mut peer, _said) = listening(command);
        let (mut rdump, mut said) = listening(lab.rdump().arg("-w").arg(&ours).args(arguments));
        lab.send(frames).wait().unwrap();
        assert!(peer.wait().unwrap().success());
        signal(&rdump, Signal::INT);
        assert!(rdump.wait().unwrap().success());
        let mut counters = String::new();
        said.read_to_string(&mut counters).unwrap();
        assert!(
            counters.starts_with(&format!("{wanted} packets captured\n")),
            "{counters}"
        );
        assert!(
            counters.ends_with("\n0 packets dropped by kernel\n"),
            "{counters}"
        );
        assert!(
            fs::read(&ours).unwrap() == fs::read(&theirs).unwrap(),
            "{arguments:?}"
        );
    }
}

/// How a file ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Whole,
    Cut,
}

/// The numbers of the frames in a file, and how it ends.
fn read(path: &Path) -> (Vec<u64>, End) {
    let mut numbers = Vec::new();
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return (numbers, cut(&error.to_string())),
    };
    loop {
        match file.next_frame() {
            Ok(Some(frame)) => numbers.push(number(frame.bytes)),
            Ok(None) => return (numbers, End::Whole),
            Err(error) => return (numbers, cut(&error.to_string())),
        }
    }
}

/// Whether it can be told what the packets of a file are, even if there are none.
fn has_header(path: &Path) -> bool {
    File::open(path).is_ok()
}

#[track_caller]
fn cut(error: &str) -> End {
    assert!(error.contains("truncated dump file"), "{error}");
    End::Cut
}

/// The files in the order in which they were written, by the number behind their name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder can be listed")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    files
}

/// The rule: whole packets, each once, in order; of those before it none is missing in a file. Only the last file of
/// a killed capture may end in the middle of a packet.
#[test]
fn every_file_that_a_capture_leaves_behind_is_readable_to_its_last_whole_packet() {
    let Some(lab) = Lab::new() else {
        return;
    };
    let rounds = setting("FAIRLOSS_KILLS", 16);
    let _sender = lab.send(0);
    let (mut packets, mut written, mut cuts) = (0, 0, 0);
    for round in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        let forms: [&[&str]; 4] = [
            &["-w", "x"],
            &["-w", "x", "-C", "20k"],
            &["-w", "x.pcapng", "-U"],
            &["-w", "x.gz", "-C", "50k"],
        ];
        let arguments = forms[usize::try_from(round / 2 % 4).unwrap()];
        let mut command = lab.rdump();
        command
            .current_dir(folder.path())
            .args(["-i", "vb"])
            .args(arguments);
        let (mut rdump, _said) = listening(&mut command);
        // The moment is what is random; nothing depends on how long it takes.
        let moment = (round * 7919 + 13) % 250;
        std::thread::sleep(std::time::Duration::from_millis(moment));
        let is_kill = round % 2 == 0;
        signal(&rdump, if is_kill { Signal::KILL } else { Signal::INT });
        let status = rdump.wait().unwrap();
        assert!(is_kill || status.success());

        let files = files(folder.path());
        let mut next = None;
        for (place, path) in files.iter().enumerate() {
            assert!(has_header(path), "round {round}: {path:?} has no header");
            let (numbers, end) = read(path);
            let is_last = place + 1 == files.len();
            assert!(
                end == End::Whole || (is_kill && is_last),
                "round {round}: {path:?} ends {end:?}"
            );
            for number in &numbers {
                assert!(
                    next.is_none_or(|next| next == *number),
                    "round {round}: {path:?} has {number}, not {next:?}"
                );
                next = Some(number + 1);
            }
            packets += numbers.len();
            cuts += u32::from(end == End::Cut);
        }
        written += files.len();
    }
    assert!(packets > 0, "something was captured");
    say(&format!(
        "{rounds} captures ended: {written} files, {packets} packets; {cuts} files end within a packet, none within its header"
    ));
}

#[expect(
    clippy::disallowed_macros,
    reason = "figures for whoever runs it with --nocapture"
)]
fn say(line: &str) {
    eprintln!("{line}");
}
