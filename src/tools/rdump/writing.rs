//! What `-w` and its companions ask for.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use super::Args;
use super::rotation::Turns;
use crate::capture::{Compression, Format};

/// Packets are written to a file, or to several.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) file: Target,
    pub(super) format: Format,
    pub(super) compression: Option<Compression>,
    /// When one file is followed by the next, and the command for it then.
    pub(super) turns: Turns,
    pub(super) command: Option<OsString>,
    /// Whether each packet is written out as it comes.
    pub(super) each_packet: bool,
    /// Whether the number of packets is told each second.
    pub(super) progress: bool,
}

/// A file to write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    File(PathBuf),
    Stdout,
}

/// What is to be written, and to which files.
pub(super) fn plan(args: &Args) -> Result<Option<Write>> {
    let turns = Turns {
        size: args.file_size.as_deref().map(file_size).transpose()?,
        period: match args.file_seconds {
            Some(0) => bail!("invalid number of seconds 0"),
            seconds => seconds.map(Duration::from_secs),
        },
        files: match args.files {
            Some(0) => bail!("invalid number of output files 0"),
            files => files.and_then(NonZeroU32::new),
        },
    };
    let rotates = turns.size.is_some() || turns.period.is_some();
    if !rotates && (turns.files.is_some() || args.postrotate.is_some()) {
        bail!("-W and -z are about the files of -C and -G");
    }
    let Some(path) = &args.write else {
        if rotates {
            bail!("-C and -G are about the files of -w");
        }
        return Ok(None);
    };
    let (file, compression) = if path.as_os_str() == "-" {
        (Target::Stdout, None)
    } else {
        (Target::File(path.clone()), Compression::of(path))
    };
    if rotates && file == Target::Stdout {
        bail!("-C and -G need the name of a file, and standard output has none");
    }
    if args.postrotate.is_some() && path.as_os_str().as_encoded_bytes().contains(&b'\n') {
        bail!("-z takes no name that has a newline in it");
    }
    Ok(Some(Write {
        file,
        format: match path_without(path, compression).extension() {
            Some(ending) if ending == "pcapng" || ending == "ntar" => Format::Pcapng,
            _ => Format::Pcap,
        },
        compression,
        turns,
        command: args.postrotate.clone(),
        each_packet: args.packet_buffered,
        progress: args.verbose > 0 && args.read.is_empty() && args.list.is_none(),
    }))
}

fn path_without(path: &Path, compression: Option<Compression>) -> PathBuf {
    match compression {
        Some(_) => path.with_extension(""),
        None => path.to_owned(),
    }
}

/// Millions of bytes, or with a letter as many times 1024 bytes.
fn file_size(typed: &str) -> Result<u64> {
    let (digits, unit) = match typed.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1 << 10),
        None => match typed.strip_suffix(['m', 'M']) {
            Some(digits) => (digits, 1 << 20),
            None => match typed.strip_suffix(['g', 'G']) {
                Some(digits) => (digits, 1 << 30),
                None => (typed, 1_000_000),
            },
        },
    };
    let size = digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(unit));
    match size.filter(|size| *size > 0) {
        Some(size) => Ok(size),
        None => bail!("invalid file size {typed}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn written(typed: &str) -> Result<Option<Write>> {
        let argv = std::iter::once("rdump").chain(typed.split_whitespace());
        plan(&Args::try_parse_from(argv)?)
    }

    #[test]
    fn a_file_size_is_in_millions_of_bytes_or_has_a_unit() {
        let size = |typed: &str| {
            let write = written(&format!("-w x -C {typed}")).unwrap().unwrap();
            write.turns.size
        };
        assert_eq!(size("2"), Some(2_000_000));
        assert_eq!(size("3k"), Some(3072));
        assert_eq!(size("1M"), Some(1_048_576));
        assert_eq!(size("1g"), Some(1_073_741_824));
    }

    #[test]
    fn the_name_of_a_file_says_its_format_and_its_compression() {
        let write = |name: &str| written(&format!("-w {name}")).unwrap().unwrap();
        let form = |name: &str| (write(name).format, write(name).compression);
        assert_eq!(form("x.pcap"), (Format::Pcap, None));
        assert_eq!(form("x.pcapng"), (Format::Pcapng, None));
        assert_eq!(form("x.pcapng.gz"), (Format::Pcapng, Some(Compression::Gzip)));
        assert_eq!(form("x.zst"), (Format::Pcap, Some(Compression::Zstd)));
    }

    #[test]
    fn files_that_follow_each_other_need_names() {
        assert!(written("-w - -C 1").is_err());
        assert!(written("-C 1").is_err());
        assert!(written("-w x -W 3").is_err());
        assert!(written("-w x -z gzip").is_err());
    }
}
