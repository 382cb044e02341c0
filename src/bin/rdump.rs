//! `rdump`: capture packets, filter them, print them.

use std::process::ExitCode;

fn main() -> ExitCode {
    fairloss::cli::main::<fairloss::tools::rdump::Rdump>()
}
