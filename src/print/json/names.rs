//! What fields and protocols are called.

use super::lines::introduces;
use crate::print::ink::Kind;

/// The name of a protocol's object: that which other tools have made known, or the one of ` [|proto]`.
pub(super) fn protocol(name: &[u8]) -> &[u8] {
    match name {
        b"ether" => b"eth",
        b"ip6" => b"ipv6",
        b"icmp6" => b"icmpv6",
        b"domain" => b"dns",
        b"bootp" => b"dhcp",
        b"dhcp6" => b"dhcpv6",
        b"ospf2" => b"ospf",
        b"q.933" => b"q933",
        b"802.11" => b"wlan",
        b"802.11_radio" => b"radiotap",
        b"802.15.4" => b"wpan",
        name => name,
    }
}

/// Whether a printer has no header of its own: that of a packet which begins with that of IP.
pub(super) fn is_no_protocol(name: &[u8]) -> bool {
    matches!(name, b"raw" | b"ipn")
}

/// Whether the text of a protocol goes on with its header on a line of its own.
pub(super) fn has_second_line(protocol: &[u8]) -> bool {
    matches!(protocol, b"radius" | b"isis")
}

/// What a protocol calls the parts that its text has on lines of their own.
pub(super) fn list(protocol: &[u8]) -> &'static [u8] {
    match protocol {
        b"bgp" => b"messages",
        b"radius" => b"attributes",
        b"cdp" | b"cfm" | b"eigrp" | b"isis" | b"ldp" | b"lldp" | b"lspping" | b"olsr" | b"slow" => b"tlvs",
        b"lmp" | b"rsvp" => b"objects",
        b"ppp" | b"pimv2" => b"options",
        _ => b"items",
    }
}

/// A name of a field: lower case, words joined by underlines.
pub(super) struct Key {
    bytes: [u8; Self::LONGEST],
    length: usize,
    /// How much of it the next value may build its own name on.
    base: usize,
}

impl Key {
    const LONGEST: usize = 48;

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The name without what tells it from that of the value before it.
    pub(super) fn base(&self) -> &[u8] {
        self.bytes.get(..self.base).unwrap_or_default()
    }

    fn new(words: &[u8], suffix: &[u8]) -> Self {
        let mut key = Self {
            bytes: [0; Self::LONGEST],
            length: 0,
            base: 0,
        };
        let mut gap = false;
        for &byte in words {
            if !byte.is_ascii_alphanumeric() {
                gap = key.length > 0;
                continue;
            }
            if gap {
                key.push(b'_');
                gap = false;
            }
            if key.length == 0 && byte.is_ascii_digit() {
                key.push(b'_');
            }
            key.push(byte.to_ascii_lowercase());
        }
        key.base = key.length;
        for &byte in suffix {
            key.push(byte);
        }
        key
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }
}

/// The value before another one.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    /// Its name, without what was added to tell it from that of its own predecessor.
    pub(super) name: &'a [u8],
    pub(super) kind: Kind,
    /// Whether it is one of the protocol itself, rather than of a part of it.
    pub(super) is_outermost: bool,
}

/// The name that the text before a value gives it: its last words. Without words, a value in parentheses belongs to
/// the one before it, and any other is one more of them.
pub(super) fn key(label: &[u8], kind: Kind, before: Before<'_>) -> Key {
    let key = Key::new(words(label), b"");
    if before.name == b"name" && kind != Kind::Text && is_sort(key.bytes()) {
        return Key::new(b"type", b"");
    }
    if matches!(key.bytes(), b"byte" | b"bytes") {
        return Key::new(b"value", b"");
    }
    if key.length > 0 {
        return key;
    }
    let label = label.trim_ascii();
    let label = label.strip_suffix(b"0x").unwrap_or(label);
    let is_first = matches!(before.name, b"" | b"length" | b"len");
    match label.last() {
        // What is behind a colon is what all before it was about.
        Some(b':') if label.len() > 1 && !is_first => Key::new(b"value", b""),
        Some(b'(') if before.name == b"name" && kind != Kind::Text => Key::new(b"type", b""),
        Some(b'(') if !is_first => match kind {
            Kind::Text => Key::new(before.name, b"_name"),
            Kind::Flags => Key::new(before.name, b"_flags"),
            _ => Key::new(before.name, b"_number"),
        },
        _ if before.name == b"name" => Key::new(b"value", b""),
        _ if kind == Kind::Text && before.is_outermost && (is_first || before.kind != kind) => {
            Key::new(b"type", b"")
        }
        _ if is_first => Key::new(b"value", b""),
        _ => Key::new(before.name, b""),
    }
}

/// What stands between the name of a thing and the number that it is known by.
fn is_sort(words: &[u8]) -> bool {
    let sorts: [&[u8]; 9] = [
        b"attribute",
        b"capability",
        b"message",
        b"object",
        b"option",
        b"subobject",
        b"subtlv",
        b"sub_tlv",
        b"tlv",
    ];
    sorts.contains(&words)
}

