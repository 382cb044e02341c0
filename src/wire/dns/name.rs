//! Domain names (RFC 1035 section 3.1) as values: from text, to text, compared, joined.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use thiserror::Error;

use super::Labels;
use super::idna;

/// An absolute domain name of at most 255 bytes on the wire. Its case is kept; comparison and hash are without
/// regard to it, and the order is the canonical one of RFC 4034 section 6.1.
#[derive(Clone)]
pub struct Name {
    /// The labels with their lengths, and the root's zero.
    wire: Vec<u8>,
}

/// Why bytes or text are not a name. The words are the ones that dig says.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// Two dots in a row, or one at the beginning.
    #[error("empty label")]
    EmptyLabel,
    /// A label of more than 63 bytes.
    #[error("label too long")]
    LabelTooLong,
    /// A name of more than 255 bytes.
    #[error("ran out of space")]
    TooLong,
    /// A backslash before a number beyond 255, or one of fewer than three digits.
    #[error("bad escape")]
    BadEscape,
    /// Text outside ASCII that IDNA has no form for.
    #[error("not a legal IDNA2008 name")]
    Idna,
    /// The bytes or the text end inside the name.
    #[error("unexpected end of input")]
    Truncated,
    /// A compression pointer that does not go backwards.
    #[error("bad compression pointer")]
    ForwardPointer,
    /// A length byte of the reserved kinds.
    #[error("bad label type")]
    LabelType,
}

impl Name {
    const MAX_LEN: usize = 255;

    /// The root.
    pub fn root() -> Self {
        Self { wire: vec![0] }
    }

    /// The name that text in master file form says (`\.` and `\DDD` are escapes); always taken as absolute.
    /// Bytes outside ASCII stand for themselves.
    ///
    /// # Errors
    /// When the text is not a name.
    pub fn from_text(text: impl AsRef<[u8]>) -> Result<Self, NameError> {
        TypedName::parse(text).map(|typed| typed.name)
    }

    /// Reads the possibly compressed name at `offset` of `message`; also says where the bytes behind it begin.
    ///
    /// # Errors
    /// When the bytes are not a name.
    pub fn read(message: &[u8], offset: usize) -> Result<(Self, usize), NameError> {
        let mut labels = Labels::new(message, offset);
        let name = Self::collect(&mut labels)?;
        Ok((name, labels.end().unwrap_or(offset)))
    }

    /// The name that `labels` walks over.
    ///
    /// # Errors
    /// Those of the walk.
    pub fn collect(labels: &mut Labels<'_>) -> Result<Self, NameError> {
        let mut wire = Vec::with_capacity(32);
        for label in labels {
            push_label(&mut wire, label?)?;
        }
        wire.push(0);
        Ok(Self { wire })
    }

    /// The bytes on the wire, uncompressed, with the root's zero.
    pub fn as_wire(&self) -> &[u8] {
        &self.wire
    }

    /// The same name with each letter in upper case if `upper` says so when it comes to it, or else in lower case.
    #[must_use]
    pub fn with_case(&self, mut upper: impl FnMut() -> bool) -> Self {
        // The length of a label is below the code of every letter.
        let changed = self.wire.iter().map(|byte| match byte {
            letter if !letter.is_ascii_alphabetic() => *letter,
            letter if upper() => letter.to_ascii_uppercase(),
            letter => letter.to_ascii_lowercase(),
        });
        Self {
            wire: changed.collect(),
        }
    }

