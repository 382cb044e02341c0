//! Headers within headers: each of these tests for one, and moves everything that is written after it behind it.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::cond::Cond;
use crate::filter::link::{Addresses, ETHERNET, Naming, Place, ethertype};
use crate::filter::op::Op;
use crate::filter::value::{Size, Value};

impl Generator<'_> {
    /// A VLAN tag (IEEE 802.1Q), also one around another.
    pub(super) fn vlan(&mut self, id: Option<u32>) -> Result<Cond> {
        if self.layout.labels > 0 {
            return Err(FilterError::whole("no VLAN match after MPLS"));
        }
        if !matches!(self.layout.naming, Naming::Ethernet | Naming::Wlan) {
            let link = self.options.link;
            return Err(FilterError::whole(format!("no VLAN support for {link}")));
        }
        if let Some(id) = id.filter(|id| *id > 0x0fff) {
            return Err(FilterError::whole(format!(
                "VLAN tag {id} greater than maximum 4095"
            )));
        }
        self.reads_tags |= self.layout.naming == Naming::Ethernet;
        let (field, payload) = (self.layout.linktype, self.network());
        let mut tagged = Cond::NEVER;
        for tag in [ethertype::VLAN, ethertype::QINQ, ethertype::QINQ_OLD] {
            tagged = tagged.or(self.linktype(tag)?);
        }
        let its_id = match id {
            Some(id) => self.masked(payload, Size::Half, 0x0fff, id),
            None => Cond::ALWAYS,
        };
        self.layout.linktype = field.plus(4);
        self.layout.payload = self.layout.payload.plus(4);
        Ok(tagged.and(its_id))
    }

    /// An MPLS label (RFC 3032), also one on top of another.
    pub(super) fn mpls(&mut self, label: Option<u32>) -> Result<Cond> {
        if let Some(label) = label.filter(|label| *label > 0x000f_ffff) {
            return Err(FilterError::whole(format!(
                "MPLS label {label} greater than maximum 1048575"
            )));
        }
        let network = self.network();
        let labelled = if self.layout.labels > 0 {
            // One more follows if this was not the last.
            let mut bottom = network;
            bottom.offset = bottom.offset.saturating_sub(2);
            self.masked(bottom, Size::Byte, 0x01, 0)
        } else {
            match self.layout.naming {
                Naming::Ethernet | Naming::EtherType | Naming::Ppp => self.linktype(ethertype::MPLS)?,
                _ => {
                    let link = self.options.link;
                    return Err(FilterError::whole(format!("no MPLS support for {link}")));
                }
            }
        };
        let its_label = match label {
            Some(label) => self.masked(network, Size::Word, 0xffff_f000, label << 12),
            None => Cond::ALWAYS,
        };
        self.layout.network += 4;
        self.layout.osi += 4;
        self.layout.labels += 1;
        Ok(labelled.and(its_label))
    }

    /// A PPPoE session (RFC 2516): PPP begins behind its six bytes.
    pub(super) fn pppoe_session(&mut self, id: Option<u32>) -> Result<Cond> {
        if let Some(id) = id.filter(|id| *id > 0xffff) {
            return Err(FilterError::whole(format!(
                "PPPoE session number {id} greater than maximum 65535"
            )));
        }
        let carried = self.linktype(ethertype::PPPOE_SESSION)?;
        let network = self.network();
        let its_id = match id {
            Some(id) => self.masked(network, Size::Word, 0xffff, id),
            None => Cond::ALWAYS,
        };
        let ppp = network.plus(6);
        self.layout.naming = Naming::Ppp;
        self.layout.addresses = Addresses::None;
        self.layout.header = ppp;
        self.layout.linktype = ppp;
        self.layout.payload = ppp.plus(2);
        self.layout.network = 0;
        self.layout.osi = 0;
        Ok(carried.and(its_id))
    }

    /// Geneve (RFC 8926): what it carries has an Ethernet type, and may be Ethernet.
    pub(super) fn geneve(&mut self, vni: Option<u32>) -> Result<Cond> {
        let start = self.slot()?;
        let found = self.udp_tunnel(GENEVE_PORT, start, vni, |this, header| {
            this.masked(header, Size::Byte, 0xc0, 0)
        })?;
        let header = Place::behind(start.1, 0);
        let first = self.load(header, Size::Byte);
        let words = self.values.binary_const(Op::And, first, 0x3f);
        let options = self.values.binary_const(Op::Mul, words, 4);
        let inner = self.values.binary(Op::Add, options, start.1);
        let inner = self.values.binary_const(Op::Add, inner, 8);
        let (payload, linktype) = (self.slot()?, self.slot()?);
        let kind = self.values.binary_const(Op::Add, start.1, 2);
        let plain = Cond::Set(linktype.0, kind).and(Cond::Set(payload.0, inner));
        let frame = self.values.binary_const(Op::Add, inner, 14);
        let frame_type = self.values.binary_const(Op::Add, inner, 12);
        let bridged = Cond::Set(linktype.0, frame_type).and(Cond::Set(payload.0, frame));
        let is_frame = self.field(header.plus(2), Size::Half, ethertype::BRIDGED);
        self.enter_frame(inner, linktype.1, payload.1);
        Ok(found.and(is_frame.and(bridged).or(plain)))
    }

    /// VXLAN (RFC 7348): it carries Ethernet.
    pub(super) fn vxlan(&mut self, vni: Option<u32>) -> Result<Cond> {
        let start = self.slot()?;
        let found = self.udp_tunnel(VXLAN_PORT, start, vni, |this, header| {
            this.field(header, Size::Byte, 0x08)
        })?;
        let frame = self.values.binary_const(Op::Add, start.1, 8);
        let kind = self.values.binary_const(Op::Add, frame, 12);
        let payload = self.values.binary_const(Op::Add, frame, 14);
        self.enter_frame(frame, kind, payload);
        Ok(found)
    }

    /// Whether UDP to `port` carries the tunnel, whose header then begins at the value put into `start`.
    fn udp_tunnel(
        &mut self,
        port: u32,
        start: (u8, Value),
        vni: Option<u32>,
        flags: impl Fn(&mut Self, Place) -> Cond,
    ) -> Result<Cond> {
        if let Some(vni) = vni.filter(|vni| *vni > 0x00ff_ffff) {
            return Err(FilterError::whole(format!(
                "virtual network {vni} greater than maximum 16777215"
            )));
        }
        let under = |this: &mut Self, carried: Cond, udp: Place| {
            let header = udp.plus(8);
            let to_port = this.field(udp.plus(2), Size::Half, port);
            let flagged = flags(this, header);
            let its_vni = match vni {
                Some(vni) => this.masked(header.plus(4), Size::Word, 0xffff_ff00, vni << 8),
                None => Cond::ALWAYS,
            };
            let place = match header.base {
                Some(base) => this.values.binary_const(Op::Add, base, header.offset),
                None => this.values.constant(header.offset),
            };
            carried
                .and(to_port)
                .and(flagged)
                .and(its_vni)
                .and(Cond::Set(start.0, place))
        };
        let carried = self.above_ip4(UDP)?;
        let carried = carried.and(self.first_fragment());
        let udp = self.transport();
        let ip = under(self, carried, udp);
        let is_ip6 = self.linktype(ethertype::IPV6)?;
        let next = self.network().plus(6);
        let carried = is_ip6.and(self.field(next, Size::Byte, UDP));
        let udp = self.network().plus(40);
        Ok(ip.or(under(self, carried, udp)))
    }

    fn enter_frame(&mut self, header: Value, linktype: Value, payload: Value) {
        let place = |base| Place::behind(base, 0);
        self.layout.naming = Naming::Ethernet;
        self.layout.addresses = ETHERNET;
        self.layout.emulated = false;
        self.layout.header = place(header);
        self.layout.linktype = place(linktype);
        self.layout.payload = place(payload);
        self.layout.network = 0;
        self.layout.osi = 3;
        self.layout.labels = 0;
    }
}

