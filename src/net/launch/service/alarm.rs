//! A timer that is set often and seldom goes off.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::net::Clock;
use crate::proto::Instant;

/// Wakes its task at a moment, or earlier: a later moment does not touch the runtime's timer.
pub(super) struct Alarm {
    clock: Clock,
    set: Option<(Instant, Sleep)>,
}

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Alarm {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, set: None }
    }

    /// Has the task of `context` woken at `moment`.
    pub(super) fn wake_at(&mut self, moment: Instant, context: &mut Context<'_>) {
        loop {
            match &mut self.set {
                Some((at, sleep)) if *at <= moment => match sleep.as_mut().poll(context) {
                    Poll::Pending => return,
                    Poll::Ready(()) => self.set = None,
                },
                _ => {
                    let clock = self.clock;
                    self.set = Some((moment, Box::pin(async move { clock.sleep_until(moment).await })));
                }
            }
            // A moment that has come is seen by whoever compares it with the clock.
            if moment <= self.clock.now() {
                context.waker().wake_by_ref();
                return;
            }
        }
    }
}
