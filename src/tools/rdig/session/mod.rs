//! Lookups, from a name to what is printed.
//!
//! ```text
//!   Session ── one lookup after the other, to standard output
//!     └─▶ Inquiry ── one lookup: its names, its servers and tries     (inquiry)
//!           ├─▶ exchange, transfer ── the query to a server, the reply back
//!           ├─▶ verdict ── what a reply leads to
//!           ├─▶ walk, sweep ── from one reply to the servers that are asked next
//!           ├─▶ say ── what is printed of it, into the lookup's own output
//!           └─▶ validate ── its chain of trust
//! ```
//!
//! A [`Context`] is what lookups share, by reference and without locks of their own: many can be on their way at
//! once. All else belongs to one [`Inquiry`], and it writes to whatever it is given: standard output when it is
//! alone, memory when its turn to be printed has yet to come.

mod cache;
mod context;
mod debug;
mod exchange;
mod inquiry;
mod names;
mod note;
mod say;
mod side_by_side;
mod sites;
mod sweep;
#[cfg(feature = "tls")]
mod tls_clients;
mod transfer;
#[cfg(feature = "dnssec")]
mod validate;
mod verdict;
mod walk;

pub(super) use context::Context;
pub(super) use inquiry::{Inquiry, Job, Outcome};

use std::io::{self, Write as _};
use std::rc::Rc;

use anyhow::Context as _;

use super::status;
use crate::cli::{Exit, Failure, Out};

/// A run of lookups, one after the other.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) context: Rc<Context>,
    pub(super) out: Out,
    /// What the run ends with, as far as it has come.
    pub(super) exit: Exit,
}

impl Session {
    pub(super) fn new() -> Result<Self, Failure> {
        let out = Out::stdout().context("standard output")?;
        Ok(Self {
            context: Rc::new(Context::new(out.is_terminal())),
            out,
            exit: Exit::SUCCESS,
        })
    }

    /// Does one lookup; what goes wrong on the network is printed and remembered as the exit status.
    pub(super) async fn look_up(&mut self, job: Job<'_>) -> Result<Outcome, Failure> {
        let outcome = Inquiry::new(&self.context, job, &mut self.out).run().await?;
        self.note(outcome.exit);
        self.out.flush().map_err(output_failure)?;
        Ok(outcome)
    }

    /// Takes note of how a lookup ended.
    pub(super) fn note(&mut self, exit: Exit) {
        self.exit = status::after(self.exit, exit);
    }
}

pub(super) fn output_failure(error: io::Error) -> Failure {
    Failure::new(Exit::FAILURE, error)
}
