//! Classes (RFC 1035 section 3.2.4).

use super::registry::{UnknownMnemonic, registry};

registry! {
    /// The class of a record or a question.
    Class, "CLASS", {
        /// No class at all, as BIND names it.
        RESERVED0 = 0 "RESERVED0",
        /// The Internet.
        IN = 1 "IN",
        /// Chaosnet; today what a server says of itself (`version.bind`).
        CH = 3 "CH",
        /// Hesiod.
        HS = 4 "HS",
        /// No class (RFC 2136).
        NONE = 254 "NONE",
        /// Any class.
        ANY = 255 "ANY",
    }
}

impl Class {
    /// The class that a person means: by its mnemonic or number, or by the full name of the two that have one.
    ///
    /// # Errors
    /// When there is none.
    pub fn typed(text: &str) -> Result<Self, UnknownMnemonic> {
        match text.to_ascii_lowercase().as_str() {
            "chaos" => Ok(Self::CH),
            "hesiod" => Ok(Self::HS),
            _ => text.parse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_and_numbers() {
        assert_eq!("ch".parse(), Ok(Class::CH));
        assert_eq!("CLASS1".parse(), Ok(Class::IN));
        assert_eq!(Class(7).to_string(), "CLASS7");
        assert!("XX".parse::<Class>().is_err());
        assert_eq!(Class::typed("Chaos"), Ok(Class::CH));
        assert_eq!(Class::typed("in"), Ok(Class::IN));
    }
}
