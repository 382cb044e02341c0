//! A store that no server has open: the operator's orders go to the machine of a server that serves nobody.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use super::ROLE;
use super::status::Status;
use crate::proto::launch::{Identity, Input, Limits, Order, Output, Record, Refusal, Server};
use crate::proto::link::Seal;
use crate::proto::{Instant, Machine};
use crate::store::frame::Header;
use crate::store::{Folder, Journal, Orphans, fence};

/// A store, locked.
pub(super) struct Offline {
    journal: Journal,
    server: Server,
    orphans: Orphans,
}

impl Offline {
    /// Opens the store in `folder`, which must be there.
    ///
    /// # Errors
    /// When it is not there, or another process has it.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        // A folder that holds nothing is not made a store by looking at it.
        crate::store::Reading::open(folder, ROLE)?;
        let folder = Arc::new(Folder::open(folder)?);
        let orphans = Orphans::look(&folder)?;
        let fresh = Header {
            role: ROLE,
            id: 0,
            first: 1,
            secret: [0; 32],
        };
        let (journal, recovered) = Journal::open(folder, fresh)?;
        let records: Option<Vec<_>> = recovered
            .records
            .iter()
            .map(|body| Record::decode(body))
            .collect();
        let records = records.ok_or_else(|| anyhow!("journal: a record that has no meaning here"))?;
        let identity = Identity {
            instance: journal.header().id,
            secret: journal.header().secret,
        };
        let server = Server::new(
            identity,
            Seal::checksum(),
            Limits::DEFAULT,
            records,
            journal.last(),
        );
        Ok(Self {
            journal,
            server,
            orphans,
        })
    }

    pub(super) fn instance(&self) -> u64 {
        self.server.instance()
    }

    pub(super) fn status(&self) -> Status {
        Status {
            pid: None,
            instance: self.server.instance(),
            counters: self.server.counters(),
            doubts: self.server.doubts().map(|(id, _)| (id.clone(), None)).collect(),
            orphans: fence::holders(&self.orphans.paths()),
            journal: Some(self.journal.length()),
        }
    }

    /// Carries out an order. Returns how much it had to do with.
    pub(super) fn order(mut self, order: Order) -> Result<u64> {
        if self.orphans.is_empty() {
            self.server.handle(Instant::ZERO, Input::Unfenced);
        }
        self.server.handle(Instant::ZERO, Input::Operator(TICKET, order));
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let Some(output) = self.server.poll_output(&mut bytes) else {
                bail!("it is not carried out");
            };
            match output {
                Output::Record => _ = self.journal.append(&bytes),
                Output::Commit => {
                    self.journal.commit()?;
                    let last = self.journal.last();
                    self.server.handle(Instant::ZERO, Input::Durable(last));
                }
                Output::Ordered(TICKET, Err(Refusal::Orphan)) => bail!("{}", self.orphaned()),
                Output::Ordered(TICKET, result) => return Ok(result?),
                // There is nobody to be told or asked anything.
                _ => {}
            }
        }
    }

    fn orphaned(&self) -> String {
        let found = fence::holders(&self.orphans.paths());
        let named: Vec<_> = found
            .iter()
            .map(|orphan| format!("process {} ({})", orphan.pid, orphan.command))
            .collect();
        let named = if named.is_empty() {
            "somebody".to_owned()
        } else {
            named.join(", ")
        };
        format!("{}: {named}", Refusal::Orphan)
    }
}

const TICKET: u64 = 1;
