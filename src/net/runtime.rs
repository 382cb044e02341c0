//! The runtime that everything on this floor waits in.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime on the calling thread alone: a second thread costs a start-up of 0.2 ms and buys these tools nothing.
/// Made by whoever has something to wait for, and not before.
///
/// # Errors
/// When the system has no descriptors left.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Runs a future that may have nothing to wait for: the runtime is made when it first waits, if it does. Before
/// that it must not touch what needs one; [`in_runtime`] is where it waits for it.
///
/// # Errors
/// Those of [`runtime`].
pub fn run_lazily<F: Future>(future: F) -> io::Result<F::Output> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        // Whatever it waits for is polled again, with a waker that wakes.
        Poll::Pending => Ok(runtime()?.block_on(future)),
    }
}

/// Waits until there is a runtime: from here on, sockets and timers can be used.
pub async fn in_runtime() {
    poll_fn(|_| match Handle::try_current() {
        Ok(_) => Poll::Ready(()),
        Err(_) => Poll::Pending,
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_nothing_gets_no_runtime() {
        let without = run_lazily(async { Handle::try_current().is_err() }).unwrap();
        assert!(without);
    }

    #[test]
    fn who_waits_goes_on_where_it_was_in_a_runtime() {
        let mut steps = Vec::new();
        run_lazily(async {
            steps.push("before");
            in_runtime().await;
            tokio::task::yield_now().await;
            steps.push("after");
        })
        .unwrap();
        assert_eq!(steps, ["before", "after"]);
    }
}
