//! The whole message: header, pseudo sections and sections.

use std::io::Write as _;

use super::edns::write_edns;
use super::{CookieFate, Page, Role};
use crate::wire::dns::{Flags, Name, Opcode, Rcode, Record, RecordType, Section};
use crate::wire::rdata::Layout;

/// Appends a message in dig's layout. `soa` says which of the SOA records of a zone transfer are printed.
pub(crate) fn write_message(page: Page<'_>, soa: ShownSoa, out: &mut Vec<u8>) {
    let show = &page.lookup.show;
    let comments = show.comments;
    let layout = show.layout(page.globals);
    if show.comments {
        write_head(page, out);
    }
    if comments {
        out.push(b'\n');
        write_edns(page, out);
    }
    let mut writer = Sections {
        page,
        layout,
        comments,
        soa,
        out,
    };
    if show.question {
        writer.questions();
    }
    for (section, shown) in [
        (Section::Answer, show.answer),
        (Section::Authority, show.authority),
        (Section::Additional, show.additional),
    ] {
        if shown {
            writer.section(section);
        }
    }
    // Of a zone transfer, with each message that has one.
    if show.additional {
        writer.pseudo_section("TSIG", page.reply.tsig.as_ref());
        writer.pseudo_section("SIG0", page.reply.sig0.as_ref());
    }
}

/// Which SOA records are printed: `+onesoa` leaves out all but the first of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShownSoa {
    /// Every one.
    All,
    /// The first of this message.
    First,
    /// None.
    None,
}

fn write_head(page: Page<'_>, out: &mut Vec<u8>) {
    let reply = page.reply;
    let header = &reply.header;
    let came = matches!(page.role, Role::Reply(_));
    out.extend_from_slice(if came {
        b";; Got answer:\n"
    } else {
        b";; Sending:\n"
    });
    if reply
        .questions
        .iter()
        .any(|question| is_multicast(&question.name))
    {
        out.extend_from_slice(MULTICAST_WARNING.as_bytes());
    }
    // Writing to a vector cannot fail.
    let _ = writeln!(
        out,
        ";; ->>HEADER<<- opcode: {}, status: {}, id: {}",
        header.opcode,
        rcode_name(reply.rcode),
        header.id
    );
    out.extend_from_slice(b";; flags:");
    write_flags(header.flags, out);
    if header.flags.contains(Flags::Z) {
        out.extend_from_slice(b"; MBZ: 0x4");
    }
    let _ = writeln!(
        out,
        "; QUERY: {}, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
        header.questions, header.answers, header.authorities, header.additionals
    );
    if came && reply.has(Flags::RD) && !reply.has(Flags::RA) {
        out.extend_from_slice(b";; WARNING: recursion requested but not available\n");
    }
    let refused_edns = [Rcode::FORMERR, Rcode::NOTIMP].contains(&reply.rcode) && reply.edns.is_none();
    if came && page.lookup.query.edns.is_some() && refused_edns {
        let dnssec = if page.lookup.query.dnssec {
            "+nodnssec "
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "\n;; WARNING: EDNS query returned status {} - retry with '{dnssec}+noedns'",
            rcode_name(reply.rcode)
        );
    }
    if came && reply.extra > 0 {
        let _ = writeln!(out, ";; WARNING: Message has {} extra bytes at end", reply.extra);
    }
}

/// The names of the flags that are set, each after a space.
pub(super) fn write_flags(flags: Flags, out: &mut Vec<u8>) {
    let names = [
        (Flags::QR, " qr"),
        (Flags::AA, " aa"),
        (Flags::TC, " tc"),
        (Flags::RD, " rd"),
        (Flags::RA, " ra"),
        (Flags::AD, " ad"),
        (Flags::CD, " cd"),
    ];
    for (flag, name) in names {
        if flags.contains(flag) {
            out.extend_from_slice(name.as_bytes());
        }
    }
}

/// The response code by name, or by number after a question mark.
pub(crate) fn rcode_name(rcode: Rcode) -> String {
    match rcode.mnemonic() {
        Some(name) => name.to_owned(),
        None => format!("?{}", rcode.0),
    }
}

/// RFC 6762 section 3: names under `local` are not for the DNS.
fn is_multicast(name: &Name) -> bool {
    name.labels()
        .last()
        .is_some_and(|label| label.eq_ignore_ascii_case(b"local"))
}

const MULTICAST_WARNING: &str = ";; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS query is leaked to DNS\n";

/// Writes the sections of one message.
struct Sections<'a, 'o> {
    page: Page<'a>,
    layout: Layout,
    comments: bool,
    soa: ShownSoa,
    out: &'o mut Vec<u8>,
}

impl Sections<'_, '_> {
    fn questions(&mut self) {
        let questions = &self.page.reply.questions;
        // Of our own query dig prints the heading even when there is no question below it.
        if questions.is_empty() && self.page.role != Role::Query {
            return;
        }
        self.heading(self.title(Section::Question));
        for question in questions {
            self.layout.write_question(question, self.out);
        }
        self.end();
    }

    fn section(&mut self, section: Section) {
        let mut records = self.page.reply.section(section).peekable();
        if records.peek().is_none() {
            return;
        }
        self.heading(self.title(section));
        for record in records {
            if record.rtype == RecordType::SOA {
                match self.soa {
                    ShownSoa::All => {}
                    ShownSoa::First => self.soa = ShownSoa::None,
                    ShownSoa::None => continue,
                }
            }
            self.layout.write_record(record, self.out);
        }
        self.end();
    }

    fn pseudo_section(&mut self, title: &str, record: Option<&Record<'_>>) {
        if let Some(record) = record {
            if self.comments {
                let _ = writeln!(self.out, ";; {title} PSEUDOSECTION:");
            }
            self.layout.write_record(record, self.out);
            self.end();
        }
    }

    /// The name of a section, which an update has others for (RFC 2136 section 2).
    fn title(&self, section: Section) -> &'static str {
        let update = self.page.reply.header.opcode == Opcode::UPDATE;
        match section {
            Section::Question if update => "ZONE",
            Section::Answer if update => "PREREQUISITE",
            Section::Authority if update => "UPDATE",
            Section::Question => "QUESTION",
            Section::Answer => "ANSWER",
            Section::Authority => "AUTHORITY",
            Section::Additional => "ADDITIONAL",
        }
    }

    fn heading(&mut self, title: &str) {
        if self.comments {
            let _ = writeln!(self.out, ";; {title} SECTION:");
        }
    }

    fn end(&mut self) {
        if self.comments {
            self.out.push(b'\n');
        }
    }
}

/// What is appended to the cookie of a message.
pub(super) fn cookie_note(role: Role) -> &'static str {
    match role {
        Role::Query => CookieFate::Unknown.note(),
        Role::Reply(fate) => fate.note(),
    }
}
