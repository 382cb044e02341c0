//! Names inside a message, which may be compressed (RFC 1035 section 4.1.4).

use super::NameError;

/// Walks the labels of a name in a message, following compression pointers. The root ends the walk.
///
/// A pointer may only go backwards, to before where the walk last began: so the walk ends without a hop
/// counter, and no message makes it read a byte twice more than it has pointers.
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    message: &'a [u8],
    position: usize,
    /// Pointers must go to before this: where the present run of labels began.
    run: usize,
    /// Where the name ends for who reads on behind it: after the first pointer or the root.
    end: Option<usize>,
    /// How long the name would be without compression, in bytes.
    length: usize,
    done: bool,
}

impl<'a> Labels<'a> {
    /// The labels of the name at `offset` of `message`.
    pub fn new(message: &'a [u8], offset: usize) -> Self {
        Self {
            message,
            position: offset,
            run: offset,
            end: None,
            length: 0,
            done: false,
        }
    }

    /// Where the bytes behind the name begin, once that is known: after the walk, or after its first pointer.
    pub fn end(&self) -> Option<usize> {
        self.end
    }

    fn step(&mut self) -> Result<Option<&'a [u8]>, NameError> {
        loop {
            let rest = self.message.get(self.position..).unwrap_or_default();
            let (&length, rest) = rest.split_first().ok_or(NameError::Truncated)?;
            match length {
                0 => {
                    self.grow(1)?;
                    self.end.get_or_insert(self.position + 1);
                    return Ok(None);
                }
                1..=63 => {
                    let label = rest.get(..usize::from(length)).ok_or(NameError::Truncated)?;
                    self.grow(1 + label.len())?;
                    self.position += 1 + label.len();
                    return Ok(Some(label));
                }
                0xc0.. => {
                    let &low = rest.first().ok_or(NameError::Truncated)?;
                    let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    self.end.get_or_insert(self.position + 2);
                    if target >= self.run {
                        return Err(NameError::ForwardPointer);
                    }
                    self.position = target;
                    self.run = target;
                }
                _ => return Err(NameError::LabelType),
            }
        }
    }

    fn grow(&mut self, by: usize) -> Result<(), NameError> {
        self.length += by;
        if self.length > 255 {
            return Err(NameError::TooLong);
        }
        Ok(())
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = Result<&'a [u8], NameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(message: &[u8], offset: usize) -> (Vec<Result<&[u8], NameError>>, Option<usize>) {
        let mut labels = Labels::new(message, offset);
        (labels.by_ref().collect(), labels.end())
    }

    #[test]
    fn a_pointer_continues_the_name_and_ends_it_for_the_reader() {
        let message = b"\x03foo\x00\x03bar\xc0\x00!";
        assert_eq!(
            walk(message, 5),
            (vec![Ok(&b"bar"[..]), Ok(&b"foo"[..])], Some(11))
        );
    }

    #[test]
    fn a_pointer_may_only_go_backwards() {
        assert_eq!(
            walk(b"\x01a\xc0\x00", 0),
            (vec![Ok(&b"a"[..]), Err(NameError::ForwardPointer)], Some(4))
        );
        assert_eq!(walk(b"\xc0\x02\x00", 0).0, [Err(NameError::ForwardPointer)]);
    }

    #[test]
    fn pointers_that_take_turns_end() {
        // Two pointers at each other: the second one goes forward again.
        assert_eq!(walk(b"\xc0\x02\xc0\x00", 2).0, [Err(NameError::ForwardPointer)]);
    }

    #[test]
    fn a_name_grown_by_pointers_beyond_255_bytes_is_too_long() {
        let mut message = vec![0];
        for _ in 0..6 {
            let start = message.len();
            message.push(49);
            message.extend([b'x'; 49]);
            let target = if start == 1 { 0 } else { start - 52 };
            message.extend([0xc0, u8::try_from(target).unwrap()]);
        }
        let last = message.len() - 52;
        assert_eq!(walk(&message, last).0.last(), Some(&Err(NameError::TooLong)));
    }

    #[test]
    fn labels_of_other_types_and_missing_bytes_are_errors() {
        assert_eq!(walk(b"\x40x", 0).0, [Err(NameError::LabelType)]);
        assert_eq!(walk(b"\x03fo", 0).0, [Err(NameError::Truncated)]);
        assert_eq!(walk(b"", 7).0, [Err(NameError::Truncated)]);
    }
}
