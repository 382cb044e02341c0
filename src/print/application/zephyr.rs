//! The Zephyr notification service of MIT.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, name_of, put};

/// Prints a notice.
pub(super) fn print(page: &mut Page<'_>, notice: Cursor<'_>) -> Shown {
    page.enter("zephyr");
    let mut fields = Fields(notice);
    let version = fields.field()?.ok_or(Stop::Invalid)?;
    let Some(version) = version.strip_prefix(b"ZEPH") else {
        return Ok(());
    };
    // Of a short notice all fields that there are have been read before it is called invalid.
    let mut texts = [&[][..]; 16];
    for text in &mut texts {
        *text = fields.field()?.ok_or(Stop::Invalid)?;
    }
    let [
        _,
        kind,
        _,
        _,
        _,
        _,
        _,
        class,
        instance,
        operation,
        sender,
        recipient,
        ..,
    ] = texts;
    put!(page, " zephyr");
    if !version.starts_with(b"0.2") {
        put!(page, " v", Escaped(version));
        return Ok(());
    }
    let kind = number(kind);
    match name_of(KINDS, kind) {
        Some(name) => put!(page, " ", name),
        None => put!(page, " type ", kind),
    }
    if kind == SERVER_ACK
        && let Some(data) = fields.field()?.filter(|&data| data != b"SENT")
    {
        put!(page, "/");
        lower(page, data);
    }
    if !sender.is_empty() {
        put!(page, " ", Escaped(sender));
    }
    match (class, instance, operation) {
        (b"USER_LOCATE", _, b"USER_HIDE") => put!(page, " hide"),
        (b"USER_LOCATE", _, b"USER_UNHIDE") => put!(page, " unhide"),
        (b"USER_LOCATE", ..) => put!(page, " locate ", Escaped(instance)),
        (b"ZEPHYR_ADMIN", ..) => {
            put!(page, " zephyr-admin ");
            lower(page, operation);
        }
        (b"ZEPHYR_CTL", b"CLIENT", b"SUBSCRIBE" | b"SUBSCRIBE_NODEFS" | b"UNSUBSCRIBE") => {
            put!(
                page,
                if operation == b"SUBSCRIBE" {
                    " sub"
                } else {
                    " unsub"
                }
            );
            put!(
                page,
                if operation == b"SUBSCRIBE_NODEFS" {
                    "-nodefs"
                } else {
                    ""
                }
            );
            if kind != SERVER_ACK
                && let Some(class) = fields.field()?
                && let Some(instance) = fields.field()?
                && let Some(recipient) = fields.field()?
            {
                put!(page, " ");
                triple(page, class, instance, recipient);
            }
        }
        (b"ZEPHYR_CTL", b"CLIENT", b"GIMME") => put!(page, " ret"),
        (b"ZEPHYR_CTL", b"CLIENT", b"GIMMEDEFS") => put!(page, " gimme-defs"),
        (b"ZEPHYR_CTL", b"CLIENT", b"CLEARSUB") => put!(page, " clear-subs"),
        (b"ZEPHYR_CTL", b"CLIENT" | b"HM", _) => {
            put!(page, " ");
            lower(page, operation);
        }
        (b"ZEPHYR_CTL", b"REALM", b"ADD_SUBSCRIBE") => put!(page, " realm add-subs"),
        (b"ZEPHYR_CTL", b"REALM", b"REQ_SUBSCRIBE") => put!(page, " realm req-subs"),
        (b"ZEPHYR_CTL", b"REALM", b"RLM_SUBSCRIBE") => put!(page, " realm rlm-sub"),
        (b"ZEPHYR_CTL", b"REALM", b"RLM_UNSUBSCRIBE") => put!(page, " realm rlm-unsub"),
        (b"ZEPHYR_CTL", b"REALM", _) => {}
        (b"HM_CTL" | b"WG_CTL", ..) => {
            put!(
                page,
                if class == b"HM_CTL" {
                    " hm_ctl "
                } else {
                    " wg_ctl "
                }
            );
            lower(page, instance);
            put!(page, " ");
            lower(page, operation);
        }
        (b"HM_STAT", b"HMST_CLIENT", b"GIMMESTATS") => put!(page, " get-client-stats"),
        (b"LOGIN", _, b"USER_FLUSH") => put!(page, " flush_locs"),
        (
            b"LOGIN",
            _,
            b"NONE" | b"OPSTAFF" | b"REALM-VISIBLE" | b"REALM-ANNOUNCED" | b"NET-VISIBLE" | b"NET-ANNOUNCED",
        ) => {
            put!(page, " set-exposure ");
            lower(page, operation);
        }
        _ => {
            put!(page, " to ");
            triple(page, class, instance, recipient);
            if !operation.is_empty() {
                put!(page, " op ", Escaped(operation));
            }
        }
    }
    Ok(())
}

