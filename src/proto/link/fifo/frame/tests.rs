//! What a frame must be, whatever its bytes.

use proptest::prelude::*;

use super::super::super::ranges::Ranges;
use super::*;

fn ranges(runs: &[(u64, u64)]) -> Ranges {
    let mut ranges = Ranges::default();
    for (start, end) in runs {
        ranges.insert(*start..*end, |_| ());
    }
    ranges
}

/// A frame with everything that can be in one.
fn with_full(check: impl FnOnce(Frame<'_>)) {
    let mut bytes = Vec::new();
    let numbers = Numbers::encode(&ranges(&[(1, 4), (9, 10), (1000, 2000)]), 0, 500, &mut bytes);
    check(Frame {
        from: Side::Caller,
        stream: 7,
        number: 3000,
        back: 12,
        asks: true,
        done: true,
        hello: Some(Hello {
            nonce: 1,
            echo: 2,
            window: 1 << 20,
            datagram: 1472,
            socket: 212_992,
        }),
        ack: Some(Ack {
            next: 10,
            limit: 500,
            delay: 20,
            numbers: numbers.unwrap(),
        }),
        reset: Some(Some(Reason::Digest)),
        segment: Some(Segment {
            first: 1 << 40,
            end: Some([9; 32]),
            bytes: b"payload",
        }),
        padding: 0,
    });
}

fn written(frame: &Frame<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    frame.write(&Seal::checksum(), &mut out);
    out
}

/// A datagram with a right tag, whatever the contents.
fn sealed(contents: &[u8]) -> Vec<u8> {
    let mut datagram = contents.to_vec();
    Seal::checksum().close(&mut datagram);
    datagram
}

#[test]
fn a_frame_is_read_as_it_was_written() {
    with_full(|frame| {
        assert_eq!(
            Frame::parse(&Seal::checksum(), &written(&frame)),
            Ok(frame.clone())
        );
        let bare = Frame {
            hello: None,
            ack: None,
            reset: None,
            segment: None,
            padding: 100,
            ..frame
        };
        assert_eq!(Frame::parse(&Seal::checksum(), &written(&bare)), Ok(bare));
    });
}

#[test]
fn a_damaged_frame_is_refused_wherever_it_is_damaged() {
    with_full(|frame| {
        let whole = written(&frame);
        for place in 0..whole.len() {
            let mut datagram = whole.clone();
            datagram[place] ^= 0x10;
            assert!(
                Frame::parse(&Seal::checksum(), &datagram).is_err(),
                "byte {place}"
            );
        }
    });
}

#[test]
fn what_is_cut_short_is_refused() {
    with_full(|frame| {
        let whole = written(&frame);
        for len in 0..whole.len() {
            assert!(Frame::parse(&Seal::checksum(), &whole[..len]).is_err());
        }
        let before_the_bytes = whole.len() - TAG_LEN - b"payload".len();
        for len in 4..before_the_bytes {
            let parsed = Frame::parse(&Seal::checksum(), &sealed(&whole[..len])).map(|_| ());
            assert_eq!(parsed, Err(FrameError::Malformed), "{len}");
        }
    });
}

#[test]
fn another_version_is_told_from_another_protocol() {
    with_full(|frame| {
        let mut datagram = written(&frame);
        datagram.truncate(datagram.len() - TAG_LEN);
        datagram[2] = 9;
        let mut datagram = sealed(&datagram);
        assert_eq!(
            Frame::parse(&Seal::checksum(), &datagram),
            Err(FrameError::Version(9))
        );
        datagram[0] = b'x';
        assert_eq!(
            Frame::parse(&Seal::checksum(), &datagram),
            Err(FrameError::Foreign)
        );
    });
}

#[test]
fn numbers_and_indices_that_overflow_are_refused() {
    with_full(|frame| {
        let segment = frame.segment.map(|segment| Segment {
            first: u64::MAX - 7,
            ..segment
        });
        for wrong in [
            Frame {
                segment,
                ..frame.clone()
            },
            Frame {
                number: u64::MAX,
                ..frame.clone()
            },
            Frame { number: 11, ..frame },
        ] {
            let parsed = Frame::parse(&Seal::checksum(), &written(&wrong)).map(|_| ());
            assert_eq!(parsed, Err(FrameError::Malformed));
        }
    });
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(contents in prop::collection::vec(any::<u8>(), 0..160)) {
        let mut framed = b"fL\x02".to_vec();
        framed.extend_from_slice(&contents);
        let datagram = sealed(&framed);
        if let Ok(frame) = Frame::parse(&Seal::checksum(), &datagram) {
            let again = written(&frame);
            prop_assert_eq!(Frame::parse(&Seal::checksum(), &again), Ok(frame));
        }
    }
}
