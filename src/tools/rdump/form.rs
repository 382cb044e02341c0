//! `--json` and `--color`: in which form packets are printed, and what does not go with it.

use std::io::{self, IsTerminal};

use anyhow::{Result, bail};

use super::Args;
use super::args::When;
use crate::cli::refuses_colours;
use crate::print::Form;

/// Checks that nothing is asked for that JSON has no place for.
pub(super) fn check(args: &Args) -> Result<()> {
    if !args.json {
        return Ok(());
    }
    let dumps = [(args.ascii, "-A"), (args.hex, "-x"), (args.hex_ascii, "-X")];
    if let Some((_, flag)) = dumps.into_iter().find(|(times, _)| *times > 0) {
        bail!("--json and {flag}: a dump is no field");
    }
    if args.quiet > 0 {
        bail!("--json and -q: JSON tells everything that -v does");
    }
    let precise = args.micro || args.nano || args.precision.is_some();
    if args.time > 0 || (precise && args.write.is_none()) {
        bail!("--json and -t, --micro or --nano: JSON has one form of time stamp");
    }
    if args.color.is_some_and(|when| when != When::Never) {
        bail!("--json and --color: JSON has no colours");
    }
    if args.count_only {
        bail!("--json and --count: no packet is printed");
    }
    if args.write.is_some() && !args.print && args.print_sampling.is_none() {
        bail!("--json and -w: no packet is printed without --print");
    }
    if args.dump_program > 0 || args.list_devices || args.list_link_types || args.list_stamp_types {
        bail!("--json and -d, -D, -L or -J: JSON is for packets");
    }
    Ok(())
}

/// The form that was asked for.
pub(super) fn choose(args: &Args) -> Result<Form> {
    if args.json {
        return Ok(Form::Json);
    }
    let coloured = match args.color {
        None | Some(When::Never) => false,
        Some(When::Always) => true,
        Some(When::Auto) => !refuses_colours() && io::stdout().is_terminal(),
    };
    Ok(if coloured { Form::Coloured } else { Form::Text })
}
