//! What `rlaunch` does.
#![expect(clippy::disallowed_methods, reason = "RLAUNCH_SERVER is read here")]

use super::args::Verb;
use super::{Args, bench, cancel, launch, operator, pair, plan, resume, serve};
use crate::cli::{Exit, Failure};

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let server = std::env::var("RLAUNCH_SERVER").ok();
    match args.verb {
        Verb::Serve(args) => Ok(serve::serve(plan::Serve::new(args)?)?),
        Verb::Launch(args) => launch::launch(&plan::Launch::new(args)?),
        Verb::Resume(args) => resume::resume(&plan::Resume::new(args)?),
        Verb::Cancel(args) => cancel::cancel(&plan::Cancel::new(args)?),
        Verb::Get(args) => pair::pair(&plan::Pair::get(args, server.as_deref())?),
        Verb::Status(args) => Ok(operator::operate(&plan::Operate::status(args)?)?),
        Verb::Log(args) => Ok(operator::log(&args.into())?),
        Verb::Bench(args) => Ok(bench::bench(&args.into())?),
        Verb::Resolve(args) => Ok(operator::operate(&plan::Operate::resolve(args)?)?),
        Verb::Prune(args) => Ok(operator::operate(&plan::Operate::prune(args)?)?),
        Verb::Set(args) => pair::pair(&plan::Pair::set(args, server.as_deref())?),
    }
}
