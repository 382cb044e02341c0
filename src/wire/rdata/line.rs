//! A record as a line of a master file, in the columns that dig has.

use super::{Style, short_period, write};
use crate::wire::dns::{Class, Name, Question, Record, RecordType};

/// How records and questions are laid out on their lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How the data is laid out.
    pub style: Style,
    /// How the time to live is written.
    pub ttl: Ttl,
    /// Whether the class is written.
    pub class: bool,
}

/// How a time to live is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// In seconds.
    Seconds,
    /// In weeks, days, hours, minutes and seconds.
    Units,
    /// Not at all.
    Omitted,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            style: Style::default(),
            ttl: Ttl::Seconds,
            class: true,
        }
    }
}

impl Layout {
    /// Appends a record and a newline: owner, time to live, class, type and data in columns.
    pub fn write_record(&self, record: &Record<'_>, out: &mut Vec<u8>) {
        let columns = self.columns();
        let mut line = Line::new(out);
        line.name(&record.name, &self.style);
        if self.ttl != Ttl::Omitted {
            line.indent(Columns::TTL);
            self.write_ttl(record.ttl, &mut line);
        }
        if self.class {
            line.indent(columns.class);
            self.write_class(record.class, &mut line);
        }
        line.indent(columns.rtype);
        self.write_type(record.rtype, &mut line);
        line.indent(columns.rdata);
        write(record.rtype, record.class, record.rdata, &self.style, out);
        out.push(b'\n');
    }

    /// Appends a record with one space between its fields, and without a newline.
    pub fn write_compact(&self, record: &Record<'_>, out: &mut Vec<u8>) {
        let mut line = Line::new(out);
        line.name(&record.name, &self.style);
        line.text(" ");
        if self.ttl != Ttl::Omitted {
            self.write_ttl(record.ttl, &mut line);
            line.text(" ");
        }
        if self.class {
            self.write_class(record.class, &mut line);
            line.text(" ");
        }
        self.write_type(record.rtype, &mut line);
        line.text(" ");
        write(record.rtype, record.class, record.rdata, &self.style, out);
    }

    /// Appends a question and a newline: `;`, then name, class and type in the columns of records. The class is part
    /// of what is asked, and never left out.
    pub fn write_question(&self, question: &Question, out: &mut Vec<u8>) {
        let columns = self.columns();
        out.push(b';');
        let mut line = Line::new(out);
        line.name(&question.name, &self.style);
        line.indent(columns.class);
        self.write_class(question.class, &mut line);
        line.indent(columns.rtype);
        self.write_type(question.rtype, &mut line);
        line.text("\n");
    }

    /// Appends a question with one space between its fields, and without a newline.
    pub fn write_compact_question(&self, question: &Question, out: &mut Vec<u8>) {
        let mut line = Line::new(out);
        line.name(&question.name, &self.style);
        line.text(" ");
        self.write_class(question.class, &mut line);
        line.text(" ");
        self.write_type(question.rtype, &mut line);
    }

    fn write_ttl(&self, ttl: u32, line: &mut Line<'_>) {
        match self.ttl {
            Ttl::Units => line.text(&short_period(ttl)),
            Ttl::Seconds | Ttl::Omitted => line.text(itoa::Buffer::new().format(ttl)),
        }
    }

    fn write_class(&self, class: Class, line: &mut Line<'_>) {
        match class.mnemonic() {
            Some(name) if !self.style.unknown => line.text(name),
            _ => {
                line.text("CLASS");
                line.text(itoa::Buffer::new().format(class.0));
            }
        }
    }

    fn write_type(&self, rtype: RecordType, line: &mut Line<'_>) {
        match rtype.mnemonic() {
            Some(name) if !self.style.unknown => line.text(name),
            _ => {
                line.text("TYPE");
                line.text(itoa::Buffer::new().format(rtype.0));
            }
        }
    }

    fn columns(&self) -> Columns {
        let omitted = [self.ttl == Ttl::Omitted, !self.class];
        let (class, rtype, rdata) = match omitted {
            _ if self.style.multiline => (24, 24, 32),
            [true, true] => (24, 24, 32),
            [true, false] | [false, true] => (24, 32, 40),
            [false, false] => (32, 40, 48),
        };
        Columns { class, rtype, rdata }
    }
}

/// Where the fields begin, unless those before them are too long.
#[derive(Clone, Copy, Debug)]
struct Columns {
    class: usize,
    rtype: usize,
    rdata: usize,
}

impl Columns {
    const TTL: usize = 24;
}

/// A line being written, which knows its column.
#[derive(Debug)]
struct Line<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    /// How much further the column is than the bytes: tabs are wider than one.
    wider: usize,
}

impl<'a> Line<'a> {
    const TAB: usize = 8;

    fn new(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, start, wider: 0 }
    }

    fn column(&self) -> usize {
        self.out.len() - self.start + self.wider
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn name(&mut self, name: &Name, style: &Style) {
        if style.unicode {
            name.write_unicode(self.out);
        } else {
            name.write(self.out);
        }
    }

    /// Goes to a column with tabs and then spaces, by one blank at least.
    fn indent(&mut self, column: usize) {
        let from = self.column();
        let to = column.max(from + 1);
        let tabs = to / Self::TAB - from / Self::TAB;
        let spaces = if tabs > 0 { to % Self::TAB } else { to - from };
        self.out.extend(std::iter::repeat_n(b'\t', tabs));
        self.out.extend(std::iter::repeat_n(b' ', spaces));
        self.wider += to - from - tabs - spaces;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::{Rdata, Section};

    fn line(layout: &Layout, owner: &str) -> String {
        let record = Record {
            section: Section::Answer,
            name: owner.parse().unwrap(),
            rtype: RecordType::A,
            class: Class::IN,
            ttl: 3600,
            rdata: Rdata::alone(&[192, 0, 2, 1]),
        };
        let mut out = Vec::new();
        layout.write_record(&record, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_stand_in_columns_of_tabs() {
        let layout = Layout::default();
        assert_eq!(line(&layout, "a.test"), "a.test.\t\t\t3600\tIN\tA\t192.0.2.1\n");
    }

    #[test]
    fn a_long_owner_is_followed_by_single_blanks() {
        let layout = Layout::default();
        let owner = "a-name-of-thirty-one-bytes.test";
        assert_eq!(line(&layout, owner), format!("{owner}. 3600 IN A\t192.0.2.1\n"));
    }

    #[test]
    fn columns_move_up_when_fields_are_left_out() {
        let without_ttl = Layout {
            ttl: Ttl::Omitted,
            ..Layout::default()
        };
        assert_eq!(line(&without_ttl, "a.test"), "a.test.\t\t\tIN\tA\t192.0.2.1\n");
        let bare = Layout {
            class: false,
            ..without_ttl
        };
        assert_eq!(line(&bare, "a.test"), "a.test.\t\t\tA\t192.0.2.1\n");
    }

    #[test]
    fn over_several_lines_the_fields_are_closer() {
        let mut layout = Layout::default();
        layout.style.multiline = true;
        assert_eq!(
            line(&layout, "www.example.test"),
            "www.example.test.\t3600 IN\tA 192.0.2.1\n"
        );
    }
}
