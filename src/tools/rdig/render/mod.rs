//! Messages as dig prints them. Everything is appended to one buffer; nothing here fails or does I/O.

mod edns;
mod footer;
mod json;
mod message;
mod prefixes;
mod short;
#[cfg(feature = "dnssec")]
mod validation;
mod yaml;

pub(super) use footer::{Cached, Footer, Signature, Size, write_footer, write_received};
pub(super) use json::{Aside, write_json};
pub(super) use message::{ShownSoa, rcode_name, write_message};
pub(super) use prefixes::write_prefixes;
pub(super) use short::write_short;
#[cfg(feature = "dnssec")]
pub(super) use validation::Judgement;
pub(super) use yaml::{Envelope, write_yaml};

use super::plan::{Banner, Globals, Lookup};
use super::reply::Reply;

/// A message to be printed, and what is known of it besides its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub(super) reply: &'a Reply<'a>,
    pub(super) lookup: &'a Lookup,
    pub(super) globals: &'a Globals,
    pub(super) role: Role,
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Ours.
    Query,
    /// The server's, and what became of the cookie that was sent.
    Reply(CookieFate),
}

/// What the cookie in a reply is, compared with the one in the query (RFC 7873).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieFate {
    /// None was sent.
    Unknown,
    /// Ours, with a server's cookie behind it.
    Good,
    /// Ours, and nothing else.
    Echoed,
    /// Not ours.
    Bad,
}

impl CookieFate {
    /// Compares the cookie that came with the one that was sent.
    pub(super) fn of(sent: Option<&[u8]>, came: Option<&[u8]>) -> Self {
        let (Some(sent), Some(came)) = (sent, came) else {
            return Self::Unknown;
        };
        let client = |cookie: &[u8]| cookie.get(..CLIENT_COOKIE).map(<[u8]>::to_vec);
        match client(came) {
            Some(own) if Some(&own) == client(sent).as_ref() => {
                if came.len() > CLIENT_COOKIE {
                    Self::Good
                } else {
                    Self::Echoed
                }
            }
            _ => Self::Bad,
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Good => " (good)",
            Self::Echoed => " (echoed)",
            Self::Bad => " (bad)",
        }
    }
}

/// How long the client's part of a cookie is.
const CLIENT_COOKIE: usize = 8;

/// Appends the banner: what was asked of whom.
pub(super) fn write_banner(banner: &Banner, servers: Option<usize>, out: &mut Vec<u8>) {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = String::new();
    if banner.opening.is_some() {
        text.push('\n');
    }
    text += &format!("; <<>> rdig {version} <<>>");
    if !banner.arguments.is_empty() {
        text.push(' ');
        text += &banner.arguments;
    }
    text.push('\n');
    if let Some(opening) = &banner.opening {
        if let Some(count) = servers {
            let plural = if count > 1 { "s" } else { "" };
            text += &format!("; ({count} server{plural} found)\n");
        }
        let short = if opening.short { " +short" } else { "" };
        let cmd = if opening.cmd { " +cmd" } else { "" };
        text += &format!(";; global options:{short}{cmd}\n");
    }
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_good_if_it_begins_with_ours() {
        let ours = b"12345678".as_slice();
        assert_eq!(
            CookieFate::of(Some(ours), Some(b"12345678abcdefgh")),
            CookieFate::Good
        );
        assert_eq!(CookieFate::of(Some(ours), Some(ours)), CookieFate::Echoed);
        assert_eq!(
            CookieFate::of(Some(ours), Some(b"1234567xabcdefgh")),
            CookieFate::Bad
        );
        assert_eq!(CookieFate::of(None, Some(ours)), CookieFate::Unknown);
    }
}
