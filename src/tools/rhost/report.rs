//! What is said of a reply: host's sentences, or with -v the whole message.

use std::io::Write;

use super::plan::{Plan, Shown};
use crate::cli::Exit;
use crate::tools::dns_notes::bare;
use crate::wire::dns::{Flags, Message, Name, Question, Rcode, Record, RecordType, Section};
use crate::wire::rdata::{Layout, Style, write};

/// Says what came, and remembers how it went.
#[derive(Debug)]
pub(super) struct Report<'a> {
    plan: &'a Plan,
    /// The server as it was typed and its address, until it has been told.
    untold_server: Option<(String, String)>,
    /// Whether each reply so far was a good one; `None` before the first.
    good: Option<bool>,
}

/// What was asked, for who reads the reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question,
    /// The name as it was typed.
    pub(super) text: &'a str,
    /// The server's address, if each answer is to be told with it.
    pub(super) server: Option<&'a str>,
    /// Whether to tell that there are no such records.
    pub(super) tells_absence: bool,
}

impl<'a> Report<'a> {
    pub(super) fn new(plan: &'a Plan, server: Option<(String, String)>) -> Self {
        Self {
            plan,
            untold_server: server,
            good: None,
        }
    }

    pub(super) fn exit(&self) -> Exit {
        if self.good == Some(true) {
            Exit::SUCCESS
        } else {
            Exit::FAILURE
        }
    }

    /// Appends what is to be said of `message`.
    pub(super) fn message(&mut self, asked: &Asked<'_>, message: &Message<'_>, out: &mut Vec<u8>) {
        let rcode = message.rcode();
        self.good = Some(self.good.unwrap_or(true) && rcode == Rcode::NOERROR);
        if self.plan.json {
            // It has been said as an object.
            return;
        }
        if let Some((name, address)) = self.untold_server.take() {
            let head = format!("Using domain server:\nName: {name}\nAddress: {address}\nAliases: \n\n");
            out.extend_from_slice(head.as_bytes());
        }
        if rcode != Rcode::NOERROR {
            return not_found(asked, rcode, out);
        }
        if self.plan.verbose {
            self.whole(message, out);
        } else {
            self.sentences(asked, message, out);
        }
    }

    fn sentences(&self, asked: &Asked<'_>, message: &Message<'_>, out: &mut Vec<u8>) {
        for record in message
            .section(Section::Answer)
            .filter(|record| shows(self.plan, record.rtype))
        {
            if let Some(server) = asked.server {
                say(out, format_args!("Nameserver {server}:\n\t"));
            }
            sentence(&record, out);
        }
        if asked.tells_absence && message.header().answers == 0 {
            let Question { name, rtype, .. } = asked.question;
            say(out, format_args!("{} has no {rtype} record\n", short(name)));
        }
    }

    fn whole(&self, message: &Message<'_>, out: &mut Vec<u8>) {
        let header = message.header();
        say(
            out,
            format_args!(
                ";; ->>HEADER<<- opcode: {}, status: {}, id: {}\n;; flags: {}; QUERY: {}, ANSWER: {}, AUTHORITY: {}, \
                 ADDITIONAL: {}\n",
                header.opcode,
                code(message.rcode()),
                header.id,
                flags(header.flags),
                header.questions,
                header.answers,
                header.authorities,
                header.additionals,
            ),
        );
        if let Some(edns) = message.edns() {
            say(
                out,
                format_args!(";; EDNS: version: {}, udp={}\n", edns.version, edns.udp_size),
            );
        }
        let layout = Layout::default();
        let mut questions = message.questions().flatten().peekable();
        if questions.peek().is_some() {
            out.extend_from_slice(b"\n;; QUESTION SECTION:\n");
        }
        for question in questions {
            if shows(self.plan, question.rtype) {
                layout.write_question(&question, out);
            } else {
                // host writes the semicolon before it looks whether there is anything behind it.
                out.push(b';');
            }
        }
        for (section, title) in [
            (Section::Answer, "ANSWER"),
            (Section::Authority, "AUTHORITY"),
            (Section::Additional, "ADDITIONAL"),
        ] {
            let mut records = message
                .section(section)
                .filter(|record| record.rtype != RecordType::OPT)
                .peekable();
            if records.peek().is_some() {
                say(out, format_args!("\n;; {title} SECTION:\n"));
            }
            for record in records.filter(|record| shows(self.plan, record.rtype)) {
                layout.write_record(&record, out);
            }
        }
        out.push(b'\n');
    }
}

