//! Numbers that link layers know their payloads by.

/// Ethernet types, as `ether proto` and the headers name them.
pub(in crate::filter) mod ethertype {
    pub(in crate::filter) const IP: u32 = 0x0800;
    pub(in crate::filter) const ARP: u32 = 0x0806;
    pub(in crate::filter) const RARP: u32 = 0x8035;
    pub(in crate::filter) const IPV6: u32 = 0x86dd;
    pub(in crate::filter) const ATALK: u32 = 0x809b;
    pub(in crate::filter) const AARP: u32 = 0x80f3;
    pub(in crate::filter) const DECNET: u32 = 0x6003;
    pub(in crate::filter) const SCA: u32 = 0x6007;
    pub(in crate::filter) const LAT: u32 = 0x6004;
    pub(in crate::filter) const MOPDL: u32 = 0x6001;
    pub(in crate::filter) const MOPRC: u32 = 0x6002;
    pub(in crate::filter) const IPX: u32 = 0x8137;
    pub(in crate::filter) const VLAN: u32 = 0x8100;
    pub(in crate::filter) const QINQ: u32 = 0x88a8;
    pub(in crate::filter) const QINQ_OLD: u32 = 0x9100;
    pub(in crate::filter) const MPLS: u32 = 0x8847;
    pub(in crate::filter) const PPPOE_DISCOVERY: u32 = 0x8863;
    pub(in crate::filter) const PPPOE_SESSION: u32 = 0x8864;
    pub(in crate::filter) const BRIDGED: u32 = 0x6558;
    /// The largest number that is a length, not a type.
    pub(in crate::filter) const MAX_LENGTH: u32 = 1500;
}

/// LLC service access points (IEEE 802.2).
pub(in crate::filter) mod sap {
    pub(in crate::filter) const IP: u32 = 0x06;
    pub(in crate::filter) const STP: u32 = 0x42;
    pub(in crate::filter) const IPX: u32 = 0xe0;
    pub(in crate::filter) const NETBEUI: u32 = 0xf0;
    pub(in crate::filter) const ISO: u32 = 0xfe;
}

/// The names of Ethernet types and service access points that `ether proto` takes.
pub(in crate::filter) fn ether_proto(name: &str) -> Option<u32> {
    Some(match name {
        "aarp" => ethertype::AARP,
        "arp" => ethertype::ARP,
        "atalk" => ethertype::ATALK,
        "decnet" => ethertype::DECNET,
        "ip" => ethertype::IP,
        "ip6" => ethertype::IPV6,
        "ipx" => sap::IPX,
        "iso" => sap::ISO,
        "lat" => ethertype::LAT,
        "lldp" => 0x88cc,
        "loopback" => 0x9000,
        "mopdl" => ethertype::MOPDL,
        "moprc" => ethertype::MOPRC,
        "netbeui" => sap::NETBEUI,
        "rarp" => ethertype::RARP,
        "sca" => ethertype::SCA,
        "slow" => 0x8809,
        "stp" => sap::STP,
        _ => return None,
    })
}
