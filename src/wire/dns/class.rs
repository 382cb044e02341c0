//! Classes (RFC 1035 section 3.2.4).

use super::registry::registry;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_names_and_numbers() {
        assert_eq!("ch".parse(), Ok(Class::CH));
        assert_eq!("CLASS1".parse(), Ok(Class::IN));
        assert_eq!(Class(7).to_string(), "CLASS7");
        assert!("XX".parse::<Class>().is_err());
    }
}
