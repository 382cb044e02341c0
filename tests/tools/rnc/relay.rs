//! `--relay`: a bad network between others.

use std::io::{BufRead, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use socket2::SockRef;

use super::Nc;
use crate::support::{peer, until};

/// A running relay.
struct Relay {
    nc: Nc,
    address: SocketAddr,
}

impl Relay {
    fn start(flags: &[&str], target: SocketAddr) -> Self {
        let target = target.to_string();
        let mut nc = Nc::ours(&[flags, &["--relay", "-nv", "127.0.0.1:0", &target]].concat());
        let line = nc.message();
        let port = line.rsplit(' ').next().expect("a line has words");
        let address = format!("127.0.0.1:{port}")
            .parse()
            .expect("it says where it listens");
        assert!(nc.message().starts_with("Relaying to 127.0.0.1 "));
        if flags.contains(&"--chaos") {
            assert!(nc.message().starts_with("Network: "));
        }
        Self { nc, address }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.nc.child), signal).expect("it runs");
    }

    /// What is said next that does not announce a client.
    fn remark(&mut self) -> String {
        loop {
            let line = self.nc.message();
            if !line.starts_with("Connection received on ") {
                return line;
            }
        }
    }

    /// The counters now: up, down and clients.
    fn tally(&mut self) -> [String; 3] {
        self.signal(Signal::USR1);
        [(); 3].map(|()| self.remark())
    }

    fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(self.address).expect("the relay listens"))
    }
}

/// Nobody waits for ever.
fn patient(stream: TcpStream) -> TcpStream {
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).expect("it can be");
    stream
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

fn accept(listener: &TcpListener) -> TcpStream {
    patient(listener.accept().expect("a client comes").0)
}

fn read_all(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("it ends well");
    bytes
}

fn udp() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("it can be");
    let address = socket.local_addr().expect("it is bound");
    (socket, address)
}

/// The first number in a line.
fn number(line: &str) -> u64 {
    let digits: String = line
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().expect("there is a number")
}

const HARMLESS_AND_NOT: [&[&str]; 2] = [&[], &["--chaos", "delay=1ms..3ms,loss=5%,seed=1"]];

/// What arrives of 200 datagrams, and the counters.
fn history(seed: &str) -> (Vec<Vec<u8>>, String) {
    let (server, target) = udp();
    let spec = format!("loss=30%,dup=10%,corrupt=10%,seed={seed}");
    let mut relay = Relay::start(&["-u", "--chaos", &spec], target);
    let (client, _) = udp();
    for number in 0..200_u16 {
        client
            .send_to(&number.to_be_bytes(), relay.address)
            .expect("it leaves");
        // One at a time, so that no socket's buffer overflows.
        if number % 50 == 49 {
            until("all have come", || {
                super::relay::number(&relay.tally()[0]) > u64::from(number)
            });
        }
    }
    let up = relay.tally()[0].clone();
    let passed = number(up.split(", ").nth(1).expect("it counts what came out"));
    let mut arrived = Vec::new();
    for _ in 0..passed {
        let mut bytes = [0; 10];
        let length = server.recv(&mut bytes).expect("it comes");
        arrived.push(bytes.get(..length).unwrap_or_default().to_vec());
    }
    (arrived, up)
}

#[test]
fn a_seed_repeats_its_history() {
    let first = history("7");
    assert_eq!(first, history("7"));
    assert_ne!(first, history("8"));
}

#[test]
fn each_client_of_many_gets_its_own_answers() {
    let (server, target) = udp();
    let relay = Relay::start(&["-u"], target);
    let clients: Vec<UdpSocket> = (0..200).map(|_| udp().0).collect();
    for (name, client) in (0..200_u8).zip(&clients) {
        client.send_to(&[name], relay.address).expect("it leaves");
        let mut bytes = [0; 10];
        let (length, from) = server.recv_from(&mut bytes).expect("it comes");
        server.send_to(&bytes[..length], from).expect("it leaves");
    }
    for (name, client) in (0..200_u8).zip(&clients) {
        let mut bytes = [0; 10];
        let length = client.recv(&mut bytes).expect("it comes");
        assert_eq!(bytes[..length], [name]);
    }
}

#[test]
fn datagrams_of_every_size_arrive_whole_and_in_order() {
    for flags in [&["-u"][..], &["-u", "--chaos", "delay=1ms"]] {
        let (server, target) = udp();
        let relay = Relay::start(flags, target);
        let (client, _) = udp();
        for size in [0, 1, 1, 1, 1400, 1400, 700, 0, 9000, 65_507, 1] {
            let sent = vec![b'x'; size];
            client.send_to(&sent, relay.address).expect("it leaves");
            let mut bytes = vec![0; 70_000];
            let length = server.recv(&mut bytes).expect("it comes");
            assert!(bytes[..length] == sent, "{length} of {size} bytes");
        }
    }
}