    /// The labels, the outermost (`com`) last, without the root.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        // The wire form was checked when the name was made, so no label is an error.
        Labels::new(&self.wire, 0).filter_map(Result::ok)
    }

    /// How many labels there are, the root not counted.
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.wire.len() == 1
    }

    /// Whether this is `ancestor` or below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        let mut suffix = Some(self.clone());
        while let Some(name) = suffix {
            if name == *ancestor {
                return true;
            }
            suffix = name.parent();
        }
        false
    }

    /// The name without its first label, unless it is the root.
    pub fn parent(&self) -> Option<Self> {
        let first = self.labels().next()?;
        let wire = self.wire.get(1 + first.len()..)?.to_vec();
        Some(Self { wire })
    }

    /// This name with `suffix` in the place of the root: what a search list does.
    ///
    /// # Errors
    /// [`NameError::TooLong`] when the two are more than a name can be.
    pub fn with_suffix(&self, suffix: &Self) -> Result<Self, NameError> {
        let mut wire = self.wire.clone();
        wire.pop();
        wire.extend_from_slice(&suffix.wire);
        if wire.len() > Self::MAX_LEN {
            return Err(NameError::TooLong);
        }
        Ok(Self { wire })
    }

    /// The name with its ASCII letters in lower case.
    pub fn to_lowercase(&self) -> Self {
        // Length bytes are below 64, where no letter is.
        Self {
            wire: self.wire.to_ascii_lowercase(),
        }
    }

    /// Appends the name as dig prints it: with the final dot, and escaped.
    pub fn write(&self, out: &mut Vec<u8>) {
        if self.is_root() {
            out.push(b'.');
        }
        for label in self.labels() {
            write_label(label, out);
            out.push(b'.');
        }
    }

    /// Appends the name as [`Name::write`] does, but labels with an IDNA form in the characters of their language.
    pub fn write_unicode(&self, out: &mut Vec<u8>) {
        if self.is_root() {
            out.push(b'.');
        }
        for label in self.labels() {
            match idna::to_unicode(label) {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => write_label(label, out),
            }
            out.push(b'.');
        }
    }
}

/// A name as a person typed it: what a search list wants to know besides the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedName {
    /// The name, as if it were absolute.
    pub name: Name,
    /// Whether a final dot says that it is absolute.
    pub absolute: bool,
}

impl TypedName {
    /// Reads text in master file form.
    ///
    /// # Errors
    /// When the text is not a name.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, NameError> {
        let text = text.as_ref();
        if text == b"." {
            return Ok(Self {
                name: Name::root(),
                absolute: true,
            });
        }
        if text.is_empty() {
            return Err(NameError::Truncated);
        }
        let mut wire = Vec::with_capacity(text.len() + 2);
        let mut label = Vec::with_capacity(63);
        let mut absolute = false;
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            absolute = byte == b'.';
            match byte {
                b'.' => {
                    push_label(&mut wire, &label)?;
                    label.clear();
                }
                b'\\' => label.push(unescape(&mut bytes)?),
                _ => label.push(byte),
            }
        }
        if !absolute {
            push_label(&mut wire, &label)?;
        }
        wire.push(0);
        if wire.len() > Name::MAX_LEN {
            return Err(NameError::TooLong);
        }
        Ok(Self {
            name: Name { wire },
            absolute,
        })
    }

    /// The same, with labels outside ASCII in their IDNA form (`xn--…`).
    ///
    /// # Errors
    /// When the text is not a name, or has no such form.
    pub fn parse_idna(text: &str) -> Result<Self, NameError> {
        Self::parse(idna::to_ascii(text)?.as_bytes())
    }

    /// The dots between its labels: what `ndots` is compared with.
    pub fn dots(&self) -> usize {
        self.name.label_count().saturating_sub(1)
    }
}

/// The byte that an escape stands for; the backslash has been read.
fn unescape(bytes: &mut impl Iterator<Item = u8>) -> Result<u8, NameError> {
    let first = bytes.next().ok_or(NameError::Truncated)?;
    if !first.is_ascii_digit() {
        return Ok(first);
    }
    let mut value = u16::from(first - b'0');
    for _ in 0..2 {
        let digit = bytes.next().ok_or(NameError::Truncated)?;
        if !digit.is_ascii_digit() {
            return Err(NameError::BadEscape);
        }
        value = value * 10 + u16::from(digit - b'0');
    }
    u8::try_from(value).map_err(|_| NameError::BadEscape)
}

fn push_label(wire: &mut Vec<u8>, label: &[u8]) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel);
    }
    let length = u8::try_from(label.len()).ok().filter(|&length| length < 64);
    wire.push(length.ok_or(NameError::LabelTooLong)?);
    wire.extend_from_slice(label);
    Ok(())
}

