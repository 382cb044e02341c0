//! The attributes of RADIUS and their values, as IANA's registry of RADIUS types has them.

/// How the value of an attribute is shown.
pub(super) enum Form {
    /// Not at all.
    Opaque,
    /// As text.
    Text,
    /// As a number of four bytes.
    Number,
    /// As a number of four bytes that has a name, the first of them at the number given.
    Named(u32, &'static [&'static str]),
    /// As an address.
    Ipv4,
    /// As an address.
    Ipv6,
    /// As an address and the length of its prefix.
    Prefix,
    /// As a date and time.
    Time,
    /// As the bits of the mobility features.
    Features,
    /// As attributes of a vendor.
    Vendor,
    /// In a way of its own.
    Special,
}

use Form::{Features, Ipv4, Ipv6, Named, Number, Opaque, Prefix, Special, Text, Time, Vendor};

/// Name and form of the attributes from number 1 on.
#[rustfmt::skip]
pub(super) const ATTRIBUTES: &[(&str, Form)] = &[
    ("User-Name", Text), ("User-Password", Opaque), ("CHAP-Password", Opaque), ("NAS-IP-Address", Ipv4),
    ("NAS-Port", Number), ("Service-Type", Named(1, SERVICES)), ("Framed-Protocol", Named(1, FRAMED_PROTOCOLS)),
    ("Framed-IP-Address", Ipv4), ("Framed-IP-Netmask", Ipv4), ("Framed-Routing", Named(0, ROUTINGS)),
    ("Filter-Id", Text), ("Framed-MTU", Number), ("Framed-Compression", Named(0, COMPRESSIONS)),
    ("Login-IP-Host", Ipv4), ("Login-Service", Named(0, LOGINS)), ("Login-TCP-Port", Number),
    ("Unassigned", Opaque), ("Reply-Message", Text), ("Callback-Number", Text), ("Callback-Id", Text),
    ("Unassigned", Opaque), ("Framed-Route", Text), ("Framed-IPX-Network", Number), ("State", Text),
    ("Class", Text), ("Vendor-Specific", Vendor), ("Session-Timeout", Number), ("Idle-Timeout", Number),
    ("Termination-Action", Named(0, TERMINATIONS)), ("Called-Station-Id", Text), ("Calling-Station-Id", Text),
    ("NAS-Identifier", Text), ("Proxy-State", Text), ("Login-LAT-Service", Text), ("Login-LAT-Node", Text),
    ("Login-LAT-Group", Text), ("Framed-AppleTalk-Link", Number), ("Framed-AppleTalk-Network", Number),
    ("Framed-AppleTalk-Zone", Text), ("Acct-Status-Type", Named(1, STATUSES)), ("Acct-Delay-Time", Number),
    ("Acct-Input-Octets", Number), ("Acct-Output-Octets", Number), ("Acct-Session-Id", Text),
    ("Acct-Authentic", Named(1, AUTHENTICATIONS)), ("Acct-Session-Time", Number),
    ("Acct-Input-Packets", Number), ("Acct-Output-Packets", Number),
    ("Acct-Terminate-Cause", Named(1, CAUSES)), ("Acct-Multi-Session-Id", Text), ("Acct-Link-Count", Number),
    ("Acct-Input-Gigawords", Number), ("Acct-Output-Gigawords", Number), ("Unassigned", Opaque),
    ("Event-Timestamp", Time), ("Egress-VLANID", Number), ("Ingress-Filters", Named(1, FILTERS)),
    ("Egress-VLAN-Name", Text), ("User-Priority-Table", Opaque), ("CHAP-Challenge", Text),
    ("NAS-Port-Type", Named(0, PORTS)), ("Port-Limit", Number), ("Login-LAT-Port", Text),
    ("Tunnel-Type", Named(1, TUNNELS)), ("Tunnel-Medium-Type", Named(1, MEDIA)), ("Tunnel-Client-Endpoint", Text),
    ("Tunnel-Server-Endpoint", Text), ("Acct-Tunnel-Connection", Text), ("Tunnel-Password", Text),
    ("ARAP-Password", Special), ("ARAP-Features", Special), ("ARAP-Zone-Access", Named(1, ZONES)),
    ("ARAP-Security", Text), ("ARAP-Security-Data", Text), ("Password-Retry", Number),
    ("Prompt", Named(0, PROMPTS)), ("Connect-Info", Text), ("Configuration-Token", Text),
    ("EAP-Message", Text), ("Message-Authenticator", Text), ("Tunnel-Private-Group-ID", Text),
    ("Tunnel-Assignment-ID", Text), ("Tunnel-Preference", Number), ("ARAP-Challenge-Response", Special),
    ("Acct-Interim-Interval", Number), ("Acct-Tunnel-Packets-Lost", Number), ("NAS-Port-Id", Text),
    ("Framed-Pool", Text), ("CUI", Text), ("Tunnel-Client-Auth-ID", Text), ("Tunnel-Server-Auth-ID", Text),
    ("NAS-Filter-Rule", Text), ("Unassigned", Opaque), ("Originating-Line-Info", Opaque),
    ("NAS-IPv6-Address", Ipv6), ("Framed-Interface-ID", Opaque), ("Framed-IPv6-Prefix", Prefix),
    ("Login-IPv6-Host", Ipv6), ("Framed-IPv6-Route", Text), ("Framed-IPv6-Pool", Text),
    ("Error-Cause", Special), ("EAP-Key-Name", Opaque), ("Digest-Response", Text), ("Digest-Realm", Text),
    ("Digest-Nonce", Text), ("Digest-Response-Auth", Text), ("Digest-Nextnonce", Text),
    ("Digest-Method", Text), ("Digest-URI", Text), ("Digest-Qop", Text), ("Digest-Algorithm", Text),
    ("Digest-Entity-Body-Hash", Text), ("Digest-CNonce", Text), ("Digest-Nonce-Count", Text),
    ("Digest-Username", Text), ("Digest-Opaque", Text), ("Digest-Auth-Param", Text),
    ("Digest-AKA-Auts", Text), ("Digest-Domain", Text), ("Digest-Stale", Text), ("Digest-HA1", Text),
    ("SIP-AOR", Text), ("Delegated-IPv6-Prefix", Prefix), ("MIP6-Feature-Vector", Features),
    ("MIP6-Home-Link-Prefix", Special), ("Operator-Name", Special), ("Location-Information", Special),
    ("Location-Data", Special), ("Basic-Location-Policy-Rules", Special),
];

