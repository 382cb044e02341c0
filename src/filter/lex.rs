//! The text of a filter → its words.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::FilterError;
use super::keyword;

/// A word, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) at: Range<usize>,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Number(u32),
    /// Two to four decimal numbers with dots between: an IPv4 address or the beginning of one.
    Dotted(&'a str),
    V6(Ipv6Addr),
    Mac([u8; 6]),
    /// `$0e`: an address of one byte.
    Short(u8),
    /// A part of the language.
    Word(&'a str),
    /// Anything else that begins with a letter or a digit, or was escaped by a backslash.
    Name(&'a str),
    /// Punctuation: one of [`SYMBOLS`].
    Symbol(&'static str),
}

/// All words of `text`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, FilterError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']).len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, len) = token(rest).map_err(|(len, what)| FilterError::at(text, at..at + len, what))?;
        tokens.push(Token {
            kind,
            at: at..at + len,
        });
        at += len;
        if tokens.len() > MAX_TOKENS {
            return Err(FilterError::whole(format!(
                "the filter has more than {MAX_TOKENS} words"
            )));
        }
    }
    Ok(tokens)
}

/// The word at the beginning of `rest` and its length, or the length of what is none and why.
fn token(rest: &str) -> Result<(Kind<'_>, usize), (usize, String)> {
    if let Some((symbol, meaning)) = SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
        return Ok((Kind::Symbol(meaning), symbol.len()));
    }
    if let Some(escaped) = rest.strip_prefix('\\') {
        let name = until(escaped, |c| {
            !matches!(c, ' ' | '!' | '(' | ')' | '\n' | '\t' | '\r' | '\x0c')
        });
        return if name.is_empty() {
            Err((1, "nothing is escaped by this backslash".to_owned()))
        } else {
            Ok((Kind::Name(name), name.len() + 1))
        };
    }
    if let Some(short) = rest.strip_prefix('$') {
        let digits = until(short, |c| c.is_ascii_alphanumeric());
        return match u8::from_str_radix(digits, 16) {
            Ok(address) if digits.len() <= 2 => Ok((Kind::Short(address), digits.len() + 1)),
            _ => Err((
                digits.len() + 1,
                "an address of one byte has one or two hexadecimal digits".to_owned(),
            )),
        };
    }
    let word = until(rest, |c| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
    })
    .trim_end_matches(['-', '_']);
    let colons = until(rest, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    if colons.len() > word.len() || colons.starts_with(':') {
        if let Ok(address) = colons.parse() {
            return Ok((Kind::V6(address), colons.len()));
        }
        if let Some(address) = mac(colons) {
            return Ok((Kind::Mac(address), colons.len()));
        }
    }
    match rest.chars().next() {
        Some(':') => Ok((Kind::Symbol(":"), 1)),
        Some(first) if first.is_ascii_alphanumeric() => classify(word)
            .map(|kind| (kind, word.len()))
            .map_err(|what| (word.len(), what)),
        other => Err((
            other.map_or(0, char::len_utf8),
            "this character has no meaning in a filter".to_owned(),
        )),
    }
}

fn classify(word: &str) -> Result<Kind<'_>, String> {
    if let Some(number) = number(word)? {
        return Ok(Kind::Number(number));
    }
    let parts = word.split('.').count();
    if (2..=4).contains(&parts) && word.split('.').all(is_decimal) {
        return Ok(Kind::Dotted(word));
    }
    if let Some(address) = mac(word) {
        return Ok(Kind::Mac(address));
    }
    if let Some(number) = keyword::number(word) {
        return Ok(Kind::Number(number));
    }
    Ok(if keyword::is_keyword(word) {
        Kind::Word(word)
    } else {
        Kind::Name(word)
    })
}

/// A number as C writes them: decimal, `0x` hexadecimal, `0` octal.
fn number(word: &str) -> Result<Option<u32>, String> {
    let (digits, radix) = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()) => (digits, 16),
        _ if !is_decimal(word) => return Ok(None),
        _ if word.len() > 1 && word.starts_with('0') => (word, 8),
        _ => (word, 10),
    };
    match u32::from_str_radix(digits, radix) {
        Ok(number) => Ok(Some(number)),
        Err(_) if radix == 8 && digits.contains(['8', '9']) => Err(format!(
            "'{word}' begins with 0, so it is octal, but has other digits"
        )),
        Err(_) => Err(format!("the number '{word}' does not fit into 32 bits")),
    }
}

