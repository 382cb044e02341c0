//! What is done to the bytes, checked.

use std::path::PathBuf;

use anyhow::bail;

use super::Args;

/// The file of `--hex-dump`.
pub(super) fn hex_dump(args: &Args) -> anyhow::Result<Option<PathBuf>> {
    match &args.bytes.hex_dump {
        Some(file) if file.as_os_str() == "-" => {
            bail!("the hex dump needs a file: standard output is for the data")
        }
        file => Ok(file.clone()),
    }
}

pub(super) fn refuse_contradictions(args: &Args) -> anyhow::Result<()> {
    let none_moves = args.scan || args.pass;
    let others = args.link.relay;
    let contradictions = [
        (
            args.detach && args.bytes.send_only,
            "cannot use --send-only with -d or --recv-only",
        ),
        (
            none_moves && args.bytes.hex_dump.is_some(),
            "cannot use --hex-dump with -z or -F: no bytes are moved",
        ),
        (
            none_moves && args.bytes.send_only,
            "cannot use --send-only with -z or -F: no bytes are moved",
        ),
        (
            none_moves && args.watch.progress,
            "cannot use --progress with -z or -F: no bytes are moved",
        ),
        (
            others && args.bytes.hex_dump.is_some(),
            "cannot use --relay and --hex-dump",
        ),
        (
            others && args.bytes.send_only,
            "cannot use --relay and --send-only",
        ),
        (others && args.watch.progress, "cannot use --relay and --progress"),
    ];
    match contradictions.iter().find(|(found, _)| *found) {
        Some((_, words)) => bail!(*words),
        None => Ok(()),
    }
}
