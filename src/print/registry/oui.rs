//! Organisations: by the first three bytes of their addresses (IEEE), and by their private enterprise number
//! (IANA).

use crate::print::text::name_of;

/// The name of an organisation by its three bytes.
pub(crate) fn organisation(number: u32) -> Option<&'static str> {
    name_of(ORGANISATIONS, number)
}

/// The name of an enterprise by its number.
pub(crate) fn enterprise(number: u32) -> Option<&'static str> {
    name_of(ENTERPRISES, number)
}

/// Ethernet types in SNAP.
pub(crate) const ETHERNET: u32 = 0;
pub(crate) const CISCO: u32 = 0x00_000c;
pub(crate) const CISCO_BRIDGED: u32 = 0x00_00f8;
/// IEEE 802.1, and bridged frames in RFC 2684.
pub(crate) const IEEE_802_1: u32 = 0x00_80c2;
pub(crate) const IEEE_802_3: u32 = 0x00_120f;
pub(crate) const TIA: u32 = 0x00_12bb;
pub(crate) const DCBX: u32 = 0x00_1b21;
pub(crate) const IANA: u32 = 0x00_005e;
pub(crate) const APPLETALK: u32 = 0x08_0007;

const ORGANISATIONS: &[(u32, &str)] = &[
    (ETHERNET, "Ethernet"),
    (CISCO, "Cisco"),
    (IANA, "IANA"),
    (0x00_0081, "Nortel Networks SONMP"),
    (CISCO_BRIDGED, "Cisco bridged"),
    (0x00_19a7, "ITU-T"),
    (IEEE_802_1, "Ethernet bridged"),
    (0x00_a03e, "ATM Forum"),
    (0x00_e02f, "DOCSIS Spanning Tree"),
    (APPLETALK, "Appletalk"),
    (0x00_9069, "Juniper"),
    (0x08_0009, "Hewlett-Packard"),
    (IEEE_802_3, "IEEE 802.3 Private"),
    (TIA, "ANSI/TIA"),
    (DCBX, "DCBX"),
    (0x00_2320, "Nicira Networks"),
    (0x5c_16c7, "Big Switch Networks"),
    (0xb0_d2f5, "Vello Systems"),
    (0x00_2481, "HP"),
    (0x00_04ea, "HP-Labs"),
    (0x74_8771, "Infoblox Inc"),
    (0xa4_2305, "Open Networking Lab"),
    (0x00_049f, "Freescale"),
    (0x00_15ad, "Netronome"),
    (0x00_1018, "Broadcom"),
    (0x00_e004, "PMC-Sierra"),
    (0xd0_f0db, "Ericsson"),
];

const ENTERPRISES: &[(u32, &str)] = &[
    (0, "IETF (reserved)"),
    (5, "ACC"),
    (9, "Cisco"),
    (11, "Hewlett Packard"),
    (42, "Sun Microsystems"),
    (61, "Merit"),
    (74, "AT&T"),
    (161, "Motorola"),
    (166, "Shiva"),
    (193, "Ericsson AB"),
    (255, "Cisco VPN 5000"),
    (307, "Livingston"),
    (311, "Microsoft"),
    (429, "3Com"),
    (529, "Ascend"),
    (1584, "Bay Networks"),
    (1991, "Foundry"),
    (2180, "Versanet"),
    (2352, "Redback"),
    (2636, "Juniper Networks"),
    (2637, "Aptis"),
    (2937, "Deutsche Telekom AG"),
    (3054, "Ixia Communications"),
    (3076, "Cisco VPN 3000"),
    (3085, "CoSine Communications"),
    (3224, "Netscreen"),
    (3199, "Shasta"),
    (3309, "Nomadix"),
    (3414, "T-Mobile"),
    (3561, "The Broadband Forum"),
    (3902, "ZTE"),
    (4329, "Siemens"),
    (4491, "CableLabs"),
    (4874, "Unisphere Networks"),
    (5263, "Cisco BBSM"),
    (5535, "3rd Generation Partnership Project 2 (3GPP2)"),
    (5806, "SK Telecom"),
    (5925, "ipUnplugged"),
    (5948, "Issanni Communications"),
    (5951, "Netscaler"),
    (6490, "T-Mobile"),
    (6618, "Quintum"),
    (6728, "Interlink"),
    (7951, "CNCTC"),
    (8164, "Starent Networks"),
    (8744, "Colubris"),
    (10_415, "3GPP"),
    (10_529, "Gemtek-Systems"),
    (10_704, "Barracuda Networks"),
    (10_923, "Ericsson AB - Packet Core Networks"),
    (11_665, "dacom"),
    (11_862, "Columbia University"),
    (12_356, "Fortinet"),
    (12_951, "Verizon Wireless"),
    (13_745, "Plixer"),
    (14_122, "Wi-Fi Alliance"),
    (16_787, "T-Systems Nova"),
    (20_942, "China Telecom - Guangzhou Research Institute"),
    (26_866, "Gigamon Systems"),
    (32_622, "CACE Technologies"),
    (35_632, "ntop"),
    (46_098, "Ericsson Canada"),
];
