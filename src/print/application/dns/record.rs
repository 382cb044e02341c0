//! Questions and resource records.

use std::net::Ipv6Addr;

use super::names::{name, skip_name};
use super::{Dialect, edns};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Label, Named, Span, Truth, put};
use crate::wire::dns::RecordType;

/// Prints the question at `at`. Returns where what follows it begins.
pub(super) fn question(page: &mut Page<'_>, message: &[u8], at: usize, dialect: Dialect) -> Shown<usize> {
    let after_name = skip_name(message, at).ok_or(Stop::Truncated)?;
    let mut rest = Cursor::new(message, message.len()).after(after_name);
    let rest_of = rest.take(4)?;
    let mut fields = Cursor::new(rest_of, rest_of.len());
    put!(page, " ");
    put_type(page, RecordType(fields.u16()?));
    let class = fields.u16()?;
    let unicast_wanted = put_class(page, class, dialect);
    if dialect == Dialect::Multicast {
        page.field("unicast", Truth(unicast_wanted));
        put!(page, Label(if unicast_wanted { " (QU)" } else { " (QM)" }));
    }
    put!(page, "? ");
    Ok(page.one("name", |page| name(page, message, at))? + 4)
}

/// Prints the record at `at`. Returns where what follows it begins.
pub(super) fn record(page: &mut Page<'_>, message: &[u8], at: usize, dialect: Dialect) -> Shown<usize> {
    let after_name = if page.verbose(1) {
        put!(page, " ");
        Some(page.one("name", |page| name(page, message, at))?)
    } else {
        skip_name(message, at)
    };
    let mut rest = Cursor::new(message, message.len()).after(after_name.unwrap_or(message.len()));
    if !rest.has(FIXED) {
        return Ok(message.len());
    }
    let rtype = RecordType(rest.u16()?);
    let class = rest.u16()?;
    let flushing = dialect == Dialect::Multicast && class & TOP_BIT != 0;
    let ttl = rest.u32()?;
    if rtype != RecordType::OPT {
        page.field("ttl", ttl);
    }
    let mut class = class;
    if rtype == RecordType::OPT {
        // Not a class, but how long a datagram may be.
        class &= if flushing { !TOP_BIT } else { u16::MAX };
    } else {
        put_class(page, class, dialect);
    }
    if flushing {
        page.field("cache_flush", Truth(true));
        put!(page, " (Cache flush)");
    }
    if rtype != RecordType::OPT && page.verbose(3) {
        put!(page, " [", Named("", Span(ttl)), "]");
    }
    let length = usize::from(rest.u16()?);
    put!(page, " ");
    put_type(page, rtype);
    rest.need(length)?;
    let start = message.len() - rest.captured();
    let data = Data {
        message,
        start,
        cursor: rest.claiming(length),
    };
    if rtype == RecordType::OPT {
        page.field("do", Truth(ttl & DNSSEC_OK != 0));
        put!(
            page,
            " UDPsize=",
            Named("udp_size", class),
            Label(if ttl & DNSSEC_OK != 0 { " DO" } else { "" })
        );
        edns::options(page, data.cursor)?;
    } else {
        data.print(page, rtype)?;
    }
    Ok(start + length)
}

/// The data of a record, within its message: names in it may point back, and what is too long for the record is
/// shown as far as the message goes.
struct Data<'a> {
    message: &'a [u8],
    start: usize,
    cursor: Cursor<'a>,
}

