//! One request to one server, repeated until a reply is accepted: the client's half of every request protocol
//! over UDP.
//!
//! ```text
//!   request ──▶ Stubborn ──▶ datagram to the server          again at each timeout
//!   datagram ──▶ from the server? ──▶ Question::judge ──▶ reply, and the round trip to Rto
//!                      └─ no ─ ignored ─┘ no               counted, told, never an end
//! ```
//!
//! Anybody may send a datagram to an open socket, so nothing that is not the answer ends the request: not a
//! wrong address or port, not a wrong id, not garbage. A reply to an earlier attempt is as good as one to the
//! latest: the machine does not ask which attempt was answered, the [`Question`] does.
//!
//! `net::ask` runs this machine over a socket.

use std::net::SocketAddr;
use std::time::Duration;

use super::Rto;
use super::stubborn::{self, Answers, Attempt, GaveUp, Heard, Policy, Stubborn};
use crate::proto::{Instant, Machine};

/// What is asked: writes the request and knows its answer.
///
/// A pair of closures, one for [`request`](Self::request) and one for [`judge`](Self::judge), is a question to
/// which nobody watches the progress.
pub trait Question {
    /// Appends the request to `bytes`: the same for each attempt, or with the number of the attempt in it.
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>);

    /// Judges a datagram that came from the server's address and port.
    fn judge(&mut self, reply: &[u8]) -> Verdict;

    /// Is shown what happens, as it happens.
    fn observe(&mut self, event: Event<'_>) {
        let _ = event;
    }
}

impl<Q: Question + ?Sized> Question for &mut Q {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        (**self).request(attempt, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        (**self).judge(reply)
    }

    fn observe(&mut self, event: Event<'_>) {
        (**self).observe(event);
    }
}

impl<R, J> Question for (R, J)
where
    R: FnMut(u32, &mut Vec<u8>),
    J: FnMut(&[u8]) -> Verdict,
{
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        (self.0)(attempt, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        (self.1)(reply)
    }
}

/// What a datagram from the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The answer.
    Accept(Answers),
    /// A sign that the request arrived and is worked on: ask again only after the time given.
    Working(Answers, Duration),
    /// Not for this request.
    Ignore,
}

/// What the observer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The request goes out.
    Sent(Attempt),
    /// A reply came to the attempt with this number, after this round trip; the server says that it held the request
    /// for as long, which is not part of it.
    Measured {
        /// The attempt, where the protocol echoes it.
        attempt: Option<u32>,
        /// The round trip.
        rtt: Duration,
        /// How long the request was held.
        held: Duration,
    },
    /// The server works on it; the next attempt comes after the time given, if the answer does not.
    Working(Duration),
    /// A datagram was ignored.
    Ignored {
        /// Who sent it.
        from: SocketAddr,
        /// What it was.
        bytes: &'a [u8],
        /// Why it was ignored.
        why: Why,
    },
}

/// Why a datagram was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It did not come from the address and port that were asked.
    WrongSource,
    /// It did, but the question judged that it is not for this request.
    Rejected,
}

/// How many datagrams were ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// For [`Why::WrongSource`].
    pub wrong_source: u32,
    /// For [`Why::Rejected`].
    pub rejected: u32,
}

/// What is to be told of a request, answered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many times the request was sent.
    pub attempts: u32,
    /// How many replies were unambiguous.
    pub samples: u32,
    /// The round-trip time, if a reply was unambiguous: worth showing to an [`Rto`] that others share.
    pub rtt: Option<Duration>,
    /// The time from the first attempt to the end.
    pub elapsed: Duration,
    /// The time from the latest attempt to the end.
    pub since_latest: Duration,
    /// What was ignored.
    pub ignored: Ignored,
}

/// A datagram that came in.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub from: SocketAddr,
    /// What it is.
    pub bytes: &'a [u8],
}

/// What the owner is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Send the bytes to the server.
    Send(Attempt),
    /// The end: the bytes are the accepted reply, and this is who sent it.
    Reply(SocketAddr),
    /// The end: there was no reply.
    GaveUp(GaveUp),
}

/// The machine of one request.
#[derive(Debug)]
pub struct Ask<Q> {
    server: SocketAddr,
    question: Q,
    stubborn: Stubborn,
    ignored: Ignored,
    reply: Option<(SocketAddr, Vec<u8>)>,
    ended: Option<Instant>,
}

impl<Q: Question> Ask<Q> {
    /// A request to `server`, of which the first attempt is due at once. `seed` is the one of the jitter.
    pub fn new(now: Instant, server: SocketAddr, policy: Policy, rto: Rto, seed: u64, question: Q) -> Self {
        Self {
            server,
            question,
            stubborn: Stubborn::new(now, policy, rto, seed),
            ignored: Ignored::default(),
            reply: None,
            ended: None,
        }
    }

