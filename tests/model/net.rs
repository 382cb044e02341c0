//! The network: the set of all datagrams ever sent. Any of them may arrive at any time, in any order, as often as it
//! likes, or never.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use fairloss::proto::link::Seal;
use fairloss::wire::rlaunch::{CallId, Cookie, Datagram, Kind, Status};

/// One datagram, and between whom.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// The client that sent it, or that it is for.
    pub(crate) client: usize,
    pub(crate) way: Way,
    pub(crate) bytes: Vec<u8>,
    pub(crate) head: Head,
    /// What stands for it where states are told apart.
    pub(crate) digest: u64,
}

/// What is asked of a datagram so often that it is read only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    pub(crate) instance: u64,
    pub(crate) call: CallId,
    pub(crate) commit: u64,
    pub(crate) cookie: Cookie,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    ToServer,
    ToClient,
}

/// Every datagram ever sent, by rising digest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Net(Vec<Arc<Message>>);

pub(crate) fn seal() -> Seal {
    static SEAL: LazyLock<Seal> = LazyLock::new(Seal::checksum);
    SEAL.clone()
}

/// The digest of anything that can be printed: whatever is in it counts.
pub(crate) fn digest(thing: &impl fmt::Debug) -> u64 {
    struct Text(DefaultHasher);
    impl fmt::Write for Text {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut text = Text(DefaultHasher::new());
    fmt::write(&mut text, format_args!("{thing:?}")).expect("a hasher takes everything");
    text.0.finish()
}

pub(crate) fn address(client: usize) -> SocketAddr {
    let port = 1000 + u16::try_from(client).expect("there are few clients");
    ([192, 0, 2, 1], port).into()
}

pub(crate) fn client(address: SocketAddr) -> usize {
    usize::from(address.port()) - 1000
}

impl Message {
    pub(crate) fn new(client: usize, way: Way, bytes: Vec<u8>) -> Arc<Self> {
        let mut hasher = DefaultHasher::new();
        (client, way, &bytes).hash(&mut hasher);
        let (digest, head) = (hasher.finish(), Head::of(&read(&bytes)));
        Arc::new(Self {
            client,
            way,
            bytes,
            head,
            digest,
        })
    }

    pub(crate) fn read(&self) -> Datagram<'_> {
        read(&self.bytes)
    }

    /// The same datagram with something in it changed.
    pub(crate) fn forged(&self, change: impl FnOnce(&mut Datagram<'_>)) -> Arc<Self> {
        Self::new(self.client, self.way, self.bytes_with(change))
    }

    /// Its bytes with something in it changed.
    pub(crate) fn bytes_with<'a>(&'a self, change: impl FnOnce(&mut Datagram<'a>)) -> Vec<u8> {
        let mut datagram = self.read();
        change(&mut datagram);
        let mut bytes = Vec::new();
        datagram.encode(&mut bytes);
        seal().close(&mut bytes);
        bytes
    }
}

impl Head {
    fn of(datagram: &Datagram<'_>) -> Self {
        Self {
            kind: datagram.kind,
            status: datagram.status,
            instance: datagram.instance,
            call: datagram.call(),
            commit: datagram.commit,
            cookie: datagram.cookie,
        }
    }
}

fn read(bytes: &[u8]) -> Datagram<'_> {
    let contents = seal()
        .open(bytes)
        .expect("nothing in this world damages a datagram");
    Datagram::decode(contents).expect("nothing in this world makes a wrong one")
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datagram = self.read();
        let name = char::from(b'A' + u8::try_from(self.client).unwrap_or_default());
        match self.way {
            Way::ToServer => write!(f, "{name}→server {:?} ", datagram.kind)?,
            Way::ToClient => write!(f, "server→{name} {:?} {:?} ", datagram.kind, datagram.status)?,
        }
        write!(f, "{}", datagram.call())?;
        if datagram.ack_through > 0 {
            write!(f, " ack {}", datagram.ack_through)?;
        }
        if datagram.commit > 0 {
            write!(f, " commit {}", datagram.commit)?;
        }
        match datagram.kind {
            Kind::Request | Kind::Reply if !datagram.payload.is_empty() => {
                write!(f, " \"{}\"", datagram.payload.escape_ascii())
            }
            _ => Ok(()),
        }
    }
}

impl Net {
    pub(crate) fn send(&mut self, message: Arc<Message>) {
        if let Err(place) = self.0.binary_search_by_key(&message.digest, |known| known.digest) {
            self.0.insert(place, message);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.0.iter()
    }

    /// Whether the server has given out this cookie to this client: who shows it receives at its address.
    pub(crate) fn proves(&self, client: usize, cookie: &Cookie) -> bool {
        self.0.iter().any(|message| {
            message.client == client && message.way == Way::ToClient && message.head.cookie == *cookie
        }) && *cookie != Cookie::default()
    }

    pub(crate) fn contains(&self, message: &Message) -> bool {
        self.0
            .binary_search_by_key(&message.digest, |known| known.digest)
            .is_ok()
    }

    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for message in &self.0 {
            hasher.write_u64(message.digest);
        }
        hasher.finish()
    }
}
