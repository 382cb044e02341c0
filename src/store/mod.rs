//! What outlives a process: the id set of `rlaunch`, and the replies of name servers ([`dns_cache`]).
//!
//! The id set is an append-only journal of opaque records, made durable in groups.
//!
//! What the records mean is the business of `proto::launch`; here they are bytes with a commit index. The journal
//! of one store is one file: a snapshot of the live records followed by what has been appended since. All I/O
//! goes through two small traits ([`Disk`], [`File`]), so that the tests can fail, tear or forget every call.

mod committer;
mod disk;
pub mod dns_cache;
#[cfg(feature = "etcd")]
pub mod etcd;
#[cfg(test)]
mod faulty;
pub mod fence;
mod folder;
pub mod frame;
mod ids;
mod journal;
mod reading;
mod scan;

use std::io;

use thiserror::Error;

pub use committer::Committer;
pub use disk::{Disk, File};
pub use fence::{Fence, Orphans};
pub use folder::Folder;
pub use ids::{Found, IdLog};
pub use journal::{Generation, Journal, Recovered, Replacement, Unsynced};
pub use reading::Reading;
pub use scan::{Scan, Source, Tail};

/// What is wrong with a store. After any of these but [`Locked`](Error::Locked) the process must not acknowledge
/// anything more: what the disk holds is no longer known.
#[derive(Debug, Error)]
pub enum Error {
    /// The system failed us.
    #[error("{doing} {name}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the store.
    #[error("in use by another process")]
    Locked,
    /// The file is not a journal, or one of another program.
    #[error("{name}: not a journal of this kind")]
    Foreign {
        /// The file.
        name: String,
    },
    /// The file was written by a later program.
    #[error("{name}: format version {version} is not known here")]
    Version {
        /// The file.
        name: String,
        /// Its version.
        version: u32,
    },
    /// A part that had been durable is no longer readable. Nothing was changed.
    #[error("{name}: damaged at byte {offset}")]
    Damaged {
        /// The file.
        name: String,
        /// Where the first unreadable frame begins.
        offset: u64,
    },
    /// An earlier call failed; the store does nothing more.
    #[error("{name}: stopped by an earlier error")]
    Stopped {
        /// The file.
        name: String,
    },
}
