//! CARP, the common address redundancy protocol of BSD, which has the protocol number of VRRP.

use super::Datagram;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, put};
use crate::wire::Checksum;

/// Prints an advertisement.
pub(super) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("carp");
    let first = message.peek_u8(0)?;
    let (version, kind) = (first >> 4, first & 15);
    let name = if kind == ADVERTISEMENT {
        "advertise"
    } else {
        "unknown"
    };
    put!(page, "CARPv", version, "-", name, " ", message.len(), ": ");
    if datagram.hops != 255 {
        put!(page, "[ttl=", datagram.hops, "!] ");
    }
    if version != 2 || kind != ADVERTISEMENT {
        return Ok(());
    }
    put!(
        page,
        "vhid=",
        message.peek_u8(1)?,
        " advbase=",
        message.peek_u8(5)?,
        " advskew=",
        message.peek_u8(2)?,
        " authlen=",
        message.peek_u8(3)?,
        " "
    );
    if page.verbose(1)
        && let Some(covered) = message.bytes().get(..message.len())
        && Checksum::default().with(covered).finish() != 0
    {
        put!(page, " (bad carp cksum ", Hex(message.peek_u16(6)?.into()), "!)");
    }
    put!(page, "counter=", message.after(8).u64()?);
    Ok(())
}

const ADVERTISEMENT: u8 = 1;

#[cfg(test)]
mod tests {
    use crate::print::sample::{ipv4, options, shown, shown_with};
    use crate::print::{Decoder, Options};
    use crate::wire::LinkType;

    #[test]
    fn it_is_printed_in_place_of_vrrp_where_it_was_asked_for() {
        let carp = Options {
            packet_type: Some(Decoder::Carp),
            ..options(0)
        };
        let message = [0x21, 7, 100, 7, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
        let packet = ipv4(112, &message);
        assert!(
            shown_with(&carp, LinkType::RAW, &packet).ends_with(
                ": CARPv2-advertise 16: [ttl=64!] vhid=7 advbase=1 advskew=100 authlen=7 counter=9"
            )
        );
        assert!(shown(LinkType::RAW, &packet).contains("VRRPv2"));
        let cut = ipv4(112, &message[..12]);
        assert!(shown_with(&carp, LinkType::RAW, &cut).ends_with(" authlen=7  [|carp]"));
    }
}
