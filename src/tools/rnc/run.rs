//! What `rnc` does.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use tokio::runtime::Runtime;

use super::Args;
use super::plan::{Mode, Plan, Purpose, Task};
use super::ready::Ready;
use super::secure::{self, Guard};
use super::{chaos, connect, datagrams, exec, listen, password, progress, reliable, say, scan, unix};
use crate::cli::{Exit, Failure};
use crate::net::{
    self, Clock, Dump, Endpoint, Meter, PumpError, Relay, Stdio, Transport, Turns, pass_socket,
};
use crate::proto::relay::End;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    say::begin(args.watch.json, args.verbose > 0 || args.watch.json);
    progress::begin(&args);
    let end = perform(args);
    chaos::settle();
    progress::clear();
    end.map_err(say::failed)
}

fn perform(args: Args) -> Result<Exit, Failure> {
    let mut plan = Plan::new(args)?;
    let ready = Ready::take(&plan)?;
    plan.guard = Guard::prepare(&plan)?;
    if plan.signed {
        plan.options.signature = Some(password::signature()?);
    }
    if let Some(file) = &plan.hex_dump {
        let created = Dump::create(file);
        plan.relay.dump = Some(created.map_err(|error| say::failure(&file.display().to_string(), &error))?);
    }
    let plan = Rc::new(plan);
    if let Some(how) = &plan.reliable {
        return reliable::run(&plan, how, ready);
    }
    match (&plan.mode, plan.transport) {
        (Mode::Connect { target, purpose }, _) => connect::connect(&plan, target, *purpose),
        (Mode::Scan { target, scan }, _) => scan::scan(&plan, target, scan),
        (Mode::Listen { host, port, keep }, Transport::Tcp) => {
            listen::tcp(&plan, host.as_deref(), port, *keep, ready)
        }
        (Mode::Listen { host, port, keep }, Transport::Udp) => {
            datagrams::udp(&plan, host.as_deref(), port, *keep, ready)
        }
        (Mode::ConnectUnix { to, from, purpose }, Transport::Tcp) => {
            unix::connect(&plan, to, from.as_ref(), *purpose)
        }
        (Mode::ConnectUnix { to, from, purpose }, Transport::Udp) => {
            unix::connect_datagrams(&plan, to, from.as_ref(), *purpose)
        }
        (Mode::ListenUnix { name, keep }, Transport::Tcp) => listen::unix(&plan, name, *keep, ready),
        (Mode::ListenUnix { name, keep }, Transport::Udp) => datagrams::unix(&plan, name, *keep, ready),
        (Mode::Forward(forward), Transport::Tcp) => super::relay::tcp(&plan, forward, ready),
        (Mode::Forward(forward), Transport::Udp) => super::relay::udp(&plan, forward, ready),
    }
}

/// A runtime, for when there is something to wait for.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    net::runtime().map_err(|error| say::failure("start the runtime", &error))
}

/// Standard input and output. Needs a runtime.
pub(super) fn stdio() -> Result<Stdio, Failure> {
    Stdio::open().map_err(|error| say::failure("standard input and output", &error))
}

/// Does with a new connection what it was made for.
pub(super) fn use_connection(plan: &Plan, purpose: Purpose, socket: OwnedFd) -> Result<Exit, Failure> {
    match purpose {
        Purpose::Scan => Ok(Exit::SUCCESS),
        Purpose::Pass => {
            pass_socket(socket).map_err(|error| say::failure("sendmsg", &error))?;
            Ok(Exit::SUCCESS)
        }
        Purpose::Relay if let Task::Exec(line) = &plan.serve.task => exec::connected(plan, line, socket),
        Purpose::Relay => {
            let runtime = runtime()?;
            let _inside = runtime.enter();
            let stdio = stdio()?;
            runtime.block_on(async {
                let socket = secure::admit(plan, endpoint(socket)?, &[]).await?;
                Ok(serve(&plan.relay, &stdio, socket).await)
            })
        }
    }
}

/// A socket as one end of a relay. Needs a runtime.
pub(super) fn endpoint(socket: OwnedFd) -> Result<Rc<Endpoint>, Failure> {
    Endpoint::socket(socket)
        .map(Rc::new)
        .map_err(|error| say::failure("socket", &error))
}

/// Moves bytes between the standard streams and a connection, and says how it ended; not the fault, if there was
/// one.
pub(super) async fn relay(
    relay: &Relay,
    stdio: &Stdio,
    socket: Rc<Endpoint>,
    turns: Option<&Turns>,
) -> Result<End, PumpError> {
    let (clock, meter, peer) = (Clock::start(), Meter::default(), socket.peer());
    let end = tokio::select! {
        biased;
        end = relay.run_metered(&clock, stdio, Rc::clone(&socket), turns, &meter) => end,
        never = progress::watch(&meter) => never,
    };
    secure::note_end(&socket);
    say::closed(peer, end.as_ref(), &meter, clock.now().since_origin());
    end
}

/// Runs one connection to its end.
pub(super) async fn serve(relay: &Relay, stdio: &Stdio, socket: Rc<Endpoint>) -> Exit {
    conclude(&self::relay(relay, stdio, socket, None).await)
}

/// What a connection comes to. Everything but a loss is a success; a loss is said here.
pub(super) fn conclude(end: &Result<End, PumpError>) -> Exit {
    match end {
        Ok(End::Complete | End::Idle | End::Lingered | End::Limit) => Exit::SUCCESS,
        Ok(End::Abandoned) => {
            say::warn("idle timeout");
            Exit::FAILURE
        }
        Ok(End::Lost) => Exit::FAILURE,
        Err(fault) => {
            say::fault(fault);
            Exit::FAILURE
        }
    }
}
