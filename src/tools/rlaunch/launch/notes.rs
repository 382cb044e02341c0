//! The client's journal on disk (`--journal DIR`): the caller's memory in a store.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};

use crate::proto::launch::{Calls, Note};
use crate::store::frame::Header;
use crate::store::{Folder, Journal};

/// The notes of the calls, and what they say. Without a folder nothing outlives the process.
pub(in crate::tools::rlaunch) struct Notes {
    calls: Calls,
    journal: Option<Journal>,
}

impl Notes {
    /// Notes for this run only.
    pub(in crate::tools::rlaunch) fn forgetful() -> Self {
        Self {
            calls: Calls::default(),
            journal: None,
        }
    }

    /// The notes in this folder.
    pub(in crate::tools::rlaunch) fn open(folder: &Path) -> Result<Self> {
        Self::read(folder).with_context(|| folder.display().to_string())
    }

    fn read(folder: &Path) -> Result<Self> {
        let fresh = Header {
            role: *b"call",
            id: rand::random(),
            first: 1,
            secret: [0; 32],
        };
        let (journal, recovered) = Journal::open(Arc::new(Folder::open(folder)?), fresh)?;
        let mut calls = Calls::default();
        for body in &recovered.records {
            let note =
                Note::decode(body).ok_or_else(|| anyhow!("journal: a note that has no meaning here"))?;
            calls.apply(&note);
        }
        calls.begin_run();
        Ok(Self {
            calls,
            journal: Some(journal),
        })
    }

    /// What the notes say.
    pub(in crate::tools::rlaunch) fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Whether they outlive the process.
    pub(in crate::tools::rlaunch) fn are_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Adds a note; it outlives the process.
    pub(in crate::tools::rlaunch) fn add(&mut self, note: &Note) -> Result<()> {
        self.append(note);
        self.write()
    }

    /// Adds a note, which outlives the process once [`write`](Self::write) or [`sync`](Self::sync) was called.
    pub(in crate::tools::rlaunch) fn append(&mut self, note: &Note) {
        self.calls.apply(note);
        if let Some(journal) = &mut self.journal {
            journal.append(&encoded(note));
        }
    }

    /// Lets what was added outlive the process.
    pub(in crate::tools::rlaunch) fn write(&mut self) -> Result<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        journal.write()?;
        if journal.is_long() {
            journal.replace(self.calls.snapshot().iter().map(encoded))?;
        }
        Ok(())
    }

    /// Makes every note durable.
    pub(in crate::tools::rlaunch) fn sync(&mut self) -> Result<()> {
        match &mut self.journal {
            Some(journal) => Ok(journal.commit()?),
            None => Ok(()),
        }
    }
}

fn encoded(note: &Note) -> Vec<u8> {
    let mut bytes = Vec::new();
    note.encode(&mut bytes);
    bytes
}
