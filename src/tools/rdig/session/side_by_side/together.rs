//! Several futures at once on one thread, their results as they come.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A future on the heap.
pub(super) type Running<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Futures that run side by side. All of them are polled whenever one may go on, which is right for the handful of
/// servers that a person types. Dropping it ends them.
pub(super) struct Together<'a, T> {
    running: Vec<(usize, Running<'a, T>)>,
}

impl<'a, T> Together<'a, T> {
    /// Futures that will be known by their place.
    pub(super) fn new(futures: impl Iterator<Item = Running<'a, T>>) -> Self {
        Self {
            running: futures.enumerate().collect(),
        }
    }

    /// The next result, with the place of its future; `None` when there are no more.
    pub(super) async fn next(&mut self) -> Option<(usize, T)> {
        poll_fn(|context| {
            for position in 0..self.running.len() {
                let Some((place, future)) = self.running.get_mut(position) else {
                    break;
                };
                let place = *place;
                if let Poll::Ready(result) = future.as_mut().poll(context) {
                    drop(self.running.remove(position));
                    return Poll::Ready(Some((place, result)));
                }
            }
            if self.running.is_empty() {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn results_come_as_they_are_ready_and_each_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel::<u8>()).unzip();
            let mut together = Together::new(receivers.into_iter().map(|receiver| {
                let future: Running<'_, u8> = Box::pin(async move { receiver.await.unwrap() });
                future
            }));
            for (place, sender) in senders.into_iter().enumerate().rev() {
                let value = u8::try_from(place).unwrap() + 10;
                sender.send(value).unwrap();
                assert_eq!(together.next().await, Some((place, value)));
            }
            assert_eq!(together.next().await, None);
        });
    }
}
