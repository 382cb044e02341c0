//! What somebody who can send anything from anywhere gets from the server: nothing launched, and no more bytes than
//! he has sent.

use std::net::SocketAddr;

use fairloss::proto::launch::{Call, Closing, Identity, Input, Limits, Opening, Output, Server, Session};
use fairloss::proto::link::{Question, Seal};
use fairloss::proto::{Instant, Machine};
use fairloss::wire::rlaunch::{Datagram, MAX_PAYLOAD};
use proptest::prelude::*;

/// A server whose disk is always quick, and what it has done.
struct Target {
    server: Server,
    seal: Seal,
    written: u64,
    launched: usize,
    sent: Vec<(SocketAddr, Vec<u8>)>,
}

impl Target {
    fn new(seal: Seal) -> Self {
        let identity = Identity {
            instance: 77,
            secret: [7; 32],
        };
        let server = Server::new(identity, seal.clone(), Limits::DEFAULT, [], 0);
        let mut target = Self {
            server,
            seal,
            written: 0,
            launched: 0,
            sent: Vec::new(),
        };
        target.settle();
        target
    }

    fn settle(&mut self) {
        loop {
            let (mut bytes, mut is_idle) = (Vec::new(), true);
            while let Some(output) = self.server.poll_output(&mut bytes) {
                match output {
                    Output::Record => self.written += 1,
                    Output::Commit => is_idle = false,
                    Output::Send(to) => self.sent.push((to, bytes.clone())),
                    Output::Run { .. } => self.launched += 1,
                    _ => {}
                }
                bytes.clear();
            }
            if is_idle {
                return;
            }
            self.server.handle(Instant::ZERO, Input::Durable(self.written));
        }
    }

    /// Sends bytes to it, and returns what it answers at once.
    fn hear(&mut self, from: SocketAddr, bytes: &[u8]) -> Vec<Vec<u8>> {
        let before = self.sent.len();
        self.server.handle(Instant::ZERO, Input::Datagram { from, bytes });
        self.settle();
        self.sent
            .iter()
            .skip(before)
            .map(|(_, bytes)| bytes.clone())
            .collect()
    }

    /// An honest client's whole session: what it sent, and its session.
    fn session(&mut self) -> (Vec<Vec<u8>>, Session) {
        let mut opening = Opening::new(self.seal.clone(), [9; 16]);
        let hello = asked(&mut opening);
        for answer in self.hear(client(), &hello) {
            opening.judge(&answer);
        }
        let session = opening.session().expect("it was answered").clone();
        let call = |seq, payload: &[u8]| {
            let (session, payload) = (session.clone(), payload.to_vec());
            Call::new(self.seal.clone(), session, seq, payload, SOON, LATE)
        };
        let mut cancelled = call(2, b"");
        let _ = cancelled.step(SOON);
        let closing = &mut Closing {
            seal: self.seal.clone(),
            session: session.clone(),
        };
        let sent = vec![
            hello,
            asked(&mut call(1, b"tea")),
            asked(&mut cancelled),
            asked(closing),
        ];
        for bytes in sent.iter().skip(1) {
            self.hear(client(), bytes);
        }
        (sent, session)
    }
}

fn asked(question: &mut impl Question) -> Vec<u8> {
    let mut bytes = Vec::new();
    question.request(1, &mut bytes);
    bytes
}

fn client() -> SocketAddr {
    ([192, 0, 2, 1], 1000).into()
}

fn stranger() -> SocketAddr {
    ([203, 0, 113, 9], 9).into()
}

const SOON: Instant = Instant::from_origin(std::time::Duration::from_secs(1));
const LATE: Instant = Instant::from_origin(std::time::Duration::from_secs(2));

#[test]
fn a_whole_session_that_is_replayed_from_anywhere_launches_nothing() {
    let mut target = Target::new(Seal::keyed(b"secret"));
    let (sent, _) = target.session();
    assert_eq!(target.launched, 1);
    for from in [client(), stranger()] {
        for bytes in sent.iter().chain(sent.iter().rev()) {
            target.hear(from, bytes);
        }
    }
    assert_eq!(target.launched, 1);
}

