//! The one place where the monotonic clock is read.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the clock that the rest of the house is given"
)]

use std::time::Instant as SystemInstant;

use tokio::time::Instant as TokioInstant;

use crate::proto::Instant;

/// The monotonic clock, and the origin of the [`Instant`]s that it hands out.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: SystemInstant,
}

impl Clock {
    /// A clock whose origin is now.
    pub fn start() -> Self {
        Self {
            origin: SystemInstant::now(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    /// Sleeps until `moment`; needs a tokio runtime with time enabled. A moment too far away to be named by the
    /// system never comes.
    pub async fn sleep_until(&self, moment: Instant) {
        match self.origin.checked_add(moment.since_origin()) {
            Some(deadline) => tokio::time::sleep_until(TokioInstant::from_std(deadline)).await,
            None => std::future::pending().await,
        }
    }
}
