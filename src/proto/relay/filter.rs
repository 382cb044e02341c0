//! What is done to the bytes of one direction on their way, where anything is.

use super::{Crlf, Telnet};

/// The changes that the flags ask for. With none of them the bytes need not be seen.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `-C`.
    pub crlf: Option<Crlf>,
    /// `-t`: the peer's requests are answered.
    pub telnet: Option<Telnet>,
    /// `-i`: one line at a time.
    pub lines: bool,
    /// `-t`, the way up: answers are put in between.
    pub answered: bool,
}

impl Filter {
    /// Whether bytes pass unseen.
    pub fn is_none(&self) -> bool {
        self.crlf.is_none() && self.telnet.is_none() && !self.lines && !self.answered
    }

    /// Takes bytes from the front of `bytes`: what is to be passed on is appended to `out`, what is to be said
    /// to the peer to `replies`. Returns how many were taken: all, or those of one line.
    pub fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>, replies: &mut Vec<u8>) -> usize {
        let line_end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let taken = if self.lines { line_end } else { bytes.len() };
        let bytes = bytes.get(..taken).unwrap_or(bytes);
        if let Some(telnet) = &mut self.telnet {
            telnet.answer(bytes, replies);
        }
        match &mut self.crlf {
            Some(crlf) => crlf.encode(bytes, out),
            None => out.extend_from_slice(bytes),
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_taken_one_by_one_and_the_rest_as_it_is() {
        let mut filter = Filter {
            lines: true,
            crlf: Some(Crlf::default()),
            ..Filter::default()
        };
        let (mut out, mut replies) = (Vec::new(), Vec::new());
        assert_eq!(filter.pass(b"one\ntwo\n", &mut out, &mut replies), 4);
        assert_eq!(out, b"one\r\n");
        assert_eq!(filter.pass(b"tail", &mut out, &mut replies), 4);
        assert_eq!(out, b"one\r\ntail");
    }

    /// What `filter` makes of `pieces`, one after the other, and what it says to the peer.
    fn passed(mut filter: Filter, pieces: &[&[u8]]) -> (Vec<u8>, Vec<u8>) {
        let (mut out, mut replies) = (Vec::new(), Vec::new());
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                let taken = filter.pass(rest, &mut out, &mut replies);
                assert!(taken > 0, "it would never end");
                rest = &rest[taken..];
            }
        }
        (out, replies)
    }

    /// Bytes of which many mean something to a filter.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![Just(b'\n'), Just(b'\r'), 250..=255_u8, any::<u8>()];
        proptest::collection::vec(byte, 0..60)
    }

    proptest! {
        #[test]
        fn how_the_bytes_were_cut_makes_no_difference(
            (crlf, telnet, lines, answered) in any::<(bool, bool, bool, bool)>(),
            bytes in bytes(),
            cuts in proptest::collection::vec(0..60_usize, 0..10),
        ) {
            let filter = Filter {
                crlf: crlf.then(Crlf::default),
                telnet: telnet.then(Telnet::default),
                lines,
                answered,
            };
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            let whole = passed(filter.clone(), &[&bytes]);
            prop_assert_eq!(passed(filter, &pieces), whole.clone());
            // Nothing is lost: without what was put in, it is what came.
            let mut back = whole.0;
            if crlf {
                back.retain(|byte| *byte != b'\r');
                let mut bytes = bytes.clone();
                bytes.retain(|byte| *byte != b'\r');
                prop_assert_eq!(back, bytes);
            } else {
                prop_assert_eq!(back, bytes);
            }
        }
    }

    #[test]
    fn telnet_requests_stay_in_the_output() {
        let mut filter = Filter {
            telnet: Some(Telnet::default()),
            ..Filter::default()
        };
        let (mut out, mut replies) = (Vec::new(), Vec::new());
        filter.pass(&[255, 253, 1, b'x'], &mut out, &mut replies);
        assert_eq!(out, [255, 253, 1, b'x']);
        assert_eq!(replies, [255, 252, 1]);
    }
}
