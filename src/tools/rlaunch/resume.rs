//! `rlaunch resume`: to ask again for calls under the ids that they had.

use std::io;

use anyhow::{Result, anyhow};

use super::call::{Asked, Caller, Style, run};
use super::launch::whole_input;
use super::plan::{self, Known, What, fitting};
use super::{NOT_LAUNCHED, REFUSED, UNKNOWN, tell};
use crate::cli::{Exit, Failure};
use crate::proto::launch::{Doubt, Ending};

/// Asks again.
pub(super) fn resume(plan: &plan::Resume) -> Result<Exit, Failure> {
    run(&plan.conduct, async |caller: &mut Caller<'_>| {
        if caller.is_of_lines() {
            let why = "the journal is that of an interrupted run of --lines: give it the same lines again";
            return Err(anyhow!(why).into());
        }
        match &plan.what {
            What::All => all(caller).await,
            What::Noted(known) => {
                let noted = caller.unsettled().find(|asked| is(asked, known));
                match noted {
                    Some(asked) => one(caller, asked).await,
                    None => Err(anyhow!("{}: not unsettled in the journal", text(known)).into()),
                }
            }
            What::Typed(known, payload) => {
                let payload = match payload {
                    Some(payload) => payload.clone(),
                    None => fitting(&known.id, whole_input(io::stdin().lock())?)?,
                };
                let asked = caller.known(known, Some(payload)).await?;
                one(caller, asked).await
            }
        }
    })
}

async fn one(caller: &mut Caller<'_>, mut asked: Asked) -> Result<Exit, Failure> {
    let ended = caller.ask(&mut asked).await;
    Ok(caller.report(&asked, &ended, Style::Plain)?)
}

/// One after the other, each for as long as the deadline says. The first that is not answered ends it.
async fn all(caller: &mut Caller<'_>) -> Result<Exit, Failure> {
    let unsettled: Vec<_> = caller.unsettled().collect();
    if unsettled.is_empty() {
        tell::say("nothing is unsettled in the journal");
    }
    let mut worst = Exit::SUCCESS;
    for mut asked in unsettled {
        caller.renew();
        let ended = caller.ask(&mut asked).await;
        worst = worse(worst, caller.report(&asked, &ended, Style::Lines)?);
        if ended.ending == Ending::Unknown(Doubt::Silent) {
            break;
        }
    }
    Ok(worst)
}

fn is(asked: &Asked, known: &Known) -> bool {
    asked.id == known.id
        && known
            .instance
            .is_none_or(|instance| instance == asked.session.instance)
}

fn text(known: &Known) -> String {
    known.id.text(known.instance.unwrap_or_default()).to_string()
}

/// What several calls end with: that some outcome is unknown weighs most.
fn worse(a: Exit, b: Exit) -> Exit {
    let weight = |exit: Exit| {
        [Exit::SUCCESS, NOT_LAUNCHED, REFUSED, UNKNOWN]
            .iter()
            .position(|e| *e == exit)
    };
    if weight(b) > weight(a) { b } else { a }
}
