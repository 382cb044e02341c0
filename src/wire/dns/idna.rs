//! Internationalised names: from what a person types to what goes on the wire (RFC 5891).

use std::borrow::Cow;

use super::NameError;

/// `text` with each label outside ASCII in its `xn--` form; ASCII text as it is, escapes and all.
pub(super) fn to_ascii(text: &str) -> Result<Cow<'_, str>, NameError> {
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    idna::domain_to_ascii(text)
        .map(Cow::Owned)
        .map_err(|_| NameError::Idna)
}

/// What IDNA has against a name, in the words of libidn2: dig looks at the text, escapes and all.
pub fn idna_flaw(text: &str) -> Option<&'static str> {
    let labels = || {
        text.split('.')
            .map(|label| to_ascii(label).unwrap_or(Cow::Borrowed(label)))
    };
    let length: usize = labels().map(|label| label.len() + 1).sum();
    if labels().any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Some("string start/ends with forbidden hyphen");
    }
    if length > 254 {
        return Some("domain name longer than 255 characters");
    }
    labels()
        .any(|label| label.len() > 63)
        .then_some("domain label longer than 63 characters")
}

/// The characters that an `xn--` label stands for, if it stands for any that may be in a name.
pub(super) fn to_unicode(label: &[u8]) -> Option<String> {
    let label = std::str::from_utf8(label).ok()?;
    let start = label.get(..4)?;
    if !start.eq_ignore_ascii_case("xn--") {
        return None;
    }
    let (text, checked) = idna::domain_to_unicode(label);
    (checked.is_ok() && !text.contains('.')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_outside_ascii_is_changed() {
        assert_eq!(to_ascii("café.example.").unwrap(), "xn--caf-dma.example.");
        assert_eq!(to_ascii("UP_per.example").unwrap(), "UP_per.example");
    }

    #[test]
    fn a_name_that_idna_forbids_is_told_why() {
        assert_eq!(idna_flaw("www.café.example."), None);
        assert_eq!(
            idna_flaw("a.-b.test"),
            Some("string start/ends with forbidden hyphen")
        );
        let label = "a".repeat(64);
        assert_eq!(idna_flaw(&label), Some("domain label longer than 63 characters"));
        assert_eq!(
            idna_flaw(&label.repeat(4)),
            Some("domain name longer than 255 characters")
        );
    }

    #[test]
    fn only_labels_with_a_sound_form_are_shown_in_their_characters() {
        assert_eq!(to_unicode(b"xn--caf-dma").as_deref(), Some("café"));
        assert_eq!(to_unicode(b"XN--CAF-DMA").as_deref(), Some("café"));
        for label in [b"www".as_slice(), b"xn--", b"xn--a", b"xn--\xff"] {
            assert_eq!(to_unicode(label), None, "{label:?}");
        }
    }
}
