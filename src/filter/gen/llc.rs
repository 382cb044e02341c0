//! LLC headers (IEEE 802.2): the kinds of frame, and what they carry.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::Llc;
use crate::filter::cond::Cond;
use crate::filter::link::{Naming, ethertype, sap};
use crate::filter::value::Size;

impl Generator<'_> {
    /// Frames with an LLC header, of one kind.
    pub(super) fn llc(&mut self, kind: Llc) -> Result<Cond> {
        let has_llc = match self.layout.naming {
            Naming::Ethernet => {
                let length = self.is_length();
                // Novell's raw 802.3 has no LLC header, only this.
                length.and(self.field(self.layout.payload, Size::Half, 0xffff).not())
            }
            Naming::Llc => Cond::ALWAYS,
            Naming::Wlan => self.is_data_frame(),
            Naming::Atm => self.is_llc_cell(),
            _ => {
                let name = self.options.link;
                return Err(FilterError::whole(format!("'llc' not supported on {name}")));
            }
        };
        let control = self.layout.payload.plus(2);
        let of_kind = match kind {
            Llc::Any => Cond::ALWAYS,
            Llc::Information => self.bits(control, Size::Byte, 0x01).not(),
            Llc::Supervisory => self.masked(control, Size::Byte, 0x03, 0x01),
            Llc::Unnumbered => self.masked(control, Size::Byte, 0x03, 0x03),
            Llc::Function(function) => self.masked(control, Size::Byte, 0x0f, u32::from(function)),
            Llc::Command(command) => self.masked(control, Size::Byte, 0xef, u32::from(command)),
        };
        Ok(has_llc.and(of_kind))
    }

    /// Whether an LLC header says that it carries `proto`. An Ethernet type is looked for where SNAP has it; that it
    /// is SNAP is taken for granted.
    pub(super) fn llc_type(&mut self, proto: u32) -> Cond {
        let llc = self.layout.payload;
        match proto {
            sap::IP | sap::ISO | sap::NETBEUI => self.field(llc, Size::Half, proto << 8 | proto),
            ethertype::ATALK => self.apple_snap(proto),
            ..=ethertype::MAX_LENGTH => self.field(llc, Size::Byte, proto),
            _ => self.field(llc.plus(6), Size::Half, proto),
        }
    }

    /// AppleTalk is Apple's (08:00:07), its ARP is not.
    pub(super) fn apple_snap(&mut self, proto: u32) -> Cond {
        self.snap(if proto == ethertype::ATALK { 0x08_0007 } else { 0 }, proto)
    }

    /// Whether an LLC header is that of SNAP with this organisation and type.
    pub(super) fn snap(&mut self, organisation: u32, proto: u32) -> Cond {
        let llc = self.layout.payload;
        let second = self.field(llc.plus(4), Size::Word, (organisation & 0xffff) << 16 | proto);
        second.and(self.field(llc, Size::Word, 0xaaaa_0300 | organisation >> 16))
    }
}
