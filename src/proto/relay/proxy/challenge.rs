//! What an HTTP proxy wants to know, and the answer: the schemes Basic (RFC 7617) and Digest (RFC 7616).

use data_encoding::{BASE64, HEXLOWER};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::Credentials;

/// A challenge that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// The password itself, in Base64.
    Basic,
    /// A digest of it.
    Digest(DigestChallenge),
}

/// A challenge of the scheme Digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestChallenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// Whether the proxy knows `qop=auth`; RFC 2069 had no such thing.
    auth: bool,
}

/// In the order of their strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Challenge {
    /// The best of those in the values of the `Proxy-Authenticate` fields.
    pub(super) fn best<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        let challenges = values.flat_map(|value| parse(value).into_iter());
        challenges
            .filter_map(Self::understand)
            .max_by_key(|challenge| match challenge {
                Self::Basic => None,
                Self::Digest(digest) => Some(digest.algorithm),
            })
    }

    fn understand(raw: Raw) -> Option<Self> {
        let member = |name: &str| {
            let found = raw.members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        if raw.scheme.eq_ignore_ascii_case("Basic") {
            return Some(Self::Basic);
        }
        if !raw.scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let algorithm = match member("algorithm") {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let qop = member("qop");
        let auth = |qop: &String| qop.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth"));
        let auth = match &qop {
            Some(qop) if auth(qop) => true,
            // `auth-int` alone is beyond us.
            Some(_) => return None,
            None => false,
        };
        Some(Self::Digest(DigestChallenge {
            realm: member("realm").unwrap_or_default(),
            nonce: member("nonce")?,
            opaque: member("opaque"),
            algorithm,
            auth,
        }))
    }

    /// The value of the field `Proxy-Authorization` for a CONNECT to `authority`. `cnonce` is to be random.
    pub(super) fn answer(&self, who: &Credentials, authority: &str, cnonce: u64) -> String {
        match self {
            Self::Basic => {
                let both = format!("{}:{}", who.user, who.password);
                format!("Basic {}", BASE64.encode(both.as_bytes()))
            }
            Self::Digest(digest) => digest.answer(who, authority, cnonce),
        }
    }
}

impl DigestChallenge {
    fn answer(&self, who: &Credentials, authority: &str, cnonce: u64) -> String {
        let Self { realm, nonce, .. } = self;
        let cnonce = format!("{cnonce:016x}");
        let response = self.response(who, ("CONNECT", authority), &cnonce);
        let mut answer = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\", algorithm={}",
            quoted(&who.user),
            quoted(realm),
            quoted(nonce),
            quoted(authority),
            self.algorithm.name(),
        );
        if self.auth {
            answer.push_str(&format!(", qop=auth, nc=00000001, cnonce=\"{cnonce}\""));
        }
        if let Some(opaque) = &self.opaque {
            answer.push_str(&format!(", opaque={}", quoted(opaque)));
        }
        answer
    }

    /// RFC 7616 section 3.4; without `qop` as in RFC 2069.
    fn response(&self, who: &Credentials, (method, uri): (&str, &str), cnonce: &str) -> String {
        let Self { realm, nonce, .. } = self;
        let secret = self.hash(&format!("{}:{realm}:{}", who.user, who.password));
        let request = self.hash(&format!("{method}:{uri}"));
        let middle = match self.auth {
            true => format!("{nonce}:00000001:{cnonce}:auth"),
            false => nonce.clone(),
        };
        self.hash(&format!("{secret}:{middle}:{request}"))
    }

    fn hash(&self, text: &str) -> String {
        match self.algorithm {
            Algorithm::Md5 => HEXLOWER.encode(&Md5::digest(text)),
            Algorithm::Sha256 => HEXLOWER.encode(&Sha256::digest(text)),
        }
    }
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }
}

/// A challenge as it came: a scheme, and members of which some may be no such thing.
#[derive(Debug, Default)]
struct Raw {
    scheme: String,
    members: Vec<(String, String)>,
}

/// The challenges of one field (RFC 9110 section 11.6.1), which are separated by commas as their members are: what a
/// `=` follows is a member.
fn parse(value: &str) -> Vec<Raw> {
    let mut challenges: Vec<Raw> = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after.trim_start_matches([' ', '\t']);
        if let Some(value) = rest.strip_prefix('=') {
            let (value, after) = member(value.trim_start_matches([' ', '\t']));
            rest = after;
            if let Some(challenge) = challenges.last_mut() {
                challenge.members.push((word.to_owned(), value));
            }
        } else if word.is_empty() {
            return challenges;
        } else {
            challenges.push(Raw {
                scheme: word.to_owned(),
                members: Vec::new(),
            });
        }
    }
}

/// A token or a quoted string, and what is behind it.
fn member(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        let (token, rest) = text.split_at(end);
        return (token.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mufasa() -> Credentials {
        Credentials {
            user: "Mufasa".to_owned(),
            password: "Circle of Life".to_owned(),
        }
    }

    fn best(values: &[&str]) -> Option<Challenge> {
        Challenge::best(values.iter().copied())
    }

    #[test]
    fn the_strongest_scheme_is_taken() {
        let md5 = "Digest realm=\"a, b\", nonce=\"n\", qop=\"auth, auth-int\"";
        let sha = "digest realm=x, algorithm=SHA-256, nonce=\"n\"";
        assert_eq!(best(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        let one_field = format!("Negotiate abc==, {md5}, Basic realm=\"x\"");
        let Some(Challenge::Digest(digest)) = best(&[&one_field]) else {
            panic!("{:?}", best(&[&one_field]));
        };
        assert_eq!((digest.realm.as_str(), digest.auth), ("a, b", true));
        let Some(Challenge::Digest(digest)) = best(&[sha, "Basic", md5]) else {
            panic!("no digest");
        };
        assert_eq!(digest.algorithm, Algorithm::Sha256);
        assert_eq!(
            best(&["Negotiate", "Digest realm=x, nonce=n, algorithm=MD5-sess"]),
            None
        );
    }

    #[test]
    fn nonsense_is_no_challenge() {
        for nonsense in [
            "",
            ",,,",
            "=",
            "=\"",
            "Digest",
            "Digest nonce",
            "Digest realm=\"\\",
            "x=y=z",
        ] {
            assert_eq!(best(&[nonsense]), None, "{nonsense}");
        }
    }

    #[test]
    fn digests_are_those_of_the_example_in_the_rfc() {
        // RFC 7616 section 3.9.1.
        let members = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                       nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                       opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        for (algorithm, expected) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let Some(Challenge::Digest(digest)) =
                best(&[&format!("Digest {members}, algorithm={algorithm}")])
            else {
                panic!("{algorithm}");
            };
            let response = digest.response(&mufasa(), ("GET", "/dir/index.html"), cnonce);
            assert_eq!(response, expected);
        }
    }

    #[test]
    fn an_answer_repeats_what_was_said_in_quotes() {
        let fields = "Digest realm=\"r\", nonce=\"abc\", opaque=\"o\\\"p\"";
        let answer = best(&[fields]).unwrap().answer(&mufasa(), "a.test:80", 1);
        let expected =
            "Digest username=\"Mufasa\", realm=\"r\", nonce=\"abc\", uri=\"a.test:80\", response=\"";
        assert!(answer.starts_with(expected), "{answer}");
        assert!(
            answer.ends_with("\", algorithm=MD5, opaque=\"o\\\"p\""),
            "{answer}"
        );
    }
}
