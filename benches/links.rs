//! The rungs of the ladder, one step at a time: `cargo bench --bench links`.

use std::time::Duration;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use fairloss::proto::link::fifo::{BASE_DATAGRAM, Config, Link, Output};
use fairloss::proto::link::{Chaos, Dedup, Limits, Reassembler, Rto, Seal};
use fairloss::proto::{Instant, Machine};

fn main() {
    divan::main();
}

/// One sample and the timeout that follows from it.
#[divan::bench]
fn rto_sample(bencher: Bencher<'_, '_>) {
    let mut rto = Rto::new(Limits::REQUEST);
    bencher.bench_local(|| {
        rto.sample(black_box(Duration::from_micros(250)));
        rto.timeout()
    });
}

/// A new message and a repeated one, for one of a thousand senders.
#[divan::bench]
fn dedup_admit(bencher: Bencher<'_, '_>) {
    let mut dedup = Dedup::new(1000, 1024);
    let mut id = 0;
    bencher.bench_local(|| {
        id += 1;
        let sender = id % 1000;
        (dedup.admit(&sender, id / 1000), dedup.admit(&sender, id / 1000))
    });
}

/// A tag over a full datagram, made and checked.
#[divan::bench]
fn seal_and_open(bencher: Bencher<'_, '_>) {
    let seal = Seal::checksum();
    let mut datagram = vec![7; BASE_DATAGRAM];
    bencher.counter(BytesCount::new(BASE_DATAGRAM)).bench_local(|| {
        datagram.truncate(BASE_DATAGRAM);
        seal.close(&mut datagram);
        seal.open(&datagram).is_some()
    });
}

/// A datagram through a bad network.
#[divan::bench]
fn chaos_carry(bencher: Bencher<'_, '_>) {
    let spec = "loss=10%,dup=10%,reorder=20%,corrupt=1%,delay=1ms..5ms";
    let mut link = Chaos::new(spec.parse().unwrap_or_default(), 1);
    let mut now = Instant::ZERO;
    let mut bytes = Vec::new();
    bencher.bench_local(|| {
        now += Duration::from_micros(100);
        link.handle(now, ((), &[7; 1000]));
        while link.poll_output(&mut bytes).is_some() {
            bytes.clear();
        }
    });
}

/// A MiB in segments, in order, or in pairs whose second half comes first.
#[divan::bench(args = [false, true])]
fn reassemble_1_mib(bencher: Bencher<'_, '_>, swapped: bool) {
    let segment = [7; 1024];
    bencher.counter(BytesCount::new(1_u64 << 20)).bench_local(|| {
        let mut stream = Reassembler::new(64 << 10);
        for index in 0..1024_u64 {
            let place = if swapped { index ^ 1 } else { index };
            stream.insert(place * 1024, &segment, false);
            let count = stream.readable().len();
            stream.consume(count);
        }
        stream.next()
    });
}

/// 64 MiB through two ends of a FIFO link, by datagrams of Ethernet and of loopback, handshake and startup included:
/// the work of both ends together, tags and digests and all, without a network. The clock is a virtual one.
#[divan::bench(args = [1472, 65_507])]
fn fifo_64_mib(bencher: Bencher<'_, '_>, largest_datagram: usize) {
    const SIZE: usize = 64 << 20;
    let piece = vec![7; 128 << 10];
    let config = Config {
        largest_datagram,
        socket_buffer: 4 << 20,
        ..Config::default()
    };
    bencher.counter(BytesCount::new(SIZE)).bench_local(|| {
        let mut now = Instant::ZERO;
        let mut a = Link::caller(now, 1, Seal::checksum(), config);
        let mut b = Link::listener(now, 2, Seal::checksum(), config);
        let (mut written, mut read) = (0, 0);
        let mut datagram = Vec::new();
        while read < SIZE {
            while written < SIZE {
                let count = a.write(now, &piece);
                written += count;
                if count == 0 {
                    break;
                }
            }
            carry(now, &mut a, &mut b, &mut datagram);
            while !b.readable().is_empty() {
                let count = b.readable().len();
                b.consume(now, count);
                read += count;
            }
            carry(now, &mut b, &mut a, &mut datagram);
            now += Duration::from_micros(20);
            a.handle_timeout(now);
            b.handle_timeout(now);
        }
        read
    });
}

fn carry(now: Instant, from: &mut Link, to: &mut Link, datagram: &mut Vec<u8>) {
    while let Some(output) = from.poll_output(datagram) {
        if output == Output::Send {
            to.handle(now, datagram);
        }
        datagram.clear();
    }
}
