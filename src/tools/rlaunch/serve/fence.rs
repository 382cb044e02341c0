//! The fence around the commands of this life, and the wait for those of earlier ones.

use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use super::say;
use crate::cli::words;
use crate::store::Folder;
use crate::store::fence::{self, Fence, Orphans};

/// The fence, for as long as this process lives. There is none around nothing: a server without a store has no earlier
/// life.
#[derive(Debug, Default)]
pub(super) struct Raised {
    _fence: Option<Fence>,
    orphans: Option<Orphans>,
    held: Arc<Mutex<Vec<PathBuf>>>,
}

/// Fences what this process begins, and says what earlier lives have left behind.
pub(super) fn raise(folder: &Folder) -> Result<Raised> {
    let (fence, orphans) = Fence::raise(folder)?;
    fence.enclose_children()?;
    let held = orphans.paths();
    if !orphans.is_empty() {
        say("commands of an earlier life of this server are still at work; calls in doubt wait for them");
        for orphan in fence::holders(&held) {
            say(format_args!(
                "still at work: process {} ({})",
                orphan.pid, orphan.command
            ));
        }
    }
    Ok(Raised {
        _fence: Some(fence),
        orphans: Some(orphans),
        held: Arc::new(Mutex::new(held)),
    })
}

impl Raised {
    /// The files of earlier lives that something still holds.
    pub(super) fn held(&self) -> Arc<Mutex<Vec<PathBuf>>> {
        Arc::clone(&self.held)
    }

    /// Calls `passed` when nothing is at work any more that an earlier life began: at once, or on a thread of its own.
    pub(super) fn watch(&mut self, passed: impl FnOnce() + Send + 'static) -> Result<()> {
        let Some(orphans) = self.orphans.take().filter(|orphans| !orphans.is_empty()) else {
            passed();
            return Ok(());
        };
        let held = self.held();
        let wait = move || match orphans.wait() {
            Ok(()) => {
                mem::take(&mut *held.lock().unwrap_or_else(PoisonError::into_inner));
                say("the commands of earlier lives have ended");
                passed();
            }
            Err(error) => say(words(format_args!("calls in doubt wait for ever: {error}"))),
        };
        thread::Builder::new()
            .name("fence".to_owned())
            .spawn(wait)
            .context("start the thread that waits for earlier commands")?;
        Ok(())
    }
}
