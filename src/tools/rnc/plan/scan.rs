//! `-z`: how ports are scanned.

use std::time::Duration;

use anyhow::bail;

use super::super::Args;
use super::Number;
use crate::proto::scan::Pace;

/// A scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Scan {
    pub(in super::super) pace: Pace,
    /// `--json`.
    pub(in super::super) json: bool,
}

impl Scan {
    /// The scan that was asked for, if one was that goes to the ports themselves.
    pub(super) fn parse(
        args: &Args,
        patience: Option<Duration>,
        pause: Option<Duration>,
    ) -> anyhow::Result<Option<Self>> {
        let inflight = args.scanning.inflight.as_deref();
        refuse_contradictions(args)?;
        let number = Number::new("inflight", 1..=i64::from(u16::MAX));
        let inflight = inflight.map(|text| number.parse(text)).transpose()?;
        let inflight = inflight.and_then(|inflight| usize::try_from(inflight).ok());
        // Of several connections from one port the second would be refused by our own kernel.
        let most = if args.port.is_some() { 1 } else { INFLIGHT };
        let scan = Self {
            pace: Pace {
                inflight: inflight.unwrap_or(most),
                patience: patience.filter(|patience| !patience.is_zero()),
                pause,
            },
            json: args.watch.json,
        };
        Ok((args.scan && !args.unix && args.proxy.is_none()).then_some(scan))
    }
}

fn refuse_contradictions(args: &Args) -> anyhow::Result<()> {
    let many = args.scanning.inflight.is_some();
    let contradictions = [
        (many && !args.scan, "must use -z with --inflight"),
        (many && args.unix, "cannot use --inflight and -U"),
        (many && args.proxy.is_some(), "cannot use --inflight and -x"),
        (many && args.interval.is_some(), "cannot use --inflight and -i"),
        (many && args.port.is_some(), "cannot use --inflight and -p"),
        (
            args.scan && args.watch.json && args.proxy.is_some(),
            "cannot use --json with -z and -x",
        ),
    ];
    match contradictions.iter().find(|(found, _)| *found) {
        Some((_, words)) => bail!(*words),
        None => Ok(()),
    }
}

/// Enough for a thousand ports that do not answer to cost the time of one, and few enough for most limits of
/// descriptors.
const INFLIGHT: usize = 1000;
