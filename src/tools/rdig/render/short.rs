//! `+short`: the data of the answers and nothing else.

use super::super::plan::Follow;
use super::Page;
use crate::wire::dns::Section;
use crate::wire::rdata::write;

/// Appends the data of each answer on a line of its own, with `server` and `time` behind it if there are any.
pub(crate) fn write_short(page: Page<'_>, identity: Option<&str>, out: &mut Vec<u8>) {
    if !page.lookup.show.answer {
        return;
    }
    let style = page.lookup.show.short_style(page.globals);
    for record in page.reply.section(Section::Answer) {
        // On a walk answers of every type go by.
        if page.lookup.follow != Follow::Nothing {
            out.extend_from_slice(record.rtype.to_string().as_bytes());
            out.push(b' ');
        }
        write(record.rtype, record.class, record.rdata, &style, out);
        out.extend(identity.into_iter().flat_map(str::bytes));
        out.push(b'\n');
    }
}
