//! The names of classes, of types in each class, and of the numbers in objects.

use crate::print::text::name_of;

/// The name of a type of an object, which each class has its own of.
pub(super) fn kind_name(class: u8, kind: u8) -> &'static str {
    match (class, kind) {
        (9, 1) => return "obsolete",
        (1, 11) => return "UNI IPv4",
        (10, 3) => return "IPv6 Flow-label",
        _ => {}
    }
    let kinds: &[(u8, &str)] = match class {
        1 => &[
            (1, "IPv4"),
            (2, "IPv6"),
            (7, "Tunnel IPv4"),
            (13, GROUP_V4),
            (14, GROUP_V6),
        ],
        3 | 6 => &[
            (1, "IPv4"),
            (2, "IPv6"),
            (3, "IPv4 plus opt. TLVs"),
            (4, "IPv6 plus opt. TLVs"),
        ],
        10 | 11 => &[
            (1, "IPv4"),
            (2, "IPv6"),
            (7, "Tunnel IPv4"),
            (12, GROUP_V4),
            (13, GROUP_V6),
        ],
        9 | 12 | 13 => &[(2, "IntServ")],
        15 | 195 => &[(1, "IPv4"), (2, "IPv6")],
        16 | 34 | 35 | 129 => &[(1, "Label"), (2, "Generalized Label"), (3, "Waveband Switching")],
        19 => &[
            (1, "without label range"),
            (2, "with ATM label range"),
            (3, "with FR label range"),
            (4, "Generalized Label"),
        ],
        20 | 21 | 131 => &[(1, "IPv4")],
        22 => &[(1, "Hello Request"), (2, "Hello Ack")],
        24 => &[(1, "Message id ack"), (2, "Message id nack")],
        50 => &[(1, "IPv4 sub-LSP"), (2, "IPv6 sub-LSP")],
        63 | 207 => &[(7, "Tunnel IPv4")],
        205 => &[(1, "1"), (7, "Tunnel IPv4")],
        5 | 8 | 23 | 25 | 36 | 66 | 125 | 134 | 196 | 204 | 229 => &[(1, "1")],
        _ => &[],
    };
    name_of(kinds, kind).unwrap_or("Unknown")
}

const GROUP_V4: &str = "IPv4 P2MP LSP Tunnel";
const GROUP_V6: &str = "IPv6 P2MP LSP Tunnel";

/// The classes of objects.
pub(super) const CLASSES: &[(u8, &str)] = &[
    (1, "Session"),
    (3, "RSVP Hop"),
    (4, "Integrity"),
    (5, "Time Values"),
    (6, "Error Spec"),
    (7, "Scope"),
    (8, "Style"),
    (9, "Flowspec"),
    (10, "FilterSpec"),
    (11, "Sender Template"),
    (12, "Sender TSpec"),
    (13, "Adspec"),
    (14, "Policy Data"),
    (15, "Confirm"),
    (16, "Label"),
    (19, "Label Request"),
    (20, "ERO"),
    (21, "RRO"),
    (22, "Hello"),
    (23, "Message ID"),
    (24, "Message ID Ack"),
    (25, "Message ID List"),
    (34, "Recovery Label"),
    (35, "Upstream Label"),
    (36, "Label Set"),
    (37, "Protection"),
    (50, "Sub-LSP to LSP"),
    (63, "Detour"),
    (66, "Class Type"),
    (125, "Class Type (old)"),
    (129, "Suggested Label"),
    (130, "Acceptable Label Set"),
    (131, "Restart Capability"),
    (134, "Capability"),
    (195, "Notify Request"),
    (196, "Administrative Status"),
    (204, "Properties"),
    (205, "Fast Re-Route"),
    (207, "Session Attribute"),
    (229, "Generalized UNI"),
    (230, "Call-ID"),
    (236, "Call Capability"),
];

/// What is wrong.
pub(super) const ERRORS: &[(u8, &str)] = &[
    (24, "Routing Problem"),
    (25, "Notify Error"),
    (28, "Diffserv TE Error"),
    (125, "Diffserv TE Error (Old)"),
];

/// What is wrong with a route.
pub(super) const ERRORS_ROUTING: &[(u16, &str)] = &[
    (1, "Bad EXPLICIT_ROUTE object"),
    (2, "Bad strict node"),
    (3, "Bad loose node"),
    (4, "Bad initial subobject"),
    (5, "No route available toward destination"),
    (6, "Unacceptable label value"),
    (7, "RRO indicated routing loops"),
    (8, "non-RSVP-capable router in the path"),
    (9, "MPLS label allocation failure"),
    (10, "Unsupported L3PID"),
];

