//! `rdig`: ask the DNS and show the whole message.

use std::process::ExitCode;

fn main() -> ExitCode {
    fairloss::cli::main::<fairloss::tools::rdig::Rdig>()
}
