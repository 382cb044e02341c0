use super::*;
use crate::wire::dns::{Name, Query, RecordType};

const NOW: u64 = 1_800_000_000;

fn key(bits: u16) -> Key {
    let name = Name::from_text("Lab-Key").unwrap();
    Key::new(&name, Algorithm::HmacSha256, b"0123456789abcdef".to_vec(), bits)
}

/// A signed query, and the verifier of its replies.
fn ask(key: &Key) -> (Vec<u8>, Verifier) {
    let name = Name::from_text("x.test").unwrap();
    let mut query = Query::new(7, name, RecordType::A).to_bytes().unwrap();
    let verifier = key.sign(&mut query, NOW);
    (query, verifier)
}

fn record_of(message: &[u8]) -> Tsig {
    Tsig::find(&Message::parse(message).unwrap()).unwrap().unwrap().0
}

/// The server's side, written out from the RFC: replies in order, each with what is signed before it.
struct Server {
    key: Key,
    previous: Vec<u8>,
    covered: Vec<u8>,
    first: bool,
}

impl Server {
    fn new(key: &Key, query: &[u8]) -> Self {
        Self {
            key: key.clone(),
            previous: record_of(query).mac,
            covered: Vec::new(),
            first: true,
        }
    }

    fn unsigned(&mut self) -> Vec<u8> {
        let message = b"\0\x07\x84\0\0\0\0\0\0\0\0\0".to_vec();
        self.covered.extend_from_slice(&message);
        message
    }

    fn signed(&mut self, change: impl FnOnce(&mut Tsig)) -> Vec<u8> {
        let mut message = self.unsigned();
        let mut tsig = Tsig {
            key: self.key.name().clone(),
            algorithm: Name::from_text("hmac-sha256").unwrap(),
            time: NOW,
            fudge: 300,
            mac: Vec::new(),
            original_id: 7,
            error: 0,
            other: Vec::new(),
        };
        change(&mut tsig);
        let mut variables = Vec::new();
        if self.first {
            tsig.write_variables(&mut variables);
        } else {
            tsig.write_timers(&mut variables);
        }
        let mut running = start(&self.key, &self.previous);
        running.update(&std::mem::take(&mut self.covered));
        running.update(&variables);
        tsig.mac = running.finish();
        tsig.mac.truncate(self.key.sent_len());
        self.first = false;
        self.previous.clone_from(&tsig.mac);
        tsig.append(&mut message);
        message
    }
}

fn verdict(change: impl FnOnce(&mut Tsig)) -> Result<(), NotVerified> {
    let (query, mut verifier) = ask(&key(0));
    let reply = Server::new(&key(0), &query).signed(change);
    verifier.verify(&reply, NOW)
}

#[test]
fn a_reply_signed_with_the_same_key_is_verified() {
    assert_eq!(verdict(|_| {}), Ok(()));
}

