//! `--progress`: how far it has come, at the foot of a terminal; with `--json` as events.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar};
use serde_json::json;

use super::Args;
use super::say;
use crate::net::Meter;
use crate::tools::left::left;
use crate::tools::meter;

/// What is shown, by this process.
static SHOWN: OnceLock<Progress> = OnceLock::new();

#[derive(Debug)]
struct Progress {
    /// How much is to be sent, if that is known.
    total: Option<u64>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// On the terminal that is standard error.
    Bar {
        bar: &'static ProgressBar,
        /// What is received appears on a terminal too: then there is no room for a meter.
        shared: bool,
    },
    Events,
}

/// Decides whether anything is shown: not without `--progress`, nor to anything but a terminal.
pub(super) fn begin(args: &Args) {
    if !args.watch.progress || !(args.watch.json || stderr().is_terminal()) {
        return;
    }
    // Who listens to several sends its input to the first, and hears all.
    let total = if args.detach || args.keep {
        None
    } else {
        left(stdin())
    };
    let way = if args.watch.json {
        Way::Events
    } else {
        Way::Bar {
            bar: meter::show(total),
            shared: stdout().is_terminal(),
        }
    };
    // Said once, at the beginning.
    let _ = SHOWN.set(Progress { total, way });
}

/// Shows how far a connection has come, for as long as it is polled. Never ends.
pub(super) async fn watch<T>(meter: &Meter) -> T {
    let Some(progress) = SHOWN.get() else {
        return std::future::pending().await;
    };
    let (mut sent, mut received) = (0, 0);
    loop {
        tokio::time::sleep(progress.period()).await;
        let now = (meter.sent(), meter.received());
        progress.show(now.0.saturating_sub(sent), now.1.saturating_sub(received), meter);
        (sent, received) = now;
    }
}

/// Takes the meter away until something was said, if there is one.
pub(super) fn aside(say: impl FnOnce()) {
    meter::aside(say);
}

/// Takes the meter away for good.
pub(super) fn clear() {
    meter::clear();
}

impl Progress {
    fn period(&self) -> Duration {
        match self.way {
            Way::Bar { .. } => Duration::from_millis(100),
            Way::Events => Duration::from_secs(1),
        }
    }

    /// So much has come to what `meter` had counted before.
    fn show(&self, sent: u64, received: u64, meter: &Meter) {
        match &self.way {
            Way::Bar { bar, shared: true } if meter.received() > 0 => bar.finish_and_clear(),
            Way::Bar { bar, .. } if self.total.is_some() => {
                bar.inc(sent);
                if meter.received() > 0 {
                    bar.set_message(format!("{} received", HumanBytes(meter.received())));
                }
            }
            Way::Bar { bar, .. } => bar.inc(sent.saturating_add(received)),
            Way::Events => {
                let members =
                    json!({"sent": meter.sent(), "received": meter.received(), "total": self.total});
                say::event("progress", members, String::new);
            }
        }
    }
}
