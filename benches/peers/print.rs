//! rdump against tcpdump, and against tshark where tcpdump has nothing to say.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::contest::{Contest, say};
use crate::{RDUMP, capture, run as run_command};

/// A million packets of a mixed capture: as text, with dumps, counted, filtered into a file, on all cores, and as
/// objects.
pub(crate) fn run(scratch: &Path) -> io::Result<()> {
    let file = scratch.join("mixed.pcap");
    capture::write(&file, 1_000_000)?;
    let read = |program: &str, options: &[&str]| {
        run_command(
            Command::new(program)
                .env("TZ", "UTC0")
                .args(options)
                .arg("-r")
                .arg(&file),
        );
    };
    let filter = "tcp port 80";
    for options in [
        &["-n"][..],
        &["-nv"],
        // A dump by tcpdump takes some 15 µs a packet: a part of them will do.
        &["-nX", "-c", "100000"],
        &["--count", filter],
        &["-w", "/dev/null", filter],
    ] {
        let said = options.join(" ");
        Contest::new(format!("rdump {said} -r : tcpdump {said} -r"))
            .rounds(5)
            .run(|| read(RDUMP, options), || read("tcpdump", options));
    }
    for options in ["-n", "-nv", "-nX"] {
        Contest::new(format!("rdump {options} -r on all cores : on one"))
            .rounds(5)
            .run(
                || read(RDUMP, &[options]),
                || read("taskset", &["-c", "0", RDUMP, options]),
            );
    }
    if !is_installed("tshark") {
        say("SKIPPED: rdump --json -n -r : tshark -T json -n -r, because there is no tshark");
        return Ok(());
    }
    // Its objects take tshark more than 100 µs a packet, and its start half a second, which a few packets would not
    // make up for.
    let some = ["-n", "-c", "50000"];
    Contest::new("rdump --json -n -c 50000 -r : tshark -T json -n -c 50000 -r")
        .rounds(3)
        .run(
            || read(RDUMP, &[&["--json"], &some[..]].concat()),
            || read("tshark", &[&["-T", "json"], &some[..]].concat()),
        );
    Ok(())
}

fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}