    /// The estimator, with what it has learnt.
    pub fn rto(&self) -> Rto {
        self.stubborn.rto()
    }

    /// What is to be told at `now`.
    pub fn report(&self, now: Instant) -> Report {
        let end = self.ended.unwrap_or(now);
        Report {
            attempts: self.stubborn.attempts(),
            samples: self.stubborn.samples(),
            rtt: self.stubborn.rtt(),
            elapsed: end - self.stubborn.started(),
            since_latest: end - self.stubborn.latest(),
            ignored: self.ignored,
        }
    }

    /// Shows a reply to the timer, and to the question what the timer made of it.
    fn measured(&mut self, now: Instant, heard: Heard, answers: Answers) {
        let samples = self.stubborn.samples();
        self.stubborn.handle(now, heard);
        let (attempt, held) = match answers {
            Answers::Any => (None, Duration::ZERO),
            Answers::Attempt { number, held } => (Some(number), held),
        };
        if let Some(rtt) = self.stubborn.rtt().filter(|_| self.stubborn.samples() > samples) {
            self.question.observe(Event::Measured { attempt, rtt, held });
        }
    }

    fn ignore(&mut self, datagram: Datagram<'_>, why: Why) {
        let count = match why {
            Why::WrongSource => &mut self.ignored.wrong_source,
            Why::Rejected => &mut self.ignored.rejected,
        };
        *count = count.saturating_add(1);
        let Datagram { from, bytes } = datagram;
        self.question.observe(Event::Ignored { from, bytes, why });
    }
}

impl<Q: Question> Machine for Ask<Q> {
    type Input<'a> = Datagram<'a>;
    type Output = Outcome;

