//! TSIG (RFC 8945): a query is signed with a shared secret, and its replies are verified.
//!
//! ```text
//!   query   ──sign──▶ MAC₀
//!   reply 1 = verify(MAC₀, message, TSIG variables)                      always signed
//!   reply 2 … = verify(MACₙ₋₁, unsigned messages …, message, timers)     at least each hundredth is signed
//! ```

mod key;
mod key_file;
mod mac;

use thiserror::Error;

pub use key::Key;
pub use key_file::{KeyError, KeyFileError, KeyText, key_pair, key_statement};
pub use mac::Algorithm;

use crate::wire::dns::{Flags, Message, Tsig};
use mac::Running;

/// Verifies the replies to one signed query, in order.
#[derive(Debug)]
pub struct Verifier {
    key: Key,
    /// The signature of the message before: the query's, then that of each signed reply.
    previous: Vec<u8>,
    /// What has been read since the last signature, once a reply has come.
    running: Option<Running>,
    /// Whether no reply has been verified yet.
    is_first: bool,
    /// How many replies have come since the last that was signed.
    unsigned: u32,
}

/// A reply that cannot be trusted, in BIND's words.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotVerified {
    /// It is not signed, and should be.
    #[error("expected a TSIG or SIG(0)")]
    Unsigned,
    /// It is signed with another key, or the signature is wrong, or shorter than it must be.
    #[error("tsig verify failure")]
    Wrong,
    /// The record makes no sense.
    #[error("FORMERR")]
    Malformed,
    /// It was signed too long ago or in the future, or the server says so of the query.
    #[error("clocks are unsynchronized")]
    Time,
    /// The server says that it could not verify the query; what it says is signed only if it knows the key.
    #[error("tsig indicates error")]
    Refused,
}

impl Key {
    /// Signs a query at `now`, in seconds since 1970, and makes ready for its replies.
    pub fn sign(&self, query: &mut Vec<u8>, now: u64) -> Verifier {
        let original_id = query
            .first_chunk()
            .map_or(0, |id: &[u8; 2]| u16::from_be_bytes(*id));
        let mut tsig = Tsig {
            key: self.name().clone(),
            algorithm: self.algorithm().wire_name(),
            time: now,
            fudge: FUDGE,
            mac: Vec::new(),
            original_id,
            error: 0,
            other: Vec::new(),
        };
        let mut variables = Vec::new();
        tsig.write_variables(&mut variables);
        let mut running = self.start();
        running.update(query);
        running.update(&variables);
        tsig.mac = running.finish();
        tsig.mac.truncate(self.sent_len());
        tsig.append(query);
        Verifier {
            key: self.clone(),
            previous: tsig.mac,
            running: None,
            is_first: true,
            unsigned: 0,
        }
    }
}

impl Verifier {
    /// Takes the next reply. After the first that is verified, a reply need not be signed: it is covered by the next
    /// signature, and [`finish`](Self::finish) says whether there was one. A reply that is refused leaves no trace:
    /// whoever forged it does not spoil the real one.
    ///
    /// # Errors
    /// Why the reply cannot be trusted.
    pub fn verify(&mut self, message: &[u8], now: u64) -> Result<(), NotVerified> {
        let parsed = Message::parse(message).map_err(|_| NotVerified::Malformed)?;
        let found = Tsig::find(&parsed).map_err(|_| NotVerified::Malformed)?;
        let Some((tsig, offset)) = found else {
            return self.pass_unsigned(message);
        };
        let is_first = self.is_first;
        self.check_record(&tsig)?;
        if !parsed.header().flags.contains(Flags::QR) {
            return Err(NotVerified::Wrong);
        }
        if tsig.mac.is_empty() {
            return Err(verdict_of(tsig.error, is_first));
        }
        let running = self.running.as_ref().map(|running| running.copy());
        let mut running = running.unwrap_or_else(|| start(&self.key, &self.previous));
        running.update(&tsig.unsigned(message, offset));
        let mut signed = Vec::new();
        if is_first {
            tsig.write_variables(&mut signed);
        } else {
            tsig.write_timers(&mut signed);
        }
        running.update(&signed);
        if !running.begins_with(&tsig.mac) {
            return Err(NotVerified::Wrong);
        }
        if now.abs_diff(tsig.time) > tsig.fudge.into() {
            return Err(NotVerified::Time);
        }
        // Section 5.2.2.1: a signature that says less than ours is for local policy to take or leave.
        if tsig.mac.len() < self.key.sent_len() {
            return Err(NotVerified::Wrong);
        }
        match tsig.error {
            0 => {}
            BADTIME => return Err(NotVerified::Time),
            _ => return Err(NotVerified::Refused),
        }
        self.previous = tsig.mac;
        self.running = None;
        self.unsigned = 0;
        self.is_first = false;
        Ok(())
    }

    /// Whether the last reply was signed (section 5.3.1): what came after the last signature, nobody vouches for.
    ///
    /// # Errors
    /// [`NotVerified::Unsigned`].
    pub fn finish(&self) -> Result<(), NotVerified> {
        if self.unsigned > 0 {
            return Err(NotVerified::Unsigned);
        }
        Ok(())
    }

    fn pass_unsigned(&mut self, message: &[u8]) -> Result<(), NotVerified> {
        self.unsigned += 1;
        if self.is_first || self.unsigned > MAX_UNSIGNED {
            return Err(NotVerified::Unsigned);
        }
        let running = self
            .running
            .get_or_insert_with(|| start(&self.key, &self.previous));
        running.update(message);
        Ok(())
    }

    /// What can be said of a record before anything is computed.
    fn check_record(&self, tsig: &Tsig) -> Result<(), NotVerified> {
        let algorithm = self.key.algorithm();
        if tsig.key != *self.key.name() || tsig.algorithm != algorithm.wire_name() {
            return Err(NotVerified::Wrong);
        }
        let (length, whole) = (tsig.mac.len(), algorithm.mac_len());
        let is_short = length > 0 && (length < MIN_MAC || length < whole.div_ceil(2));
        if length > whole || is_short {
            return Err(NotVerified::Malformed);
        }
        Ok(())
    }
}

/// Begins the signature of a reply: with that of the message before.
fn start(key: &Key, previous: &[u8]) -> Running {
    let mut running = key.start();
    let length = u16::try_from(previous.len()).unwrap_or(u16::MAX);
    running.update(&length.to_be_bytes());
    running.update(previous);
    running
}

/// What a record without a signature means: only these errors may be told so (section 5.3.2).
fn verdict_of(error: u16, is_first: bool) -> NotVerified {
    match error {
        BADSIG | BADKEY => NotVerified::Refused,
        0 => NotVerified::Wrong,
        _ if is_first => NotVerified::Wrong,
        BADTIME => NotVerified::Time,
        _ => NotVerified::Refused,
    }
}

/// By how much clocks may differ: what section 10 recommends.
const FUDGE: u16 = 300;
/// The shortest signature (section 5.2.2.1).
const MIN_MAC: usize = 10;
/// How many replies in a row may be unsigned (section 5.3.1).
const MAX_UNSIGNED: u32 = 99;

const BADSIG: u16 = 16;
const BADKEY: u16 = 17;
const BADTIME: u16 = 18;

#[cfg(test)]
mod tests;