const UDP: u32 = 17;
const GENEVE_PORT: u32 = 6081;
const VXLAN_PORT: u32 = 4789;

#[cfg(test)]
mod tests {
    use crate::filter::{NoNames, Options, Origin, compile};
    use crate::wire::LinkType;

    fn wants(expression: &str, packet: &[u8]) -> bool {
        let options = Options {
            link: LinkType::ETHERNET,
            snaplen: 1000,
            netmask: 0,
            origin: Origin::File,
            optimise: true,
        };
        compile(expression, &options, &NoNames).unwrap().run(packet, 1000) != 0
    }

    fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
        [&[0; 12], &kind.to_be_bytes()[..], payload].concat()
    }

    fn ipv4(protocol: u8, source: u8, payload: &[u8]) -> Vec<u8> {
        let mut header = [0; 20];
        header[0] = 0x45;
        header[9] = protocol;
        header[12..16].copy_from_slice(&[10, 0, 0, source]);
        [&header, payload].concat()
    }

    fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
        [&[0, 1], &port.to_be_bytes()[..], &[0; 4], payload].concat()
    }

    #[test]
    fn what_is_written_behind_vxlan_is_looked_for_inside() {
        let inner = ethernet(0x0800, &ipv4(6, 9, &[0, 80, 0, 81]));
        let tunnel = [&[8, 0, 0, 0, 0, 0, 7, 0][..], &inner].concat();
        let packet = ethernet(0x0800, &ipv4(17, 1, &udp(4789, &tunnel)));
        assert!(wants("vxlan 7 and host 10.0.0.9 and tcp port 81", &packet));
        assert!(!wants("vxlan 8", &packet));
        assert!(!wants("vxlan and host 10.0.0.1", &packet));
        assert!(wants("host 10.0.0.1 and vxlan", &packet));
    }

    #[test]
    fn geneve_carries_packets_and_frames_behind_its_options() {
        let packet = |kind: u16, inner: &[u8]| {
            let header = [&[1, 0], &kind.to_be_bytes()[..], &[0, 0, 7, 0], &[0xff; 4]].concat();
            ethernet(0x0800, &ipv4(17, 1, &udp(6081, &[&header, inner].concat())))
        };
        let inner = ipv4(6, 9, &[0, 80, 0, 81]);
        for packet in [packet(0x0800, &inner), packet(0x6558, &ethernet(0x0800, &inner))] {
            assert!(wants("geneve 7 and ip and src 10.0.0.9 and port 80", &packet));
            assert!(!wants("geneve and ip6", &packet));
        }
    }

    #[test]
    fn labels_and_sessions_move_what_comes_after_them() {
        let label = |number: u32, last: u32| (number << 12 | last << 8).to_be_bytes();
        let stack = [&label(5, 0)[..], &label(6, 1), &ipv4(17, 9, &udp(53, &[]))].concat();
        let packet = ethernet(0x8847, &stack);
        assert!(wants(
            "mpls 5 and mpls 6 and host 10.0.0.9 and udp port 53",
            &packet
        ));
        assert!(!wants("mpls 6", &packet));
        let session = [
            &[0x11, 0, 0, 59, 0, 30, 0, 0x21][..],
            &ipv4(6, 9, &[0, 80, 0, 81]),
        ]
        .concat();
        assert!(wants("pppoes 59 and tcp port 80", &ethernet(0x8864, &session)));
    }
}
