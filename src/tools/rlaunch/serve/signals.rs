//! What a server does on signals.

use std::io;
use std::pin::Pin;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::say;
use crate::net::launch::Control;

/// The signals that ask a server to stop.
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// At the first, has what runs finished and recorded; returns at the second.
    pub(super) async fn twice(&mut self, control: &Control) {
        self.once().await;
        control.drain();
        self.once().await;
    }

    /// Returns at the next.
    pub(super) async fn once(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Listens for SIGUSR1, and from then on tells the counters whenever it comes.
///
/// # Errors
/// When the signal cannot be heard.
pub(super) fn counters() -> io::Result<impl FnOnce(Control) -> Teller> {
    let mut asked = signal(SignalKind::user_defined1())?;
    Ok(move |control: Control| -> Teller {
        Box::pin(async move {
            while asked.recv().await.is_some() {
                let Some(report) = control.report().await else {
                    return;
                };
                let counted = report
                    .counters
                    .named()
                    .into_iter()
                    .filter(|(_, count)| *count > 0);
                let counted: Vec<_> = counted.map(|(name, count)| format!("{name} {count}")).collect();
                say(counted.join(", "));
            }
        })
    })
}

/// Tells them, for as long as the server lives.
pub(super) type Teller = Pin<Box<dyn Future<Output = ()> + Send>>;
