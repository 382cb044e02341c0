//! A name server in the test itself: it says over UDP and TCP what a closure says.
#![expect(
    clippy::indexing_slicing,
    reason = "a test may panic at what it does not expect"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fairloss::wire::dns::{Message, Name, RecordType};

/// A server on 127.0.0.1 that runs until the test process ends.
pub(crate) struct NameServer {
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// A query as the server got it.
pub(crate) struct Asked {
    /// The name without its final dot, in the case that was sent.
    pub(crate) name: String,
    /// The type, by name.
    pub(crate) rtype: String,
    pub(crate) tcp: bool,
    /// How often this question came before.
    pub(crate) before: usize,
    bytes: Vec<u8>,
}

/// One message that the server sends.
pub(crate) struct Said {
    pub(crate) bytes: Vec<u8>,
    /// Whether it comes from another port.
    pub(crate) from_elsewhere: bool,
}

/// Owner, type, TTL, data.
pub(crate) type Answer<'a> = (&'a str, RecordType, u32, Vec<u8>);

impl NameServer {
    /// Starts a server that answers each query with the messages that `zone` returns for it.
    pub(crate) fn start(zone: impl Fn(&Asked) -> Vec<Said> + Send + Sync + 'static) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
            let address = udp.local_addr().expect("a bound socket has an address");
            if let Ok(tcp) = TcpListener::bind(address) {
                break (udp, tcp);
            }
        };
        Self::serve(udp, tcp, zone)
    }

    /// Starts another server at the same port of another loopback address.
    pub(crate) fn beside(
        &self,
        address: &str,
        zone: impl Fn(&Asked) -> Vec<Said> + Send + Sync + 'static,
    ) -> Self {
        let address = (address, self.address.port());
        let udp = UdpSocket::bind(address).expect("another loopback address has the port free");
        let tcp = TcpListener::bind(address).expect("another loopback address has the port free");
        Self::serve(udp, tcp, zone)
    }

    /// Starts a server at port 53 of `address`, which takes root.
    pub(crate) fn system(address: &str, zone: impl Fn(&Asked) -> Vec<Said> + Send + Sync + 'static) -> Self {
        let udp = UdpSocket::bind((address, 53)).expect("nobody serves names there");
        let tcp = TcpListener::bind((address, 53)).expect("nobody serves names there");
        Self::serve(udp, tcp, zone)
    }

    fn serve(
        udp: UdpSocket,
        tcp: TcpListener,
        zone: impl Fn(&Asked) -> Vec<Said> + Send + Sync + 'static,
    ) -> Self {
        let address = udp.local_addr().expect("a bound socket has an address");
        let log = Arc::new(Mutex::new(Vec::new()));
        let zone = Arc::new(zone);
        let shared = (Arc::clone(&log), Arc::clone(&zone));
        thread::spawn(move || {
            let elsewhere = UdpSocket::bind("127.0.0.1:0").expect("loopback has another free port");
            let mut buffer = [0; 4096];
            while let Ok((length, client)) = udp.recv_from(&mut buffer) {
                let asked = note(&buffer[..length], false, &shared.0);
                for said in (shared.1)(&asked) {
                    let socket = if said.from_elsewhere { &elsewhere } else { &udp };
                    socket
                        .send_to(&said.bytes, client)
                        .expect("loopback takes a datagram");
                }
            }
        });
        let shared = (Arc::clone(&log), zone);
        thread::spawn(move || {
            for stream in tcp.incoming().map_while(Result::ok) {
                // A client that goes away in the middle is no concern of the server's.
                let _ = serve(stream, &shared.0, &*shared.1);
            }
        });
        Self { address, log }
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// The queries that came, in order, each as `name TYPE` with ` tcp` behind it if so.
    pub(crate) fn queries(&self) -> Vec<String> {
        self.log.lock().expect("no panic under the lock").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<String>>,
    zone: &dyn Fn(&Asked) -> Vec<Said>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut query = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut query)?;
    for said in zone(&note(&query, true, log)) {
        let length = u16::try_from(said.bytes.len()).expect("a message is short enough");
        // The length byte by byte: a reader must put it together.
        for byte in length.to_be_bytes() {
            stream.write_all(&[byte])?;
        }
        stream.write_all(&said.bytes)?;
    }
    Ok(())
}