#[test]
fn a_server_of_datagrams_that_is_down_does_not_end_the_relay() {
    let (server, target) = udp();
    drop(server);
    let mut relay = Relay::start(&["-u"], target);
    let (client, _) = udp();
    client.send_to(b"lost", relay.address).expect("it leaves");
    until("it has come", || number(&relay.tally()[0]) > 0);
    let server = UdpSocket::bind(target).expect("the port is free again");
    server
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("it can be");
    client.send_to(b"again", relay.address).expect("it leaves");
    let mut bytes = [0; 10];
    // The first may have been counted before it was sent.
    while !bytes.starts_with(b"again") {
        server.recv(&mut bytes).expect("it comes");
    }
}

/// What a server hears from a client, which then gets an answer.
fn serve_one(listener: &TcpListener) -> Vec<u8> {
    let mut stream = accept(listener);
    let heard = read_all(&stream);
    stream.write_all(b"answer\n").expect("it is taken");
    heard
}

#[test]
fn real_clients_end_their_way_and_still_get_the_answer() {
    for flags in HARMLESS_AND_NOT {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        let port = relay.address.port().to_string();
        let clients: [(&str, &[&str]); 3] = [
            ("nc", &["-N", "127.0.0.1", &port]),
            ("ncat", &["127.0.0.1", &port]),
            ("socat", &["-t", "20", "-", &format!("TCP:127.0.0.1:{port}")]),
        ];
        for (name, arguments) in clients {
            let Some(program) = peer(name) else { continue };
            let mut client = Nc::start(Command::new(program).args(arguments));
            client.say("question\n");
            client.eof();
            assert_eq!(serve_one(&server), b"question\n", "{name}");
            let (_, printed, _) = client.end();
            assert_eq!(printed, "answer\n", "{name}");
        }
    }
}

#[test]
fn a_server_that_ends_its_way_still_hears_the_client() {
    for flags in HARMLESS_AND_NOT {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        let mut client = relay.connect();
        let mut served = accept(&server);
        served.write_all(b"banner").expect("it is taken");
        served.shutdown(Shutdown::Write).expect("it is open");
        assert_eq!(read_all(&client), b"banner");
        client.write_all(&vec![b'x'; 300_000]).expect("it is taken");
        drop(client);
        assert_eq!(read_all(&served).len(), 300_000);
    }
}

#[test]
fn a_reset_is_carried_through_either_way() {
    for flags in HARMLESS_AND_NOT {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        for client_resets in [true, false] {
            let client = relay.connect();
            let served = accept(&server);
            let (resets, mut sees) = if client_resets {
                (client, served)
            } else {
                (served, client)
            };
            let at_once = Some(Duration::ZERO);
            SockRef::from(&resets).set_linger(at_once).expect("it can be");
            drop(resets);
            let error = sees.read(&mut [0; 10]).expect_err("it is no end");
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{flags:?}");
        }
    }
}

#[test]
fn a_reset_is_carried_through_to_who_does_not_read() {
    for flags in HARMLESS_AND_NOT {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        let mut client = relay.connect();
        let mut served = accept(&server);
        fill(&mut client);
        SockRef::from(&client)
            .set_linger(Some(Duration::ZERO))
            .expect("it can be");
        drop(client);
        let end = std::io::copy(&mut served, &mut std::io::sink());
        let error = end.expect_err("it is no end");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{flags:?}");
    }
}

/// Sends until nothing more is taken: how many bytes.
fn fill(stream: &mut TcpStream) -> usize {
    let patience = Some(Duration::from_millis(700));
    stream.set_write_timeout(patience).expect("it can be");
    let (piece, mut sent) = (vec![0; 1 << 16], 0);
    while let Ok(count) = stream.write(&piece) {
        sent += count;
        assert!(sent < 1 << 30, "somebody remembers all of it");
    }
    sent
}

#[test]
fn who_does_not_read_holds_the_sender_back() {
    for flags in HARMLESS_AND_NOT {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        let mut client = relay.connect();
        let served = accept(&server);
        let sent = fill(&mut client);
        let status = format!("/proc/{}/status", relay.nc.child.id());
        let status = std::fs::read_to_string(status).expect("it runs");
        let resident = status.lines().find(|line| line.starts_with("VmRSS"));
        let resident = number(resident.expect("it has memory"));
        assert!(resident < 64 << 10, "{resident} KiB");
        drop(client);
        assert_eq!(read_all(&served).len(), sent);
    }
}

