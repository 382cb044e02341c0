//! Ethernet types, and the headers that may stand in their place: 802.3 with LLC, and Linux' cooked ones.

use super::Generator;
use crate::filter::cond::Cond;
use crate::filter::link::{ethertype, sap};
use crate::filter::value::Size;

impl Generator<'_> {
    pub(super) fn ether_type(&mut self, proto: u32) -> Cond {
        let (field, llc) = (self.layout.linktype, self.layout.payload);
        match proto {
            sap::IP | sap::ISO | sap::NETBEUI => {
                let length = self.is_length();
                length.and(self.field(llc, Size::Half, proto << 8 | proto))
            }
            sap::IPX => {
                let by_type = self.field(field, Size::Half, ethertype::IPX);
                by_type.or(self.is_length().and(self.llc_ipx()))
            }
            ethertype::ATALK | ethertype::AARP => {
                let by_type = self.field(field, Size::Half, proto);
                by_type.or(self.is_length().and(self.apple_snap(proto)))
            }
            ..=ethertype::MAX_LENGTH => {
                let length = self.is_length();
                length.and(self.field(llc, Size::Byte, proto))
            }
            _ => self.field(field, Size::Half, proto),
        }
    }

    pub(super) fn cooked_type(&mut self, proto: u32) -> Cond {
        let (field, llc) = (self.layout.linktype, self.layout.payload);
        let is_llc = self.field(field, Size::Half, COOKED_LLC);
        match proto {
            sap::IPX => {
                let raw = self.field(field, Size::Half, COOKED_RAW_802_3);
                let by_type = self.field(field, Size::Half, ethertype::IPX);
                by_type.or(raw).or(is_llc.and(self.llc_ipx()))
            }
            ethertype::ATALK | ethertype::AARP => {
                let by_type = self.field(field, Size::Half, proto);
                by_type.or(is_llc.and(self.apple_snap(proto)))
            }
            ..=ethertype::MAX_LENGTH => is_llc.and(self.field(llc, Size::Half, proto << 8 | proto)),
            _ => self.field(field, Size::Half, proto),
        }
    }

    /// Whether the type field is a length, so that an LLC header follows.
    pub(super) fn is_length(&mut self) -> Cond {
        let field = self.load(self.layout.linktype, Size::Half);
        self.more_than(field, ethertype::MAX_LENGTH).not()
    }

    fn llc_ipx(&mut self) -> Cond {
        let llc = self.layout.payload;
        let snap = self.snap(0, ethertype::IPX);
        snap.or(self.field(llc, Size::Byte, sap::IPX))
            .or(self.field(llc, Size::Half, 0xffff))
    }
}

/// The types of cooked captures that are no Ethernet types (`linux/if_ether.h`).
const COOKED_RAW_802_3: u32 = 1;
const COOKED_LLC: u32 = 4;
