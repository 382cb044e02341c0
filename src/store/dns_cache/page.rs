//! A page: the unit that is read and written, sealed so that it is either what was written there or nothing.
//!
//! ```text
//!   tag 16 │ length 2 │ payload │ zeros …                                                  4096 bytes
//! ```
//!
//! The tag is a keyed hash over the page's number and everything behind the tag. The key is drawn when the file is
//! made: a page of another file, or of another place in this one, does not open. A page that was never written
//! reads as zeros and is empty. Since a page of the file lies in one page of memory, the system writes it whole or
//! not at all even if the writer is killed; who reads while another writes may still see two halves.

use thiserror::Error;

use crate::wire::{Reader, Writer};

/// The size of a page in bytes.
pub(super) const PAGE: usize = 4096;

/// The most bytes that a page can hold.
pub(super) const ROOM: usize = PAGE - TAG - 2;

/// The bytes of a page are not what was written there.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a page of the cache is damaged")]
pub(super) struct Damaged;

/// The key of a file.
pub(super) type Secret = [u8; 32];

/// Puts `payload` into page `number`; `None` if there is no room for it.
pub(super) fn seal(secret: &Secret, number: u32, payload: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(payload.len())
        .ok()
        .filter(|_| payload.len() <= ROOM)?;
    let mut page = vec![0; TAG];
    Writer::new(&mut page).u16(length).bytes(payload);
    page.resize(PAGE, 0);
    let tag = tag(secret, number, page.get(TAG..)?);
    page.get_mut(..TAG)?.copy_from_slice(&tag);
    Some(page)
}

/// What is in page `number`, of which `page` are the bytes.
pub(super) fn open<'a>(secret: &Secret, number: u32, page: &'a [u8]) -> Result<&'a [u8], Damaged> {
    if page.iter().all(|&byte| byte == 0) {
        return Ok(&[]);
    }
    let (said, sealed) = page.split_at_checked(TAG).ok_or(Damaged)?;
    if page.len() != PAGE || tag(secret, number, sealed) != said {
        return Err(Damaged);
    }
    let mut reader = Reader::new(sealed);
    let length = reader.u16().map_err(|_| Damaged)?;
    reader.take(length.into()).map_err(|_| Damaged)
}

fn tag(secret: &Secret, number: u32, sealed: &[u8]) -> [u8; TAG] {
    let mut hasher = blake3::Hasher::new_keyed(secret);
    hasher.update(&number.to_be_bytes()).update(sealed);
    let mut tag = [0; TAG];
    hasher.finalize_xof().fill(&mut tag);
    tag
}

const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: Secret = [7; 32];

    #[test]
    fn a_page_holds_what_was_put_into_it() {
        for payload in [&b""[..], b"abc", &[9; ROOM]] {
            let page = seal(&SECRET, 3, payload).unwrap();
            assert_eq!(page.len(), PAGE);
            assert_eq!(open(&SECRET, 3, &page), Ok(payload));
        }
        assert_eq!(seal(&SECRET, 3, &[9; ROOM + 1]), None);
    }

    #[test]
    fn a_page_that_was_never_written_is_empty() {
        assert_eq!(open(&SECRET, 3, &[0; PAGE]), Ok(&[][..]));
        assert_eq!(open(&SECRET, 3, &[]), Ok(&[][..]));
    }

    #[test]
    fn one_byte_changed_anywhere_is_seen() {
        let mut page = seal(&SECRET, 3, b"a reply").unwrap();
        for at in 0..PAGE {
            page[at] ^= 0x10;
            assert_eq!(open(&SECRET, 3, &page), Err(Damaged), "at {at}");
            page[at] ^= 0x10;
        }
        let mut empty = vec![0; PAGE];
        for at in 0..PAGE {
            empty[at] = 1;
            assert_eq!(open(&SECRET, 3, &empty), Err(Damaged), "at {at}");
            empty[at] = 0;
        }
    }

    #[test]
    fn a_page_of_another_place_or_file_or_length_is_damaged() {
        let page = seal(&SECRET, 3, b"a reply").unwrap();
        assert_eq!(open(&SECRET, 4, &page), Err(Damaged));
        assert_eq!(open(&[8; 32], 3, &page), Err(Damaged));
        for length in 1..PAGE {
            assert_eq!(open(&SECRET, 3, &page[..length]), Err(Damaged));
        }
    }

    #[test]
    fn two_halves_of_two_writes_are_damaged() {
        let (old, new) = (
            seal(&SECRET, 3, &[1; 3000]).unwrap(),
            seal(&SECRET, 3, &[2; 3000]).unwrap(),
        );
        for cut in 1..PAGE {
            let torn = [&new[..cut], &old[cut..]].concat();
            if torn != new && torn != old {
                assert_eq!(open(&SECRET, 3, &torn), Err(Damaged), "cut at {cut}");
            }
        }
    }
}
