//! What stands below a message: how long it took, who sent it and when.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Zoned;

use crate::net::dns::Seal;
use crate::tools::dns_notes::endpoint;

/// What is known of an exchange when it is over.
#[derive(Clone, Debug)]
pub(crate) struct Footer<'a> {
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// Whether that is said in microseconds.
    pub(crate) microseconds: bool,
    /// Who answered.
    pub(crate) peer: SocketAddr,
    /// How it was called when it was asked.
    pub(crate) server: &'a str,
    /// What carried the answer.
    pub(crate) transport: &'static str,
    /// Whether it came from the cache instead.
    pub(crate) cached: Option<Cached>,
    /// How long the answer is.
    pub(crate) size: Size,
    /// What became of its signature.
    pub(crate) signature: Signature,
    /// How it was protected on its way, if it was.
    pub(crate) seal: Option<&'a Seal>,
}

/// What became of the signature of an answer (TSIG).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// None was asked for.
    None,
    /// A key was given, and was of no use.
    KeyUnused,
    /// It is right.
    Valid,
    /// It is wrong or missing.
    Invalid,
}

/// An answer from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cached {
    /// How long ago it came from the server.
    pub(crate) age: Duration,
    /// Whether its time is over.
    pub(crate) stale: bool,
}

/// How much came.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Size {
    /// One message of so many bytes.
    Message(usize),
    /// A zone transfer.
    Transfer {
        /// Records.
        records: u64,
        /// Messages.
        messages: u64,
        /// Bytes of all messages.
        bytes: u64,
    },
}

impl Size {
    fn bytes(self) -> u64 {
        match self {
            Self::Message(bytes) => bytes as u64,
            Self::Transfer { bytes, .. } => bytes,
        }
    }
}

impl Footer<'_> {
    /// The time that it took, with its unit: of two names each.
    fn time(&self, milli: &str, micro: &str) -> String {
        if self.microseconds {
            format!("{} {micro}", self.elapsed.as_micros())
        } else {
            format!("{} {milli}", self.elapsed.as_millis())
        }
    }

    /// The cache, how old the answer is, and who gave it then.
    fn cache(&self, cached: Cached) -> String {
        let (age, stale) = (cached.age.as_secs(), if cached.stale { ", stale" } else { "" });
        format!("cache ({age} s old{stale}, from {})", endpoint(self.peer))
    }

    /// What `+short +identify` appends to each answer.
    pub(crate) fn identity(&self) -> String {
        if let Some(cached) = self.cached {
            return format!(" from {}.", self.cache(cached));
        }
        format!(" from server {} in {}.", self.peer.ip(), self.time("ms", "us"))
    }
}

/// Appends the statistics. `now` is the local time.
pub(crate) fn write_footer(footer: &Footer<'_>, now: &Zoned, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = writeln!(out, ";; Query time: {}", footer.time("msec", "usec"));
    let _ = match footer.cached {
        Some(cached) => writeln!(out, ";; SERVER: {}", footer.cache(cached)),
        None => writeln!(
            out,
            ";; SERVER: {}({}) ({})",
            endpoint(footer.peer),
            footer.server,
            footer.transport
        ),
    };
    if let Some((name, version)) = footer
        .seal
        .and_then(|seal| Some((seal.verified.as_ref()?, seal.version)))
    {
        let _ = writeln!(out, ";; VERIFIED: {name} ({version})");
    }
    let _ = writeln!(out, ";; WHEN: {}", now.strftime("%a %b %d %H:%M:%S %Z %Y"));
    let _ = match footer.size {
        Size::Message(bytes) => writeln!(out, ";; MSG SIZE  rcvd: {bytes}"),
        Size::Transfer {
            records,
            messages,
            bytes,
        } => writeln!(
            out,
            ";; XFR size: {records} records (messages {messages}, bytes {bytes})"
        ),
    };
    match footer.signature {
        Signature::None | Signature::Valid => {}
        Signature::Invalid => out.extend_from_slice(b";; WARNING -- Some TSIG could not be validated\n"),
        Signature::KeyUnused => out.extend_from_slice(b";; WARNING -- TSIG key was not used.\n"),
    }
    out.push(b'\n');
}

/// Appends the one line that `+identify` prints instead of the statistics.
pub(crate) fn write_received(footer: &Footer<'_>, out: &mut Vec<u8>) {
    let bytes = footer.size.bytes();
    let _ = match footer.cached {
        Some(cached) => writeln!(out, ";; Received {bytes} bytes from {}\n", footer.cache(cached)),
        None => writeln!(
            out,
            ";; Received {bytes} bytes from {}({}) in {}\n",
            endpoint(footer.peer),
            footer.server,
            footer.time("ms", "us")
        ),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistics_are_four_lines_and_an_empty_one() {
        let footer = Footer {
            elapsed: Duration::from_micros(1500),
            microseconds: false,
            peer: "[::1]:53".parse().unwrap(),
            server: "::1",
            transport: "UDP",
            cached: None,
            size: Size::Message(100),
            signature: Signature::Valid,
            seal: None,
        };
        let now = "2026-11-20T05:32:36+00:00[UTC]".parse().unwrap();
        let mut out = Vec::new();
        write_footer(&footer, &now, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            ";; Query time: 1 msec\n;; SERVER: ::1#53(::1) (UDP)\n;; WHEN: Fri Nov 20 05:32:36 UTC 2026\n;; MSG SIZE  rcvd: 100\n\n"
        );
        assert_eq!(footer.identity(), " from server ::1 in 1 ms.");
    }

    #[test]
    fn an_answer_from_the_cache_says_so_and_how_old_it_is() {
        let mut footer = Footer {
            elapsed: Duration::ZERO,
            microseconds: false,
            peer: "127.0.53.10:53".parse().unwrap(),
            server: "127.0.53.10",
            transport: "cache",
            cached: Some(Cached {
                age: Duration::from_millis(12_900),
                stale: false,
            }),
            size: Size::Message(100),
            signature: Signature::None,
            seal: None,
        };
        let mut out = Vec::new();
        write_footer(
            &footer,
            &"2026-11-20T05:32:36+00:00[UTC]".parse().unwrap(),
            &mut out,
        );
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("\n;; SERVER: cache (12 s old, from 127.0.53.10#53)\n"),
            "{text}"
        );
        assert_eq!(footer.identity(), " from cache (12 s old, from 127.0.53.10#53).");
        footer.cached = footer.cached.map(|cached| Cached {
            stale: true,
            ..cached
        });
        assert_eq!(
            footer.identity(),
            " from cache (12 s old, stale, from 127.0.53.10#53)."
        );
    }
}
