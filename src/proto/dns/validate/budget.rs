//! How much work one validation may make us do.
//!
//! A zone can be built so that each of its signatures could be by each of its keys (KeyTrap, CVE-2023-50387), or so
//! that each of its names must be hashed thousands of times (CVE-2023-50868). No honest zone comes near these bounds;
//! what goes beyond them is bogus, and not secure.

/// What is left of the bounds.
#[derive(Debug)]
pub(super) struct Budget {
    verifications: u32,
    failures: u32,
    hashes: u32,
}

impl Budget {
    /// How many signatures of one set by one zone are looked at.
    pub(super) const SIGNATURES: usize = 8;
    /// How many keys with the tag and algorithm that a signature names are tried.
    pub(super) const COLLIDING_KEYS: usize = 4;
    /// How often an NSEC3 hash may be iterated; a zone that asks for more is insecure (RFC 9276 section 3.2).
    pub(super) const ITERATIONS: u16 = 150;
    /// How many questions one validation asks.
    pub(super) const QUESTIONS: usize = 128;

    /// One more check of a signature by a key, if there may be one more.
    pub(super) fn verification(&mut self) -> Option<()> {
        take(&mut self.verifications)
    }

    /// One more of these failed, if one more may.
    pub(super) fn failure(&mut self) -> Option<()> {
        take(&mut self.failures)
    }

    /// One more name is hashed for NSEC3, if there may be one more.
    pub(super) fn hash(&mut self) -> Option<()> {
        take(&mut self.hashes)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            verifications: 256,
            failures: 16,
            hashes: 512,
        }
    }
}

fn take(left: &mut u32) -> Option<()> {
    *left = left.checked_sub(1)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends() {
        let mut budget = Budget::default();
        assert_eq!((0..1000).map_while(|_| budget.verification()).count(), 256);
        assert_eq!((0..1000).map_while(|_| budget.failure()).count(), 16);
        assert_eq!((0..1000).map_while(|_| budget.hash()).count(), 512);
    }
}
