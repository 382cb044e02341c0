//! Ports and ranges of ports, under TCP, UDP and SCTP.

use super::address::ends;
use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Direction, Id, Qualifier};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::{Place, ethertype};
use crate::filter::names::Service;
use crate::filter::value::Size;

/// Ports by transport: those of a range, or one port twice.
#[derive(Clone, Copy)]
struct Ports {
    first: u16,
    last: u16,
}

/// Which transports have these ports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transports {
    All,
    One(u32),
}

impl Generator<'_> {
    pub(super) fn port(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        self.check(qualifier, id)?;
        let (port, transports) = match id {
            Id::Number(number) => (number_of(number)?, qualified(qualifier)),
            Id::Name(name) => self.service(qualifier, name, "port", name)?,
            _ => return Err(self.misapplied(qualifier, id)),
        };
        self.ports(
            Ports {
                first: port,
                last: port,
            },
            transports,
            qualifier.direction,
        )
    }

    pub(super) fn port_range(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        self.check(qualifier, id)?;
        let (ports, transports) = match id {
            Id::Number(number) => {
                let port = number_of(number)?;
                (
                    Ports {
                        first: port,
                        last: port,
                    },
                    qualified(qualifier),
                )
            }
            Id::Name(name) => {
                // A service may have a hyphen in its own name.
                if let Ok((port, transports)) = self.service(qualifier, name, "port in range", name) {
                    (
                        Ports {
                            first: port,
                            last: port,
                        },
                        transports,
                    )
                } else {
                    let unknown = || FilterError::whole(format!("unknown port in range '{name}'"));
                    let (first, last) = name.split_once('-').ok_or_else(unknown)?;
                    let (first, one) = self.end_of_range(qualifier, first, name)?;
                    let (last, two) = self.end_of_range(qualifier, last, name)?;
                    // Ends that belong to different transports leave it open.
                    let transports = if one == two { one } else { qualified(qualifier) };
                    (
                        Ports {
                            first: first.min(last),
                            last: first.max(last),
                        },
                        transports,
                    )
                }
            }
            _ => return Err(self.misapplied(qualifier, id)),
        };
        self.ports(ports, transports, qualifier.direction)
    }

    fn end_of_range(&self, qualifier: Qualifier, text: &str, range: &str) -> Result<(u16, Transports)> {
        match text.parse::<u32>() {
            Ok(number) => Ok((number_of(number)?, qualified(qualifier))),
            Err(_) => self.service(qualifier, text, "port in range", range),
        }
    }

    /// The port of a service, and the transports that it is for.
    fn service(
        &self,
        qualifier: Qualifier,
        name: &str,
        what: &str,
        whole: &str,
    ) -> Result<(u16, Transports)> {
        let found = self.names.service(name).unwrap_or_default();
        let (port, transports) = match found {
            Service {
                tcp: Some(tcp),
                udp: Some(udp),
            } if tcp == udp => (tcp, qualified(qualifier)),
            Service { tcp: Some(tcp), udp } if qualifier.proto != Some(Proto::Udp) || udp.is_none() => {
                (tcp, Transports::One(TCP))
            }
            Service { udp: Some(udp), .. } => (udp, Transports::One(UDP)),
            _ => return Err(FilterError::whole(format!("unknown {what} '{whole}'"))),
        };
        match (qualified(qualifier), transports) {
            (Transports::One(asked), Transports::One(its)) if asked != its => {
                let its = if its == TCP { "tcp" } else { "udp" };
                Err(FilterError::whole(format!("{what} '{whole}' is {its}")))
            }
            _ => Ok((port, transports)),
        }
    }

    fn check(&self, qualifier: Qualifier, id: Id<'_>) -> Result<()> {
        if !matches!(id, Id::Number(_) | Id::Name(_)) {
            return Err(self.misapplied(qualifier, id));
        }
        match qualifier.proto {
            None | Some(Proto::Tcp | Proto::Udp | Proto::Sctp) => Ok(()),
            Some(proto) => Err(self.misplaced(proto, qualifier.what.name())),
        }
    }

    fn ports(&mut self, ports: Ports, transports: Transports, direction: Direction) -> Result<Cond> {
        let of_interest = |field: &mut Self, place: Place| match transports {
            Transports::One(transport) => field.field(place, Size::Byte, transport),
            Transports::All => {
                let all = [SCTP, TCP, UDP].map(|transport| field.field(place, Size::Byte, transport));
                Cond::any(all)
            }
        };
        let network = self.network();
        let is_ip6 = self.linktype(ethertype::IPV6)?;
        let transport = of_interest(self, network.plus(6));
        let header = network.plus(40);
        let mut end = |offset| self.port_at(header.plus(offset), ports);
        let ip6 = is_ip6.and(transport).and(ends(direction, &mut end, 0, 2));

        let is_ip = self.linktype(ethertype::IP)?;
        let transport = of_interest(self, network.plus(9));
        let first_fragment = self.first_fragment();
        let header = self.transport();
        let mut end = |offset| self.port_at(header.plus(offset), ports);
        let ip = is_ip
            .and(transport)
            .and(first_fragment)
            .and(ends(direction, &mut end, 0, 2));
        Ok(ip6.or(ip))
    }

    fn port_at(&mut self, place: Place, ports: Ports) -> Cond {
        let (first, last) = (u32::from(ports.first), u32::from(ports.last));
        let port = self.load(place, Size::Half);
        if first == last {
            return self.is(port, first);
        }
        let low = self.at_least(port, first);
        low.and(self.more_than(port, last).not())
    }

    /// Whether a packet of IPv4 is whole or begins one: only there is a transport header.
    pub(super) fn first_fragment(&mut self) -> Cond {
        let offset = self.network().plus(6);
        self.bits(offset, Size::Half, 0x1fff).not()
    }

    /// Where the transport header is behind that of IPv4.
    pub(super) fn transport(&mut self) -> Place {
        let network = self.network();
        let len = self.values.header_len(network.base, network.offset);
        let base = match network.base {
            Some(base) => self.values.binary(crate::filter::op::Op::Add, len, base),
            None => len,
        };
        Place {
            base: Some(base),
            offset: network.offset,
        }
    }
}

fn qualified(qualifier: Qualifier) -> Transports {
    match qualifier.proto {
        Some(Proto::Tcp) => Transports::One(TCP),
        Some(Proto::Udp) => Transports::One(UDP),
        Some(Proto::Sctp) => Transports::One(SCTP),
        _ => Transports::All,
    }
}

fn number_of(number: u32) -> Result<u16> {
    u16::try_from(number).map_err(|_| FilterError::whole(format!("illegal port number {number} > 65535")))
}

/// Protocol numbers above IP.
const TCP: u32 = 6;
const UDP: u32 = 17;
const SCTP: u32 = 132;
