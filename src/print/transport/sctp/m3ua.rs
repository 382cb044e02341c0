//! M3UA, the user adaptation layer of SS7's message transfer part (RFC 4666).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("m3ua");
    let mut rest = message;
    if message.len() < HEADER {
        page.invalid();
        return message.need(message.len());
    }
    rest.need(HEADER)?;
    if rest.u8()? != RELEASE {
        return Ok(());
    }
    rest.skip(1)?;
    let (class, kind, length) = (rest.u8()?, rest.u8()?, rest.u32()?);
    let known = CLASSES.iter().find(|known| known.0 == class);
    match known {
        Some((_, name, messages)) => {
            put!(page, "\n\t\t", *name, " ");
            match name_of(messages, kind) {
                Some(name) => put!(page, name),
                None => put!(page, "Unknown (0x", Hex2(kind), ")"),
            }
            put!(page, " Message");
        }
        None => put!(page, "\n\t\tUnknown message class ", class),
    }
    if usize::try_from(length) != Ok(message.len()) {
        put!(
            page,
            "\n\t\t\t@@@@@@ Corrupted length ",
            length,
            " of message @@@@@@"
        );
        return Ok(());
    }
    parameters(page, rest)
}

fn parameters(page: &mut Page<'_>, parameters: Cursor<'_>) -> Shown {
    let mut rest = parameters;
    while !rest.is_empty() {
        if rest.len() < PARAMETER {
            page.invalid();
            return parameters.need(parameters.len());
        }
        let tag = rest.peek_u16(0)?;
        put!(page, "\n\t\t\t");
        match name_of(PARAMETERS, tag) {
            Some(name) => put!(page, name, ": "),
            None => put!(page, "Unknown Parameter (0x", Hex4(tag), "): "),
        }
        let length = usize::from(rest.peek_u16(2)?);
        if length < PARAMETER {
            page.invalid();
            return parameters.need(parameters.len());
        }
        let padded = length.next_multiple_of(4);
        rest.need(padded)?;
        // The number is taken from where the parameter begins, its tag and length.
        match tag {
            NETWORK | CONTEXT | CORRELATION if length < PARAMETER + 4 => page.invalid(),
            NETWORK | CONTEXT | CORRELATION => put!(page, "0x", HexPad(rest.peek_u32(0)?.into(), 8)),
            _ => put!(page, "(length ", length, ")"),
        }
        rest.advance(padded);
    }
    Ok(())
}

const RELEASE: u8 = 1;
const HEADER: usize = 8;
const PARAMETER: usize = 4;

type Class = (u8, &'static str, &'static [(u8, &'static str)]);

const CLASSES: &[Class] = &[
    (0, "Management", &[(0, "Error"), (1, "Notify")]),
    (1, "Transfer", &[(1, "Data")]),
    (
        2,
        "SS7",
        &[
            (1, "Destination Unavailable"),
            (2, "Destination Available"),
            (3, "Destination State Audit"),
            (4, "Signalling Congestion"),
            (5, "Destination User Part Unavailable"),
            (6, "Destination Restricted"),
        ],
    ),
    (
        3,
        "ASP",
        &[
            (1, "Up"),
            (2, "Down"),
            (3, "Heartbeat"),
            (4, "Up Acknowledgement"),
            (5, "Down Acknowledgement"),
            (6, "Heartbeat Acknowledgement"),
        ],
    ),
    (
        4,
        "ASP",
        &[
            (1, "Active"),
            (2, "Inactive"),
            (3, "Active Acknowledgement"),
            (4, "Inactive Acknowledgement"),
        ],
    ),
    (
        9,
        "Routing Key Management",
        &[
            (1, "Registration Request"),
            (2, "Registration Response"),
            (3, "Deregistration Request"),
            (4, "Deregistration Response"),
        ],
    ),
];

const CONTEXT: u16 = 0x0006;
const CORRELATION: u16 = 0x0013;
const NETWORK: u16 = 0x0200;
const PARAMETERS: &[(u16, &str)] = &[
    (0x0004, "INFO String"),
    (CONTEXT, "Routing Context"),
    (0x0007, "Diagnostic Info"),
    (0x0009, "Heartbeat Data"),
    (0x000b, "Traffic Mode Type"),
    (0x000c, "Error Code"),
    (0x000d, "Status"),
    (0x0011, "ASP Identifier"),
    (0x0012, "Affected Point Code"),
    (CORRELATION, "Correlation ID"),
    (NETWORK, "Network Appearance"),
    (0x0204, "User/Cause"),
    (0x0205, "Congestion Indications"),
    (0x0206, "Concerned Destination"),
    (0x0207, "Routing Key"),
    (0x0208, "Registration Result"),
    (0x0209, "Deregistration Result"),
    (0x020a, "Local Routing Key Identifier"),
    (0x020b, "Destination Point Code"),
    (0x020c, "Service Indicators"),
    (0x020e, "Originating Point Code List"),
    (0x0210, "Protocol Data"),
    (0x0212, "Registration Status"),
    (0x0213, "Deregistration Status"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{ipv4, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_message_and_its_parameters() {
        let mut packet = vec![0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 32];
        packet.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
        packet.extend_from_slice(&[1, 0, 3, 1, 0, 0, 0, 16, 0, 0x11, 0, 8, 0, 0, 0, 7]);
        let text = verbose(2, LinkType::RAW, &ipv4(132, &packet));
        assert!(
            text.ends_with("[PPID M3UA] \n\t\tASP Up Message\n\t\t\tASP Identifier: (length 8)"),
            "{text}"
        );
        packet[35] = 17;
        let text = verbose(2, LinkType::RAW, &ipv4(132, &packet));
        assert!(
            text.ends_with("\n\t\t\t@@@@@@ Corrupted length 17 of message @@@@@@"),
            "{text}"
        );
    }
}
