//! What stands below a message: how long it took, who sent it and when.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Zoned;

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
    /// How long the answer is.
    pub(crate) size: Size,
    /// What became of its signature.
    pub(crate) signature: Signature,
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

    /// What `+short +identify` appends to each answer.
    pub(crate) fn identity(&self) -> String {
        format!(" from server {} in {}.", self.peer.ip(), self.time("ms", "us"))
    }
}

/// Appends the statistics. `now` is the local time.
pub(crate) fn write_footer(footer: &Footer<'_>, now: &Zoned, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = writeln!(out, ";; Query time: {}", footer.time("msec", "usec"));
    let _ = writeln!(
        out,
        ";; SERVER: {}({}) ({})",
        endpoint(footer.peer),
        footer.server,
        footer.transport
    );
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
    let _ = writeln!(
        out,
        ";; Received {} bytes from {}({}) in {}\n",
        footer.size.bytes(),
        endpoint(footer.peer),
        footer.server,
        footer.time("ms", "us")
    );
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
            size: Size::Message(100),
            signature: Signature::Valid,
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
}