    fn handle(&mut self, now: Instant, datagram: Datagram<'_>) {
        if self.stubborn.is_over() {
            return;
        }
        if !is_from(datagram.from, self.server) {
            return self.ignore(datagram, Why::WrongSource);
        }
        match self.question.judge(datagram.bytes) {
            Verdict::Accept(answers) => {
                self.measured(now, Heard::Answer(answers), answers);
                self.reply = Some((datagram.from, datagram.bytes.to_vec()));
                self.ended = Some(now);
            }
            Verdict::Working(answers, pause) => {
                self.measured(now, Heard::Working(answers, pause), answers);
                self.question.observe(Event::Working(pause));
            }
            Verdict::Ignore => self.ignore(datagram, Why::Rejected),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.stubborn.handle_timeout(now);
        if self.stubborn.is_over() {
            self.ended.get_or_insert(now);
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Outcome> {
        if let Some((from, reply)) = self.reply.take() {
            bytes.extend_from_slice(&reply);
            return Some(Outcome::Reply(from));
        }
        match self.stubborn.poll_output(bytes)? {
            stubborn::Output::Send(attempt) => {
                self.question.observe(Event::Sent(attempt));
                self.question.request(attempt.number, bytes);
                Some(Outcome::Send(attempt))
            }
            stubborn::Output::GiveUp(why) => Some(Outcome::GaveUp(why)),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.stubborn.poll_timeout()
    }
}

/// Whether a datagram came from the server that was asked.
///
/// Whoever asks "any address of this host" (`0.0.0.0`, `::`) or a multicast group is answered from an address
/// that it does not know: then the port alone decides.
pub(crate) fn is_from(from: SocketAddr, server: SocketAddr) -> bool {
    let any = server.ip().is_unspecified() || server.ip().is_multicast();
    let same_scope = match (from, server) {
        (SocketAddr::V6(from), SocketAddr::V6(server)) => {
            server.scope_id() == 0 || from.scope_id() == server.scope_id()
        }
        _ => true,
    };
    // A socket for both families shows an IPv4 address as an IPv6 address mapped from it.
    let same_address = from.ip().to_canonical() == server.ip().to_canonical() && same_scope;
    from.port() == server.port() && (any || same_address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::link::Limits;

    /// Asks for an answer that begins with `A`, with the attempt's number as the request.
    #[derive(Default)]
    struct Count {
        sent: u32,
        working: u32,
        measured: Vec<Duration>,
    }

    impl Question for Count {
        fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
            bytes.extend_from_slice(&attempt.to_be_bytes());
        }

        fn judge(&mut self, reply: &[u8]) -> Verdict {
            match reply.first() {
                Some(b'A') => Verdict::Accept(Answers::Any),
                Some(b'W') => Verdict::Working(Answers::Any, Duration::from_secs(9)),
                _ => Verdict::Ignore,
            }
        }

        fn observe(&mut self, event: Event<'_>) {
            match event {
                Event::Sent(_) => self.sent += 1,
                Event::Working(_) => self.working += 1,
                Event::Measured { rtt, .. } => self.measured.push(rtt),
                Event::Ignored { .. } => {}
            }
        }
    }

    const SERVER: &str = "192.0.2.1:53";

    fn ask(count: &mut Count) -> Ask<&mut Count> {
        let rto = Rto::new(Limits::REQUEST);
        let policy = Policy::within(Duration::from_secs(10));
        Ask::new(Instant::ZERO, SERVER.parse().unwrap(), policy, rto, 0, count)
    }

    fn poll(ask: &mut Ask<&mut Count>) -> (Option<Outcome>, Vec<u8>) {
        let mut bytes = Vec::new();
        (ask.poll_output(&mut bytes), bytes)
    }

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn datagram(from: &str, bytes: &'static [u8]) -> Datagram<'static> {
        Datagram {
            from: from.parse().unwrap(),
            bytes,
        }
    }

    #[test]
    fn each_attempt_is_asked_for_its_bytes() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        assert_eq!(poll(&mut ask).1, [0, 0, 0, 1]);
        ask.handle_timeout(ask.poll_timeout().unwrap());
        assert_eq!(poll(&mut ask).1, [0, 0, 0, 2]);
        assert_eq!(count.sent, 2);
    }

    #[test]
    fn a_reply_from_a_wrong_address_or_port_is_ignored_and_counted() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        poll(&mut ask);
        ask.handle(at(1), datagram("192.0.2.1:54", b"A"));
        ask.handle(at(1), datagram("192.0.2.2:53", b"A"));
        assert_eq!(poll(&mut ask).0, None);
        assert_eq!(
            ask.report(at(1)).ignored,
            Ignored {
                wrong_source: 2,
                rejected: 0
            }
        );
    }

    #[test]
    fn a_reply_that_is_not_for_the_request_is_ignored_and_counted() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        poll(&mut ask);
        ask.handle(at(1), datagram(SERVER, b"B"));
        ask.handle(at(1), datagram(SERVER, b""));
        assert_eq!(poll(&mut ask).0, None);
        assert_eq!(
            ask.report(at(1)).ignored,
            Ignored {
                wrong_source: 0,
                rejected: 2
            }
        );
    }

    #[test]
    fn the_accepted_reply_ends_it() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        poll(&mut ask);
        ask.handle(at(25), datagram(SERVER, b"Answer"));
        ask.handle(at(26), datagram(SERVER, b"A second"));
        let (outcome, bytes) = poll(&mut ask);
        assert_eq!(outcome, Some(Outcome::Reply(SERVER.parse().unwrap())));
        assert_eq!(bytes, b"Answer");
        assert_eq!((poll(&mut ask).0, ask.poll_timeout()), (None, None));
        let report = ask.report(at(999));
        assert_eq!(
            (report.attempts, report.rtt, report.elapsed),
            (1, Some(at(25) - at(0)), at(25) - at(0))
        );
    }

    #[test]
    fn a_late_reply_to_an_earlier_attempt_counts_but_is_no_sample() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        poll(&mut ask);
        let retry = ask.poll_timeout().unwrap();
        ask.handle_timeout(retry);
        poll(&mut ask);
        ask.handle(retry + Duration::from_millis(1), datagram(SERVER, b"A"));
        assert!(matches!(poll(&mut ask).0, Some(Outcome::Reply(_))));
        let report = ask.report(retry);
        assert_eq!((report.attempts, report.rtt, report.samples), (2, None, 0));
        assert_eq!(report.since_latest, Duration::from_millis(1));
    }

    #[test]
    fn a_server_at_work_is_not_asked_again_at_once() {
        let mut count = Count::default();
        let mut ask = ask(&mut count);
        poll(&mut ask);
        ask.handle(at(5), datagram(SERVER, b"W"));
        assert_eq!(ask.poll_timeout(), Some(at(9005)));
        assert_eq!(ask.report(at(5)).samples, 1);
        assert_eq!((count.working, count.measured), (1, vec![at(5) - at(0)]));
    }

    #[test]
    fn whoever_asks_any_address_or_a_group_is_answered_from_any_address() {
        let is_from = |from: &str, server: &str| is_from(from.parse().unwrap(), server.parse().unwrap());
        assert!(is_from("127.0.0.1:53", "0.0.0.0:53"));
        assert!(is_from("[fe80::1%2]:5353", "[ff02::fb%2]:5353"));
        assert!(!is_from("127.0.0.1:54", "0.0.0.0:53"));
    }

    #[test]
    fn a_scope_is_compared_if_it_was_named_and_a_mapped_address_is_the_same() {
        let is_from = |from: &str, server: &str| is_from(from.parse().unwrap(), server.parse().unwrap());
        assert!(is_from("[fe80::1%2]:53", "[fe80::1%2]:53"));
        assert!(!is_from("[fe80::1%3]:53", "[fe80::1%2]:53"));
        assert!(is_from("[::ffff:192.0.2.1]:53", "192.0.2.1:53"));
    }
}
