//! `rnc -u --reliable`: UDP that loses nothing.

use anyhow::{anyhow, bail};

use super::access::access;
use super::datagrams::receiver;
use super::plan::{self, Mode, Plan, Port, Target};
use super::ready::Ready;
use super::run::{runtime, stdio};
use super::{chaos, connect, dial, names, progress, say};
use crate::cli::{Exit, Failure};
use crate::net::{Clock, Conversation, Reliable, ReliableError, address, bind_datagrams};
use crate::proto::link::Seal;
use crate::tools::secret::Secret;

/// Calls or listens, whichever the plan says.
pub(super) fn run(plan: &Plan, how: &plan::Reliable, ready: Ready) -> Result<Exit, Failure> {
    let reliable = Reliable {
        relay: plan.relay.clone(),
        seal: seal(how)?,
        answer_within: how.answer_within,
        patience: how.patience,
    };
    match &plan.mode {
        Mode::Connect { target, .. } => call(plan, &reliable, target),
        Mode::Listen { host, port, keep } => listen(plan, &reliable, host.as_deref(), port, *keep, ready),
        // The plan has refused the others.
        _ => Err(Failure::from(anyhow!("cannot use --reliable here"))),
    }
}

fn call(plan: &Plan, reliable: &Reliable, target: &Target) -> Result<Exit, Failure> {
    let Some(port) = connect::ports(plan, target)?.into_iter().next() else {
        return Ok(Exit::FAILURE);
    };
    let Some((socket, to)) = dial::to(plan, target, &target.host, port)? else {
        return Ok(Exit::FAILURE);
    };
    let runtime = runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(async {
        let stdio = stdio()?;
        let mut tell = |notice| say::notice(notice, Some(to));
        let conversation = reliable.call(&stdio, socket, &mut tell).await;
        if let (Ok(_), true) = (&conversation, plan.verbose) {
            say::connected(plan, &target.host, to);
        }
        Ok(converse(conversation).await.0)
    })
}

fn listen(
    plan: &Plan,
    reliable: &Reliable,
    host: Option<&str>,
    port: &Port,
    keep: bool,
    ready: Ready,
) -> Result<Exit, Failure> {
    let place = names::place(plan, host, names::port(plan, port)?)?;
    let access = access(plan)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let socket = bind_datagrams(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    runtime.block_on(async {
        ready.at(plan, "Bound", place, address(&socket)).await?;
        let (socket, access) = chaos::before(plan, socket, access)?;
        let (socket, stdio) = (receiver(socket, false, access)?, stdio()?);
        loop {
            let mut tell = |notice| say::notice(notice, None);
            let conversation = reliable.answer(&stdio, &socket, keep, &mut tell).await;
            if let (Ok(conversation), true) = (&conversation, plan.verbose) {
                say::received(plan, place, conversation.peer()).await;
            }
            let (exit, lost) = converse(conversation).await;
            if !keep || lost {
                return Ok(exit);
            }
        }
    })
}

/// Moves bytes, if there is a connection, and says how it ended. Whether nobody else can be served.
async fn converse(conversation: Result<Conversation, ReliableError>) -> (Exit, bool) {
    let clock = Clock::start();
    let end = match conversation {
        Ok(mut conversation) => {
            let (peer, meter) = (conversation.peer(), conversation.meter().clone());
            let mut tell = |notice| say::notice(notice, Some(peer));
            let end = tokio::select! {
                biased;
                end = conversation.run(&mut tell) => end,
                never = progress::watch(&meter) => never,
            };
            let time = clock.now().since_origin();
            say::conversed(peer, end.as_ref(), &conversation.account(), &meter, time);
            end
        }
        Err(error) => Err(error),
    };
    let Err(error) = end else {
        return (Exit::SUCCESS, false);
    };
    say::unreliable(&error);
    use ReliableError::{Network, Stdin, Stdout};
    (Exit::FAILURE, matches!(error, Stdout(_) | Stdin(_) | Network(_)))
}

/// What makes the tags of datagrams.
fn seal(how: &plan::Reliable) -> anyhow::Result<Seal> {
    let Some(path) = &how.key else {
        return Ok(Seal::checksum());
    };
    let secret = Secret::read(path)?;
    if secret.is_open_to_others() {
        say::warn(&format!("{}: others can read or write this key", path.display()));
    }
    if secret.bytes.is_empty() {
        bail!("{}: an empty key", path.display());
    }
    Ok(Seal::keyed(&secret.bytes))
}
