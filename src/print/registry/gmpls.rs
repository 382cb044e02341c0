//! What traffic engineering and GMPLS call the properties of a link (RFC 3471, RFC 4124), in every protocol that
//! announces or signals them.

/// Protection of a link, bit by bit.
pub(crate) const PROTECTION: &[(u32, &str)] = &[
    (0x01, "Extra Traffic"),
    (0x02, "Unprotected"),
    (0x04, "Shared"),
    (0x08, "Dedicated 1:1"),
    (0x10, "Dedicated 1+1"),
    (0x20, "Enhanced"),
    (0x40, "Reserved"),
    (0x80, "Reserved"),
];

/// What an interface can switch.
pub(crate) const SWITCHING: &[(u8, &str)] = &[
    (1, "Packet-Switch Capable-1"),
    (2, "Packet-Switch Capable-2"),
    (3, "Packet-Switch Capable-3"),
    (4, "Packet-Switch Capable-4"),
    (51, "Layer-2 Switch Capable"),
    (100, "Time-Division-Multiplex"),
    (150, "Lambda-Switch Capable"),
    (200, "Fiber-Switch Capable"),
];

/// What a time-division multiplexer indicates of its frames (RFC 4203).
pub(crate) const TIME_DIVISION: &[(u8, &str)] = &[(0, "Standard SONET/SDH"), (1, "Arbitrary SONET/SDH")];

/// The encoding of a path.
pub(crate) const ENCODINGS: &[(u8, &str)] = &[
    (1, "Packet"),
    (2, "Ethernet V2/DIX"),
    (3, "ANSI/ETSI PDH"),
    (4, "Reserved"),
    (5, "SDH ITU-T G.707/SONET ANSI T1.105"),
    (6, "Reserved"),
    (7, "Digital Wrapper"),
    (8, "Lambda (photonic)"),
    (9, "Fiber"),
    (10, "Reserved"),
    (11, "FiberChannel"),
];

/// How bandwidth is divided among classes (RFC 4125, RFC 4127).
pub(crate) const BANDWIDTH_MODELS: &[(u8, &str)] = &[
    (0, "Russian dolls"),
    (1, "Maximum allocation"),
    (254, "Maximum allocation with E-LSP support"),
];
