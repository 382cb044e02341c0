//! `--reliable`, checked.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;

use super::Args;

/// UDP that loses nothing.
#[derive(Debug)]
pub(in crate::tools::rnc) struct Reliable {
    /// `--key`.
    pub(in crate::tools::rnc) key: Option<PathBuf>,
    /// How long a caller calls.
    pub(in crate::tools::rnc) answer_within: Duration,
    /// How long a peer may be silent.
    pub(in crate::tools::rnc) patience: Duration,
}

impl Reliable {
    pub(super) fn parse(args: &Args, timeout: Option<Duration>) -> anyhow::Result<Option<Self>> {
        if !args.link.reliable {
            return Ok(None);
        }
        let contradictions = [
            (!args.udp, "must use -u with --reliable"),
            (args.unix, "cannot use --reliable and -U"),
            (args.secure.tls, "cannot use --reliable and --tls"),
            (args.link.relay, "cannot use --reliable and --relay"),
            (args.serve.broker, "cannot use --reliable and --broker"),
            (
                args.serve.exec.is_some() || args.serve.sh_exec.is_some(),
                "cannot use --reliable with --exec or --sh-exec",
            ),
            (args.scan, "cannot use --reliable and -z"),
            (args.pass, "cannot use --reliable and -F"),
            (
                args.bytes.hex_dump.is_some(),
                "cannot use --reliable and --hex-dump",
            ),
            (args.broadcast, "cannot use --reliable and -b"),
            (args.proxy.is_some(), "no proxy support for UDP mode"),
            (
                !args.listen && args.operands.len() > 2,
                "cannot use --reliable with several ports",
            ),
        ];
        if let Some((_, words)) = contradictions.iter().find(|(found, _)| *found) {
            bail!(*words);
        }
        let timeout = timeout.filter(|timeout| !timeout.is_zero());
        Ok(Some(Self {
            key: args.secure.key.clone(),
            answer_within: timeout.unwrap_or(ANSWER_WITHIN),
            patience: timeout.unwrap_or(PATIENCE),
        }))
    }
}

/// A listener may be a moment later than its caller.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Longer than the wireless goes away for.
const PATIENCE: Duration = Duration::from_secs(30);
