//! The first page: that this is a cache of ours, and the key by which the others open.

use super::page::{PAGE, Secret, open, seal};
use crate::wire::{Reader, Writer};

/// The first page of a new file with `secret`.
pub(super) fn write(secret: &Secret) -> Option<Vec<u8>> {
    let mut payload = MAGIC.to_vec();
    Writer::new(&mut payload).u32(VERSION).bytes(secret);
    seal(&HEADER_SECRET, 0, &payload)
}

/// The secret of the file whose first page this is, unless it is no file of ours and of this version.
pub(super) fn read(page: &[u8]) -> Option<Secret> {
    if page.len() != PAGE {
        return None;
    }
    let mut reader = Reader::new(open(&HEADER_SECRET, 0, page).ok()?);
    let ours = reader.take(MAGIC.len()) == Ok(MAGIC) && reader.u32() == Ok(VERSION);
    reader.array().ok().filter(|_| ours && reader.is_empty())
}

const MAGIC: &[u8] = b"fairloss dns cache\n";
const VERSION: u32 = 1;

/// The first page must open without a key: this one only tells it from other pages.
const HEADER_SECRET: Secret = *b"fairloss dns cache, first page.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_read_from_a_whole_first_page_only() {
        let mut page = write(&[7; 32]).unwrap();
        assert_eq!(read(&page), Some([7; 32]));
        assert_eq!(read(&[0; PAGE]), None);
        for at in 0..PAGE {
            page[at] ^= 1;
            assert_eq!(read(&page), None, "changed at {at}");
            page[at] ^= 1;
            assert_eq!(read(&page[..at]), None, "cut at {at}");
        }
    }
}
