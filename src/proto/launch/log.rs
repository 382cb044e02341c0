//! What a server asks of the place where its records are kept.

use std::convert::Infallible;
use std::task::{Context, Poll};

use super::Record;

/// The records of a server, in the order in which they were appended.
///
/// Whoever runs a [`Server`](super::Server) keeps to three rules: what was appended is [written](Self::write) before
/// any reply that comes after it is sent; the server is told of an index only when [`News`] says that it is durable;
/// and after an error nothing is sent any more, because what the disk holds is then no longer known.
pub trait Log {
    /// Why no more can be kept.
    type Error;

    /// The index of the last record.
    fn last(&self) -> u64;

    /// Adds a record, and returns its index. It survives nothing yet.
    fn append(&mut self, record: &[u8]) -> u64;

    /// Hands what was appended to the system: it survives the end of the process, but no loss of power.
    ///
    /// # Errors
    /// When the system cannot take it.
    fn write(&mut self) -> Result<(), Self::Error>;

    /// Begins to make all that was written durable, with as much as has gathered since the last time. With `at_once` it
    /// may as well be done before this returns.
    ///
    /// # Errors
    /// When it cannot be begun, or was done and has failed.
    fn commit(&mut self, at_once: bool) -> Result<(), Self::Error>;

    /// Whether so much has been appended that it would pay to have all of it [replaced](Self::replace).
    fn is_long(&self) -> bool;

    /// Begins to replace everything by these records, which together say the same. What is appended meanwhile is kept
    /// as before.
    ///
    /// # Errors
    /// When it cannot be begun.
    fn replace(&mut self, records: Vec<Record>) -> Result<(), Self::Error>;

    /// What has come of a commit or a replacement.
    ///
    /// # Errors
    /// When one failed.
    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<Result<News, Self::Error>>;
}

/// What became of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Every record up to this index is durable.
    Durable(u64),
    /// The replacement is in place, with all that was appended meanwhile, and durable. The indices of what came after
    /// the records that were replaced have moved up by the number of those that replace them.
    Replaced,
}

/// A log that keeps nothing, for a server that forgets: with a new instance for each of its lives, it refuses what
/// an earlier one had begun.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful {
    last: u64,
    told: u64,
    replaced: bool,
}

impl Log for Forgetful {
    type Error = Infallible;

    fn last(&self) -> u64 {
        self.last
    }

    fn append(&mut self, _: &[u8]) -> u64 {
        self.last += 1;
        self.last
    }

    fn write(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn commit(&mut self, _: bool) -> Result<(), Infallible> {
        Ok(())
    }

    fn is_long(&self) -> bool {
        false
    }

    fn replace(&mut self, records: Vec<Record>) -> Result<(), Infallible> {
        self.last += records.len() as u64;
        (self.told, self.replaced) = (self.last, true);
        Ok(())
    }

    fn poll_news(&mut self, _: &mut Context<'_>) -> Poll<Result<News, Infallible>> {
        if std::mem::take(&mut self.replaced) {
            return Poll::Ready(Ok(News::Replaced));
        }
        if self.told == self.last {
            return Poll::Pending;
        }
        self.told = self.last;
        Poll::Ready(Ok(News::Durable(self.last)))
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn what_is_forgotten_at_the_end_counts_as_durable_until_then() {
        let (mut log, mut context) = (Forgetful::default(), Context::from_waker(Waker::noop()));
        assert!(log.poll_news(&mut context).is_pending());
        assert_eq!((log.append(b"a"), log.append(b"b")), (1, 2));
        log.write().unwrap();
        log.commit(false).unwrap();
        assert_eq!(log.poll_news(&mut context), Poll::Ready(Ok(News::Durable(2))));
        assert!(log.poll_news(&mut context).is_pending());
    }
}
