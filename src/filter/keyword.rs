//! The words of the language: protocols, qualifiers, and names for numbers.

/// A protocol, as a word before a qualifier (`tcp port`), alone (`arp`), or before an index (`ip[8]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Proto {
    Aarp,
    Ah,
    Arp,
    Atalk,
    Carp,
    Clnp,
    Csnp,
    Decnet,
    Esis,
    Esp,
    Icmp,
    Icmp6,
    Igmp,
    Igrp,
    Iih,
    Ip,
    Ip6,
    Ipx,
    Isis,
    Iso,
    L1,
    L2,
    Lat,
    Link,
    Lsp,
    Mopdl,
    Moprc,
    Netbeui,
    Pim,
    Psnp,
    Radio,
    Rarp,
    Sca,
    Sctp,
    Snp,
    Stp,
    Tcp,
    Udp,
    Vrrp,
}

impl Proto {
    pub(super) fn of(word: &str) -> Option<Self> {
        PROTOS
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, proto)| *proto)
    }

    /// The first of its names.
    pub(super) fn name(self) -> &'static str {
        PROTOS
            .iter()
            .find(|(_, proto)| *proto == self)
            .map_or("", |(name, _)| name)
    }
}

/// Whether the word is part of the language, so that it is no name of a host or a port.
pub(super) fn is_keyword(word: &str) -> bool {
    Proto::of(word).is_some() || OTHERS.contains(&word)
}

/// The number that a word stands for in arithmetic.
pub(super) fn number(word: &str) -> Option<u32> {
    NUMBERS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number)
}

const PROTOS: &[(&str, Proto)] = &[
    ("aarp", Proto::Aarp),
    ("ah", Proto::Ah),
    ("arp", Proto::Arp),
    ("atalk", Proto::Atalk),
    ("carp", Proto::Carp),
    ("clnp", Proto::Clnp),
    ("csnp", Proto::Csnp),
    ("decnet", Proto::Decnet),
    ("esis", Proto::Esis),
    ("es-is", Proto::Esis),
    ("esp", Proto::Esp),
    ("icmp", Proto::Icmp),
    ("icmp6", Proto::Icmp6),
    ("igmp", Proto::Igmp),
    ("igrp", Proto::Igrp),
    ("iih", Proto::Iih),
    ("ip", Proto::Ip),
    ("ip6", Proto::Ip6),
    ("ipx", Proto::Ipx),
    ("isis", Proto::Isis),
    ("is-is", Proto::Isis),
    ("iso", Proto::Iso),
    ("l1", Proto::L1),
    ("l2", Proto::L2),
    ("lat", Proto::Lat),
    ("link", Proto::Link),
    ("ether", Proto::Link),
    ("fddi", Proto::Link),
    ("ppp", Proto::Link),
    ("slip", Proto::Link),
    ("tr", Proto::Link),
    ("wlan", Proto::Link),
    ("lsp", Proto::Lsp),
    ("mopdl", Proto::Mopdl),
    ("moprc", Proto::Moprc),
    ("netbeui", Proto::Netbeui),
    ("pim", Proto::Pim),
    ("psnp", Proto::Psnp),
    ("radio", Proto::Radio),
    ("rarp", Proto::Rarp),
    ("sca", Proto::Sca),
    ("sctp", Proto::Sctp),
    ("snp", Proto::Snp),
    ("stp", Proto::Stp),
    ("tcp", Proto::Tcp),
    ("udp", Proto::Udp),
    ("vrrp", Proto::Vrrp),
];

#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "action", "addr1", "addr2", "addr3", "addr4", "address1", "address2", "address3", "address4", "and",
    "bcc", "broadcast", "byte", "connectmsg", "dir", "direction", "dpc", "dst", "fisu", "gateway",
    "geneve", "greater", "hdpc", "hfisu", "hlssu", "hmsu", "hopc", "host", "hsio", "hsls", "ifindex",
    "ifname", "ilmic", "inbound", "lane", "len", "length", "less", "llc", "lssu", "mask", "metac",
    "metaconnect", "mpls", "msu", "multicast", "net", "not", "oam", "oamf4", "oamf4ec", "oamf4sc", "on",
    "opc", "or", "outbound", "port", "portrange", "pppoed", "pppoes", "proto", "protochain", "ra",
    "reason", "rnr", "rset", "rulenum", "ruleset", "sc", "sio", "sls", "src", "srnr", "subrulenum",
    "subtype", "ta", "type", "vci", "vlan", "vpi", "vxlan",
];

/// Offsets and values of ICMP (RFC 792), ICMPv6 (RFC 4443, 4861, 2710) and TCP flags (RFC 9293).
const NUMBERS: &[(&str, u32)] = &[
    ("icmptype", 0),
    ("icmpcode", 1),
    ("icmp-echoreply", 0),
    ("icmp-unreach", 3),
    ("icmp-sourcequench", 4),
    ("icmp-redirect", 5),
    ("icmp-echo", 8),
    ("icmp-routeradvert", 9),
    ("icmp-routersolicit", 10),
    ("icmp-timxceed", 11),
    ("icmp-paramprob", 12),
    ("icmp-tstamp", 13),
    ("icmp-tstampreply", 14),
    ("icmp-ireq", 15),
    ("icmp-ireqreply", 16),
    ("icmp-maskreq", 17),
    ("icmp-maskreply", 18),
    ("icmp6type", 0),
    ("icmp6code", 1),
    ("icmp6-destinationunreach", 1),
    ("icmp6-packettoobig", 2),
    ("icmp6-timeexceeded", 3),
    ("icmp6-parameterproblem", 4),
    ("icmp6-echo", 128),
    ("icmp6-echoreply", 129),
    ("icmp6-multicastlistenerquery", 130),
    ("icmp6-multicastlistenerreportv1", 131),
    ("icmp6-multicastlistenerdone", 132),
    ("icmp6-routersolicit", 133),
    ("icmp6-routeradvert", 134),
    ("icmp6-neighborsolicit", 135),
    ("icmp6-neighboradvert", 136),
    ("icmp6-redirect", 137),
    ("icmp6-routerrenum", 138),
    ("icmp6-nodeinformationquery", 139),
    ("icmp6-nodeinformationresponse", 140),
    ("icmp6-ineighbordiscoverysolicit", 141),
    ("icmp6-ineighbordiscoveryadvert", 142),
    ("icmp6-multicastlistenerreportv2", 143),
    ("icmp6-homeagentdiscoveryrequest", 144),
    ("icmp6-homeagentdiscoveryreply", 145),
    ("icmp6-mobileprefixsolicit", 146),
    ("icmp6-mobileprefixadvert", 147),
    ("icmp6-certpathsolicit", 148),
    ("icmp6-certpathadvert", 149),
    ("icmp6-multicastrouteradvert", 151),
    ("icmp6-multicastroutersolicit", 152),
    ("icmp6-multicastrouterterm", 153),
    ("tcpflags", 13),
    ("tcp-fin", 0x01),
    ("tcp-syn", 0x02),
    ("tcp-rst", 0x04),
    ("tcp-push", 0x08),
    ("tcp-ack", 0x10),
    ("tcp-urg", 0x20),
    ("tcp-ece", 0x40),
    ("tcp-cwr", 0x80),
];