#[test]
fn a_bit_flipped_anywhere_is_silence() {
    for seal in [Seal::checksum(), Seal::keyed(b"secret")] {
        let mut target = Target::new(seal);
        let (sent, _) = target.session();
        for mut bytes in sent {
            for bit in 0..bytes.len() * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(target.hear(client(), &bytes).is_empty());
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }
        assert_eq!(target.launched, 1);
    }
}

#[test]
fn what_is_made_with_another_key_is_silence() {
    let (sent, _) = Target::new(Seal::keyed(b"theirs")).session();
    let mut target = Target::new(Seal::keyed(b"ours"));
    for bytes in sent {
        assert!(target.hear(client(), &bytes).is_empty());
    }
    assert_eq!(
        (target.launched, target.written),
        (0, 1),
        "nothing but the reservation"
    );
}

/// The fields of a datagram that somebody makes up.
#[derive(Clone, Debug)]
struct Forged {
    kind: u8,
    named: u8,
    instance: u64,
    session: u64,
    seq: u64,
    ack: u64,
    commit: u64,
    cookie: bool,
    payload: Vec<u8>,
}

fn forged() -> impl Strategy<Value = Forged> {
    let near = prop_oneof![0..4_u64, any::<u64>()];
    let fields = (
        1_u8..9,
        0_u8..3,
        prop_oneof![Just(77_u64), Just(0), any::<u64>()],
        near.clone(),
        near.clone(),
        near.clone(),
        near,
    );
    let length = prop_oneof![0..40_usize, 0..=MAX_PAYLOAD];
    (fields, any::<bool>(), length, any::<u8>()).prop_map(|(fields, cookie, length, byte)| {
        let (kind, named, instance, session, seq, ack, commit) = fields;
        let payload = vec![byte; length];
        Forged {
            kind,
            named,
            instance,
            session,
            seq,
            ack,
            commit,
            cookie,
            payload,
        }
    })
}

impl Forged {
    /// The datagram, rightly sealed; with the cookie of a session of somebody else, or with none.
    fn bytes(&self, seal: &Seal, theirs: &[u8]) -> Vec<u8> {
        let mut bytes = vec![b'r', b'L', 1, self.kind, self.named, 1, 0, 0];
        for number in [self.instance, self.session, self.seq, self.ack, self.commit, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend_from_slice(if self.cookie { theirs } else { &[0; 16] });
        bytes.extend_from_slice(&self.payload);
        seal.close(&mut bytes);
        bytes
    }
}

proptest! {
    #[test]
    fn whoever_has_no_cookie_of_its_own_launches_nothing_and_gets_no_more_than_it_sent(
        all in prop::collection::vec(forged(), 1..12),
        long in 0..=900_usize,
    ) {
        let seal = Seal::checksum();
        let mut target = Target::new(seal.clone());
        let (sent, _) = target.session();
        let request = sent.get(1).expect("a request");
        let theirs = request[56..72].to_vec();
        // A long value under a short key, for who would have it sent to somebody.
        let set = Forged { kind: 8, named: 0, instance: 0, session: 0, seq: 1, ack: 0, commit: 0, cookie: false, payload: vec![0; 2 + long] };
        target.hear(client(), &set.bytes(&seal, &theirs));
        let launched = target.launched;
        for forged in all {
            let bytes = forged.bytes(&seal, &theirs);
            let answers = target.hear(stranger(), &bytes);
            let answered: usize = answers.iter().map(Vec::len).sum();
            prop_assert!(answered <= bytes.len(), "{} for {}: {:?}", answered, bytes.len(), forged);
            if Datagram::decode(seal.open(&bytes).expect("it is sealed")).is_err() {
                prop_assert_eq!(answered, 0);
            }
        }
        prop_assert_eq!(target.launched, launched);
    }
}