impl Data<'_> {
    fn print(self, page: &mut Page<'_>, rtype: RecordType) -> Shown {
        let mut rest = self.cursor;
        match rtype {
            RecordType::A => put!(page, " ", Named("data", rest.ipv4()?)),
            RecordType::AAAA => put!(page, " ", Named("data", rest.ipv6()?)),
            RecordType::NS | RecordType::CNAME | RecordType::PTR | RecordType::DNAME => {
                self.name(page, 0)?;
            }
            RecordType::SOA if page.verbose(1) => self.start_of_authority(page)?,
            RecordType::MX => {
                self.name(page, 2)?;
                put!(page, " ", Named("preference", rest.u16()?));
            }
            RecordType::TXT => {
                while !rest.is_empty() {
                    let length = usize::from(rest.u8()?);
                    let text = rest.with_len(length);
                    rest.advance(length);
                    put!(page, " \"", Named("data", Escaped(text.bytes())));
                    text.need(length)?;
                    put!(page, "\"");
                }
            }
            RecordType::SRV => {
                put!(page, " ");
                let (priority, weight, port) = (rest.u16()?, rest.u16()?, rest.u16()?);
                page.one("data", |page| name(page, self.message, self.start + 6))?;
                put!(
                    page,
                    ":",
                    Named("port", port),
                    " ",
                    Named("priority", priority),
                    " ",
                    Named("weight", weight)
                );
            }
            RecordType::URI => {
                if rest.len() < 4 {
                    return Err(Stop::Truncated);
                }
                put!(
                    page,
                    " ",
                    Named("priority", rest.u16()?),
                    " ",
                    Named("weight", rest.u16()?),
                    " "
                );
                put!(page, Named("data", Escaped(rest.limited(rest.len()).bytes())));
            }
            UNSPECIFIED => put!(page, Named("data", Escaped(rest.limited(rest.len()).bytes()))),
            RecordType::TSIG if page.verbose(1) => self.transaction_signature(page)?,
            A6 => self.a6(page)?,
            _ => {}
        }
        Ok(())
    }

    /// A blank and the name `offset` bytes into the data. Returns where in the data what follows it begins.
    fn name(&self, page: &mut Page<'_>, offset: usize) -> Shown<usize> {
        put!(page, " ");
        let after = page.one("data", |page| name(page, self.message, self.start + offset))?;
        Ok(after.saturating_sub(self.start))
    }

    fn start_of_authority(&self, page: &mut Page<'_>) -> Shown {
        let server = self.name(page, 0)?;
        let mailbox = self.name(page, server)?;
        let mut rest = Cursor::new(self.message, self.message.len()).after(self.start + mailbox);
        rest.need(20)?;
        for name in ["serial", "refresh", "retry", "expire", "minimum"] {
            put!(page, " ", Named(name, rest.u32()?));
        }
        Ok(())
    }

    fn transaction_signature(&self, page: &mut Page<'_>) -> Shown {
        let algorithm = self.name(page, 0)?;
        let mut rest = Cursor::new(self.message, self.message.len()).after(self.start + algorithm + 6);
        put!(page, " fudge=", rest.u16()?);
        let length = rest.u16()?;
        put!(page, " maclen=", length);
        rest.advance(length.into());
        put!(page, " origid=", rest.u16()?);
        put!(page, " error=", rest.u16()?);
        put!(page, " otherlen=", rest.u16()?);
        Ok(())
    }

    /// RFC 2874, long obsolete: the lower bits of an address and the name that has the upper ones.
    fn a6(&self, page: &mut Page<'_>) -> Shown {
        let mut rest = self.cursor;
        let prefix = rest.u8()?;
        if prefix > 128 {
            put!(page, " ", prefix, "(bad plen)");
            return Ok(());
        }
        let missing = usize::from(prefix / 8);
        if prefix < 128 {
            let mut address = [0; 16];
            if let Some(lower) = address.get_mut(missing..) {
                lower.copy_from_slice(rest.take(16 - missing)?);
            }
            put!(page, " ", prefix, " ", Ipv6Addr::from(address));
        }
        if prefix > 0 {
            self.name(page, 17 - missing)?;
        }
        Ok(())
    }
}

fn put_type(page: &mut Page<'_>, rtype: RecordType) {
    match rtype.mnemonic() {
        // Two have other names than in the registry.
        _ if rtype.0 == 23 => put!(page, Named("type", "NSAP_PTR")),
        _ if rtype == UNSPECIFIED => put!(page, Named("type", "UNSPECA")),
        Some(name) => put!(page, Named("type", name)),
        None => page.one("type", |page| put!(page, "Type", rtype.0)),
    }
}

/// Prints a type, and a class other than IN, as the lightweight resolver does.
pub(in crate::print::application) fn put_type_and_class(page: &mut Page<'_>, rtype: u16, class: u16) {
    put_type(page, RecordType(rtype));
    match class {
        1 => {}
        3 => put!(page, " CHAOS"),
        4 => put!(page, " HS"),
        255 => put!(page, " ANY"),
        other => put!(page, " Class", other),
    }
}

/// Prints a class other than IN. Returns whether the top bit was set, where that is not part of the class.
fn put_class(page: &mut Page<'_>, class: u16, dialect: Dialect) -> bool {
    let marked = dialect == Dialect::Multicast && class & TOP_BIT != 0;
    match if marked { class & !TOP_BIT } else { class } {
        1 => {}
        3 => put!(page, " ", Named("class", "CHAOS")),
        4 => put!(page, " ", Named("class", "HS")),
        255 => put!(page, " ", Named("class", "ANY")),
        other => put!(page, " (Class ", Named("class", other), ")"),
    }
    marked
}

/// The fields between the name and the data of a record.
const FIXED: usize = 10;
const DNSSEC_OK: u32 = 0x8000;
const TOP_BIT: u16 = 0x8000;
const A6: RecordType = RecordType(38);
/// Any text, an experiment of old.
const UNSPECIFIED: RecordType = RecordType(104);