/// Whether records of this type are shown.
pub(super) fn shows(plan: &Plan, rtype: RecordType) -> bool {
    let dnssec = matches!(rtype, RecordType::RRSIG | RecordType::NSEC | RecordType::NSEC3);
    if plan.without_dnssec && dnssec {
        return false;
    }
    let hosts = [RecordType::A, RecordType::AAAA, RecordType::NS, RecordType::PTR];
    match plan.shown {
        _ if plan.rtype != RecordType::AXFR => true,
        Shown::All => true,
        Shown::Hosts => hosts.contains(&rtype),
        Shown::Only(only) => rtype == only,
    }
}

/// Appends the sentence that says a record.
fn sentence(record: &Record<'_>, out: &mut Vec<u8>) {
    say(out, format_args!("{} ", short(&record.name)));
    let phrase = PHRASES.iter().find(|(rtype, _)| *rtype == record.rtype);
    match phrase {
        Some((_, phrase)) => out.extend_from_slice(phrase.as_bytes()),
        None => say(out, format_args!("has {} record", record.rtype)),
    }
    out.push(b' ');
    write(record.rtype, record.class, record.rdata, &Style::default(), out);
    out.push(b'\n');
}

/// How host says the types that have a phrase of their own.
const PHRASES: [(RecordType, &str); 14] = [
    (RecordType::A, "has address"),
    (RecordType::NS, "name server"),
    (RecordType::CNAME, "is an alias for"),
    (RecordType::WKS, "has well known services"),
    (RecordType::PTR, "domain name pointer"),
    (RecordType::HINFO, "host information"),
    (RecordType::MX, "mail is handled by"),
    (RecordType::TXT, "descriptive text"),
    (RecordType::X25, "x25 address"),
    (RecordType::ISDN, "ISDN address"),
    (RecordType::SIG, "has signature"),
    (RecordType::KEY, "has key"),
    (RecordType::AAAA, "has IPv6 address"),
    (RecordType::LOC, "location"),
];

fn not_found(asked: &Asked<'_>, rcode: Rcode, out: &mut Vec<u8>) {
    let name = match rcode {
        Rcode::NXDOMAIN => asked.text.to_owned(),
        _ => short(&asked.question.name),
    };
    let why = format!("not found: {}({})", rcode.0, code(rcode));
    match asked.server {
        Some(server) => say(out, format_args!("Nameserver {server}:\n\t{name} {why}\n")),
        None => say(out, format_args!("Host {name} {why}\n")),
    }
}

/// A response code as host names it.
fn code(rcode: Rcode) -> String {
    match rcode.mnemonic() {
        Some(name) if rcode.0 <= Rcode::BADVERS.0 => name.to_owned(),
        _ => format!("?{}", rcode.0),
    }
}

fn flags(flags: Flags) -> String {
    let names = [
        (Flags::QR, "qr"),
        (Flags::AA, "aa"),
        (Flags::TC, "tc"),
        (Flags::RD, "rd"),
        (Flags::RA, "ra"),
        (Flags::AD, "ad"),
        (Flags::CD, "cd"),
    ];
    let set: Vec<&str> = names
        .iter()
        .filter(|(flag, _)| flags.contains(*flag))
        .map(|(_, name)| *name)
        .collect();
    set.join(" ")
}

/// A name as the sentences have it: without its final dot.
pub(super) fn short(name: &Name) -> String {
    bare(&name.to_string()).to_owned()
}

fn say(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = out.write_fmt(text);
}
