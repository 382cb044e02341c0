//! Protocols of text lines: HTTP, FTP, SMTP, RTSP, SIP, WHOIS and SSH's greeting.
//!
//! What is known to begin a message, by its verb or its three-digit code, is shown: the first line, or under
//! `-v` all lines up to the first that is not text. Anything else may be the middle of a file and is only named.

use super::Ports;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Label, Named, put};

/// What is known of a protocol.
pub(super) struct Protocol {
    /// The name in the mark of truncation.
    name: &'static str,
    /// The name that is printed.
    title: &'static str,
    /// The verbs that begin a request; none if every line is to be shown.
    verbs: Option<&'static [&'static str]>,
}

/// The protocol of a TCP connection between these ports.
pub(super) fn over_tcp(ports: Ports) -> Option<&'static Protocol> {
    let protocol = if ports.any(&[25]) {
        &SMTP
    } else if ports.any(&[43]) {
        &WHOIS
    } else if ports.any(&[21]) {
        &FTP
    } else if ports.any(&[80, 8080, 3128]) {
        &HTTP
    } else if ports.any(&[554, 8554]) {
        &RTSP
    } else {
        return None;
    };
    Some(protocol)
}

/// Prints a segment of a connection.
pub(super) fn print(page: &mut Page<'_>, protocol: &Protocol, payload: Cursor<'_>) -> Shown {
    page.enter(protocol.name);
    put!(page, Label(protocol.title));
    if !begins_message(protocol, payload) {
        return Ok(());
    }
    if !page.verbose(1) {
        return line(page, ": ", payload).map(|_| ());
    }
    put!(page, ", length: ", payload.len());
    let mut rest = payload;
    while !rest.is_empty() {
        let Some(length) = line(page, "\n\t", rest)? else {
            break;
        };
        rest.advance(length);
    }
    Ok(())
}

/// Prints the greeting of SSH (RFC 4253 section 4.2); what else it sends is not text, and not shown.
pub(super) fn greeting(page: &mut Page<'_>, payload: Cursor<'_>) -> Shown {
    page.enter("ssh");
    let bytes = payload.bytes();
    if !bytes.starts_with(b"SSH-") {
        return Ok(());
    }
    let length = bytes.iter().position(|byte| !(b' '..=b'~').contains(byte));
    let (text, end) = bytes
        .split_at_checked(length.unwrap_or(bytes.len()))
        .unwrap_or_default();
    if end.starts_with(b"\n") || end.starts_with(b"\r\n") {
        put!(page, ": SSH: ", Named("line", Escaped(text)));
    }
    Ok(())
}

/// Prints one line without its end. Returns its length with the end, or `None` if it is not text.
fn line(page: &mut Page<'_>, before: &str, rest: Cursor<'_>) -> Shown<Option<usize>> {
    let bytes = rest.bytes();
    let text = bytes
        .iter()
        .position(|&byte| !matches!(byte, b'\t' | b' '..=b'~'))
        .unwrap_or(bytes.len());
    let end = match (bytes.get(text), bytes.get(text + 1)) {
        (Some(b'\n'), _) => 1,
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r'), None) if text + 1 >= rest.len() => return Ok(None),
        // The end of the message ends its last line as well.
        (None, None) if text >= rest.len() => 0,
        (None | Some(b'\r'), None) => return Err(Stop::Truncated),
        _ => return Ok(None),
    };
    put!(
        page,
        Label(before),
        Named("line", Escaped(bytes.get(..text).unwrap_or_default()))
    );
    Ok(Some(text + end))
}

