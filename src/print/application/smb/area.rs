//! The bytes of a message, and how its texts are to be read.

use crate::print::cursor::{Cursor, Shown, Stop};

/// A message from its first byte on; places in it are offsets.
pub(super) struct Area<'a> {
    whole: Cursor<'a>,
    /// Texts are in UTF-16.
    pub(super) is_unicode: bool,
    /// The length that was told of a text that follows.
    pub(super) told_len: Option<u32>,
}

/// A text in a message.
pub(super) struct Text<'a> {
    /// Its bytes up to the first zero, captured.
    pub(super) bytes: &'a [u8],
    /// Two bytes are a character.
    pub(super) is_wide: bool,
    /// What follows it, if all of it was captured.
    pub(super) next: Option<usize>,
}

impl<'a> Area<'a> {
    /// A message whose texts are of bytes.
    pub(super) fn new(whole: Cursor<'a>) -> Self {
        Self {
            whole,
            is_unicode: false,
            told_len: None,
        }
    }

    /// What is at an offset.
    pub(super) fn at(&self, offset: usize) -> Cursor<'a> {
        self.whole.after(offset)
    }

    /// The `count` bytes at an offset, if they were captured.
    pub(super) fn bytes(&self, offset: usize, count: usize) -> Option<&'a [u8]> {
        self.at(offset).bytes().get(..count)
    }

    /// The bytes from an offset up to the first zero, at most so many.
    pub(super) fn until_zero(&self, offset: usize, most: usize) -> &'a [u8] {
        let bytes = self.at(offset).limited(most).bytes();
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        bytes.get(..end).unwrap_or_default()
    }

    /// The text at an offset that ends with a zero, which must have been captured.
    pub(super) fn text(&self, offset: usize, is_wide: bool) -> Shown<Text<'a>> {
        let start = match self.aligned(offset, is_wide) {
            Ok(start) => start,
            Err(missing) => return Ok(missing),
        };
        let bytes = self.at(start).bytes();
        let end = zero(bytes, is_wide).ok_or(Stop::Truncated)?;
        Ok(Text {
            bytes: bytes.get(..end).unwrap_or_default(),
            is_wide,
            next: Some(start + end + width(is_wide)),
        })
    }

    /// The text in a field of `count` bytes at an offset; a zero in it ends it.
    pub(super) fn counted(&self, offset: usize, count: usize, is_wide: bool) -> Shown<Text<'a>> {
        let start = match self.aligned(offset, is_wide) {
            Ok(start) => start,
            Err(missing) => return Ok(missing),
        };
        let bytes = self.at(start).limited(count).bytes();
        let (end, is_ended) = match zero(bytes, is_wide) {
            Some(end) => (end, true),
            None => (bytes.len() - bytes.len() % width(is_wide), false),
        };
        let is_whole = bytes.len() == count;
        // A byte alone at the end is no character, but has to be there.
        if !is_ended && count - count % width(is_wide) > end {
            return Err(Stop::Truncated);
        }
        Ok(Text {
            bytes: bytes.get(..end).unwrap_or_default(),
            is_wide,
            next: is_whole.then_some(start + count),
        })
    }

    /// Wide characters are at even offsets, with a byte before them if need be; the text is missing with it.
    fn aligned(&self, offset: usize, is_wide: bool) -> Result<usize, Text<'a>> {
        if !is_wide || offset.is_multiple_of(2) {
            return Ok(offset);
        }
        if self.at(offset).has(1) {
            return Ok(offset + 1);
        }
        Err(Text {
            bytes: &[],
            is_wide,
            next: None,
        })
    }
}

fn width(is_wide: bool) -> usize {
    if is_wide { 2 } else { 1 }
}

/// Where the zero is.
fn zero(bytes: &[u8], is_wide: bool) -> Option<usize> {
    if is_wide {
        let place = bytes.chunks_exact(2).position(|pair| pair == [0, 0])?;
        Some(place * 2)
    } else {
        bytes.iter().position(|&byte| byte == 0)
    }
}
