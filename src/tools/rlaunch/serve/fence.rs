//! The fence around the commands of this life, and the wait for those of earlier ones.

use std::thread;

use anyhow::{Context, Result};

use super::say;
use crate::cli::words;
use crate::store::fence::{self, Fence};
use crate::store::{self, Folder};

/// Fences what this process begins. Calls `passed` when nothing is at work any more that an earlier life began: at
/// once, or on a thread of its own.
pub(super) fn raise(
    folder: &Folder,
    passed: impl FnOnce(Result<(), store::Error>) + Send + 'static,
) -> Result<Fence> {
    let (fence, orphans) = Fence::raise(folder)?;
    fence.enclose_children()?;
    if orphans.is_empty() {
        passed(Ok(()));
        return Ok(fence);
    }
    say("commands of an earlier life of this server are still at work; calls in doubt wait for them");
    for orphan in fence::holders(&orphans.paths()) {
        say(format_args!(
            "still at work: process {} ({})",
            orphan.pid, orphan.command
        ));
    }
    let wait = move || {
        let result = orphans.wait();
        match &result {
            Ok(()) => say("the commands of earlier lives have ended"),
            Err(error) => say(words(format_args!("calls in doubt wait for ever: {error}"))),
        }
        passed(result);
    };
    thread::Builder::new()
        .name("fence".to_owned())
        .spawn(wait)
        .context("start the thread that waits for earlier commands")?;
    Ok(fence)
}
