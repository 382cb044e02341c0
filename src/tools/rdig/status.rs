//! The exit status of a run: dig's, or with `+rcode-exit` one that tells every outcome from every other.
//!
//! dig says 0 whatever a reply says. The statuses of `+rcode-exit` keep clear of those that dig gives a meaning
//! (1, 8, 9, 10): a response code is told as 32 and the code, so that a failure is never mistaken for a usage
//! error, and 0 remains for what was asked and found.

use crate::cli::Exit;
use crate::proto::dns::{Answer, Verdict};
use crate::tools::dns_cache::EXIT_NOT_CACHED;
use crate::wire::dns::{Message, Rcode};

/// No server answered.
pub(super) const NO_SERVER: Exit = Exit(9);
/// With `+compare`: not every server gave the same answer.
pub(super) const DIFFERENT: Exit = Exit(11);
/// With `+cache=only`, an answer is not in the cache.
pub(super) const NOT_CACHED: Exit = EXIT_NOT_CACHED;
/// With `+rcode-exit`: a zone transfer did not come to its end, though no response code says so.
pub(super) const TRANSFER: Exit = Exit(12);
/// With `+rcode-exit`: what came cannot be read.
pub(super) const UNREADABLE: Exit = Exit(13);

/// With `+rcode-exit` and `+validate`: the answer is bogus.
#[cfg(feature = "dnssec")]
pub(super) const BOGUS: Exit = Exit(14);
/// With `+rcode-exit` and `+validate`: it could not be found out whether the answer is to be trusted.
#[cfg(feature = "dnssec")]
pub(super) const INDETERMINATE: Exit = Exit(15);

/// What a response code adds to, and the status of an answer without the records that were asked for.
const NO_DATA: u8 = 32;
/// The last status of a response code: that of every code beyond 62.
const BEYOND: u8 = 95;

/// What `+rcode-exit` makes of a reply.
pub(super) fn of_reply(message: &Message<'_>) -> Exit {
    let rcode = message.rcode();
    if rcode != Rcode::NOERROR {
        return of_rcode(rcode);
    }
    let found = match message.questions().flatten().next() {
        Some(question) => Answer::read(message, &question).verdict == Verdict::Found,
        None => message.header().answers > 0,
    };
    if found { Exit::SUCCESS } else { Exit(NO_DATA) }
}

/// What `+rcode-exit` makes of a response code that is not NOERROR.
pub(super) fn of_rcode(rcode: Rcode) -> Exit {
    let status = u8::try_from(rcode.0).unwrap_or(u8::MAX).saturating_add(NO_DATA);
    Exit(status.min(BEYOND))
}

/// The status of a run in which one lookup after others ended so: the gravest, and the later of two that are as
/// grave.
pub(super) fn after(others: Exit, this: Exit) -> Exit {
    if gravity(this) >= gravity(others) {
        this
    } else {
        others
    }
}

/// How grave an ending is.
fn gravity(exit: Exit) -> u8 {
    const NAME_ERROR: u8 = NO_DATA + 3;
    match exit {
        Exit::SUCCESS => 0,
        Exit(NO_DATA) => 1,
        Exit(NAME_ERROR) => 2,
        NO_SERVER => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reply to `x. A` with this code and answers.
    fn reply(rcode: u8, answers: u8, records: &[u8]) -> Exit {
        let mut bytes = vec![0, 7, 0x81, 0x80 | rcode, 0, 1, 0, answers, 0, 0, 0, 0];
        bytes.extend_from_slice(b"\x01x\0\0\x01\0\x01");
        bytes.extend_from_slice(records);
        of_reply(&Message::parse(&bytes).unwrap())
    }

    #[test]
    fn every_outcome_has_a_status_of_its_own() {
        let address = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01";
        let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x03\x01y\0";
        assert_eq!(reply(0, 1, address), Exit(0));
        assert_eq!(reply(0, 0, b""), Exit(32));
        assert_eq!(reply(0, 1, alias), Exit(32));
        assert_eq!(reply(2, 0, b""), Exit(34));
        assert_eq!(reply(3, 0, b""), Exit(35));
        assert_eq!(reply(5, 0, b""), Exit(37));
        assert_eq!(of_rcode(Rcode::BADCOOKIE), Exit(55));
        assert_eq!(of_rcode(Rcode(4095)), Exit(95));
    }

    #[test]
    fn no_response_code_is_taken_for_a_status_of_dig() {
        for code in 1..=4095 {
            assert!(of_rcode(Rcode(code)).0 > 10);
        }
    }

    #[test]
    fn the_gravest_outcome_is_that_of_the_run() {
        let run = |exits: &[u8]| exits.iter().fold(Exit(0), |run, &exit| after(run, Exit(exit))).0;
        assert_eq!(run(&[0, 32, 0]), 32);
        assert_eq!(run(&[35, 32]), 35);
        assert_eq!(run(&[34, 35, 37]), 37);
        assert_eq!(run(&[9, 34]), 9);
        assert_eq!(run(&[0, 0]), 0);
    }
}
