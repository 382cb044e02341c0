//! `rlaunch cancel`: to have a call that was not begun never be.

use anyhow::Result;

use super::call::{Caller, Style, run};
use super::plan;
use crate::cli::{Exit, Failure};

/// Has the call ruled out, or learns how it ended.
pub(super) fn cancel(plan: &plan::Cancel) -> Result<Exit, Failure> {
    run(&plan.conduct, async |caller: &mut Caller<'_>| {
        let mut asked = caller.known(&plan.call, None).await?;
        let ended = caller.cancel(&mut asked).await;
        Ok(caller.report(&asked, &ended, Style::Plain)?)
    })
}
