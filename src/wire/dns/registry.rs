//! The shape of an IANA registry: a number that has a name, or a prefix and the number when it has none.

use thiserror::Error;

/// Text that is neither a name of a registry nor its generic form (`TYPE65280`, `CLASS3`).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("unknown mnemonic")]
pub struct UnknownMnemonic;

/// Defines a 16-bit code with its registry: named constants, `Display` and `FromStr` by mnemonic, without regard
/// to case, and the generic form of RFC 3597 section 5 for the rest.
macro_rules! registry {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, { $($(#[$doc:meta])* $constant:ident = $value:literal $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(
            /// The number on the wire.
            pub u16,
        );

        impl $name {
            $($(#[$doc])* pub const $constant: Self = Self($value);)*

            /// The mnemonic, if the registry has one.
            pub fn mnemonic(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.mnemonic() {
                    Some(text) => f.pad(text),
                    None => write!(f, concat!($prefix, "{}"), self.0),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::wire::dns::registry::UnknownMnemonic;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $(if text.eq_ignore_ascii_case($text) {
                    return Ok(Self($value));
                })*
                crate::wire::dns::registry::generic(text, $prefix).map(Self)
            }
        }
    };
}

pub(super) use registry;

/// The number in `PREFIXn`.
pub(super) fn generic(text: &str, prefix: &str) -> Result<u16, UnknownMnemonic> {
    text.split_at_checked(prefix.len())
        .filter(|(start, _)| start.eq_ignore_ascii_case(prefix))
        .and_then(|(_, digits)| digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits))
        .and_then(|digits| digits.parse().ok())
        .ok_or(UnknownMnemonic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generic_form_is_a_prefix_and_digits_that_fit() {
        assert_eq!(generic("TYPE65280", "TYPE"), Ok(65280));
        assert_eq!(generic("class3", "CLASS"), Ok(3));
        assert_eq!(generic("TYPE65536", "TYPE"), Err(UnknownMnemonic));
        assert_eq!(generic("TYPE+1", "TYPE"), Err(UnknownMnemonic));
        assert_eq!(generic("TYPE", "TYPE"), Err(UnknownMnemonic));
        assert_eq!(generic("TÿPE1", "TYPE"), Err(UnknownMnemonic));
    }
}
