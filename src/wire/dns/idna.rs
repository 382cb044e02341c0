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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_outside_ascii_is_changed() {
        assert_eq!(to_ascii("café.example.").unwrap(), "xn--caf-dma.example.");
        assert_eq!(to_ascii("UP_per.example").unwrap(), "UP_per.example");
    }
}
