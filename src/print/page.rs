//! The page: what the printers of one packet share.

use std::net::IpAddr;

use super::cursor::{Cursor, Shown, Stop};
use super::dialogues::Dialogues;
use super::dump;
use super::flows::Flows;
use super::ink::{self, Ink, mark};
use super::names::{Names, Transport};
use super::options::{DumpForm, Options};
use super::text::{Escaped, HexRun, Put, Truth, Whom, put};

/// The text of one packet as it grows, and what its printers need to know besides the bytes.
pub(crate) struct Page<'p> {
    /// The text so far; other packets may be before it.
    pub(crate) out: &'p mut Ink,
    /// What the user wants to see.
    pub(crate) options: &'p Options,
    /// The sequence numbers of the TCP connections seen.
    pub(crate) flows: &'p mut Flows,
    /// What else is remembered from packet to packet.
    pub(crate) dialogues: &'p mut Dialogues,
    /// How many of the packet's first bytes are the link-layer header, which the shorter dumps leave out.
    pub(crate) link_len: usize,
    names: Option<&'p mut (dyn Names + 'static)>,
    proto: &'static str,
    depth: u8,
    /// How often a protocol was entered, where that is marked.
    entered: u32,
    /// How many `-v` less than the user gave count now.
    hush: u8,
    /// What may still be [spent](Self::spend).
    patience: usize,
}

/// How many headers may be nested in headers of their own kind: far more than any network has, and few enough
/// for the stack of a thread.
const DEEPEST: u8 = 32;

/// As many as a packet has bytes at most, so that what is spent grows no faster than the packet.
const PATIENCE: usize = 65_536;