#[rustfmt::skip]
const SERVICES: &[&str] = &[
    "Login", "Framed", "Callback Login", "Callback Framed", "Outbound", "Administrative", "NAS Prompt",
    "Authenticate Only", "Callback NAS Prompt", "Call Check", "Callback Administrative", "Voice", "Fax",
    "Modem Relay", "IAPP-Register", "IAPP-AP-Check", "Authorize Only", "Framed-Management",
    "Additional-Authorization",
];

#[rustfmt::skip]
const FRAMED_PROTOCOLS: &[&str] = &[
    "PPP", "SLIP", "ARAP", "Gandalf proprietary", "Xylogics IPX/SLIP", "X.75 Synchronous",
    "GPRS PDP Context",
];

#[rustfmt::skip]
const ROUTINGS: &[&str] = &[
    "None", "Send", "Listen", "Send&Listen",
];

#[rustfmt::skip]
const COMPRESSIONS: &[&str] = &[
    "None", "VJ TCP/IP", "IPX", "Stac-LZS",
];

#[rustfmt::skip]
const LOGINS: &[&str] = &[
    "Telnet", "Rlogin", "TCP Clear", "PortMaster(proprietary)", "LAT", "X.25-PAD", "X.25-T3POS",
    "Unassigned", "TCP Clear Quiet",
];

#[rustfmt::skip]
const TERMINATIONS: &[&str] = &[
    "Default", "RADIUS-Request",
];

#[rustfmt::skip]
const FILTERS: &[&str] = &[
    "Enabled", "Disabled",
];

#[rustfmt::skip]
const PORTS: &[&str] = &[
    "Async", "Sync", "ISDN Sync", "ISDN Async V.120", "ISDN Async V.110", "Virtual", "PIAFS",
    "HDLC Clear Channel", "X.25", "X.75", "G.3 Fax", "SDSL", "ADSL-CAP", "ADSL-DMT", "ISDN-DSL", "Ethernet",
    "xDSL", "Cable", "Wireless - Other", "Wireless - IEEE 802.11", "Token-Ring", "FDDI",
    "Wireless - CDMA200", "Wireless - UMTS", "Wireless - 1X-EV", "IAPP", "FTTP", "Wireless - IEEE 802.16",
    "Wireless - IEEE 802.20", "Wireless - IEEE 802.22", "PPPoA", "PPPoEoA", "PPPoEoE", "PPPoEoVLAN",
    "PPPoEoQinQ", "xPON", "Wireless - XGP", "WiMAX Pre-Release 8 IWK Function", "WIMAX-WIFI-IWK",
    "WIMAX-SFF", "WIMAX-HA-LMA", "WIMAX-DHCP", "WIMAX-LBS", "WIMAX-WVS",
];

#[rustfmt::skip]
const STATUSES: &[&str] = &[
    "Start", "Stop", "Interim-Update", "Unassigned", "Unassigned", "Unassigned", "Accounting-On",
    "Accounting-Off", "Tunnel-Start", "Tunnel-Stop", "Tunnel-Reject", "Tunnel-Link-Start",
    "Tunnel-Link-Stop", "Tunnel-Link-Reject", "Failed",
];

#[rustfmt::skip]
const AUTHENTICATIONS: &[&str] = &[
    "RADIUS", "Local", "Remote", "Diameter",
];

#[rustfmt::skip]
const CAUSES: &[&str] = &[
    "User Request", "Lost Carrier", "Lost Service", "Idle Timeout", "Session Timeout", "Admin Reset",
    "Admin Reboot", "Port Error", "NAS Error", "NAS Request", "NAS Reboot", "Port Unneeded",
    "Port Preempted", "Port Suspended", "Service Unavailable", "Callback", "User Error", "Host Request",
    "Supplicant Restart", "Reauthentication Failure", "Port Reinitialized",
    "Port Administratively Disabled", "Lost Power",
];

#[rustfmt::skip]
const TUNNELS: &[&str] = &[
    "PPTP", "L2F", "L2TP", "ATMP", "VTP", "AH", "IP-IP", "MIN-IP-IP", "ESP", "GRE", "DVS",
    "IP-in-IP Tunneling", "VLAN",
];

#[rustfmt::skip]
const MEDIA: &[&str] = &[
    "IPv4", "IPv6", "NSAP", "HDLC", "BBN 1822", "802", "E.163", "E.164", "F.69", "X.121", "IPX",
    "Appletalk", "Decnet IV", "Banyan Vines", "E.164 with NSAP subaddress",
];

#[rustfmt::skip]
const ZONES: &[&str] = &[
    "Only access to dfl zone", "Use zone filter inc.", "Not used", "Use zone filter exc.",
];

#[rustfmt::skip]
const PROMPTS: &[&str] = &[
    "No Echo", "Echo",
];
