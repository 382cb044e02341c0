//! What stands at the key of an id: who claimed it, with which payload, and what came of it.

use crate::proto::launch::Outcome;
use crate::wire::rlaunch::Fingerprint;
use crate::wire::{Reader, Truncated, Writer};

/// The value of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The life of the server that wrote it: a number that no other start of any server has.
    pub(super) owner: u64,
    /// Which payload the call has; zero where it was ruled out before anybody saw one.
    pub(super) fingerprint: Fingerprint,
    /// What came of it.
    pub(super) state: State,
}

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its owner begins the action, or has begun it.
    Claimed,
    /// Its first owner is gone: begun once or never. The owner named here has said so.
    Doubt,
    /// The action was performed.
    Launched(Outcome),
    /// It was not, and never will be.
    Never,
}

impl Claim {
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let state = match self.state {
            State::Claimed => CLAIMED,
            State::Doubt => DOUBT,
            State::Launched(_) => LAUNCHED,
            State::Never => NEVER,
        };
        let mut w = Writer::new(&mut out);
        w.u8(VERSION)
            .u8(state)
            .u64_le(self.owner)
            .bytes(&self.fingerprint);
        if let State::Launched(outcome) = &self.state {
            w.u8(outcome.exit)
                .u8(outcome.truncated.into())
                .bytes(&outcome.result);
        }
        out
    }

    /// Reads a claim; `None` when the bytes are not exactly one.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        let claim = Self::fields(&mut r).ok()??;
        r.is_empty().then_some(claim)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Option<Self>, Truncated> {
        if r.u8()? != VERSION {
            return Ok(None);
        }
        let (state, owner, fingerprint) = (r.u8()?, r.u64_le()?, r.array()?);
        let state = match state {
            CLAIMED => State::Claimed,
            DOUBT => State::Doubt,
            LAUNCHED => State::Launched(Outcome {
                exit: r.u8()?,
                truncated: match r.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Ok(None),
                },
                result: r.take(r.len())?.to_vec(),
            }),
            NEVER => State::Never,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            owner,
            fingerprint,
            state,
        }))
    }
}

const VERSION: u8 = 1;
const CLAIMED: u8 = 1;
const DOUBT: u8 = 2;
const LAUNCHED: u8 = 3;
const NEVER: u8 = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_claim_reads_back() {
        let outcome = Outcome {
            exit: 3,
            truncated: true,
            result: b"hot".to_vec(),
        };
        for state in [
            State::Claimed,
            State::Doubt,
            State::Launched(outcome),
            State::Never,
        ] {
            let claim = Claim {
                owner: 7,
                fingerprint: [9; 16],
                state,
            };
            assert_eq!(Claim::decode(&claim.encoded()), Some(claim));
        }
    }

    proptest! {
        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(mut bytes in prop::collection::vec(any::<u8>(), 26..60), state in 0_u8..6) {
            (bytes[0], bytes[1]) = (VERSION, state);
            if let Some(claim) = Claim::decode(&bytes) {
                prop_assert_eq!(claim.encoded(), bytes);
            }
        }
    }
}