impl<'p> Page<'p> {
    /// An empty page that ends `out`.
    pub(crate) fn new(
        out: &'p mut Ink,
        options: &'p Options,
        flows: &'p mut Flows,
        dialogues: &'p mut Dialogues,
        names: Option<&'p mut (dyn Names + 'static)>,
    ) -> Self {
        Self {
            out,
            options,
            flows,
            dialogues,
            link_len: 0,
            names,
            proto: "",
            depth: 0,
            entered: 0,
            hush: 0,
            patience: PATIENCE,
        }
    }

    /// Spends some of the patience that there is for what no sane packet has, but a hostile one may have over and over
    /// at the price of two bytes each. Says whether there was enough left.
    pub(crate) fn spend(&mut self, count: usize) -> bool {
        let left = self.patience.checked_sub(count);
        self.patience = left.unwrap_or_default();
        left.is_some()
    }

    /// Whether `-v` was given at least `times` times.
    pub(crate) fn verbose(&self, times: u8) -> bool {
        self.options.verbosity.saturating_sub(self.hush) >= times
    }

    /// Runs the printer of what a packet carries as if `-v` had been given so many times less.
    pub(crate) fn hushed(&mut self, times: u8, print: impl FnOnce(&mut Self) -> Shown) -> Shown {
        let before = self.hush;
        self.hush = before.saturating_add(times);
        let shown = print(self);
        self.hush = before;
        shown
    }

    /// Whether `-q` was given.
    pub(crate) fn quiet(&self) -> bool {
        self.options.quiet > 0
    }

    /// Names the protocol whose printer is at work; a packet that ends early names the last.
    pub(crate) fn enter(&mut self, proto: &'static str) {
        self.proto = proto;
        if self.out.marking() {
            self.entered = self.entered.wrapping_add(1);
            self.out.enter(proto, self.depth);
        }
    }

    /// A field that the text does not show, or not as one value.
    #[inline]
    pub(crate) fn field(&mut self, name: &'static str, value: impl Put) {
        if self.out.marking() {
            self.out.hidden(name, value);
        }
    }

    /// Makes one field of all that `print` prints.
    #[inline]
    pub(crate) fn one<T>(&mut self, name: &'static str, print: impl FnOnce(&mut Self) -> T) -> T {
        self.between(mark::GROUP, name, mark::GROUP_END, print)
    }

    /// Makes no fields of what `print` prints.
    #[inline]
    pub(crate) fn aside<T>(&mut self, print: impl FnOnce(&mut Self) -> T) -> T {
        self.one("", print)
    }

    /// Makes one element of a list out of the fields that `print` prints.
    #[inline]
    pub(crate) fn item<T>(&mut self, list: &'static str, print: impl FnOnce(&mut Self) -> T) -> T {
        self.between(mark::ITEM, list, mark::ITEM_END, print)
    }

    /// Names the list whose elements are the lines that follow, each with a name of its own at its beginning.
    #[inline]
    pub(crate) fn list(&mut self, name: &'static str) {
        if self.out.marking() {
            self.out.begin(mark::LIST, name);
        }
    }

    /// Lets what `print` prints stand out: something is wrong.
    #[inline]
    pub(crate) fn wrong<T>(&mut self, print: impl FnOnce(&mut Self) -> T) -> T {
        self.between(mark::WRONG, "", mark::WRONG_END, print)
    }

    #[inline]
    fn between<T>(
        &mut self,
        begin: u8,
        name: &'static str,
        end: u8,
        print: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let marking = self.out.marking();
        if marking {
            self.out.begin(begin, name);
        }
        let printed = print(self);
        if marking {
            self.out.push(end);
        }
        printed
    }

    /// ` [|proto]`: the packet ends here, as far as it was captured.
    pub(crate) fn truncated(&mut self) {
        self.field("/truncated", self.proto);
        let proto = self.proto;
        self.wrong(|page| page.aside(|page| put!(page, " [|", proto, "]")));
    }

    /// ` (invalid)`.
    pub(crate) fn invalid(&mut self) {
        self.field("/invalid", self.proto);
        self.wrong(|page| put!(page, " (invalid)"));
    }

    /// Says that a value cannot be, as ` [what value sign limit]`; the printer then stops with what this returns.
    pub(crate) fn refuse(&mut self, what: &str, value: usize, sign: &str, limit: usize) -> Stop {
        put!(self, " [", what, " ", value, " ", sign, " ", limit, "]");
        Stop::Invalid
    }

    /// Stops the printer as [`refuse`](Self::refuse) does unless `count` bytes are declared from here on.
    pub(crate) fn expect(&mut self, what: &str, rest: Cursor<'_>, count: usize) -> Shown {
        if rest.len() < count {
            return Err(self.refuse(what, rest.len(), "<", count));
        }
        Ok(())
    }

    /// Runs the printer of a packet within the packet, unless that goes too deep.
    pub(crate) fn deeper(&mut self, print: impl FnOnce(&mut Self) -> Shown) -> Shown {
        if self.depth >= DEEPEST {
            put!(self, "[nested too deep]");
            return Ok(());
        }
        let proto = self.proto;
        let entered = self.entered;
        self.depth += 1;
        let shown = print(self);
        self.depth -= 1;
        if self.entered != entered {
            self.out.enter(proto, self.depth);
        }
        shown
    }

    /// Runs the printer of what a header carries: what is invalid ends that printer, but not the header's own.
    #[inline]
    pub(crate) fn carried(&mut self, print: impl FnOnce(&mut Self) -> Shown) -> Shown {
        match print(self) {
            Err(Stop::Invalid) => {
                self.invalid();
                Ok(())
            }
            shown => shown,
        }
    }

    /// The same where what was not captured does not end the header's printer either.
    pub(crate) fn apart(&mut self, print: impl FnOnce(&mut Self) -> Shown) -> Shown {
        match self.carried(print) {
            Err(Stop::Truncated) => {
                self.truncated();
                Ok(())
            }
            shown => shown,
        }
    }

    /// The fields of an 802.1Q tag, an element of the packet's own list `vlan`.
    pub(crate) fn tag(&mut self, id: u16, priority: u8, drop_eligible: bool) {
        if self.out.marking() {
            self.item("vlan", |page| {
                page.field("id", id);
                page.field("priority", priority);
                page.field("dei", Truth(drop_eligible));
            });
        }
    }

    /// The name of a host, or its address.
    pub(crate) fn host(&mut self, address: impl Into<IpAddr> + Put + Copy) {
        let Some(names) = &mut self.names else {
            return put!(self, address);
        };
        match names.host(address.into()) {
            Some(name) => {
                let label = if self.options.no_domain {
                    name.split('.').next()
                } else {
                    None
                };
                put!(self, Whom(Escaped(label.unwrap_or(name).as_bytes())));
            }
            None => put!(self, address),
        }
    }

    /// The same of the address that is read next.
    pub(crate) fn next_host(&mut self, rest: &mut Cursor<'_>, is_v6: bool) -> Shown {
        if is_v6 {
            self.host(rest.ipv6()?);
        } else {
            self.host(rest.ipv4()?);
        }
        Ok(())
    }

    /// The name of the service at a port, or its number.
    pub(crate) fn port(&mut self, port: u16, transport: Transport) {
        match self
            .names
            .as_mut()
            .and_then(|names| names.service(port, transport))
        {
            Some(name) => put!(self, Whom(Escaped(name.as_bytes()))),
            None => put!(self, Whom(port)),
        }
    }

    /// Whether numbers are to be shown as such (`-n`).
    pub(crate) fn numeric(&self) -> bool {
        self.names.is_none()
    }

    /// The next `count` bytes as hexadecimal digits, as far as they were captured.
    pub(crate) fn digits(&mut self, rest: &mut Cursor<'_>, count: usize) -> Shown {
        let shown = rest.limited(count);
        put!(self, HexRun(shown.bytes()));
        rest.skip(count)
    }

    /// The next `count` bytes as text, escaped, as far as they were captured.
    pub(crate) fn text(&mut self, rest: &mut Cursor<'_>, count: usize) -> Shown {
        let shown = rest.limited(count);
        put!(self, Escaped(shown.bytes()));
        rest.skip(count)
    }

    /// A text in a field of `count` bytes, escaped; it ends before the first zero byte, if there is one.
    pub(crate) fn padded_text(&mut self, rest: &mut Cursor<'_>, count: usize) -> Shown {
        let field = rest.limited(count).bytes();
        match field.iter().position(|&byte| byte == 0) {
            Some(end) => {
                put!(self, Escaped(field.get(..end).unwrap_or_default()));
                rest.advance(count);
                Ok(())
            }
            None => self.text(rest, count),
        }
    }

    /// What `write` appends, at the right of at least `width` columns.
    pub(crate) fn right(&mut self, width: usize, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        write(self);
        let missing = width.saturating_sub(self.columns(start));
        self.out.extend(std::iter::repeat_n(b' ', missing));
        if let Some(column) = self.out.get_mut(start..) {
            column.rotate_right(missing);
        }
    }

    /// How many columns the text takes from `start` on.
    pub(crate) fn columns(&self, start: usize) -> usize {
        if self.out.marking() {
            ink::visible(self.out.get(start..).unwrap_or_default())
        } else {
            self.out.len() - start
        }
    }

    /// How much of the text from `start` on takes at most so many columns.
    pub(crate) fn within(&self, start: usize, columns: usize) -> usize {
        let text = self.out.get(start..).unwrap_or_default();
        if self.out.marking() {
            ink::within(text, columns)
        } else {
            text.len().min(columns)
        }
    }

    /// The bytes of something that has no printer, in hexadecimal and ASCII on lines of their own; not under `-q`,
    /// and not where a dump of the packet in hexadecimal follows.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        if !self.is_dumped() {
            self.hex_ascii("\n\t", bytes);
        }
    }

    /// As [`raw`](Self::raw), of all that is declared; what was not captured of it is told.
    pub(crate) fn raw_declared(&mut self, rest: Cursor<'_>) -> Shown {
        if !self.is_dumped() {
            self.hex_ascii("\n\t", rest.limited(rest.len()).bytes());
            rest.need(rest.len())?;
        }
        Ok(())
    }

    /// Whether what has no printer is not shown: under `-q`, and where a dump in hexadecimal follows.
    pub(crate) fn is_dumped(&self) -> bool {
        self.quiet() || self.options.dump.is_some_and(|dump| dump.form != DumpForm::Ascii)
    }

    /// Bytes in hexadecimal and ASCII on lines of their own, each after `indent`.
    pub(crate) fn hex_ascii(&mut self, indent: &str, bytes: &[u8]) {
        self.field("data", HexRun(bytes));
        self.aside(|page| dump::hex_ascii(page.out, indent, bytes));
    }

    /// Bytes in hexadecimal on lines of their own, each after `indent`.
    pub(crate) fn hex(&mut self, indent: &str, bytes: &[u8]) {
        self.field("data", HexRun(bytes));
        self.aside(|page| dump::hex(page.out, indent, bytes));
    }
}
