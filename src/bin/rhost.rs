//! `rhost`: look a name up and say it in a sentence.

use std::process::ExitCode;

fn main() -> ExitCode {
    fairloss::cli::main::<fairloss::tools::rhost::Rhost>()
}