/// A query that came in some other way, not counted.
pub(crate) fn asked(query: &[u8]) -> Asked {
    note(query, true, &Mutex::new(Vec::new()))
}

fn note(query: &[u8], tcp: bool, log: &Mutex<Vec<String>>) -> Asked {
    let question = Message::parse(query)
        .expect("a query has a header")
        .questions()
        .next();
    let question = question
        .expect("a query has a question")
        .expect("that can be read");
    let text = question.name.to_string();
    let name = text
        .strip_suffix('.')
        .filter(|name| !name.is_empty())
        .unwrap_or(&text);
    let rtype = question.rtype.to_string();
    let line = format!("{name} {rtype}{}", if tcp { " tcp" } else { "" });
    let mut log = log.lock().expect("no panic under the lock");
    let before = log.iter().filter(|other| **other == line).count();
    log.push(line);
    Asked {
        name: name.to_owned(),
        rtype,
        tcp,
        before,
        bytes: query.to_vec(),
    }
}

impl Asked {
    /// A good answer.
    pub(crate) fn answer(&self, answers: &[Answer<'_>]) -> Said {
        self.reply(0, answers, &[])
    }

    /// Nothing, and the SOA record that says so: for 0 the name has no such records, for 3 it does not exist.
    pub(crate) fn denial(&self, rcode: u8) -> Said {
        let mut soa = [wire("ns.test"), wire("host.test")].concat();
        for number in [1_u32, 2, 3, 4, 60] {
            soa.extend_from_slice(&number.to_be_bytes());
        }
        self.reply(rcode, &[], &[("test", RecordType::SOA, 60, soa)])
    }

    /// A response code alone.
    pub(crate) fn failure(&self, rcode: u8) -> Said {
        self.reply(rcode, &[], &[])
    }

    /// Nothing but the word that there is more than fits.
    pub(crate) fn truncated(&self) -> Said {
        let mut said = self.reply(0, &[], &[]);
        said.bytes[2] |= 0x02;
        said
    }

    fn reply(&self, rcode: u8, answers: &[Answer<'_>], authorities: &[Answer<'_>]) -> Said {
        let mut bytes = self.bytes[..2].to_vec();
        bytes.extend_from_slice(&[0x84 | (self.bytes[2] & 0x01), rcode, 0, 1]);
        for count in [answers.len(), authorities.len(), 0] {
            bytes.extend_from_slice(&u16::try_from(count).expect("few records").to_be_bytes());
        }
        let question = wire(&self.name).len() + 4;
        bytes.extend_from_slice(&self.bytes[12..12 + question]);
        for (owner, rtype, ttl, data) in answers.iter().chain(authorities) {
            bytes.extend_from_slice(&wire(owner));
            bytes.extend_from_slice(&rtype.0.to_be_bytes());
            bytes.extend_from_slice(&[0, 1]);
            bytes.extend_from_slice(&ttl.to_be_bytes());
            bytes.extend_from_slice(&u16::try_from(data.len()).expect("short data").to_be_bytes());
            bytes.extend_from_slice(data);
        }
        Said {
            bytes,
            from_elsewhere: false,
        }
    }
}

impl Said {
    /// The same with another id.
    pub(crate) fn with_wrong_id(mut self) -> Self {
        self.bytes[0] ^= 0xff;
        self
    }

    /// The same from another port.
    pub(crate) fn sent_from_elsewhere(self) -> Self {
        Self {
            from_elsewhere: true,
            ..self
        }
    }
}

/// A name in the form that it has in a message.
pub(crate) fn wire(name: &str) -> Vec<u8> {
    let name: Name = name.parse().expect("a test writes names");
    name.as_wire().to_vec()
}

/// The transfer of `zone.test`, in two messages.
pub(crate) fn transfer(asked: &Asked) -> Vec<Said> {
    let soa = || {
        let data = [wire("ns.test"), wire("host.test"), vec![0; 20]].concat();
        ("zone.test", RecordType::SOA, 60, data)
    };
    vec![
        asked.answer(&[soa(), ("zone.test", RecordType::NS, 60, wire("ns.test"))]),
        asked.answer(&[("a.zone.test", RecordType::A, 60, vec![192, 0, 2, 9]), soa()]),
    ]
}