/// What is wrong with a class of traffic (RFC 4124).
pub(super) const ERRORS_DIFFSERV: &[(u16, &str)] = &[
    (1, "Unexpected CT object"),
    (2, "Unsupported CT"),
    (3, "Invalid CT value"),
    (4, "CT/setup priority do not form a configured TE-Class"),
    (5, "CT/holding priority do not form a configured TE-Class"),
    (
        6,
        "CT/setup priority and CT/holding priority do not form a configured TE-Class",
    ),
    (7, "Inconsistency between signaled PSC and signaled CT"),
    (8, "Inconsistency between signaled PHBs and signaled CT"),
];

/// The properties that a vendor adds.
pub(super) const PROPERTIES: &[(u8, &str)] = &[
    (1, "Cos"),
    (2, "Metric 1"),
    (4, "Metric 2"),
    (8, "CCC Status"),
    (16, "Path Type"),
];

/// The parts of a route.
pub(super) const ROUTE_PARTS: &[(u8, &str)] = &[
    (0, "Reserved"),
    (1, "IPv4 prefix"),
    (2, "IPv6 prefix"),
    (3, "Label"),
    (32, "Autonomous system number"),
    (64, "MPLS label switched path termination"),
];

/// What a client of an optical network asks for.
pub(super) const UNI_PARTS: &[(u8, &str)] = &[
    (1, "Source TNA address"),
    (2, "Destination TNA address"),
    (3, "Diversity"),
    (4, "Egress label"),
    (5, "Service level"),
];

/// What a path carries (RFC 3471).
pub(super) const PAYLOADS: &[(u16, &str)] = &[
    (0, "Unknown"),
    (1, "Reserved"),
    (2, "Reserved"),
    (3, "Reserved"),
    (4, "Reserved"),
    (5, "Asynchronous mapping of E4"),
    (6, "Asynchronous mapping of DS3/T3"),
    (7, "Asynchronous mapping of E3"),
    (8, "Bit synchronous mapping of E3"),
    (9, "Byte synchronous mapping of E3"),
    (10, "Asynchronous mapping of DS2/T2"),
    (11, "Bit synchronous mapping of DS2/T2"),
    (12, "Reserved"),
    (13, "Asynchronous mapping of E1"),
    (14, "Byte synchronous mapping of E1"),
    (15, "Byte synchronous mapping of 31 * DS0"),
    (16, "Asynchronous mapping of DS1/T1"),
    (17, "Bit synchronous mapping of DS1/T1"),
    (18, "Byte synchronous mapping of DS1/T1"),
    (19, "VC-11 in VC-12"),
    (20, "Reserved"),
    (21, "Reserved"),
    (22, "DS1 SF Asynchronous"),
    (23, "DS1 ESF Asynchronous"),
    (24, "DS3 M23 Asynchronous"),
    (25, "DS3 C-Bit Parity Asynchronous"),
    (26, "VT/LOVC"),
    (27, "STS SPE/HOVC"),
    (28, "POS - No Scrambling, 16 bit CRC"),
    (29, "POS - No Scrambling, 32 bit CRC"),
    (30, "POS - Scrambling, 16 bit CRC"),
    (31, "POS - Scrambling, 32 bit CRC"),
    (32, "ATM mapping"),
    (33, "Ethernet PHY"),
    (34, "SONET/SDH"),
    (35, "Reserved (SONET deprecated)"),
    (36, "Digital Wrapper"),
    (37, "Lambda"),
    (38, "ANSI/ETSI PDH"),
    (39, "Reserved"),
    (40, "Link Access Protocol SDH (X.85 and X.86)"),
    (41, "FDDI"),
    (42, "DQDB (ETSI ETS 300 216)"),
    (43, "FiberChannel-3 (Services)"),
    (44, "HDLC"),
    (45, "Ethernet V2/DIX (only)"),
    (46, "Ethernet 802.3 (only)"),
    (47, "G.709 ODUj"),
    (48, "G.709 OTUk(v)"),
    (49, "CBR/CBRa"),
    (50, "CBRb"),
    (51, "BSOT"),
    (52, "BSNT"),
    (53, "IP/PPP (GFP)"),
    (54, "Ethernet MAC (framed GFP)"),
    (55, "Ethernet PHY (transparent GFP)"),
    (56, "ESCON"),
    (57, "FICON"),
    (58, "Fiber Channel"),
];
