//! `rlaunch`: ask a server, over UDP, to do a thing once.

use std::process::ExitCode;

fn main() -> ExitCode {
    fairloss::cli::main::<fairloss::tools::rlaunch::Rlaunch>()
}
