//! Replies that can be tampered with.

use crate::wire::Writer;
use crate::wire::dns::{Class, Message, Name, RecordType};

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Rec {
    pub(in super::super) name: Name,
    pub(in super::super) rtype: RecordType,
    pub(in super::super) data: Vec<u8>,
}

/// A reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Said {
    pub(in super::super) rcode: u16,
    pub(in super::super) answer: Vec<Rec>,
    pub(in super::super) authority: Vec<Rec>,
}

impl Said {
    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        let count = |recs: &[Rec]| u16::try_from(recs.len()).unwrap();
        let mut bytes = Vec::new();
        Writer::new(&mut bytes)
            .u16(7)
            .u16(0x8180 | self.rcode)
            .u16(0)
            .u16(count(&self.answer))
            .u16(count(&self.authority))
            .u16(0);
        for rec in self.answer.iter().chain(&self.authority) {
            Writer::new(&mut bytes)
                .bytes(rec.name.as_wire())
                .u16(rec.rtype.0)
                .u16(Class::IN.0)
                .u32(3600)
                .u16(u16::try_from(rec.data.len()).unwrap())
                .bytes(&rec.data);
        }
        bytes
    }

    /// The reply as the validator sees it.
    pub(in super::super) fn show<T>(&self, see: impl FnOnce(&Message<'_>) -> T) -> T {
        see(&Message::parse(&self.bytes()).unwrap())
    }

    pub(in super::super) fn len(&self) -> usize {
        self.answer.len() + self.authority.len()
    }

    /// The n-th record.
    pub(in super::super) fn rec(&mut self, index: usize) -> &mut Rec {
        let answers = self.answer.len();
        if index < answers {
            &mut self.answer[index]
        } else {
            &mut self.authority[index - answers]
        }
    }

    pub(in super::super) fn remove(&mut self, index: usize) -> Rec {
        let answers = self.answer.len();
        if index < answers {
            self.answer.remove(index)
        } else {
            self.authority.remove(index - answers)
        }
    }
}
