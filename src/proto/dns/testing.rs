//! Replies for the tests of this room.

use crate::wire::Writer;
use crate::wire::dns::{Class, Name, Question, RecordType};

pub(super) fn question(name: &str, rtype: RecordType) -> Question {
    Question {
        name: name.parse().unwrap(),
        rtype,
        class: Class::IN,
    }
}

/// A response in the making.
pub(super) struct Response {
    bits: u16,
    question: Vec<u8>,
    answers: u16,
    authorities: u16,
    records: Vec<u8>,
}

impl Response {
    pub(super) fn to(question: &Question) -> Self {
        let mut bytes = question.name.as_wire().to_vec();
        Writer::new(&mut bytes)
            .u16(question.rtype.0)
            .u16(question.class.0);
        Self {
            bits: 0x8180,
            question: bytes,
            answers: 0,
            authorities: 0,
            records: Vec::new(),
        }
    }

    pub(super) fn rcode(mut self, rcode: u16) -> Self {
        self.bits |= rcode;
        self
    }

    pub(super) fn truncated(mut self) -> Self {
        self.bits |= 0x0200;
        self
    }

    /// Without recursion and authority.
    pub(super) fn referral(mut self) -> Self {
        self.bits &= !0x0480;
        self
    }

    /// Without the last byte.
    pub(super) fn cut(mut self) -> Self {
        self.records.pop();
        self
    }

    pub(super) fn a(self, owner: &str, ttl: u32, address: [u8; 4]) -> Self {
        self.answer(owner, RecordType::A, ttl, &address)
    }

    pub(super) fn cname(self, owner: &str, ttl: u32, target: &str) -> Self {
        let target: Name = target.parse().unwrap();
        self.answer(owner, RecordType::CNAME, ttl, target.as_wire())
    }

    /// An SOA record in the authority section: to be called after the answers.
    pub(super) fn soa(mut self, owner: &str, ttl: u32, minimum: u32) -> Self {
        let mut rdata = vec![0, 0];
        Writer::new(&mut rdata).u32(1).u32(2).u32(3).u32(4).u32(minimum);
        self.record(owner, RecordType::SOA, ttl, &rdata);
        self.authorities += 1;
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes)
            .u16(7)
            .u16(self.bits)
            .u16(1)
            .u16(self.answers)
            .u16(self.authorities)
            .u16(0)
            .bytes(&self.question)
            .bytes(&self.records);
        bytes
    }

    fn answer(mut self, owner: &str, rtype: RecordType, ttl: u32, rdata: &[u8]) -> Self {
        self.record(owner, rtype, ttl, rdata);
        self.answers += 1;
        self
    }

    fn record(&mut self, owner: &str, rtype: RecordType, ttl: u32, rdata: &[u8]) {
        let owner: Name = owner.parse().unwrap();
        Writer::new(&mut self.records)
            .bytes(owner.as_wire())
            .u16(rtype.0)
            .u16(Class::IN.0)
            .u32(ttl)
            .u16(rdata.len().try_into().unwrap())
            .bytes(rdata);
    }
}