/// A MAC address in any of the ways people write them: `0:1:2:3:4:5`, `00-01-…`, `00.01.…`, `0001.0203.0405`,
/// `000102030405`.
pub(super) fn mac(word: &str) -> Option<[u8; 6]> {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit()) && !text.is_empty();
    let mut address = [0; 6];
    for separator in [':', '-', '.'] {
        if word.split(separator).count() == 6 {
            for (place, part) in address.iter_mut().zip(word.split(separator)) {
                *place = Some(part)
                    .filter(|part| hex(part) && part.len() <= 2)
                    .and_then(|part| u8::from_str_radix(part, 16).ok())?;
            }
            return Some(address);
        }
    }
    let groups = word.split('.').count() == 3 && word.split('.').all(|group| group.len() == 4);
    let digits = if groups {
        word.replace('.', "")
    } else {
        word.to_owned()
    };
    if digits.len() != 12 || !hex(&digits) {
        return None;
    }
    let number = u64::from_str_radix(&digits, 16).ok()?;
    let [_, _, rest @ ..] = number.to_be_bytes();
    Some(rest)
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn until(text: &str, holds: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !holds(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Punctuation and what it means, the longer first.
const SYMBOLS: &[(&str, &str)] = &[
    ("&&", "and"),
    ("||", "or"),
    ("<<", "<<"),
    (">>", ">>"),
    ("<=", "<="),
    (">=", ">="),
    ("==", "="),
    ("!=", "!="),
    ("!", "not"),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("&", "&"),
    ("|", "|"),
    ("^", "^"),
];

/// It bounds the recursion over the tree.
const MAX_TOKENS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        tokens(text)
            .unwrap()
            .into_iter()
            .map(|token| token.kind)
            .collect()
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        assert_eq!(
            kinds("10 0x10 010"),
            [Kind::Number(10), Kind::Number(16), Kind::Number(8)]
        );
        assert!(tokens("089").is_err());
        assert!(tokens("4294967296").is_err());
    }

    #[test]
    fn a_colon_in_an_index_is_not_an_address() {
        let seen = kinds("tcp[12:1]");
        assert_eq!(
            seen[1..],
            [
                Kind::Symbol("["),
                Kind::Number(12),
                Kind::Symbol(":"),
                Kind::Number(1),
                Kind::Symbol("]")
            ]
        );
    }

    #[test]
    fn addresses_are_told_from_names() {
        assert_eq!(kinds("1.2.3"), [Kind::Dotted("1.2.3")]);
        assert_eq!(kinds("1.2.3.4.5"), [Kind::Name("1.2.3.4.5")]);
        assert_eq!(kinds("::1"), [Kind::V6(Ipv6Addr::LOCALHOST)]);
        assert_eq!(kinds("fe80::/10")[1..], [Kind::Symbol("/"), Kind::Number(10)]);
        assert_eq!(kinds("25-domain"), [Kind::Name("25-domain")]);
    }

    #[test]
    fn mac_addresses_are_read_in_every_usual_form() {
        let address = [0xab, 0xcd, 0xef, 0, 0, 3];
        for text in [
            "ab:cd:ef:0:0:3",
            "ab-cd-ef-00-00-03",
            "Ab.cD.ef.00.0.03",
            "abcd.ef00.0003",
            "abcdef000003",
        ] {
            assert_eq!(kinds(text), [Kind::Mac(address)], "{text}");
        }
    }

    #[test]
    fn a_backslash_makes_a_name_of_a_keyword() {
        assert_eq!(kinds("\\tcp tcp"), [Kind::Name("tcp"), Kind::Word("tcp")]);
    }

    #[test]
    fn an_address_of_one_byte_has_one_or_two_digits() {
        assert_eq!(kinds("$e $FF"), [Kind::Short(0x0e), Kind::Short(0xff)]);
        for text in ["$", "$0e1", "$xy", "$ 1"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn constants_are_numbers() {
        assert_eq!(kinds("tcp-syn icmptype"), [Kind::Number(2), Kind::Number(0)]);
    }
}
