//! Files that hold a key: the `key` statement of BIND's configuration, as tsig-keygen writes it, and the pair of
//! `K*.key` and `K*.private` files of earlier times.

use std::fmt;
use std::str::Chars;

use data_encoding::BASE64;
use thiserror::Error;

use super::{Algorithm, Key};
use crate::wire::dns::{Name, NameError};

/// A key as text: what a person typed, or what stands in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    /// The name.
    pub name: String,
    /// The algorithm, with or without the number of bits that are sent.
    pub algorithm: String,
    /// The secret in base64.
    secret: String,
}

/// Why a file holds no key, in BIND's words.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// Nothing in it.
    #[error("not found")]
    Empty,
    /// Something is where it must not be, or the file ends inside a statement.
    #[error("unexpected token")]
    Token,
    /// A comment has no end.
    #[error("unexpected end of input")]
    Comment,
    /// A second key, or a second value of the same kind.
    #[error("already exists")]
    Twice,
    /// A statement that is none about a key.
    #[error("failure")]
    Foreign,
    /// The key has no algorithm or no secret.
    #[error("key must have algorithm and secret")]
    Incomplete,
}

/// Why text makes no key, in BIND's words.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// The secret is not base64.
    #[error("bad base64 encoding")]
    Secret,
    /// Nobody knows the algorithm.
    #[error("algorithm is unsupported")]
    Algorithm,
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl KeyText {
    /// A key by its parts; the secret is in base64.
    pub fn new(name: &str, algorithm: &str, secret: &str) -> Self {
        Self {
            name: name.to_owned(),
            algorithm: algorithm.to_owned(),
            secret: secret.to_owned(),
        }
    }

    /// The key. `algorithm` is what its text stands for, with the bits that are sent of each signature.
    ///
    /// # Errors
    /// What is wrong with it: first the secret, then the algorithm, then the name.
    pub fn key(&self, algorithm: Option<(Algorithm, u16)>) -> Result<Key, KeyError> {
        let mut base64 = self.secret.clone();
        base64.retain(|c| !c.is_ascii_whitespace());
        let secret = BASE64.decode(base64.as_bytes()).map_err(|_| KeyError::Secret)?;
        let (algorithm, bits) = algorithm.ok_or(KeyError::Algorithm)?;
        let name = Name::from_text(&self.name)?;
        Ok(Key::new(&name, algorithm, secret, bits))
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyText")
            .field("name", &self.name)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Reads a file with one statement, `key NAME { algorithm ALGORITHM; secret SECRET; };`, and comments of all three
/// kinds.
///
/// # Errors
/// When it holds anything else.
pub fn key_statement(text: &str) -> Result<KeyText, KeyFileError> {
    let mut tokens = Tokens(text.chars());
    let mut key = None;
    let mut foreign = false;
    while let Some(token) = tokens.next()? {
        match token {
            Token::Word(word) if word.eq_ignore_ascii_case("key") => {
                let read = read_key(&mut tokens)?;
                if key.replace(read).is_some() {
                    return Err(KeyFileError::Twice);
                }
            }
            Token::Word(_) => {
                tokens.skip_statement()?;
                foreign = true;
            }
            _ => return Err(KeyFileError::Token),
        }
    }
    if foreign {
        return Err(KeyFileError::Foreign);
    }
    let Parts {
        name,
        algorithm,
        secret,
    } = key.ok_or(KeyFileError::Empty)?;
    match (algorithm, secret) {
        (Some(algorithm), Some(secret)) => Ok(KeyText {
            name,
            algorithm,
            secret,
        }),
        _ => Err(KeyFileError::Incomplete),
    }
}

/// Reads a `K*.key` and its `K*.private`. `None` if they are no such pair with a secret for TSIG.
pub fn key_pair(public: &str, private: &str) -> Option<Key> {
    let mut lines = public
        .lines()
        .map(|line| line.split(';').next().unwrap_or_default());
    let record = lines.find(|line| !line.trim().is_empty())?;
    let name = Name::from_text(record.split_ascii_whitespace().next()?).ok()?;
    let field = |wanted: &str| {
        let mut fields = private.lines().filter_map(|line| line.split_once(':'));
        fields
            .find(|(field, _)| *field == wanted)
            .map(|(_, value)| value.trim())
    };
    field("Private-key-format")?.strip_prefix("v1.")?;
    let algorithm = match field("Algorithm")?.split_ascii_whitespace().next()? {
        "157" => Algorithm::HmacMd5,
        "161" => Algorithm::HmacSha1,
        "162" => Algorithm::HmacSha224,
        "163" => Algorithm::HmacSha256,
        "164" => Algorithm::HmacSha384,
        "165" => Algorithm::HmacSha512,
        _ => return None,
    };
    let bits = match field("Bits") {
        None => 0,
        Some(bits) => u16::from_be_bytes(BASE64.decode(bits.as_bytes()).ok()?.try_into().ok()?),
    };
    let secret = BASE64.decode(field("Key")?.as_bytes()).ok()?;
    Some(Key::new(&name, algorithm, secret, bits))
}

/// What has been read of a statement.
struct Parts {
    name: String,
    algorithm: Option<String>,
    secret: Option<String>,
}

/// Reads a statement behind its first word.
fn read_key(tokens: &mut Tokens<'_>) -> Result<Parts, KeyFileError> {
    let mut parts = Parts {
        name: tokens.text()?,
        algorithm: None,
        secret: None,
    };
    tokens.expect('{')?;
    loop {
        match tokens.next()? {
            Some(Token::Sign('}')) => break,
            Some(Token::Word(word)) => {
                let place = if word.eq_ignore_ascii_case("algorithm") {
                    &mut parts.algorithm
                } else if word.eq_ignore_ascii_case("secret") {
                    &mut parts.secret
                } else {
                    tokens.skip_statement()?;
                    return Err(KeyFileError::Foreign);
                };
                let value = tokens.text()?;
                match tokens.next()? {
                    Some(Token::Sign(';')) => {}
                    Some(Token::Word(_) | Token::Quoted(_)) => return Err(KeyFileError::Foreign),
                    _ => return Err(KeyFileError::Token),
                }
                if place.replace(value).is_some() {
                    return Err(KeyFileError::Twice);
                }
            }
            _ => return Err(KeyFileError::Token),
        }
    }
    match tokens.next()? {
        Some(Token::Sign(';')) => Ok(parts),
        _ => Err(KeyFileError::Foreign),
    }
}

/// A piece of a configuration file.
enum Token {
    Word(String),
    Quoted(String),
    /// A brace or a semicolon.
    Sign(char),
}

/// What is left of a file.
struct Tokens<'a>(Chars<'a>);

impl Tokens<'_> {
    /// The next token; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<Token>, KeyFileError> {
        self.skip_blanks()?;
        let Some(first) = self.0.next() else {
            return Ok(None);
        };
        Ok(Some(match first {
            '{' | '}' | ';' => Token::Sign(first),
            '"' => Token::Quoted(self.quoted()?),
            _ => {
                let mut word = String::from(first);
                let ends = |c: char| c.is_whitespace() || "{};\"".contains(c);
                while let Some(c) = self.0.clone().next().filter(|c| !ends(*c)) {
                    word.push(c);
                    self.0.next();
                }
                Token::Word(word)
            }
        }))
    }

    /// A word, with or without quotes.
    fn text(&mut self) -> Result<String, KeyFileError> {
        match self.next()? {
            Some(Token::Word(text) | Token::Quoted(text)) => Ok(text),
            _ => Err(KeyFileError::Token),
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), KeyFileError> {
        match self.next()? {
            Some(Token::Sign(found)) if found == sign => Ok(()),
            _ => Err(KeyFileError::Token),
        }
    }

    /// Passes over a statement up to its semicolon, braces and all.
    fn skip_statement(&mut self) -> Result<(), KeyFileError> {
        let mut depth = 0_u32;
        loop {
            match self.next()?.ok_or(KeyFileError::Token)? {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => depth = depth.checked_sub(1).ok_or(KeyFileError::Token)?,
                Token::Sign(_) if depth == 0 => return Ok(()),
                _ => {}
            }
        }
    }

    /// The rest of a text in quotes, in which a backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<String, KeyFileError> {
        let mut text = String::new();
        loop {
            match self.0.next().ok_or(KeyFileError::Token)? {
                '"' => return Ok(text),
                '\\' => text.push(self.0.next().ok_or(KeyFileError::Token)?),
                c => text.push(c),
            }
        }
    }

    fn skip_blanks(&mut self) -> Result<(), KeyFileError> {
        loop {
            let rest = self.0.as_str().trim_start();
            let rest = match rest.get(..2) {
                _ if rest.starts_with('#') => rest.split_once('\n').map_or("", |(_, rest)| rest),
                Some("//") => rest.split_once('\n').map_or("", |(_, rest)| rest),
                Some("/*") => {
                    let after = rest.get(2..).and_then(|rest| rest.split_once("*/"));
                    after.ok_or(KeyFileError::Comment)?.1
                }
                _ => {
                    self.0 = rest.chars();
                    return Ok(());
                }
            };
            self.0 = rest.chars();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

    fn problem(text: &str) -> String {
        key_statement(&text.replace("SECRET", SECRET))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_statement_is_read_with_quotes_and_comments_of_all_kinds() {
        for text in [
            "key \"k\" {\n\talgorithm hmac-sha256;\n\tsecret \"SECRET\";\n};\n",
            "# a\n// b\n/* c\n */ KEY k { secret SECRET; /**/ algorithm \"hmac-sha256\"; }; # end",
        ] {
            let key = key_statement(&text.replace("SECRET", SECRET)).unwrap();
            assert_eq!(key, KeyText::new("k", "hmac-sha256", SECRET));
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_as_dig_says_it() {
        assert_eq!(problem(""), "not found");
        assert_eq!(problem("junk\n"), "unexpected token");
        assert_eq!(problem("key { algorithm a; secret b; };"), "unexpected token");
        assert_eq!(problem("key k { algorithm a; secret b"), "unexpected token");
        assert_eq!(
            problem("key k { algorithm a; secret b; };\n/* open"),
            "unexpected end of input"
        );
        assert_eq!(problem("key k { algorithm a; secret b; }"), "failure");
        assert_eq!(problem("key k { algorithm a b; secret c; };"), "failure");
        assert_eq!(problem("key k { algorithm a; secret b; more 1; };"), "failure");
        assert_eq!(
            problem("key k { algorithm a; secret b; };\noptions { a { b; }; };"),
            "failure"
        );
        assert_eq!(problem("key k { secret b; secret b; };"), "already exists");
        let key = "key k { algorithm a; secret b; };";
        assert_eq!(problem(&format!("{key}{key}")), "already exists");
        assert_eq!(
            problem("key k { secret b; };"),
            "key must have algorithm and secret"
        );
    }

    #[test]
    fn text_becomes_a_key_or_the_first_reason_why_not() {
        let algorithm = Some((Algorithm::HmacSha256, 0));
        let key = |name, secret| KeyText::new(name, "", secret).key(algorithm);
        assert_eq!(key("K.", "MDEy MzQ1").unwrap().name().to_string(), "k.");
        assert_eq!(key("a..b", "!!").unwrap_err().to_string(), "bad base64 encoding");
        assert_eq!(key("a..b", SECRET).unwrap_err().to_string(), "empty label");
        let error = KeyText::new("a..b", "", SECRET).key(None).unwrap_err();
        assert_eq!(error.to_string(), "algorithm is unsupported");
    }

    #[test]
    fn a_pair_of_files_holds_a_key() {
        let public = "; a comment\nLab-Key. IN KEY 512 3 163 MDEyMzQ1Njc4OWFiY2RlZg==\n";
        let private = "Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: MDEyMzQ1Njc4OWFiY2RlZg==\nBits: AIA=\n";
        let key = key_pair(public, private).unwrap();
        let expected = Key::new(
            key.name(),
            Algorithm::HmacSha256,
            b"0123456789abcdef".to_vec(),
            128,
        );
        assert_eq!((key.name().to_string().as_str(), &key), ("lab-key.", &expected));
        assert_eq!(key_pair(public, &private.replace("163", "8")), None);
        assert_eq!(key_pair("", private), None);
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", KeyText::new("k", "a", SECRET)).contains(SECRET));
    }
}
