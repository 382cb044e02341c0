//! Kerberos: messages of version 4 (Project Athena's technical plan, section E.2.1); of version 5 (RFC 4120) only that.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Named, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("kerberos");
    put!(page, "kerberos");
    match message.peek_u8(0)? {
        version @ 1..=3 => put!(page, " v", Named("version", version)),
        4 => {
            put!(page, " v", Named("version", 4_u8));
            version_4(page, message.after(1))?;
        }
        // The tags of a request to the authentication service and of its answer.
        106 | 107 => put!(page, " v", Named("version", 5_u8)),
        _ => {}
    }
    Ok(())
}

fn version_4(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let first = rest.u8()?;
    let (kind, order) = (first >> 1, ByteOrder(first & 1 != 0));
    put!(page, " ", if order.0 { "le" } else { "be" }, " ");
    match name_of(KINDS, kind) {
        Some(name) => put!(page, Named("type", name)),
        None => put!(page, "#", Named("type", kind << 1)),
    }
    put!(page, ": ");
    match kind {
        KDC_REQUEST => {
            principal(page, &mut rest)?;
            rest.advance(TIME);
            put!(page, " ", u16::from(rest.u8()?) * 5, "min ");
            text(page, "service", &mut rest)?;
            put!(page, ".");
            text(page, "service_instance", &mut rest)
        }
        APPLICATION_REQUEST => {
            put!(page, "v", rest.u8()?, " ");
            text(page, "realm", &mut rest)?;
            put!(page, " (", Named("ticket_len", rest.u8()?), ")");
            put!(page, " (", Named("authenticator_len", rest.u8()?), ")");
            Ok(())
        }
        KDC_REPLY => {
            principal(page, &mut rest)?;
            // When, the number of tickets, when the last expires, and the key's version.
            rest.advance(TIME + 1 + 4 + 1);
            put!(page, " (", Named("len", order.u16(&mut rest)?), ")");
            Ok(())
        }
        ERROR => {
            principal(page, &mut rest)?;
            rest.advance(TIME);
            let code = order.u16(&mut rest)?;
            match name_of(ERRORS, code) {
                Some(name) => put!(page, " ", Named("error", name), " "),
                None => put!(page, " #", Named("error", code), " "),
            }
            rest.advance(2);
            text(page, "error_text", &mut rest)
        }
        _ => {
            put!(page, "(unknown)");
            Ok(())
        }
    }
}

/// Whether the numbers of a message are little-endian: its sender's order.
#[derive(Clone, Copy)]
struct ByteOrder(bool);

impl ByteOrder {
    fn u16(self, rest: &mut Cursor<'_>) -> Shown<u16> {
        if self.0 { rest.u16_le() } else { rest.u16() }
    }
}

/// `name.instance@realm`.
fn principal(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    text(page, "name", rest)?;
    put!(page, ".");
    text(page, "instance", rest)?;
    put!(page, "@");
    text(page, "realm", rest)
}

/// A text that a zero byte ends, as far as it was captured.
fn text(page: &mut Page<'_>, name: &'static str, rest: &mut Cursor<'_>) -> Shown {
    let bytes = rest.bytes();
    let end = bytes.iter().position(|&byte| byte == 0);
    let shown = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    put!(page, Named(name, Escaped(shown)));
    rest.advance(shown.len() + 1);
    end.map(|_| ()).ok_or(Stop::Truncated)
}

/// The length of a time stamp.
const TIME: usize = 4;

const KDC_REQUEST: u8 = 1;
const KDC_REPLY: u8 = 2;
const APPLICATION_REQUEST: u8 = 3;
const ERROR: u8 = 5;

const KINDS: &[(u8, &str)] = &[
    (KDC_REQUEST, "KDC_REQUEST"),
    (KDC_REPLY, "KDC_REPLY"),
    (APPLICATION_REQUEST, "APPL_REQUEST"),
    (4, "APPL_REQUEST_MUTUAL"),
    (ERROR, "ERR_REPLY"),
    (6, "PRIVATE"),
    (7, "SAFE"),
    (8, "APPL_ERR"),
    (63, "DIE"),
];

const ERRORS: &[(u16, &str)] = &[
    (0, "OK"),
    (1, "NAME_EXP"),
    (2, "SERVICE_EXP"),
    (3, "AUTH_EXP"),
    (4, "PKT_VER"),
    (5, "NAME_MAST_KEY_VER"),
    (6, "SERV_MAST_KEY_VER"),
    (7, "BYTE_ORDER"),
    (8, "PRINCIPAL_UNKNOWN"),
    (9, "PRINCIPAL_NOT_UNIQUE"),
    (10, "NULL_KEY"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn told(message: &[u8]) -> String {
        let text = shown(RAW, &udp(40000, 88, message));
        text.split_once(".88: ").unwrap().1.to_owned()
    }

    #[test]
    fn a_request_of_version_4_has_its_principal_and_service() {
        let request = b"\x04\x03jan\0\0ATHENA\0\x01\x02\x03\x04\x60krbtgt\0ATHENA\0";
        assert_eq!(
            told(request),
            "kerberos v4 le KDC_REQUEST: jan.@ATHENA 480min krbtgt.ATHENA"
        );
        assert_every_cut_is_told(RAW, &udp(40000, 88, request));
        assert_eq!(
            told(b"\x04\x02a\x1b\0b"),
            "kerberos v4 be KDC_REQUEST: a^[.b [|kerberos]"
        );
    }

    #[test]
    fn numbers_are_in_the_byte_order_of_their_sender() {
        let error = b"\x04\x0bjan\0\0ATHENA\0....\x08\0\0\0gone\0";
        assert_eq!(
            told(error),
            "kerberos v4 le ERR_REPLY: jan.@ATHENA PRINCIPAL_UNKNOWN gone"
        );
        let reply = b"\x04\x04jan\0\0ATHENA\0..........\0\x10";
        assert_eq!(told(reply), "kerberos v4 be KDC_REPLY: jan.@ATHENA (16)");
        let unknown = b"\x04\x0ajan\0\0ATHENA\0....\0\x63\0\0\0";
        assert_eq!(told(unknown), "kerberos v4 be ERR_REPLY: jan.@ATHENA #99 ");
        assert_eq!(
            told(b"\x04\x06\x02ATHENA\0\x10\x20"),
            "kerberos v4 be APPL_REQUEST: v2 ATHENA (16) (32)"
        );
    }

    #[test]
    fn other_versions_and_kinds_are_named() {
        assert_eq!(told(&[106]), "kerberos v5");
        assert_eq!(told(&[3]), "kerberos v3");
        assert_eq!(told(&[109]), "kerberos");
        assert_eq!(told(&[4, 0x80]), "kerberos v4 be #128: (unknown)");
    }
}
