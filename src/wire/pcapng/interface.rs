//! What a pcapng file says of an interface.

use crate::wire::{LinkType, Reader};

/// An interface that packets of a file were captured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// What its packets begin with.
    pub link: LinkType,
    /// No packet of it has more captured bytes than this.
    pub snaplen: u32,
    /// Its name, empty if nobody said.
    pub name: Box<str>,
    /// What else is said of it, for people.
    pub description: Box<str>,
}

impl Default for Interface {
    fn default() -> Self {
        Self {
            link: LinkType::NULL,
            snaplen: 0,
            name: Box::default(),
            description: Box::default(),
        }
    }
}

/// The text of an option, cut to a length that bounds the memory a hostile file can ask for.
pub(super) fn text(value: Reader<'_>) -> Box<str> {
    const LONGEST: usize = 128;
    let mut value = value;
    let len = value.len().min(LONGEST);
    let bytes = value.take(len).unwrap_or_default();
    String::from_utf8_lossy(bytes).into()
}