fn begins_message(protocol: &Protocol, payload: Cursor<'_>) -> bool {
    let Some(verbs) = protocol.verbs else {
        return true;
    };
    let whole = payload.captured() >= payload.len();
    let Some((word, rest)) = token(payload.bytes(), whole) else {
        return false;
    };
    if verbs
        .iter()
        .any(|verb| word.eq_ignore_ascii_case(verb.as_bytes()))
    {
        return true;
    }
    // A response begins with the version of the protocol, and then has its code.
    matches!(
        token(rest, whole),
        Some(([b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'], _))
    )
}

/// The first word, and what follows it and the blanks behind it. Where the message is not `whole`, a word without
/// an end is none.
fn token(bytes: &[u8], whole: bool) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(u8::is_ascii_whitespace);
    let length = end.or_else(|| whole.then_some(bytes.len()))?;
    let (word, rest) = bytes.split_at_checked(length)?;
    let fits = (1..=LONGEST_WORD).contains(&length) && word.iter().all(u8::is_ascii_graphic);
    let blanks = rest.iter().position(|&byte| byte != b' ').unwrap_or(rest.len());
    fits.then_some((word, rest.get(blanks..)?))
}

const LONGEST_WORD: usize = 127;

pub(super) const HTTP: Protocol = Protocol {
    name: "http",
    title: "HTTP",
    verbs: Some(&[
        "GET",
        "PUT",
        "COPY",
        "HEAD",
        "LOCK",
        "MOVE",
        "POLL",
        "POST",
        "BCOPY",
        "BMOVE",
        "MKCOL",
        "TRACE",
        "LABEL",
        "MERGE",
        "DELETE",
        "SEARCH",
        "UNLOCK",
        "REPORT",
        "UPDATE",
        "NOTIFY",
        "BDELETE",
        "CONNECT",
        "OPTIONS",
        "CHECKIN",
        "PROPFIND",
        "CHECKOUT",
        "CCM_POST",
        "SUBSCRIBE",
        "PROPPATCH",
        "BPROPFIND",
        "BPROPPATCH",
        "UNCHECKOUT",
        "MKACTIVITY",
        "MKWORKSPACE",
        "UNSUBSCRIBE",
        "RPC_CONNECT",
        "VERSION-CONTROL",
        "BASELINE-CONTROL",
    ]),
};

pub(super) const FTP: Protocol = Protocol {
    name: "ftp",
    title: "FTP",
    verbs: None,
};

pub(super) const SMTP: Protocol = Protocol {
    name: "smtp",
    title: "SMTP",
    verbs: None,
};

pub(super) const RTSP: Protocol = Protocol {
    name: "rtsp",
    title: "RTSP",
    verbs: Some(&[
        "OPTIONS",
        "DESCRIBE",
        "ANNOUNCE",
        "SETUP",
        "PLAY",
        "PAUSE",
        "TEARDOWN",
        "GET_PARAMETER",
        "SET_PARAMETER",
        "REDIRECT",
        "RECORD",
    ]),
};

pub(super) const WHOIS: Protocol = Protocol {
    name: "whois",
    title: "WHOIS",
    verbs: None,
};

/// The only one of these over UDP.
pub(super) const SIP: Protocol = Protocol {
    name: "sip",
    title: "SIP",
    verbs: Some(&[
        "ACK",
        "BYE",
        "CANCEL",
        "DO",
        "INFO",
        "INVITE",
        "MESSAGE",
        "NOTIFY",
        "OPTIONS",
        "PRACK",
        "QAUTH",
        "REFER",
        "REGISTER",
        "SPRACK",
        "SUBSCRIBE",
        "UPDATE",
        "PUBLISH",
    ]),
};

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn http(payload: &[u8]) -> Vec<u8> {
        tcp((40000, 80), (1, 2), 0x18, &[], payload)
    }

    #[test]
    fn the_first_line_is_told_and_all_lines_of_text_under_v() {
        let request = http(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n\x01\x02");
        assert!(shown(RAW, &request).ends_with(", length 30: HTTP: GET /x HTTP/1.1"));
        let text = verbose(1, RAW, &request);
        assert!(text.ends_with(", length 30: HTTP, length: 30\n\tGET /x HTTP/1.1\n\tHost: a\n\t"));
    }

    #[test]
    fn what_begins_no_message_is_only_named() {
        assert!(shown(RAW, &http(b"the middle of a file\n")).ends_with(": HTTP"));
        assert!(shown(RAW, &http(b"HTTP/1.1 200 OK\n")).ends_with(": HTTP: HTTP/1.1 200 OK"));
    }

    #[test]
    fn the_end_of_the_segment_ends_a_line_and_the_end_of_the_capture_does_not() {
        let request = http(b"GET /x");
        assert!(shown(RAW, &request).ends_with(": HTTP: GET /x"));
        let ftp = tcp((40000, 21), (1, 2), 0x18, &[], b"USER a\r\n");
        assert_every_cut_is_told(RAW, &ftp);
    }

    #[test]
    fn of_ssh_only_a_whole_greeting_is_told() {
        let ssh = |payload: &[u8]| shown(RAW, &tcp((40000, 22), (1, 2), 0x18, &[], payload));
        assert!(ssh(b"SSH-2.0-x y\r\n").ends_with(", length 13: SSH: SSH-2.0-x y"));
        assert!(ssh(b"SSH-2.0-x").ends_with(", length 9"));
        assert!(ssh(b"\x00\x01SSH-").ends_with(", length 6"));
    }

    #[test]
    fn sip_is_known_over_udp() {
        let text = shown(RAW, &udp(5060, 9, b"INVITE sip:a@b SIP/2.0\r\n"));
        assert!(text.ends_with(".9: SIP: INVITE sip:a@b SIP/2.0"));
    }
}
