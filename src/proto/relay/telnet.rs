//! `-t`: the refusal of every TELNET option (RFC 854, RFC 1143 section 7), for talking to a telnet daemon from a
//! script.
//!
//! As in nc the negotiation itself stays in the output. Unlike there it may be cut anywhere by the network, and
//! only requests are answered: an answer to WONT or DONT could be answered again for ever.

/// Finds the requests of the peer in what it sends. Remembers across chunks where it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telnet {
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Data,
    Command,
    Will,
    Do,
    /// WONT or DONT: an option follows, and no answer.
    Refusal,
}

impl Telnet {
    /// Reads `bytes` from the peer and appends the answers to `replies`: three bytes for three.
    pub fn answer(&mut self, bytes: &[u8], replies: &mut Vec<u8>) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (State::Data, IAC) => State::Command,
                (State::Data, _) => State::Data,
                (State::Command, WILL) => State::Will,
                (State::Command, DO) => State::Do,
                (State::Command, WONT | DONT) => State::Refusal,
                (State::Command, _) => State::Data,
                (State::Will, option) => {
                    replies.extend([IAC, DONT, option]);
                    State::Data
                }
                (State::Do, option) => {
                    replies.extend([IAC, WONT, option]);
                    State::Data
                }
                (State::Refusal, _) => State::Data,
            };
        }
    }
}

const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const IAC: u8 = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(chunks: &[&[u8]]) -> Vec<u8> {
        let (mut telnet, mut replies) = (Telnet::default(), Vec::new());
        for chunk in chunks {
            telnet.answer(chunk, &mut replies);
        }
        replies
    }

    #[test]
    fn every_option_is_refused() {
        assert_eq!(
            answers(&[&[IAC, DO, 1, b'x', IAC, WILL, 3]]),
            [IAC, WONT, 1, IAC, DONT, 3]
        );
    }

    #[test]
    fn a_request_may_be_cut_anywhere() {
        assert_eq!(answers(&[&[IAC], &[DO], &[24]]), [IAC, WONT, 24]);
    }

    #[test]
    fn refusals_and_escaped_data_are_not_answered() {
        assert_eq!(answers(&[&[IAC, WONT, 1, IAC, DONT, 2, IAC, IAC, DO, 5]]), b"");
    }
}
