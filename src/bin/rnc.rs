//! `rnc`: listen and connect.

use std::process::ExitCode;

fn main() -> ExitCode {
    fairloss::cli::main::<fairloss::tools::rnc::Rnc>()
}
