//! Captures made by hand.

/// A capture file in the making.
pub(super) struct Capture(Vec<u8>);

impl Capture {
    /// An empty pcap file of Ethernet frames, with microseconds, little-endian.
    pub(super) fn ethernet() -> Self {
        let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
        bytes.extend([0; 8]);
        bytes.extend(65_535_u32.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        Self(bytes)
    }

    /// Adds a frame that was captured `secs` seconds after the beginning of 1970.
    pub(super) fn frame(mut self, secs: u32, frame: &[u8]) -> Self {
        let len = u32::try_from(frame.len()).expect("a short frame");
        for number in [secs, 500_000, len, len] {
            self.0.extend(number.to_le_bytes());
        }
        self.0.extend(frame);
        self
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// Eight frames of different kinds, captured one second after another from second 1 on.
    pub(super) fn mixed() -> Self {
        let lan = |n| [192, 168, 0, n];
        let frames = [
            ethernet(0x0806, &arp(lan(1), lan(2))),
            ethernet(0x0800, &ipv4(lan(1), lan(2), 0, 6, &tcp(40_000, 80, 0x02, 1000))),
            ethernet(0x0800, &ipv4(lan(2), lan(1), 0, 6, &tcp(80, 40_000, 0x12, 5000))),
            ethernet(
                0x0800,
                &ipv4(lan(1), [10, 0, 0, 1], 0, 17, &udp(5000, 6000, b"hello")),
            ),
            ethernet(0x0800, &ipv4(lan(1), [10, 0, 0, 1], 100, 17, b"a later fragment")),
            ethernet(0x86dd, &ipv6(1, 2, 17, &udp(5000, 6000, b"hello"))),
            ethernet(0x86dd, &ipv6(2, 1, 6, &tcp(443, 50_000, 0x10, 7))),
            ethernet(
                0x8100,
                &[
                    &[0, 5, 8, 0][..],
                    &ipv4(lan(7), lan(8), 0, 17, &udp(1, 2, b"tagged")),
                ]
                .concat(),
            ),
        ];
        let numbered = (1..).zip(&frames);
        numbered.fold(Self::ethernet(), |capture, (secs, frame)| {
            capture.frame(secs, frame)
        })
    }
}

pub(super) fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

fn arp(sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let mut packet = vec![0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1];
    packet.extend(sender);
    packet.extend([0; 6]);
    packet.extend(target);
    packet
}

/// `offset` is that of a fragment, in units of eight bytes.
pub(super) fn ipv4(
    source: [u8; 4],
    destination: [u8; 4],
    offset: u16,
    protocol: u8,
    payload: &[u8],
) -> Vec<u8> {
    let len = u16::try_from(20 + payload.len()).expect("a short packet");
    let mut packet = vec![0x45, 0];
    packet.extend(len.to_be_bytes());
    packet.extend([0, 1]);
    packet.extend(offset.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(source);
    packet.extend(destination);
    packet.extend(payload);
    packet
}

/// The addresses are 2001:db8::N.
fn ipv6(source: u8, destination: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).expect("a short packet");
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(len.to_be_bytes());
    packet.extend([protocol, 64]);
    for last in [source, destination] {
        packet.extend([0x20, 0x01, 0x0d, 0xb8]);
        packet.extend([0; 11]);
        packet.push(last);
    }
    packet.extend(payload);
    packet
}

pub(super) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).expect("a short datagram");
    let mut datagram = Vec::new();
    for number in [source, destination, len, 0] {
        datagram.extend(number.to_be_bytes());
    }
    datagram.extend(payload);
    datagram
}

fn tcp(source: u16, destination: u16, flags: u8, sequence: u32) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(source.to_be_bytes());
    segment.extend(destination.to_be_bytes());
    segment.extend(sequence.to_be_bytes());
    segment.extend(if flags & 0x10 == 0 {
        [0; 4]
    } else {
        1001_u32.to_be_bytes()
    });
    segment.extend([0x50, flags, 2, 0, 0, 0, 0, 0]);
    segment
}
