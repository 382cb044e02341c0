//! The `+options` about what carries a query: TLS, HTTPS, QUIC, and whom to trust there.

use super::UsageError;
use super::lookup::{Globals, Lookup};
use crate::proto::dns::{Method, Transport};
use crate::wire::dns::RecordType;

/// What carries the queries of a lookup, besides UDP and TCP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carrier {
    tls: bool,
    quic: bool,
    https: bool,
    /// HTTP in the clear.
    plain: bool,
    get: bool,
    path: Option<String>,
    /// Whether the server is verified: by the authorities in the file, or those of the system.
    pub(crate) verified: bool,
    pub(crate) authorities: Option<String>,
    /// The name by which it is verified, if it is not the one that was typed.
    pub(crate) hostname: Option<String>,
    /// The files with the certificate of the client and its key.
    pub(crate) certificate: Option<String>,
    pub(crate) key: Option<String>,
}

impl Carrier {
    /// Where on the server the DNS is.
    pub(crate) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("/dns-query")
    }
}

impl Lookup {
    /// What carries its first query.
    pub(crate) fn transport(&self) -> Transport {
        let carrier = &self.carrier;
        let method = if carrier.get { Method::Get } else { Method::Post };
        if !self.exchange.tcp && self.rtype != RecordType::AXFR {
            Transport::Udp
        } else if carrier.quic {
            Transport::Quic
        } else if carrier.tls || carrier.verified && !carrier.https {
            Transport::Tls
        } else if carrier.https && carrier.plain {
            Transport::Http(method)
        } else if carrier.https {
            Transport::Https(method)
        } else {
            Transport::Tcp
        }
    }

    /// Goes over a connection or not, unless `+tcp` was typed one way or the other.
    fn connect(&mut self, on: bool) {
        if !self.typed.transport {
            self.exchange.tcp = on;
        }
    }
}

type Set = Result<(), UsageError>;

pub(super) fn tls(_: &mut Globals, lookup: &mut Lookup, on: bool, _: Option<&str>) -> Set {
    built_in("tls", "tls", cfg!(feature = "tls"), on)?;
    lookup.carrier.tls = on;
    lookup.connect(on);
    Ok(())
}

pub(super) fn quic(_: &mut Globals, lookup: &mut Lookup, on: bool, _: Option<&str>) -> Set {
    built_in("quic", "doq", cfg!(feature = "doq"), on)?;
    lookup.carrier.quic = on;
    lookup.connect(on);
    Ok(())
}

pub(super) fn tls_ca(_: &mut Globals, lookup: &mut Lookup, on: bool, file: Option<&str>) -> Set {
    built_in("tls-ca", "tls", cfg!(feature = "tls"), on)?;
    lookup.carrier.verified = on;
    if let Some(file) = file.filter(|_| on) {
        lookup.carrier.authorities = Some(file.to_owned());
    }
    lookup.connect(on);
    Ok(())
}

pub(super) fn tls_hostname(_: &mut Globals, lookup: &mut Lookup, on: bool, name: Option<&str>) -> Set {
    built_in("tls-hostname", "tls", cfg!(feature = "tls"), on)?;
    lookup.carrier.hostname = required(on, name, ";; TLS hostname is not specified")?;
    verify(lookup, on);
    Ok(())
}

pub(super) fn tls_certificate(_: &mut Globals, lookup: &mut Lookup, on: bool, file: Option<&str>) -> Set {
    built_in("tls-certfile", "tls", cfg!(feature = "tls"), on)?;
    lookup.carrier.certificate = required(on, file, ";; TLS certificate file is not specified")?;
    verify(lookup, on);
    Ok(())
}

pub(super) fn tls_key(_: &mut Globals, lookup: &mut Lookup, on: bool, file: Option<&str>) -> Set {
    built_in("tls-keyfile", "tls", cfg!(feature = "tls"), on)?;
    lookup.carrier.key = required(on, file, ";; TLS private key file is not specified")?;
    verify(lookup, on);
    Ok(())
}

pub(super) fn https(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "https", on, path)
}

pub(super) fn https_get(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "https-get", on, path)?;
    lookup.carrier.get |= on;
    Ok(())
}

pub(super) fn https_post(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "https-post", on, path)
}

pub(super) fn http_plain(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "http-plain", on, path)?;
    lookup.carrier.plain = on;
    Ok(())
}

pub(super) fn http_plain_get(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "http-plain-get", on, path)?;
    lookup.carrier.plain = on;
    lookup.carrier.get |= on;
    Ok(())
}

pub(super) fn http_plain_post(_: &mut Globals, lookup: &mut Lookup, on: bool, path: Option<&str>) -> Set {
    http(lookup, "http-plain-post", on, path)?;
    lookup.carrier.plain = on;
    Ok(())
}

