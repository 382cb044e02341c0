//! Which way a packet went, and over which interface.

use super::{Generator, Result};
use crate::filter::cond::Cond;
use crate::filter::link::{Place, types};
use crate::filter::text::{KERNEL_IFINDEX, KERNEL_PACKET_TYPE};
use crate::filter::value::Size;
use crate::filter::{FilterError, Origin};
use crate::wire::LinkType;

impl Generator<'_> {
    /// Packets that came to this machine, or that it sent: in the header of some link types, else known to the
    /// kernel alone.
    pub(super) fn inbound(&mut self, inbound: bool) -> Result<Cond> {
        let (place, size, way) = match self.options.link {
            LinkType::LINUX_SLL => (Place::at(0), Size::Half, OUTGOING),
            LinkType::LINUX_SLL2 => (Place::at(10), Size::Byte, OUTGOING),
            // These name both ways, and packets that went neither.
            LinkType::PFLOG => (
                Place::at(60),
                Size::Byte,
                Way::Named {
                    inbound: 1,
                    outbound: 2,
                },
            ),
            types::IPNET => (
                Place::at(2),
                Size::Half,
                Way::Named {
                    inbound: 2,
                    outbound: 1,
                },
            ),
            types::PPP_PPPD => (
                Place::at(0),
                Size::Byte,
                Way::Named {
                    inbound: 0,
                    outbound: 1,
                },
            ),
            LinkType::SLIP => (Place::at(0), Size::Byte, Way::Inbound(0)),
            link if types::is_juniper(link) => {
                let came = self.masked(Place::at(3), Size::Byte, 0x01, 0x01);
                return Ok(if inbound { came } else { came.not() });
            }
            _ if self.options.origin == Origin::Live => (Place::at(KERNEL_PACKET_TYPE), Size::Half, OUTGOING),
            link => {
                return Err(FilterError::whole(format!(
                    "inbound/outbound not supported on {link} when reading savefiles"
                )));
            }
        };
        Ok(match way {
            Way::Named {
                inbound: came,
                outbound: went,
            } => self.field(place, size, if inbound { came } else { went }),
            Way::Outbound(number) => {
                let went = self.field(place, size, number);
                if inbound { went.not() } else { went }
            }
            Way::Inbound(number) => {
                let came = self.field(place, size, number);
                if inbound { came } else { came.not() }
            }
        })
    }

    pub(super) fn ifindex(&mut self, index: u32) -> Result<Cond> {
        let place = match self.options.link {
            LinkType::LINUX_SLL2 => Place::at(4),
            _ if self.options.origin == Origin::Live => Place::at(KERNEL_IFINDEX),
            link => {
                return Err(FilterError::whole(format!(
                    "ifindex not supported on {link} when reading savefiles"
                )));
            }
        };
        Ok(self.field(place, Size::Word, index))
    }
}

/// What a field says of the way.
#[derive(Clone, Copy)]
enum Way {
    /// It has a number for each.
    Named { inbound: u32, outbound: u32 },
    /// This number is outbound, all others are inbound.
    Outbound(u32),
    /// This number is inbound, all others are outbound.
    Inbound(u32),
}

/// The packet type of a packet that this machine sent (`linux/if_packet.h`).
const OUTGOING: Way = Way::Outbound(4);

#[cfg(test)]
mod tests {
    use crate::filter::sample::{error, wants};
    use crate::wire::LinkType;

    #[test]
    fn the_way_is_told_by_the_headers_that_know_it() {
        // What an inbound and an outbound packet begin with.
        let cases: &[(&str, &[u8], &[u8])] = &[
            ("LINUX_SLL", &[0, 0], &[0, 4]),
            ("SLIP", &[0], &[1]),
            ("PPP_PPPD", &[0], &[1]),
            ("IPNET", &[1, 2, 0, 2], &[1, 2, 0, 1]),
            ("JUNIPER_ETHER", b"MGC\x01", b"MGC\x00"),
            ("JUNIPER_VP", b"MGC\x03", b"MGC\x02"),
        ];
        for (name, came, went) in cases {
            let link = LinkType::from_name(name).unwrap();
            assert!(
                wants(link, "inbound", came) && !wants(link, "outbound", came),
                "{name}"
            );
            assert!(
                wants(link, "outbound", went) && !wants(link, "inbound", went),
                "{name}"
            );
        }
        // A log tells two ways, and may know neither.
        let log = |way| [&[0; 60][..], &[way]].concat();
        assert!(wants(LinkType::PFLOG, "inbound", &log(1)) && wants(LinkType::PFLOG, "outbound", &log(2)));
        assert!(!wants(LinkType::PFLOG, "inbound or outbound", &log(0)));
        assert!(error(LinkType::ETHERNET, "inbound").contains("when reading savefiles"));
    }
}