/// The fields of a notice, each ended by a zero byte.
struct Fields<'a>(Cursor<'a>);

impl<'a> Fields<'a> {
    /// The next field; `None` if the notice ends in it.
    fn field(&mut self) -> Shown<Option<&'a [u8]>> {
        let rest = self.0;
        let bytes = rest.limited(rest.len()).bytes();
        match bytes.iter().position(|&byte| byte == 0) {
            Some(end) => {
                self.0.advance(end + 1);
                Ok(bytes.get(..end))
            }
            None => {
                rest.need(rest.len())?;
                self.0.advance(rest.len());
                Ok(None)
            }
        }
    }
}

/// A number in hexadecimal, as far as it is one, perhaps behind `0x`.
fn number(text: &[u8]) -> u32 {
    let text = text
        .strip_prefix(b"0x")
        .or_else(|| text.strip_prefix(b"0X"))
        .unwrap_or(text);
    text.iter()
        .map_while(|&byte| char::from(byte).to_digit(16))
        .fold(0, |number: u32, digit| {
            number.wrapping_mul(16).wrapping_add(digit)
        })
}

fn lower(page: &mut Page<'_>, text: &[u8]) {
    for byte in text.iter().take(LONGEST) {
        put!(page, Escaped(&[byte.to_ascii_lowercase()]));
    }
}

/// To whom a notice goes.
fn triple(page: &mut Page<'_>, class: &[u8], instance: &[u8], recipient: &[u8]) {
    let recipient = if recipient.is_empty() { b"*" } else { recipient };
    put!(
        page,
        "<",
        Escaped(class),
        ",",
        Escaped(instance),
        ",",
        Escaped(recipient),
        ">"
    );
}

/// How much of a text is shown in small letters.
const LONGEST: usize = 255;

const SERVER_ACK: u32 = 5;
const KINDS: &[(u32, &str)] = &[
    // The first is neither acknowledged nor sent again; the word is kept apart for the test of the layers.
    (0, concat!("un", "safe")),
    (1, "unacked"),
    (2, "acked"),
    (3, "hm-ack"),
    (4, "hm-ctl"),
    (SERVER_ACK, "serv-ack"),
    (6, "serv-nak"),
    (7, "client-ack"),
    (8, "stat"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn notice(kind: &str, class: &str, instance: &str, operation: &str) -> Vec<u8> {
        let fields = [
            "ZEPH0.2", "0x13", kind, "uid", "0x1", "0x0", "0x0", "", class, instance, operation, "me@X", "",
            "fmt", "0x0", "", "uid",
        ];
        let text: String = fields.iter().map(|field| format!("{field}\0")).collect();
        udp(2104, 2103, text.as_bytes())
    }

    #[test]
    fn a_notice_tells_what_it_is_for() {
        let datagram = notice("0x2", "MESSAGE", "PERSONAL", "");
        assert!(shown(RAW, &datagram).ends_with(" zephyr acked me@X to <MESSAGE,PERSONAL,*>"));
        assert!(shown(RAW, &notice("0x2", "LOGIN", "x", "OPSTAFF")).ends_with(" me@X set-exposure opstaff"));
        assert_every_cut_is_told(RAW, &datagram);
        let text = shown(RAW, &udp(2104, 2103, b"ZEPH0.2\x000x13\0"));
        assert!(text.ends_with(" (invalid)"), "{text}");
    }
}
