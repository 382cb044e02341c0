//! Management frames: how a station finds a network, joins and leaves it.

use super::element::Elements;
use super::reason::REASONS;
use super::status::STATUS;
use super::{Control, action, encrypted};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Mac, Named, name_of, put};

/// Prints a body. Returns false if it was cut off.
pub(super) fn body(
    page: &mut Page<'_>,
    control: Control,
    frame: Cursor<'_>,
    body: Cursor<'_>,
) -> Shown<bool> {
    let subtype = control.subtype();
    match name_of(NAMES, subtype) {
        Some(name) => put!(page, Named("name", name)),
        None => put!(page, "Unhandled Management subtype(", Hex(subtype.into()), ")"),
    }
    if control.is_protected() {
        return Ok(encrypted(page, body));
    }
    let fixed = match subtype {
        ASSOCIATION_REQUEST => 4,
        ASSOCIATION_RESPONSE | REASSOCIATION_RESPONSE | AUTHENTICATION => 6,
        REASSOCIATION_REQUEST => 10,
        PROBE_RESPONSE | BEACON => 12,
        DISASSOCIATION | DEAUTHENTICATION | ACTION => 2,
        _ => 0,
    };
    if !body.has(fixed) || body.len() < fixed {
        return Ok(false);
    }
    let source = Mac(frame.after(10).take(6)?);
    let mut fields = body;
    match subtype {
        DISASSOCIATION => {
            let code = fields.u16_le()?;
            page.field("reason", code);
            put!(page, ": ", Named("reason_name", reason(code)));
            return Ok(true);
        }
        DEAUTHENTICATION => {
            if !page.options.link_header {
                put!(page, " (", Named("", source), ")");
            }
            let code = fields.u16_le()?;
            page.field("reason", code);
            put!(page, ": ", Named("reason_name", reason(code)));
            return Ok(true);
        }
        ACTION => {
            if page.options.link_header {
                put!(page, ": ");
            } else {
                put!(page, " (", Named("", source), "): ");
            }
            action::print(page, fields.u8()?, fields.u8()?);
            return Ok(true);
        }
        ASSOCIATION_REQUEST..=PROBE_RESPONSE | BEACON | AUTHENTICATION => {}
        _ => return Ok(true),
    }
    let elements = Elements::read(body.after(fixed));
    match subtype {
        ASSOCIATION_RESPONSE | REASSOCIATION_RESPONSE => {
            let (capability, code, id) = (fields.u16_le()?, fields.u16_le()?, fields.u16_le()?);
            put!(page, " AID(", Hex(u64::from(id & 0x3fff)), ") :");
            put!(page, if is_private(capability) { " PRIVACY " } else { "" });
            page.field("status", code);
            put!(page, ": ", Named("status_name", status(code)));
        }
        REASSOCIATION_REQUEST => {
            elements.put_network(page);
            put!(page, " AP : ", Mac(fields.after(4).take(6)?));
        }
        BEACON => {
            let capability = fields.after(10).u16_le()?;
            elements.put_network(page);
            elements.put_rates(page);
            put!(page, if capability & 1 != 0 { " ESS" } else { " IBSS" });
            elements.put_channel(page, is_private(capability));
        }
        PROBE_RESPONSE => {
            elements.put_network(page);
            elements.put_rates(page);
            elements.put_channel(page, is_private(fields.after(10).u16_le()?));
        }
        AUTHENTICATION => authentication(page, fields)?,
        _ => {
            elements.put_network(page);
            elements.put_rates(page);
        }
    }
    Ok(elements.are_whole)
}

fn authentication(page: &mut Page<'_>, mut fields: Cursor<'_>) -> Shown {
    let (algorithm, number, code) = (fields.u16_le()?, fields.u16_le()?, fields.u16_le()?);
    let name = ALGORITHMS.get(usize::from(algorithm)).copied();
    page.field("algorithm", algorithm);
    put!(
        page,
        " (",
        Named("algorithm_name", name.unwrap_or("Reserved")),
        ")-"
    );
    put!(page, Named("transaction", Hex(number.into())));
    let is_challenge = algorithm == SHARED_KEY && matches!(number, 2 | 3);
    put!(page, if is_challenge { " [Challenge Text] " } else { ": " });
    // Only every second message answers the one before.
    if number % 2 == 1 {
        page.field("status", code);
        put!(page, Named("status_name", status(code)));
    }
    Ok(())
}