fn http(lookup: &mut Lookup, option: &str, on: bool, path: Option<&str>) -> Set {
    built_in(option, "doh", cfg!(feature = "doh"), on)?;
    lookup.carrier.https = on;
    if !on {
        return Ok(());
    }
    if let Some(path) = path {
        if !is_absolute_path(path) {
            let why = format!(";; The given HTTP path \"{path}\" is not a valid absolute path");
            return Err(UsageError::Said(why));
        }
        lookup.carrier.path = Some(path.to_owned());
    }
    lookup.connect(true);
    Ok(())
}

/// An option that says something of the server or the client has the server verified.
fn verify(lookup: &mut Lookup, on: bool) {
    if on {
        lookup.carrier.verified = true;
        lookup.connect(true);
    }
}

/// The value of an option that must have one, unless it is turned off.
fn required(on: bool, value: Option<&str>, missing: &str) -> Result<Option<String>, UsageError> {
    match value {
        _ if !on => Ok(None),
        Some(value) => Ok(Some(value.to_owned())),
        None => Err(UsageError::Said(missing.to_owned())),
    }
}

/// RFC 3986 section 3.3: an absolute path and nothing behind it.
fn is_absolute_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    if bytes.next() != Some(b'/') {
        return false;
    }
    while let Some(byte) = bytes.next() {
        let sound = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte),
        };
        if !sound {
            return false;
        }
    }
    true
}

/// Refuses an option whose feature is not in this build; to turn off what is not there is always possible.
fn built_in(option: &str, feature: &str, is_built_in: bool, on: bool) -> Set {
    UsageError::unless_built_in(option, feature, is_built_in || !on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_absolute_and_nothing_else() {
        for path in ["/", "/dns-query", "/a%2Fb", "/a/b;c=d"] {
            assert!(is_absolute_path(path), "{path}");
        }
        for path in [
            "",
            "dns-query",
            "/dns-query?a=b",
            "/a%zz",
            "/a%2",
            "/a b",
            "https://x/",
            "/a#b",
        ] {
            assert!(!is_absolute_path(path), "{path}");
        }
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn without_the_features_the_options_are_refused_by_their_names() {
        let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
        let refused = tls(&mut globals, &mut lookup, true, None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "+tls needs the feature 'tls', which is not built in"
        );
        let refused = https_get(&mut globals, &mut lookup, true, None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "+https-get needs the feature 'doh', which is not built in"
        );
        let refused = quic(&mut globals, &mut lookup, true, None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "+quic needs the feature 'doq', which is not built in"
        );
        tls(&mut globals, &mut lookup, false, None).unwrap();
        assert_eq!(lookup.transport(), Transport::Udp);
    }

    #[cfg(all(feature = "doh", feature = "doq"))]
    mod with_all {
        use super::*;
        use crate::tools::rdig::plan::options::{Action, find};

        fn transport(options: &str) -> Transport {
            let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
            for option in options.split(' ') {
                let (name, value) = option
                    .split_once('=')
                    .map_or((option, None), |(n, v)| (n, Some(v)));
                let (name, on) = name.strip_prefix("no").map_or((name, true), |name| (name, false));
                match find(name) {
                    Some(Action::Optional(set)) => set(&mut globals, &mut lookup, on, value).unwrap(),
                    Some(Action::Transport(set)) => set(&mut lookup, on),
                    _ => panic!("+{name} is about no transport"),
                }
            }
            lookup.transport()
        }

        #[test]
        fn the_last_word_counts_as_it_does_with_dig() {
            let (post, get) = (Method::Post, Method::Get);
            for (options, expected) in [
                ("tls", Transport::Tls),
                ("tls notls", Transport::Udp),
                ("tls tcp", Transport::Tls),
                ("tls notcp", Transport::Udp),
                ("notcp tls", Transport::Udp),
                ("tls https", Transport::Tls),
                ("https tls", Transport::Tls),
                ("tls-ca", Transport::Tls),
                ("tls-ca=x notls-ca", Transport::Udp),
                ("tls-hostname=x", Transport::Tls),
                ("notls-hostname", Transport::Udp),
                ("https tls-ca", Transport::Https(post)),
                ("https=/x", Transport::Https(post)),
                ("https-get https", Transport::Https(get)),
                ("https-get nohttps-get https", Transport::Https(get)),
                ("https nohttps", Transport::Tcp),
                ("nohttps-get", Transport::Udp),
                ("http-plain-get", Transport::Http(get)),
                ("https http-plain", Transport::Http(post)),
                ("http-plain https", Transport::Http(post)),
                ("quic", Transport::Quic),
                ("quic tls", Transport::Quic),
                ("quic noquic", Transport::Udp),
            ] {
                assert_eq!(transport(options), expected, "{options}");
            }
        }

        #[test]
        fn the_beginnings_are_those_of_dig() {
            for known in [
                "tls-ce",
                "tls-k",
                "tls-h",
                "https-",
                "https-g",
                "http-plain-",
                "http-plain-g",
            ] {
                assert!(find(known).is_some(), "+{known}");
            }
            for unknown in ["tl", "tls-", "tls-c", "http", "http-", "http-p"] {
                assert!(find(unknown).is_none(), "+{unknown}");
            }
        }
    }
}
