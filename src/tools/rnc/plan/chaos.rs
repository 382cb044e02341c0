//! `--chaos`: how bad the network is to be.

use anyhow::{anyhow, bail};

use crate::proto::link::Spec;
use crate::tools::rnc::Args;

/// What `--chaos` says, if it can be done to what the other options ask for. Its seed is known from here on, so that
/// it can be said, and the run repeated.
pub(in crate::tools::rnc) fn parse(args: &Args) -> anyhow::Result<Option<Spec>> {
    let Some(text) = args.link.chaos.as_deref() else {
        return Ok(None);
    };
    let refusals = [
        (args.unix, "--chaos: not for UNIX-domain sockets"),
        (args.scan, "cannot use --chaos and -z"),
        (args.pass, "cannot use --chaos and -F"),
        (
            !args.udp && !args.link.relay,
            "--chaos is for -u; --relay makes a bad network for TCP",
        ),
    ];
    if let Some((_, words)) = refusals.iter().find(|(found, _)| *found) {
        bail!(*words);
    }
    let fit = |spec: Spec| {
        if args.udp {
            spec.fit_for_datagrams()
        } else {
            spec.fit_for_streams()
        }
    };
    let spec = text.parse().and_then(fit);
    let spec = spec.map_err(|error| anyhow!("--chaos: {error}"))?;
    Ok(Some(Spec {
        seed: Some(spec.seed.unwrap_or_else(rand::random)),
        ..spec
    }))
}