fn is_private(capability: u16) -> bool {
    capability & 0x10 != 0
}

fn status(code: u16) -> &'static str {
    STATUS.get(usize::from(code)).copied().unwrap_or("n/a")
}

fn reason(code: u16) -> &'static str {
    REASONS.get(usize::from(code)).copied().unwrap_or("Reserved")
}

const ASSOCIATION_REQUEST: u16 = 0;
const ASSOCIATION_RESPONSE: u16 = 1;
const REASSOCIATION_REQUEST: u16 = 2;
const REASSOCIATION_RESPONSE: u16 = 3;
const PROBE_RESPONSE: u16 = 5;
const BEACON: u16 = 8;
const DISASSOCIATION: u16 = 10;
const AUTHENTICATION: u16 = 11;
const DEAUTHENTICATION: u16 = 12;
const ACTION: u16 = 13;

const NAMES: &[(u16, &str)] = &[
    (ASSOCIATION_REQUEST, "Assoc Request"),
    (ASSOCIATION_RESPONSE, "Assoc Response"),
    (REASSOCIATION_REQUEST, "ReAssoc Request"),
    (REASSOCIATION_RESPONSE, "ReAssoc Response"),
    (4, "Probe Request"),
    (PROBE_RESPONSE, "Probe Response"),
    (BEACON, "Beacon"),
    (9, "ATIM"),
    (DISASSOCIATION, "Disassociation"),
    (AUTHENTICATION, "Authentication"),
    (DEAUTHENTICATION, "DeAuthentication"),
    (ACTION, "Action"),
];

const SHARED_KEY: u16 = 1;
const ALGORITHMS: [&str; 3] = ["Open System", "Shared Key", "EAP"];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, under_e};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::IEEE802_11;

    fn management(subtype: u8, body: &[u8]) -> Vec<u8> {
        let mut frame = vec![subtype << 4, 0, 0, 0];
        frame.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0]);
        frame.extend_from_slice(body);
        frame
    }

    #[test]
    fn a_beacon_tells_its_network() {
        let fixed = [0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0x11, 0];
        let elements = b"\0\x04home\x01\0\x01\x02\x82\x0b\x07\x01x\x03\x01\x06\0\x05other";
        let frame = management(8, &[&fixed[..], elements].concat());
        assert_eq!(
            shown(LINK, &frame),
            "Beacon (home) [1.0* 5.5 Mbit] ESS CH: 6, PRIVACY"
        );
        assert!(
            under_e(LINK, &frame).starts_with(
                "BSSID:02:00:00:00:00:03 DA:02:00:00:00:00:01 SA:02:00:00:00:00:02 Beacon (home)"
            )
        );
        assert_every_cut_is_told(LINK, &frame);
        let long = [&fixed[..], b"\0\x01a\x01\x11"].concat();
        assert_eq!(
            shown(LINK, &management(8, &long)),
            "Beacon (a) ESS, PRIVACY [|802.11]"
        );
    }

    #[test]
    fn joining_and_leaving_are_told_with_the_reason() {
        for (subtype, body, text) in [
            (0, &[1, 0, 1, 0, 0, 1, b'n'][..], "Assoc Request (n)"),
            (
                1,
                &[0, 0, 17, 0, 5, 0xc0],
                "Assoc Response AID(5) :: Association denied because AP is",
            ),
            (
                2,
                &[0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 0, 1, b'n'],
                "ReAssoc Request (n) AP : 02:00:00:00:00:09",
            ),
            (
                10,
                &[8, 0],
                ": Disassociated because sending STA is leaving (or has left) BSS",
            ),
            (
                11,
                &[1, 0, 3, 0, 15, 0],
                " (Shared Key)-3 [Challenge Text] Authentication rejected",
            ),
            (11, &[9, 0, 2, 0, 0, 0], "Authentication (Reserved)-2: "),
            (
                12,
                &[2, 0],
                " (02:00:00:00:00:02): Previous authentication no longer valid",
            ),
            (13, &[3, 0], "Action (02:00:00:00:00:02): BA ADDBA Request"),
            (6, &[], "Unhandled Management subtype(6)"),
        ] {
            let shown = shown(LINK, &management(subtype, body));
            assert!(shown.contains(text), "{shown}");
        }
    }
}
