//! The one loop that runs a machine over the world.

use std::ops::ControlFlow;

use super::Clock;
use crate::proto::Machine;

/// The world as one kind of machine sees it: carries out its outputs and brings its inputs.
pub trait Port<M: Machine> {
    /// Something that happened outside.
    type Event;
    /// What the run comes to.
    type End;
    /// What can break the port itself, as opposed to what the machine is told of.
    type Error;

    /// Carries out one output; `bytes` is what the machine appended for it. `Break` ends the run.
    fn perform(
        &mut self,
        output: M::Output,
        bytes: &[u8],
    ) -> impl Future<Output = Result<ControlFlow<Self::End>, Self::Error>>;

    /// Waits for the next event. Must be cancel-safe: it is dropped whenever the machine's timer is first.
    fn next(&mut self) -> impl Future<Output = Result<Self::Event, Self::Error>>;

    /// Shows an event to the machine as its input.
    fn input<'a>(&'a self, event: &'a Self::Event) -> M::Input<'a>;
}

/// Runs `machine` over `port` until an output ends the run: drain the outputs, then sleep until an event or the
/// machine's timer. A timer that is due goes before the next event, so that a flood of events cannot hold up a
/// deadline. Dropping the future cancels the run.
///
/// # Errors
/// Whatever breaks the port.
pub async fn drive<M: Machine, P: Port<M>>(
    clock: &Clock,
    machine: &mut M,
    port: &mut P,
) -> Result<P::End, P::Error> {
    let mut bytes = Vec::new();
    loop {
        loop {
            bytes.clear();
            let Some(output) = machine.poll_output(&mut bytes) else {
                break;
            };
            if let ControlFlow::Break(end) = port.perform(output, &bytes).await? {
                return Ok(end);
            }
        }
        let timeout = machine.poll_timeout();
        if timeout.is_some_and(|moment| moment <= clock.now()) {
            machine.handle_timeout(clock.now());
            continue;
        }
        let timer = async {
            match timeout {
                Some(moment) => clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            event = port.next() => machine.handle(clock.now(), port.input(&event?)),
            () = timer => machine.handle_timeout(clock.now()),
        }
    }
}