#[test]
fn a_server_that_is_down_resets_its_clients_and_the_relay_goes_on() {
    let (server, target) = listener();
    drop(server);
    let mut relay = Relay::start(&[], target);
    let mut client = relay.connect();
    let error = client.read(&mut [0; 10]).expect_err("it is no end");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(
        relay.remark(),
        format!("rnc: connect to {target}: Connection refused")
    );
    let server = TcpListener::bind(target).expect("the port is free again");
    let mut client = relay.connect();
    client.write_all(b"question\n").expect("it is taken");
    client.shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(serve_one(&server), b"question\n");
    assert_eq!(read_all(&client), b"answer\n");
    assert_eq!(relay.tally()[2], "Clients: 2, 1 of them refused");
}

#[test]
fn two_hundred_connections_at_once_are_kept_apart() {
    for flags in [&[][..], &["--chaos", "delay=1ms,rate=100M"]] {
        let (server, target) = listener();
        let relay = Relay::start(flags, target);
        let mut clients: Vec<TcpStream> = (0..200).map(|_| relay.connect()).collect();
        let echo = thread::spawn(move || {
            let served: Vec<TcpStream> = (0..200).map(|_| accept(&server)).collect();
            for stream in served {
                let bytes = read_all(&stream);
                (&stream).write_all(&bytes).expect("it is taken");
            }
        });
        for (name, client) in (0..200_u8).zip(&mut clients) {
            client.write_all(&vec![name; 3000]).expect("it is taken");
            client.shutdown(Shutdown::Write).expect("it is open");
        }
        for (name, client) in (0..200_u8).zip(&clients) {
            assert!(read_all(client) == vec![name; 3000], "{name}");
        }
        echo.join().expect("it echoes");
    }
}

#[test]
fn a_quiet_connection_is_cut_after_the_time_of_w() {
    let (server, target) = listener();
    let relay = Relay::start(&["-w", "1"], target);
    let client = relay.connect();
    let served = accept(&server);
    assert_eq!((read_all(&client), read_all(&served)), (vec![], vec![]));
}

#[test]
fn a_signal_ends_it_with_the_tally() {
    let (server, target) = listener();
    let mut relay = Relay::start(&["--chaos", "corrupt=100%,seed=3"], target);
    let mut client = relay.connect();
    client.write_all(&[0; 3000]).expect("it is taken");
    client.shutdown(Shutdown::Write).expect("it is open");
    let heard = serve_one(&server);
    assert_eq!(heard.iter().filter(|byte| **byte != 0).count(), 2);
    assert_eq!(read_all(&client).len(), 7);
    relay.signal(Signal::INT);
    assert_eq!(
        relay.remark(),
        "Up: 3000 bytes, 0 segments late, 2 damaged, 0 connections reset"
    );
    let mut rest = String::new();
    relay.nc.messages.read_line(&mut rest).expect("it is text");
    assert!(rest.starts_with("Down: 7 bytes"), "{rest}");
    let status = relay.nc.child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn the_tally_is_an_object_too() {
    let (_server, target) = udp();
    let target = target.to_string();
    let mut nc = Nc::ours(&[
        "--relay",
        "-nu",
        "--json",
        "--chaos",
        "loss=1%,seed=5",
        "127.0.0.1:0",
        &target,
    ]);
    let next = |nc: &mut Nc| serde_json::from_str::<Value>(&nc.message()).expect("it is JSON");
    assert_eq!(next(&mut nc)["event"], "bound");
    assert_eq!(next(&mut nc)["event"], "relaying");
    assert_eq!(next(&mut nc)["seed"], 5);
    kill_process(Pid::from_child(&nc.child), Signal::TERM).expect("it runs");
    let tally = next(&mut nc);
    assert_eq!(
        (&tally["event"], &tally["up"]["offered"]),
        (&"tally".into(), &0.into())
    );
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["--relay", "1"],
            "usage: rnc --relay [-u] [--chaos spec] [address:]port host:port",
        ),
        (
            &["--relay", "1", "2"],
            "usage: rnc --relay [-u] [--chaos spec] [address:]port host:port",
        ),
        (&["--relay", "1", "a:0"], "port number too small: 0"),
        (
            &["--relay", "::1:5", "a:1"],
            "not HOST:PORT or [ADDRESS]:PORT: ::1:5",
        ),
        (&["--relay", "-l", "1", "a:1"], "cannot use --relay and -l"),
        (&["--relay", "-z", "1", "a:1"], "cannot use --relay and -z"),
        (&["--relay", "-U", "1", "a:1"], "cannot use --relay and -U"),
        (
            &["--relay", "--chaos", "loss=2", "1", "a:1"],
            "--chaos: loss=2: expected a chance from 0% to 100%",
        ),
        (
            &["--relay", "--chaos", "dup=2%", "1", "a:1"],
            "--chaos: dup: TCP promises each byte once and in order, whatever the network does",
        ),
        (
            &["--relay", "-u", "--chaos", "reset=2%", "1", "a:1"],
            "--chaos: reset: datagrams have no connection",
        ),
    ];
    for (arguments, why) in cases {
        Nc::ours(arguments).fails(&format!("rnc: {why}"));
    }
}
