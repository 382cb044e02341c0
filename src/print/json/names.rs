//! What fields and protocols are called.

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
        name => name,
    }
}

/// Whether a printer has no header of its own: that of a packet which begins with that of IP.
pub(super) fn is_no_protocol(name: &[u8]) -> bool {
    matches!(name, b"raw" | b"ipn")
}

/// A name of a field: lower case, words joined by underlines.
pub(super) struct Key {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Key {
    const LONGEST: usize = 48;

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn new(words: &[u8], suffix: &[u8]) -> Self {
        let mut key = Self {
            bytes: [0; Self::LONGEST],
            length: 0,
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

/// The name that the text before a value gives it: its last words. Without words, a value in parentheses belongs to
/// the one before it, and any other is one more of them.
pub(super) fn key(label: &[u8], kind: Kind, before: &[u8]) -> Key {
    let words = words(label);
    let key = Key::new(words, b"");
    if key.length > 0 {
        return key;
    }
    match (label.trim_ascii().last(), before) {
        (_, b"" | b"length" | b"len") => Key::new(b"value", b""),
        (Some(b'('), _) => Key::new(before, if kind == Kind::Text { b"_name" } else { b"_number" }),
        _ => Key::new(before, b""),
    }
}

/// The words directly before a value.
fn words(label: &[u8]) -> &[u8] {
    let mut end = label.trim_ascii_end();
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
        .rposition(|byte| b"\n\t,;()[]{}<>|\"".contains(byte))
        .map_or(0, |at| at + 1);
    end.get(start..).unwrap_or_default()
}

/// Whether words of ours are a label all the same: they announce a value.
pub(super) fn is_label(kind: Kind, value: &[u8]) -> bool {
    kind == Kind::Text && matches!(value, [.., b':' | b'=' | b' ' | b'#' | b'"'] | [.., b'0', b'x'])
}

/// A value without what separates it from others; words out of the packet are what they are.
pub(super) fn trimmed(kind: Kind, value: &[u8]) -> &[u8] {
    if kind == Kind::Foreign {
        return value;
    }
    let mut value = value;
    while let [
        b' ' | b'\n' | b'\t' | b',' | b';' | b':' | b'(' | b'[' | b'{' | b'"' | b'>' | b'=',
        rest @ ..,
    ] = value
    {
        value = rest;
    }
    while let [
        rest @ ..,
        b' ' | b'\n' | b'\t' | b',' | b';' | b':' | b'(' | b'[' | b'{',
    ] = value
    {
        value = rest;
    }
    match value {
        b"." | b"-" | b"/" | b")" | b"]" | b"}" | b"\"" | b"|" | b"+" if kind == Kind::Text => b"",
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(label: &str) -> String {
        String::from_utf8(key(label.as_bytes(), Kind::Number, b"").bytes().to_vec()).unwrap()
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
        assert_eq!(key(b" (", Kind::Number, b"type").bytes(), b"type_number");
        assert_eq!(key(b" (", Kind::Text, b"type").bytes(), b"type_name");
        assert_eq!(key(b", ", Kind::Number, b"area").bytes(), b"area");
        assert_eq!(key(b": ", Kind::Number, b"length").bytes(), b"value");
    }

    #[test]
    fn separators_are_no_values() {
        assert_eq!(trimmed(Kind::Text, b", "), b"");
        assert_eq!(trimmed(Kind::Text, b", DEI"), b"DEI");
        assert!(is_label(Kind::Text, b"\n\tOrigin: ") && !is_label(Kind::Foreign, b"a: "));
        assert_eq!(trimmed(Kind::Foreign, b" a, "), b" a, ");
    }
}
