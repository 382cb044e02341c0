//! Domain names, with compression (RFC 1035 section 4.1.4).

use crate::print::cursor::{Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Hex2, put};

/// Prints the name at `at`, each label with its dot. Returns where what follows the name begins.
///
/// A pointer must lead backwards, and not more often than a name can have labels, so the walk ends. It goes on to the
/// end of a name that is too long, for what is wrong there; but if the names of a packet share such an end, not for
/// all of them: see [`Page::spend`].
pub(crate) fn name(page: &mut Page<'_>, message: &[u8], at: usize) -> Shown<usize> {
    let start = at;
    let mut at = at;
    let mut limit = at;
    let mut after = None;
    let mut shown = 0;
    let mut pointers = 0;
    loop {
        let length = *message.get(at).ok_or(Stop::Truncated)?;
        let rest = message.get(at + 1..).unwrap_or_default();
        match length & KIND {
            _ if length == 0 => break,
            // A length at the end of what was captured ends the name, a pointer only behind labels.
            LABEL | POINTER if rest.is_empty() && (at > start || length & KIND == LABEL) => {
                at = message.len();
                break;
            }
            LABEL | EXTENDED if !is_affordable(page, length, rest, shown) => {
                put!(page, "<DOMAIN NAME TOO LONG>");
                return after.ok_or(Stop::Truncated);
            }
            LABEL => {
                let label = rest.get(..length.into());
                label_text(page, label.unwrap_or(rest), &mut shown);
                if label.is_none() {
                    return Err(Stop::Truncated);
                }
                if shown <= LONGEST {
                    put!(page, ".");
                }
                shown += 1;
                at += 1 + usize::from(length);
            }
            POINTER => {
                let low = *rest.first().ok_or(Stop::Truncated)?;
                after.get_or_insert(at + 2);
                let target = usize::from(u16::from_be_bytes([length & !KIND, low]));
                pointers += 1;
                if target >= limit || pointers > MOST_POINTERS {
                    put!(page, "<BAD PTR>");
                    return Err(Stop::Truncated);
                }
                limit = target;
                at = target;
            }
            EXTENDED if length & !KIND == BITS => {
                at += 1 + bit_label(page, rest)?;
                if shown <= LONGEST {
                    put!(page, ".");
                }
                shown += 1;
            }
            EXTENDED => {
                put!(page, "<ELT ", length & !KIND, ">");
                return Err(Stop::Truncated);
            }
            _ => {
                put!(page, "<BAD LABEL TYPE>");
                return Err(Stop::Truncated);
            }
        }
    }
    // The root has its dot only where it is not pointed to.
    if message.get(start) == Some(&0) {
        put!(page, ".");
    } else if shown > LONGEST {
        put!(page, "<DOMAIN NAME TOO LONG>");
    }
    Ok(after.unwrap_or(at + 1))
}

/// Whether a label may be looked at that no name has place for, or that is shown however long the name is.
fn is_affordable(page: &mut Page<'_>, length: u8, rest: &[u8], shown: usize) -> bool {
    if length & KIND == EXTENDED {
        return page.spend(rest.first().map_or(1, |&bits| bytes_of(bits)));
    }
    shown <= LONGEST || page.spend(1)
}

/// How many bytes a label has that says to be of so many bits, of which zero are 256.
fn bytes_of(bits: u8) -> usize {
    match bits {
        0 => 32,
        bits => usize::from(bits).div_ceil(8),
    }
}

/// A label of bits (RFC 2673), after its type: their count, and they. Returns how long that is.
fn bit_label(page: &mut Page<'_>, label: &[u8]) -> Shown<usize> {
    let count = match label.first() {
        None => return Err(Stop::Truncated),
        Some(0) => 256,
        Some(&count) => usize::from(count),
    };
    let bytes = count.div_ceil(8);
    put!(page, "\\[x");
    for (index, &byte) in label.iter().skip(1).take(bytes).enumerate() {
        match count - index * 8 {
            1..=4 => {
                let bits = count % 8;
                put!(page, Hex(u64::from(byte >> 4 & (0x0f << (4 - bits)))));
            }
            bits @ 5..=7 => put!(page, Hex2(byte & (0xff << (8 - bits)))),
            _ => put!(page, Hex2(byte)),
        }
    }
    if label.len() <= bytes {
        return Err(Stop::Truncated);
    }
    put!(page, "/", count, "]");
    Ok(1 + bytes)
}

/// A label, as far as the longest name has room for it.
fn label_text(page: &mut Page<'_>, label: &[u8], shown: &mut usize) {
    let room = LONGEST.saturating_sub(*shown);
    put!(page, Escaped(label.get(..room).unwrap_or(label)));
    *shown += label.len();
}

/// Where what follows the name at `at` begins; `None` if that was not captured or the name is malformed.
pub(super) fn skip_name(message: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let length = *message.get(at)?;
        match length & KIND {
            _ if length == 0 => return Some(at + 1),
            LABEL => at += 1 + usize::from(length),
            POINTER => return Some(at + 2),
            EXTENDED if length & !KIND == BITS => {
                let count = match *message.get(at + 1)? {
                    0 => 256,
                    count => usize::from(count),
                };
                at += 2 + count.div_ceil(8);
            }
            _ => return None,
        }
    }
}

/// The bits of a length byte that say what it is.
const KIND: u8 = 0xc0;
const LABEL: u8 = 0;
const EXTENDED: u8 = 0x40;
/// The one extended type that is known.
const BITS: u8 = 1;
const POINTER: u8 = 0xc0;
/// As many as there can be labels.
const MOST_POINTERS: usize = 127;
/// Characters of a name that are shown at most.
const LONGEST: usize = 255;
