//! Being ended by a signal without leaving a socket file behind, or somebody in the dark.

use std::io;

use anyhow::Context;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::emulate_default_handler;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::Failure;
use crate::net::is_ignored;

/// Does `work` until it is done or a signal ends the process; then what `work` holds is dropped first, and the
/// process dies of the signal.
pub(super) async fn or_die<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    or_die_saying(work, || {}).await
}

/// The same, and `last_words` are said before the process dies.
pub(super) async fn or_die_saying<T>(
    work: impl Future<Output = Result<T, Failure>>,
    last_words: impl FnOnce(),
) -> Result<T, Failure> {
    let [mut hangup, mut interrupt, mut terminate] = [SIGHUP, SIGINT, SIGTERM].map(watch);
    let died_of = tokio::select! {
        end = work => return end,
        () = came(&mut hangup) => SIGHUP,
        () = came(&mut interrupt) => SIGINT,
        () = came(&mut terminate) => SIGTERM,
    };
    last_words();
    emulate_default_handler(died_of).context("end by the signal")?;
    std::future::pending().await
}

/// A signal that whoever started us has chosen to ignore (`nohup`, or `&` in a script) stays ignored.
fn watch(number: i32) -> io::Result<Signal> {
    if is_ignored(number) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    signal(SignalKind::from_raw(number))
}

/// A signal that cannot be watched ends the process at once anyway, or is ignored.
async fn came(signal: &mut io::Result<Signal>) {
    if let Ok(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}