/// Whether a line begins with what kind of thing it is about: `Option Capabilities`.
pub(super) fn begins_with_sort(label: &[u8]) -> bool {
    is_sort(Key::new(words(label), b"").bytes())
}

/// The words directly before a value: of its own line, or of one that introduces it.
fn words(label: &[u8]) -> &[u8] {
    let mut end = label.trim_ascii_end();
    if let Some(gap) = label.get(end.len()..)
        && gap.contains(&b'\n')
        && !introduces(end)
    {
        return b"";
    }
    end = end.strip_suffix(b"0x").unwrap_or(end);
    while let Some((
        b'[' | b'(' | b'{' | b'<' | b':' | b'=' | b'#' | b'"' | b'\'' | b'-' | b' ' | b'\t',
        rest,
    )) = end.split_last()
    {
        end = rest;
    }
    let start = end
        .iter()
        .rposition(|byte| b"\n\t,;:()[]{}<>|\"".contains(byte))
        .map_or(0, |at| at + 1);
    end.get(start..).unwrap_or_default()
}

/// A value, and what separates it from the one before it and from what comes next.
pub(super) struct Parts<'a> {
    pub(super) before: &'a [u8],
    pub(super) word: &'a [u8],
    /// Whether it is a label all the same: it announces a value.
    pub(super) is_label: bool,
}

/// Takes a value apart; words out of the packet are what they are.
pub(super) fn parted(kind: Kind, value: &[u8]) -> Parts<'_> {
    if kind != Kind::Text {
        return Parts {
            before: b"",
            word: value,
            is_label: false,
        };
    }
    let separates = |byte: &u8| b" \n\t,;:([{\"".contains(byte);
    let opens = |byte: &u8| separates(byte) || matches!(byte, b'>' | b'=');
    let start = value.iter().take_while(|byte| opens(byte)).count();
    let (before, mut word) = value.split_at_checked(start).unwrap_or((b"", value));
    while let Some((last, rest)) = word.split_last()
        && separates(last)
    {
        word = rest;
    }
    let after = value.get(start + word.len()..).unwrap_or_default();
    let announces = |byte: &u8| matches!(byte, b':' | b'[' | b'(' | b'"');
    let ends_open = matches!(value, [.., b'=' | b'#'] | [.., b'0', b'x']);
    let is_label = after == b" " || after.iter().any(announces) || ends_open;
    // The end of a bracket whose beginning is not in it.
    while let [rest @ .., close @ (b')' | b']')] = word
        && !rest.contains(if *close == b')' { &b'(' } else { &b'[' })
    {
        word = rest;
    }
    if matches!(word, b"." | b"-" | b"/" | b"}" | b"|" | b"+") {
        word = b"";
    }
    Parts {
        before,
        word,
        is_label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(name: &[u8]) -> Before<'_> {
        Before {
            name,
            kind: Kind::Number,
            is_outermost: false,
        }
    }

    fn name(label: &str) -> String {
        String::from_utf8(key(label.as_bytes(), Kind::Number, before(b"")).bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_field_is_called_by_the_words_before_it() {
        assert_eq!(name(", ttl "), "ttl");
        assert_eq!(name("\n\tLeap indicator: "), "leap_indicator");
        assert_eq!(name("], proto "), "proto");
        assert_eq!(name(", cksum 0x"), "cksum");
        assert_eq!(name(" [Flow-Label: "), "flow_label");
        assert_eq!(name(", 802.1Q "), "_802_1q");
        assert_eq!(name(" ("), "value");
    }

    #[test]
    fn a_value_without_words_belongs_to_the_one_before_it() {
        assert_eq!(key(b" (", Kind::Number, before(b"type")).bytes(), b"type_number");
        assert_eq!(key(b" (", Kind::Text, before(b"type")).bytes(), b"type_name");
        assert_eq!(key(b", ", Kind::Number, before(b"area")).bytes(), b"area");
        assert_eq!(key(b": ", Kind::Number, before(b"length")).bytes(), b"value");
    }

    #[test]
    fn separators_are_no_values() {
        let trimmed = |text| parted(Kind::Text, text).word;
        assert_eq!(trimmed(b", "), b"");
        assert_eq!(trimmed(b", DEI"), b"DEI");
        assert_eq!(trimmed(b" (correct)"), b"correct");
        assert_eq!(trimmed(b"Area(s)"), b"Area(s)");
        let foreign = parted(Kind::Foreign, b" a: ");
        assert_eq!((foreign.word, foreign.is_label), (&b" a: "[..], false));
        assert!(parted(Kind::Text, b"\n\tOrigin: [").is_label);
        assert!(!parted(Kind::Text, b"\n\tOrigin, ").is_label);
    }
}
