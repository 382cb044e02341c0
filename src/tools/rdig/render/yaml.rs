//! `+yaml`: a message as an item of a list.

use std::io::Write as _;
use std::net::SocketAddr;

use jiff::Timestamp;

use super::edns::{
    is_padding_of_ours, undefined_flags, write_common_value, write_error_code, write_name, write_text,
};
use super::message::write_flags;
use super::{Cached, Page, Role, edns};
use crate::wire::dns::{Edns, ExtendedError, Flags, Section, option_code};
use crate::wire::rdata::Layout;

/// When and between whom a message passed.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// When the query was sent.
    pub(crate) sent: Timestamp,
    /// When the reply came.
    pub(crate) received: Timestamp,
    /// Who was asked.
    pub(crate) server: SocketAddr,
    /// What carried it.
    pub(crate) transport: &'static str,
    /// Whether it came from the cache instead.
    pub(crate) cached: Option<Cached>,
}

/// Appends a message.
pub(crate) fn write_yaml(page: Page<'_>, envelope: &Envelope, out: &mut Vec<u8>) {
    write_envelope(page, envelope, out);
    write_header(page, out);
    let show = &page.lookup.show;
    if let (Some(edns), true) = (&page.reply.edns, show.comments) {
        write_edns(page, edns, out);
    }
    let layout = show.layout(page.globals);
    if show.question && !page.reply.questions.is_empty() {
        out.extend_from_slice(b"      QUESTION_SECTION:\n");
        for question in &page.reply.questions {
            let mut text = Vec::new();
            layout.write_compact_question(question, &mut text);
            write_item(&text, out);
        }
    }
    for (section, title, shown) in [
        (Section::Answer, "ANSWER", show.answer),
        (Section::Authority, "AUTHORITY", show.authority),
        (Section::Additional, "ADDITIONAL", show.additional),
    ] {
        let mut records = page.reply.section(section).peekable();
        if !shown || records.peek().is_none() {
            continue;
        }
        // Writing to a vector cannot fail.
        let _ = writeln!(out, "      {title}_SECTION:");
        for record in records {
            let mut text = Vec::new();
            layout.write_compact(record, &mut text);
            write_item(&text, out);
        }
    }
    if show.additional {
        write_tsig(page, &layout, out);
    }
}

/// The signature of a message.
fn write_tsig(page: Page<'_>, layout: &Layout, out: &mut Vec<u8>) {
    if let Some(tsig) = &page.reply.tsig {
        out.extend_from_slice(b"      TSIG_PSEUDOSECTION:\n");
        let mut text = Vec::new();
        layout.write_compact(tsig, &mut text);
        let _ = writeln!(out, "      - '{}'\n", String::from_utf8_lossy(&text));
    }
}

fn write_envelope(page: Page<'_>, envelope: &Envelope, out: &mut Vec<u8>) {
    let is_query = page.role == Role::Query;
    let recursive = page.reply.has(Flags::RD) && (is_query || page.reply.has(Flags::RA));
    let kind = match (recursive, is_query) {
        (true, true) => "RECURSIVE_QUERY",
        (false, true) => "AUTH_QUERY",
        (true, false) => "RECURSIVE_RESPONSE",
        (false, false) => "AUTH_RESPONSE",
    };
    let family = if envelope.server.is_ipv4() {
        "INET"
    } else {
        "INET6"
    };
    let nobody = if envelope.server.is_ipv4() {
        "0.0.0.0"
    } else {
        "::"
    };
    let data = if is_query { "query" } else { "response" };
    let _ = write!(out, "- type: MESSAGE\n  message:\n    type: {kind}\n");
    let _ = writeln!(out, "    query_time: !!timestamp {}", time(envelope.sent));
    if !is_query {
        let _ = writeln!(out, "    response_time: !!timestamp {}", time(envelope.received));
    }
    let _ = write!(
        out,
        "    message_size: {}b\n    socket_family: {family}\n    socket_protocol: {}\n",
        page.reply.bytes.len(),
        match envelope.transport {
            // dig looks no deeper.
            "TLS" | "HTTPS" | "HTTPS-GET" | "HTTP" | "HTTP-GET" => "TCP",
            transport => transport,
        }
    );
    let _ = write!(
        out,
        "    response_address: \"{}\"\n    response_port: {}\n",
        envelope.server.ip(),
        envelope.server.port()
    );
    if let Some(cached) = envelope.cached {
        let _ = writeln!(out, "    cache_age: {}", cached.age.as_secs());
    }
    // dig 9.18 does not know its own address here.
    let _ = write!(
        out,
        "    query_address: \"{nobody}\"\n    query_port: 0\n    {data}_message_data:\n"
    );
}

fn write_header(page: Page<'_>, out: &mut Vec<u8>) {
    let header = &page.reply.header;
    let _ = write!(
        out,
        "      opcode: {}\n      status: {}\n      id: {}\n      flags:",
        header.opcode, page.reply.rcode, header.id
    );
    write_flags(header.flags, out);
    out.push(b'\n');
    if header.flags.contains(Flags::Z) {
        out.extend_from_slice(b"      MBZ: 0x4\n");
    }
    let _ = write!(
        out,
        "      QUESTION: {}\n      ANSWER: {}\n      AUTHORITY: {}\n      ADDITIONAL: {}\n",
        header.questions, header.answers, header.authorities, header.additionals
    );
}

fn write_edns(page: Page<'_>, edns: &Edns<'_>, out: &mut Vec<u8>) {
    let _ = write!(
        out,
        "      OPT_PSEUDOSECTION:\n        EDNS:\n          version: {}\n          flags:",
        edns.version
    );
    edns::write_flags(edns, out);
    out.push(b'\n');
    match undefined_flags(edns) {
        0 => {}
        bits => drop(writeln!(out, "          MBZ: 0x{bits:04x}")),
    }
    let _ = writeln!(out, "          udp: {}", edns.udp_size);
    for option in edns.options().flatten() {
        out.extend_from_slice(b"          ");
        write_name(option.code, "TCP-KEEPALIVE", out);
        out.push(b':');
        match (option.code, option.data) {
            (_, []) => {}
            _ if is_padding_of_ours(option, page) => {}
            (option_code::EXTENDED_ERROR, [high, low, text @ ..]) => {
                out.extend_from_slice(b"\n            INFO-CODE: ");
                write_error_code(ExtendedError(u16::from_be_bytes([*high, *low])), out);
                out.push(b'\n');
                if !text.is_empty() {
                    out.extend_from_slice(b"            EXTRA-TEXT: \"");
                    write_text(text, out);
                    out.push(b'"');
                }
            }
            _ => {
                out.push(b' ');
                write_common_value(option, page, out);
            }
        }
        out.push(b'\n');
    }
}

/// A line in single quotes, in which a single quote is doubled.
fn write_item(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"        - '");
    for &byte in text {
        if byte == b'\'' {
            out.push(b'\'');
        }
        out.push(byte);
    }
    out.extend_from_slice(b"'\n");
}

fn time(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
