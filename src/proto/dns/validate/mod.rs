//! DNSSEC validation (RFC 4033–4035, 5155, 6840) as a machine that does no I/O: from a trust anchor down to the records
//! of a reply, or to the proof that there are none.
//!
//! ```text
//!   anchors ─▶ chain: DS ─▶ DNSKEY ─▶ DS ─▶ … ─▶ the zone of the name
//!                │                                   │
//!                │ verify (rrset, canonical, crypto) │ validation: records signed, or denied
//!                │ denial (nsec, nsec3)              ▼
//!                └──────────────────────────────▶ report: steps, verdict, reason
//! ```
//!
//! What a zone could make us do is bounded (`budget`): 128 questions, 256 checks of signatures of which 16 may fail, 8
//! signatures of a set, 4 keys with one tag, 512 hashed names with 150 iterations each at most.

mod anchors;
mod budget;
mod canonical;
mod chain;
mod crypto;
mod denial;
mod key;
mod nsec;
mod nsec3;
mod reason;
mod report;
mod rrset;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod types;
mod validation;
mod validator;
mod verify;
mod words;

pub use anchors::{AnchorError, Anchors, Problem};
pub use chain::Asked;
pub use reason::{Bogus, Failure, Indeterminate, Insecure, Verdict};
pub use report::{Report, Step, StepKind};
pub use validation::{Next, Validation};
pub use validator::Validator;
