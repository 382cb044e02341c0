//! What a router says of its restart (RFC 3623).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints the TLVs; false if one of them cannot be.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let mut left = rest.len();
    while left > 0 {
        if !rest.has(4) {
            page.truncated();
            return Ok(false);
        }
        if left < 4 {
            put!(page, "\n\t    Remaining LS length ", left, " < 4");
            return Ok(false);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        left -= 4;
        let name = name_of(TLVS, kind).unwrap_or("unknown");
        put!(
            page,
            "\n\t    ",
            name,
            " TLV (",
            kind,
            "), length ",
            length,
            ", value: "
        );
        if length > left {
            put!(page, "\n\t    Bogus length ", length, " > ", left);
            return Ok(false);
        }
        if kind == 0 || length == 0 {
            page.invalid();
            return Ok(false);
        }
        if !rest.has(length) {
            page.truncated();
            return Ok(false);
        }
        let expected = match kind {
            PERIOD | ADDRESS => 4,
            REASON => 1,
            _ => length,
        };
        if length != expected {
            put!(page, "\n\t    Bogus length ", length, " != ", expected);
            return Ok(false);
        }
        match kind {
            PERIOD => put!(page, rest.peek_u32(0)?, "s"),
            ADDRESS => page.host(rest.peek_ipv4()?),
            REASON => {
                let reason = rest.peek_u8(0)?;
                put!(
                    page,
                    name_of(REASONS, reason).unwrap_or("Unknown"),
                    " (",
                    reason,
                    ")"
                );
            }
            _ => {
                if !page.verbose(2) {
                    page.hex("\n\t      ", rest.limited(length).bytes());
                }
            }
        }
        let padded = length.next_multiple_of(4);
        if padded > left {
            put!(page, "\n\t    Bogus padded length ", padded, " > ", left);
            return Ok(false);
        }
        rest.advance(padded);
        left -= padded;
    }
    Ok(true)
}

const PERIOD: u16 = 1;
const REASON: u16 = 2;
const ADDRESS: u16 = 3;

const TLVS: &[(u16, &str)] = &[
    (PERIOD, "Grace Period"),
    (REASON, "Graceful restart Reason"),
    (ADDRESS, "IPv4 interface address"),
];

const REASONS: &[(u8, &str)] = &[
    (0, "Unknown"),
    (1, "Software Restart"),
    (2, "Software Reload/Upgrade"),
    (3, "Control Processor Switch"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{advertisement, packet};
    use crate::print::sample::{ipv4, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_reason_is_told() {
        let body = [0, 1, 0, 4, 0, 0, 0, 120, 0, 2, 0, 1, 1, 0, 0, 0];
        let update = [vec![0, 0, 0, 1], advertisement(9, [3, 0, 0, 0], &body)].concat();
        assert!(
            verbose(1, LinkType::RAW, &ipv4(89, &packet(4, &update))).ends_with(
                "\n\t    Grace Period TLV (1), length 4, value: 120s\
             \n\t    Graceful restart Reason TLV (2), length 1, value: Software Restart (1)"
            )
        );
    }
}