/// Appends a label as dig prints it: nothing in it can be taken for a dot, a comment or a control character.
pub(crate) fn write_label(label: &[u8], out: &mut Vec<u8>) {
    for &byte in label {
        match byte {
            b'"' | b'.' | b';' | b'\\' | b'@' | b'$' | b'(' | b')' => out.extend_from_slice(&[b'\\', byte]),
            0x21..=0x7e => out.push(byte),
            _ => out.extend_from_slice(&[b'\\', b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10]),
        }
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::from_text(text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(self.wire.len() + 8);
        self.write(&mut text);
        f.pad(&String::from_utf8_lossy(&text))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.wire.eq_ignore_ascii_case(&other.wire)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in &self.wire {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        let reversed = |name: &Self| {
            let mut labels: Vec<Vec<u8>> = name.labels().map(<[u8]>::to_ascii_lowercase).collect();
            labels.reverse();
            labels
        };
        reversed(self).cmp(&reversed(other))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn escapes_are_read_and_written_as_in_master_files() {
        let odd = Name::from_text(r"sp\032ace.do\.t.\200\$x").unwrap();
        assert_eq!(odd.as_wire(), b"\x06sp ace\x04do.t\x03\xc8$x\x00");
        assert_eq!(odd.to_string(), r"sp\032ace.do\.t.\200\$x.");
    }

    #[test]
    fn text_that_is_no_name_is_refused_in_the_words_of_dig() {
        let error = |text: &str| Name::from_text(text).unwrap_err().to_string();
        assert_eq!(error("bad..name"), "empty label");
        assert_eq!(error(".bad"), "empty label");
        assert_eq!(error(""), "unexpected end of input");
        assert_eq!(error(&"x".repeat(64)), "label too long");
        assert_eq!(error(&"x234567.".repeat(32)), "ran out of space");
        assert_eq!(error(r"a\256"), "bad escape");
        assert_eq!(error(r"a\"), "unexpected end of input");
        assert_eq!(error(r"a\12"), "unexpected end of input");
    }

    #[test]
    fn only_an_unescaped_final_dot_makes_a_name_absolute() {
        let absolute = |text: &str| TypedName::parse(text).unwrap().absolute;
        assert!(absolute("a.b."));
        assert!(absolute("."));
        assert!(!absolute("a.b"));
        assert!(!absolute(r"a\."));
        assert_eq!(TypedName::parse("a.b.c.").unwrap().dots(), 2);
    }

    #[test]
    fn letters_change_their_case_and_nothing_else_does() {
        let long = name(&format!(r"{}.a1-B\065\192", "x".repeat(63)));
        let changed = long.with_case(|| true);
        assert_eq!(changed.to_string(), format!(r"{}.A1-BA\192.", "X".repeat(63)));
        assert_eq!(
            changed.with_case(|| false).to_string(),
            format!(r"{}.a1-ba\192.", "x".repeat(63))
        );
    }

    #[test]
    fn case_is_kept_but_not_compared() {
        assert_eq!(name("WWW.Example."), name("www.example"));
        assert_eq!(name("WWW.Example").to_string(), "WWW.Example.");
    }

    #[test]
    fn the_order_is_the_canonical_one() {
        // The example of RFC 4034 section 6.1.
        let sorted = [
            "example.",
            "a.example.",
            "yljkjljk.a.example.",
            "Z.a.example.",
            "zABC.a.EXAMPLE.",
            "z.example.",
            r"\001.z.example.",
            "*.z.example.",
            r"\200.z.example.",
        ];
        assert!(sorted.map(name).is_sorted());
    }

    #[test]
    fn a_suffix_takes_the_place_of_the_root() {
        assert_eq!(
            name("www").with_suffix(&name("example.test")).unwrap(),
            name("www.example.test")
        );
        let long = name(&"x23456789.".repeat(20));
        assert_eq!(long.with_suffix(&long), Err(NameError::TooLong));
        assert!(name("a.b.c").is_within(&name("B.C")));
        assert!(!name("ab.c").is_within(&name("b.c")));
        assert!(name("a").is_within(&Name::root()));
    }
}
