//! The names of messages, of the classes of objects, and of the types in each class.

use crate::print::text::name_of;

/// The name of a type of an object, which each class has its own of.
pub(super) fn kind_name(class: u8, kind: u8) -> &'static str {
    let kinds: &[(u8, &str)] = match class {
        1 | 2 => &[(1, "Local"), (2, "Remote")],
        3 | 4 => &[
            (1, "IPv4 Local"),
            (2, "IPv4 Remote"),
            (3, "IPv6 Local"),
            (4, "IPv6 Remote"),
            (5, "Unnumbered Local"),
            (6, "Unnumbered Remote"),
        ],
        5 | 20 => &[(1, "1"), (2, "2")],
        6..=10 => &[(1, "1")],
        11..=14 => &[(1, "IPv4"), (2, "IPv6"), (3, "Unnumbered")],
        51 => &[(1, "1"), (2, "2"), (3, "3"), (4, "4")],
        _ => &[],
    };
    name_of(kinds, kind).unwrap_or("Unknown")
}

/// The messages.
pub(super) const MESSAGES: &[(u8, &str)] = &[
    (1, "Config"),
    (2, "Config ACK"),
    (3, "Config NACK"),
    (4, "Hello"),
    (5, "Begin Verify"),
    (6, "Begin Verify ACK"),
    (7, "Begin Verify NACK"),
    (8, "End Verify"),
    (9, "End Verify ACK"),
    (10, "Test"),
    (11, "Test Status Success"),
    (12, "Test Status Failure"),
    (13, "Test Status ACK"),
    (14, "Link Summary"),
    (15, "Link Summary ACK"),
    (16, "Link Summary NACK"),
    (17, "Channel Status"),
    (18, "Channel Status ACK"),
    (19, "Channel Status Request"),
    (20, "Channel Status Response"),
    (50, "Service Config"),
    (51, "Service Config ACK"),
    (52, "Service Config NACK"),
];

/// The classes of objects.
pub(super) const CLASSES: &[(u8, &str)] = &[
    (1, "Control Channel ID"),
    (2, "Node ID"),
    (3, "Link ID"),
    (4, "Interface ID"),
    (5, "Message ID"),
    (6, "Configuration"),
    (7, "Hello"),
    (8, "Verify Begin"),
    (9, "Verify Begin ACK"),
    (10, "Verify ID"),
    (11, "TE Link"),
    (12, "Data Link"),
    (13, "Channel Status"),
    (14, "Channel Status Request"),
    (20, "Error Code"),
    (51, "Service Config"),
];
