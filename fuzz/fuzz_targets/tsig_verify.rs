#![no_main]
//! Any bytes may come as replies to a signed query: without the key nobody makes one that is verified.

use fairloss::proto::dns::tsig::{Algorithm, Key};
use fairloss::wire::dns::{Message, Name, Query, RecordType, Tsig};
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_800_000_000;

fuzz_target!(|data: &[u8]| {
    let key = Key::new(
        &Name::root(),
        Algorithm::HmacSha256,
        b"0123456789abcdef".to_vec(),
        0,
    );
    let mut query = Query::new(7, Name::root(), RecordType::A)
        .to_bytes()
        .expect("a small query");
    let mut verifier = key.sign(&mut query, NOW);
    let length = data.first().map_or(1, |&first| 8 * (1 + usize::from(first)));
    for reply in data.chunks(length) {
        assert!(verifier.verify(reply, NOW).is_err());
    }
    let mut verifier = key.sign(&mut query, NOW);
    assert!(verifier.verify(data, NOW).is_err());
    if let Ok(message) = Message::parse(data)
        && let Ok(Some((tsig, offset))) = Tsig::find(&message)
    {
        let mut again = tsig.unsigned(data, offset);
        tsig.append(&mut again);
        let message = Message::parse(&again).expect("a header is still there");
        assert_eq!(Tsig::find(&message), Ok(Some((tsig, offset))));
    }
});
