//! IPsec: the authentication header (RFC 4302), the encrypted payload (RFC 4303) and compression (RFC 3173).

use pnet_packet::ip::IpNextHeaderProtocol;

use super::{Datagram, Ends, demux};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::secrets::Key;
use crate::print::text::{Hex, HexPad, put};

/// Prints an authentication header. Returns what it says follows, and its length.
pub(super) fn authentication(
    page: &mut Page<'_>,
    header: Cursor<'_>,
) -> Shown<(IpNextHeaderProtocol, usize)> {
    page.enter("ah");
    let mut rest = header;
    let next = IpNextHeaderProtocol(rest.u8()?);
    put!(page, "AH");
    let units = rest.u8()?;
    let length = (usize::from(units) + 2) * 4;
    put!(page, "(");
    if page.verbose(1) {
        put!(page, "length=", units, "(", length, "-bytes),");
    }
    let reserved = rest.u16()?;
    if reserved != 0 {
        put!(page, "reserved=0x", Hex(reserved.into()), "[MustBeZero],");
    }
    put!(
        page,
        "spi=0x",
        HexPad(rest.u32()?.into(), 8),
        ",seq=0x",
        Hex(rest.u32()?.into()),
        ",icv=0x"
    );
    page.digits(&mut rest, length.saturating_sub(FIXED))?;
    put!(page, "): ");
    Ok((next, length))
}

/// Prints what of an encrypted payload is in the clear, and the rest if we have its key.
pub(crate) fn encrypted(page: &mut Page<'_>, datagram: &Datagram, payload: Cursor<'_>) -> Shown {
    page.enter("esp");
    let mut rest = payload;
    // One byte more than these two: there is always something behind them.
    rest.need(9)?;
    let (index, sequence) = (rest.u32()?, rest.u32()?);
    put!(
        page,
        "ESP(spi=0x",
        HexPad(index.into(), 8),
        ",seq=0x",
        Hex(sequence.into()),
        ")"
    );
    put!(page, ", length ", payload.len());
    let secrets = &page.options.secrets;
    if secrets.is_empty() || datagram.fragmented {
        return Ok(());
    }
    let destination = match datagram.ends {
        Ends::V4 { destination, .. } => destination.into(),
        Ends::V6 { destination, .. } => destination.into(),
    };
    match secrets.security(index, destination) {
        Some(key) => opened(page, datagram, key, rest),
        None => Ok(()),
    }
}

/// Prints what an encrypted payload holds.
fn opened(page: &mut Page<'_>, datagram: &Datagram, key: &Key, sealed: Cursor<'_>) -> Shown {
    if !sealed.has(key.overhead()) {
        return Err(Stop::Truncated);
    }
    // Without all of it there is no telling what it is.
    let Some(text) = sealed
        .bytes()
        .get(..sealed.len())
        .and_then(|sealed| key.open(sealed))
    else {
        return Ok(());
    };
    let [inside @ .., padding, next] = text.as_slice() else {
        return Err(Stop::Truncated);
    };
    let length = inside
        .len()
        .checked_sub((*padding).into())
        .ok_or(Stop::Truncated)?;
    let inside = Cursor::new(inside, inside.len()).limited(length);
    put!(page, ": ");
    page.deeper(|page| demux::print(page, IpNextHeaderProtocol(*next), datagram, inside))
}

/// Prints the header of a compressed payload.
pub(super) fn compressed(page: &mut Page<'_>, payload: Cursor<'_>) -> Shown {
    page.enter("ipcomp");
    let (flags, parameters) = (payload.peek_u8(1)?, payload.peek_u16(2)?);
    put!(page, "IPComp(");
    put!(page, "cpi=0x", HexPad(parameters.into(), 4));
    if flags != 0 {
        put!(page, ",flags=0x", HexPad(flags.into(), 2));
    }
    put!(page, ")");
    Ok(())
}

/// The fields before the check value.
const FIXED: usize = 12;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, options, shown, shown_with};
    use crate::print::{Options, Secrets};
    use crate::wire::LinkType;

    #[test]
    fn what_is_in_the_clear_is_told() {
        let esp = ipv4(50, &[0, 0, 0x12, 0x34, 0, 0, 0, 1, 9, 9]);
        assert_eq!(
            shown(LinkType::RAW, &esp),
            "IP 192.0.2.1 > 192.0.2.2: ESP(spi=0x00001234,seq=0x1), length 10"
        );
        let ah = ipv4(51, &[253, 2, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 1, 2, 3, 4, 9]);
        assert_eq!(
            shown(LinkType::RAW, &ah),
            "IP 192.0.2.1 > 192.0.2.2: AH(spi=0x00000007,seq=0x1,icv=0x01020304):  ip-proto-253 1"
        );
        assert_every_cut_is_told(LinkType::RAW, &esp);
        assert_every_cut_is_told(LinkType::RAW, &ah);
    }

    #[test]
    fn what_we_have_a_key_for_is_opened() {
        let mut secrets = Secrets::default();
        secrets.add("0x1234@192.0.2.2 none-hmac96:").unwrap();
        let options = Options {
            secrets,
            ..options(0)
        };
        let mut sealed = vec![0, 0, 0x12, 0x34, 0, 0, 0, 1];
        sealed.extend([0, 7, 0, 9, 0, 9, 0, 0, 0xff, 1, 1, 17]);
        let length = sealed.len();
        sealed.extend([0; 12]);
        assert_eq!(
            shown_with(&options, LinkType::RAW, &ipv4(50, &sealed)),
            "IP 192.0.2.1 > 192.0.2.2: ESP(spi=0x00001234,seq=0x1), length 32: 7 > 9: UDP, length 1"
        );
        // More padding than there is text.
        sealed[length - 2] = 11;
        assert!(shown_with(&options, LinkType::RAW, &ipv4(50, &sealed)).ends_with(", length 32 [|esp]"));
        sealed[3] = 0;
        assert!(shown_with(&options, LinkType::RAW, &ipv4(50, &sealed)).ends_with(", length 32"));
    }
}
