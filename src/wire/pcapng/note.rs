//! The options behind a packet: comments, its direction, the hash of its bytes.

use crate::wire::pcap::Order;
use crate::wire::{Reader, Truncated, Writer};

/// What a file says of a packet besides its bytes, as it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notes<'a> {
    order: Order,
    options: &'a [u8],
}

impl Default for Notes<'_> {
    fn default() -> Self {
        Self {
            order: Order::Little,
            options: &[],
        }
    }
}

impl<'a> Notes<'a> {
    /// The packet came in, or went out.
    pub fn of_direction(outgoing: bool) -> Self {
        /// `epb_flags`, four bytes: 1 is inbound, 2 is outbound.
        const INBOUND: &[u8] = &[2, 0, 4, 0, 1, 0, 0, 0];
        const OUTBOUND: &[u8] = &[2, 0, 4, 0, 2, 0, 0, 0];
        Self {
            order: Order::Little,
            options: if outgoing { OUTBOUND } else { INBOUND },
        }
    }

    /// What follows `captured` bytes of a packet and their padding.
    pub(super) fn behind(order: Order, captured: u32, body: &mut Reader<'a>) -> Self {
        let padding = (captured.next_multiple_of(4) - captured) as usize;
        let options = body.skip(padding).and_then(|_| body.take(body.len()));
        Self {
            order,
            options: options.unwrap_or_default(),
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    /// The comments on the packet.
    pub fn comments(&self) -> impl Iterator<Item = &'a [u8]> {
        self.each()
            .filter(|(code, _)| *code == COMMENT)
            .map(|(_, value)| value.rest())
    }

    /// Appends them to `out`, little-endian. Numbers are turned round; of what is not known to be a number or
    /// bytes, nothing is kept.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (code, mut value) in self.each() {
            match code {
                FLAGS | QUEUE => {
                    if let Ok(number) = self.order.u32(&mut value) {
                        write_option(code, &number.to_le_bytes(), out);
                    }
                }
                DROPPED | PACKET_ID => {
                    if let Ok(number) = self.order.u64(&mut value) {
                        write_option(code, &number.to_le_bytes(), out);
                    }
                }
                COMMENT | HASH | VERDICT => write_option(code, value.rest(), out),
                _ => {}
            }
        }
    }

    fn each(&self) -> impl Iterator<Item = (u16, Reader<'a>)> {
        let order = self.order;
        let mut rest = Reader::new(self.options);
        std::iter::from_fn(move || option(order, &mut rest).ok().filter(|(code, _)| *code != END))
    }
}

/// Reads one option: its code and its value.
pub(super) fn option<'a>(order: Order, body: &mut Reader<'a>) -> Result<(u16, Reader<'a>), Truncated> {
    let code = order.u16(body)?;
    let len = usize::from(order.u16(body)?);
    let value = body.sub(len)?;
    body.skip(len.next_multiple_of(4) - len)?;
    Ok((code, value))
}

/// Appends one option, padded; a value too long for its length is left out.
pub(super) fn write_option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    let Ok(len) = u16::try_from(value.len()) else {
        return;
    };
    Writer::new(out).u16_le(code).u16_le(len).bytes(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// The codes of options (`opt_…`, `epb_…`).
pub(super) const END: u16 = 0;
pub(super) const COMMENT: u16 = 1;
const FLAGS: u16 = 2;
const HASH: u16 = 3;
const DROPPED: u16 = 4;
const PACKET_ID: u16 = 5;
const QUEUE: u16 = 6;
const VERDICT: u16 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_other_byte_order_are_turned_round_and_text_is_not() {
        let notes = Notes {
            order: Order::Big,
            options: &[
                0, 2, 0, 4, 0, 0, 0, 2, 0, 1, 0, 3, b'a', b'b', b'c', 0, 0, 0, 0, 0, 9,
            ],
        };
        let mut out = Vec::new();
        notes.write(&mut out);
        assert_eq!(out, [2, 0, 4, 0, 2, 0, 0, 0, 1, 0, 3, 0, b'a', b'b', b'c', 0]);
        assert_eq!(notes.comments().collect::<Vec<_>>(), [b"abc"]);
    }

    #[test]
    fn an_option_that_ends_too_early_is_none() {
        let notes = Notes {
            order: Order::Little,
            options: &[1, 0, 9, 0, b'x'],
        };
        assert_eq!(notes.comments().count(), 0);
    }
}
