//! The configuration testing protocol of Ethernet (DIX Ethernet 2.0, section 8), under the EtherType of loopback.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Mac, put};

/// Prints a packet: what of it was dealt with before, and the message for the next station.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("loopback");
    put!(page, "Loopback");
    let mut rest = packet;
    if rest.len() < 2 {
        return refuse(page, rest, 2);
    }
    let skipped = rest.u16_le()?;
    put!(page, ", skipCount ", skipped);
    if !skipped.is_multiple_of(8) {
        page.wrong(|page| put!(page, " (bogus)"));
    }
    let skipped = usize::from(skipped);
    if rest.len() < skipped {
        return refuse(page, rest, skipped);
    }
    rest.skip(skipped)?;
    message(page, rest)
}

fn message(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 2 {
        return refuse(page, rest, 2);
    }
    match rest.u16_le()? {
        REPLY => {
            put!(page, ", Reply");
            if rest.len() < 2 {
                return refuse(page, rest, 2);
            }
            put!(page, ", receipt number ", rest.u16_le()?);
        }
        FORWARD => {
            put!(page, ", Forward Data");
            if rest.len() < 6 {
                return refuse(page, rest, 6);
            }
            put!(page, ", forwarding address ", Mac(&rest.array::<6>()?));
        }
        function => {
            page.wrong(|page| put!(page, ",  invalid (", function, ")"));
            return rest.need(rest.len());
        }
    }
    put!(page, ", data (", rest.len(), " octets)");
    rest.need(rest.len())
}

/// Says that `rest` is shorter than `limit`, and whether all of it was captured.
fn refuse(page: &mut Page<'_>, rest: Cursor<'_>, limit: usize) -> Shown {
    let _ = page.refuse("length", rest.len(), "<", limit);
    page.invalid();
    rest.need(rest.len())
}

const REPLY: u16 = 1;
const FORWARD: u16 = 2;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown};
    use crate::wire::LinkType;

    fn packet(bytes: &[u8]) -> String {
        shown(LinkType::ETHERNET, &ether(0x9000, bytes))
    }

    #[test]
    fn the_message_behind_what_is_skipped_is_told() {
        let reply = [0, 0, 1, 0, 7, 0, 1, 2, 3];
        assert_eq!(
            packet(&reply),
            "Loopback, skipCount 0, Reply, receipt number 7, data (3 octets)"
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &ether(0x9000, &reply));
        let mut forwarded = vec![8, 0, 2, 0, 2, 0, 0, 0, 0, 9];
        forwarded.extend([2, 0, 2, 0, 0, 0, 0, 8]);
        assert_eq!(
            packet(&forwarded),
            "Loopback, skipCount 8, Forward Data, forwarding address 02:00:00:00:00:08, data (0 octets)"
        );
    }

    #[test]
    fn lengths_and_functions_that_cannot_be_are_told() {
        assert_eq!(packet(&[0]), "Loopback [length 1 < 2] (invalid)");
        assert_eq!(
            packet(&[9, 0, 1]),
            "Loopback, skipCount 9 (bogus) [length 1 < 9] (invalid)"
        );
        assert_eq!(
            packet(&[0, 0, 2, 0, 1]),
            "Loopback, skipCount 0, Forward Data [length 1 < 6] (invalid)"
        );
        assert_eq!(packet(&[0, 0, 3, 0]), "Loopback, skipCount 0,  invalid (3)");
    }
}
