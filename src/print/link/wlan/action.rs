//! Action frames: requests of a category.

use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints a category and one of its actions.
pub(super) fn print(page: &mut Page<'_>, category: u8, action: u8) {
    let Some((_, name, actions)) = CATEGORIES.iter().find(|(known, _, _)| *known == category) else {
        return put!(page, "Reserved(", category, ") Act#", action);
    };
    put!(page, *name, " ");
    match name_of(actions, action) {
        Some(name) => put!(page, name),
        None => put!(page, "Act#", action),
    }
}

/// Number, name and actions of a category.
type Category = (u8, &'static str, &'static [(u8, &'static str)]);

const CATEGORIES: &[Category] = &[
    (0, "Spectrum Management", &[]),
    (1, "QoS", &[]),
    (2, "DLS", &[]),
    (
        3,
        "BA",
        &[(0, "ADDBA Request"), (1, "ADDBA Response"), (2, "DELBA")],
    ),
    (7, "HT", &[(0, "TxChWidth"), (1, "MIMOPwrSave")]),
    (
        13,
        "MeshAction",
        &[
            (0, "MeshLink"),
            (1, "HWMP"),
            (2, "Gate Announcement"),
            (3, "Congestion Control"),
            (4, "MCCA Setup Request"),
            (5, "MCCA Setup Reply"),
            (6, "MCCA Advertisement Request"),
            (7, "MCCA Advertisement"),
            (8, "MCCA Teardown"),
            (9, "TBTT Adjustment Request"),
            (10, "TBTT Adjustment Response"),
        ],
    ),
    (
        14,
        // As it is spelt.
        "MultiohopAction",
        &[(0, "Proxy Update"), (1, "Proxy Update Confirmation")],
    ),
    (
        15,
        "SelfprotectAction",
        &[
            (1, "Peering Open"),
            (2, "Peering Confirm"),
            (3, "Peering Close"),
            (4, "Group Key Inform"),
            (5, "Group Key Acknowledge"),
        ],
    ),
    (127, "Vendor", &[]),
];