#[test]
fn queries_and_replies_are_signed_as_bind_signs_them() {
    // Between dig and named 9.18, with the key of a test.
    let query = hex(
        "000701200001000000000001047473696704746573740000060001076c61622d6b65790000fa00ff00000000003d0b686d61632d7368613235360000006b001809012c00205ea79f6327f10061bdc8c4639f7de4d0bb215b3e460ea66a7f7514400287d266000700000000",
    );
    let reply = hex(
        "000785000001000100010001047473696704746573740000060001c00c00060001000002580033036e7331076578616d706c650474657374000a686f73746d6173746572c02b78c275f500001c2000000e100012750000000078c00c00020001000002580002c027076c61622d6b65790000fa00ff00000000003d0b686d61632d7368613235360000006b001809012c00204f5fecf89a256c77b14f6c780f35cb0bc8958a7783c01a770107a89e803a20fe000700000000",
    );
    let secret = b"dnslab-shared-secret-32-bytes!!!".to_vec();
    let key = Key::new(
        &Name::from_text("lab-key").unwrap(),
        Algorithm::HmacSha256,
        secret,
        0,
    );
    let (tsig, offset) = Tsig::find(&Message::parse(&query).unwrap()).unwrap().unwrap();
    let mut signed = tsig.unsigned(&query, offset);
    let mut verifier = key.sign(&mut signed, tsig.time);
    assert_eq!(signed, query);
    assert_eq!(verifier.verify(&reply, tsig.time), Ok(()));
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

#[test]
fn any_changed_bit_is_noticed() {
    let (query, _) = ask(&key(0));
    let reply = Server::new(&key(0), &query).signed(|_| {});
    for bit in 0..reply.len() * 8 {
        let mut changed = reply.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // Not signed: the id, which forwarders change, and the case of names.
        let in_names = bit / 8 < reply.len() - 48;
        let same = bit < 16 || in_names && changed.eq_ignore_ascii_case(&reply);
        let verdict = ask(&key(0)).1.verify(&changed, NOW);
        assert_eq!(verdict.is_ok(), same, "bit {bit}: {verdict:?}");
    }
}

#[test]
fn the_signature_of_the_query_is_part_of_that_of_the_reply() {
    let (query, _) = ask(&key(0));
    let reply = Server::new(&key(0), &query).signed(|_| {});
    let mut other = Query::new(7, Name::root(), RecordType::A).to_bytes().unwrap();
    let mut verifier = key(0).sign(&mut other, NOW);
    assert_eq!(verifier.verify(&reply, NOW), Err(NotVerified::Wrong));
}

#[test]
fn another_key_or_no_signature_is_not_verified() {
    let other = |tsig: &mut Tsig| tsig.key = Name::root();
    assert_eq!(verdict(other), Err(NotVerified::Wrong));
    let other = |tsig: &mut Tsig| tsig.algorithm = Name::from_text("hmac-sha1").unwrap();
    assert_eq!(verdict(other), Err(NotVerified::Wrong));
    let (query, mut verifier) = ask(&key(0));
    let reply = Server::new(&key(0), &query).unsigned();
    assert_eq!(verifier.verify(&reply, NOW), Err(NotVerified::Unsigned));
}

#[test]
fn clocks_may_differ_by_the_fudge_and_no_more() {
    assert_eq!(verdict(|tsig| tsig.time = NOW - 300), Ok(()));
    assert_eq!(verdict(|tsig| tsig.time = NOW + 300), Ok(()));
    assert_eq!(verdict(|tsig| tsig.time = NOW - 301), Err(NotVerified::Time));
    assert_eq!(verdict(|tsig| tsig.time = NOW + 301), Err(NotVerified::Time));
}

#[test]
fn what_the_server_says_of_the_query_is_passed_on() {
    assert_eq!(verdict(|tsig| tsig.error = BADTIME), Err(NotVerified::Time));
    assert_eq!(verdict(|tsig| tsig.error = 22), Err(NotVerified::Refused));
    for (error, expected) in [
        (BADKEY, NotVerified::Refused),
        (BADSIG, NotVerified::Refused),
        (0, NotVerified::Wrong),
        (BADTIME, NotVerified::Wrong),
    ] {
        let (query, mut verifier) = ask(&key(0));
        let mut reply = Server::new(&key(0), &query).unsigned();
        let unsigned = Tsig {
            mac: Vec::new(),
            error,
            ..record_of(&query)
        };
        unsigned.append(&mut reply);
        assert_eq!(verifier.verify(&reply, NOW), Err(expected), "{error}");
    }
}

#[test]
fn a_truncated_signature_is_taken_only_if_ours_is_as_short() {
    let verdict = |ours: u16, theirs: u16| {
        let (query, mut verifier) = ask(&key(ours));
        verifier.verify(&Server::new(&key(theirs), &query).signed(|_| {}), NOW)
    };
    assert_eq!(verdict(128, 128), Ok(()));
    assert_eq!(verdict(128, 0), Ok(()));
    assert_eq!(verdict(0, 128), Err(NotVerified::Wrong));
    assert_eq!(verdict(0, 120), Err(NotVerified::Malformed));
    assert_eq!(verdict(8, 8), Err(NotVerified::Malformed));
}

#[test]
fn of_a_transfer_some_messages_need_no_signature_but_the_last_does() {
    let (query, mut verifier) = ask(&key(0));
    let mut server = Server::new(&key(0), &query);
    assert_eq!(verifier.verify(&server.signed(|_| {}), NOW), Ok(()));
    for _ in 0..3 {
        for _ in 0..99 {
            assert_eq!(verifier.verify(&server.unsigned(), NOW), Ok(()));
        }
        assert_eq!(verifier.finish(), Err(NotVerified::Unsigned));
        assert_eq!(verifier.verify(&server.signed(|_| {}), NOW), Ok(()));
        assert_eq!(verifier.finish(), Ok(()));
    }
    for _ in 0..99 {
        assert_eq!(verifier.verify(&server.unsigned(), NOW), Ok(()));
    }
    assert_eq!(
        verifier.verify(&server.unsigned(), NOW),
        Err(NotVerified::Unsigned)
    );
}

#[test]
fn an_unsigned_message_that_was_slipped_in_spoils_the_next_signature() {
    let (query, mut verifier) = ask(&key(0));
    let mut server = Server::new(&key(0), &query);
    assert_eq!(verifier.verify(&server.signed(|_| {}), NOW), Ok(()));
    let slipped = b"\0\x07\x84\0\0\0\0\0\0\0\0\0";
    assert_eq!(verifier.verify(slipped, NOW), Ok(()));
    assert_eq!(
        verifier.verify(&server.signed(|_| {}), NOW),
        Err(NotVerified::Wrong)
    );
}
