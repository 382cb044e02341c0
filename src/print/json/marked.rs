//! Reading a marked text.

use crate::print::ink::mark;

/// What is left of a marked text.
pub(super) struct Rest<'a>(pub(super) &'a [u8]);

impl<'a> Rest<'a> {
    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// All up to the next end.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let length = self.0.iter().position(|&byte| byte == mark::END);
        let (word, rest) = self
            .0
            .split_at_checked(length.unwrap_or(self.0.len()))
            .unwrap_or_default();
        self.0 = rest.get(1..).unwrap_or_default();
        word
    }
}
