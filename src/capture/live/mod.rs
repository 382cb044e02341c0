//! Packets as they pass an interface.

mod config;
mod error;
mod names;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use super::missed::Missed;
use super::raw::{Dressing, OUTGOING, Raw};
use super::ring::Walk;
use super::stamps::{self, Stamps};
use super::sys;
use super::{Device, Frame};
use crate::filter::Program;
use crate::wire::LinkType;
use crate::wire::pcapng::Interface;
pub use config::{Config, Direction};
pub use error::LiveError;
use names::Names;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::netdevice::index_to_name_inlined;
use socket2::{Domain, Protocol, SockFilter, Socket, Type};

/// A capture that is open, and once [started](Self::start) has packets.
#[derive(Debug)]
pub struct Live {
    device: Device,
    socket: Socket,
    source: Source,
    dressing: Dressing,
    direction: Direction,
    snaplen: usize,
    scratch: Vec<u8>,
    tally: Tally,
    missed: Missed,
    /// How many packets the kernel has handed over.
    fetched: u64,
    /// What a file says of the interface; and of each one, where packets of all are captured.
    interface: Interface,
    names: Names,
    /// Whether the interface has gone down, as far as is known.
    is_down: bool,
}

/// Where the packets come from.
#[derive(Debug)]
enum Source {
    /// The ring in shared memory.
    Ring(Walk),
    /// One system call for each packet, where a system refuses the ring.
    Calls { buffer: Vec<u8>, last: sys::Received },
}

/// What the kernel has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The packets that passed the filter.
    pub received: u64,
    /// Those of them that found no room in the buffer.
    pub dropped: u64,
    /// Those that the interface itself had to drop.
    pub missed: u64,
}

impl Live {
    /// The link types that captures on `device` can have, the usual one first.
    ///
    /// # Errors
    /// When the device cannot be opened.
    pub fn link_types(device: &Device) -> Result<Vec<LinkType>, LiveError> {
        let dressing = dressing(device)?.0;
        Ok(if dressing.is_cooked() {
            vec![LinkType::LINUX_SLL2, LinkType::LINUX_SLL]
        } else {
            vec![dressing.link()]
        })
    }

    /// Who can stamp the packets of `device` with their time.
    ///
    /// # Errors
    /// When the device cannot be opened.
    pub fn stamp_types(device: &Device) -> Result<Vec<Stamps>, LiveError> {
        let socket = socket(device, Type::RAW)?;
        Ok(stamps::known(socket.as_fd(), &device.name))
    }

    /// Opens a device. No packet comes in before [`Self::start`].
    ///
    /// # Errors
    /// When the system refuses, or the device has another link type.
    pub fn open(config: &Config) -> Result<Self, LiveError> {
        let device = &config.device;
        let (usual, raw) = dressing(device)?;
        let dressing = match config.link {
            None => usual,
            Some(LinkType::LINUX_SLL) if usual.is_cooked() => Dressing::Cooked,
            Some(LinkType::LINUX_SLL2) if usual.is_cooked() => Dressing::Cooked2,
            Some(link) if link == usual.link() => usual,
            Some(link) => {
                return Err(LiveError::LinkType {
                    device: device.name.clone(),
                    link,
                });
            }
        };
        let socket = if dressing.is_cooked() {
            socket(device, Type::DGRAM)?
        } else {
            raw
        };
        let told = |doing| move |source| LiveError::system(device, doing, source);
        if config.monitor && !dressing.is_wireless() {
            return Err(LiveError::Monitor {
                device: device.name.clone(),
                hint: if device.is_wireless() {
                    " as it is; iw(8) adds an interface that does: iw dev ... interface add mon0 type monitor"
                } else {
                    ""
                },
            });
        }
        if config.promiscuous && device.index != 0 && !device.is_loopback() {
            sys::promiscuous(socket.as_fd(), device.index).map_err(told("ask for all packets"))?;
        }
        sys::stamps(socket.as_fd()).map_err(told("ask for time stamps"))?;
        if !stamps::set(socket.as_fd(), &device.name, config.stamps) {
            return Err(LiveError::Stamps {
                device: device.name.clone(),
                stamps: config.stamps,
            });
        }
        let retire_ms = if config.immediate { IMMEDIATE_MS } else { BATCH_MS };
        let source = match Walk::new(socket.as_fd(), config.buffer, retire_ms) {
            Ok(walk) => Source::Ring(walk),
            Err(_) if config.stamps != Stamps::Host => {
                return Err(LiveError::Stamps {
                    device: device.name.clone(),
                    stamps: config.stamps,
                });
            }
            Err(_) => {
                sys::tags(socket.as_fd()).map_err(told("ask for VLAN tags"))?;
                // The size is a wish: a kernel that grants less loses packets, and says so in its counts.
                let _ = socket.set_recv_buffer_size(config.buffer as usize);
                Source::Calls {
                    buffer: vec![0; config.snaplen as usize],
                    last: sys::Received::default(),
                }
            }
        };
        Ok(Self {
            interface: Interface {
                link: dressing.link(),
                snaplen: config.snaplen,
                name: device.name.as_str().into(),
                ..Interface::default()
            },
            names: Names::default(),
            is_down: false,
            device: device.clone(),
            socket,
            source,
            dressing,
            direction: config.direction,
            snaplen: config.snaplen as usize,
            scratch: Vec::new(),
            tally: Tally::default(),
            missed: Missed::open(&device.name),
            fetched: 0,
        })
    }

    /// What the packets begin with.
    pub fn link(&self) -> LinkType {
        self.dressing.link()
    }

    /// The interface, as a file describes it.
    pub fn interface(&self) -> Interface {
        self.interface.clone()
    }

    /// Lets packets in, those that `filter` wants. Says whether the kernel runs the filter; if not, the packets
    /// have yet to be filtered: those whose filter asks for what the kernel has cut out, or does not know without the
    /// cooked header, or is too long for it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start(&mut self, filter: &Program) -> Result<bool, LiveError> {
        if filter.needs_kernel() && (self.dressing.is_cooked() || filter.reads_tags()) {
            return Err(LiveError::Filter(self.device.name.clone()));
        }
        let in_kernel = !filter.reads_tags() && self.runs(filter);
        let bound = sys::bind(self.socket.as_fd(), self.device.index, ALL_PROTOCOLS);
        bound.map_err(|source| LiveError::system(&self.device, "bind", source))?;
        match self.socket.take_error() {
            Ok(Some(error)) if is_down(&error) => Err(LiveError::Down(self.device.name.clone())),
            _ => Ok(in_kernel),
        }
    }

    /// Whether the kernel takes the filter, which sees no cooked header.
    fn runs(&self, filter: &Program) -> bool {
        if !self.dressing.is_cooked() {
            return self.attach(filter).is_ok();
        }
        let bare = filter.without_cooked_header(self.link());
        bare.is_some_and(|bare| self.attach(&bare).is_ok())
    }

    fn attach(&self, filter: &Program) -> io::Result<()> {
        let insns = filter.insns();
        if insns.len() > KERNEL_MAX {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let insns: Vec<_> = insns
            .iter()
            .map(|insn| SockFilter::new(insn.code, insn.jt, insn.jf, insn.k))
            .collect();
        self.socket.attach_filter(&insns)
    }

    /// Lets no more packets in. Those that have come in before can still be fetched.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stop(&mut self) -> Result<(), LiveError> {
        // RET #0: no byte of any packet is wanted.
        let nothing = self.socket.attach_filter(&[SockFilter::new(6, 0, 0, 0)]);
        nothing.map_err(|source| LiveError::system(&self.device, "stop", source))
    }

    /// Whether every packet has been fetched that the kernel has counted and not dropped. It can be untrue for ever
    /// if the kernel has lost count, so nobody should wait longer for it than [`Self::SETTLED`].
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn is_drained(&mut self) -> Result<bool, LiveError> {
        let Tally {
            received, dropped, ..
        } = self.tally()?;
        Ok(self.fetched >= received - dropped.min(received))
    }

    /// After this time the kernel has handed over every block, full or not.
    pub const SETTLED: Duration = Duration::from_millis(2 * BATCH_MS as u64 + 50);

    /// The next packet that has come in, or none if there is none now.
    ///
    /// # Errors
    /// When the capture cannot go on.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, LiveError> {
        loop {
            let advanced = match &mut self.source {
                Source::Ring(walk) => walk.advance(),
                Source::Calls { buffer, last } => match sys::receive(self.socket.as_fd(), buffer) {
                    Ok(Some(received)) => {
                        *last = received;
                        true
                    }
                    Ok(None) => false,
                    Err(source) => return Err(LiveError::system(&self.device, "receive", source)),
                },
            };
            if !advanced {
                return Ok(None);
            }
            self.fetched += 1;
            let packet_type = self.source.current().address.packet_type;
            if self.goes_the_right_way(packet_type) {
                break;
            }
        }
        let raw = self.source.current();
        let interface = match self.device.index {
            0 => self
                .names
                .of(raw.address.ifindex, self.socket.as_fd(), &self.interface),
            _ => None,
        };
        let frame = self.dressing.dress(raw, self.snaplen, &mut self.scratch);
        Ok(Some(Frame { interface, ..frame }))
    }

    /// Every packet passes a loopback interface twice, once each way; once is enough.
    fn goes_the_right_way(&self, packet_type: u8) -> bool {
        let outgoing = packet_type == OUTGOING;
        match self.direction {
            _ if outgoing && self.is_on_loopback() => false,
            Direction::Both => true,
            Direction::In => !outgoing,
            Direction::Out => outgoing,
        }
    }

    fn is_on_loopback(&self) -> bool {
        self.device.is_loopback()
            || (self.device.index == 0 && self.source.current().address.hardware == LOOPBACK)
    }

    /// Waits for packets, until something is to be read from `wake`, or for this time. An interface that goes down
    /// may come up again.
    ///
    /// # Errors
    /// When the interface has gone.
    pub fn wait(&mut self, wake: BorrowedFd<'_>, longest: Option<Duration>) -> Result<(), LiveError> {
        let told = |device: &Device, source| LiveError::system(device, "wait for packets", source);
        let longest = if self.is_down {
            // Nobody tells that it goes for good.
            Some(longest.map_or(LOOK_AGAIN, |longest| longest.min(LOOK_AGAIN)))
        } else {
            longest
        };
        let mut ready = [
            PollFd::new(&self.socket, PollFlags::IN),
            PollFd::new(&wake, PollFlags::IN),
        ];
        let longest = longest.and_then(|longest| Timespec::try_from(longest).ok());
        match poll(&mut ready, longest.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(told(&self.device, error.into())),
        }
        let [socket, _] = ready;
        let happened = socket.revents();
        if happened.contains(PollFlags::ERR) {
            match self.socket.take_error() {
                Ok(None) => {}
                Ok(Some(error)) if is_down(&error) => self.is_down = true,
                Ok(Some(error)) | Err(error) => return Err(told(&self.device, error)),
            }
        } else if happened.contains(PollFlags::IN) {
            self.is_down = false;
        }
        if self.is_down && !self.is_there() {
            return Err(LiveError::Gone(self.device.name.clone()));
        }
        Ok(())
    }

    /// Whether the system still has the interface, whatever it is called now.
    fn is_there(&self) -> bool {
        let name = index_to_name_inlined(self.socket.as_fd(), self.device.index);
        self.device.index == 0 || name.is_ok()
    }

    /// What the kernel has counted since the start.
    ///
    /// # Errors
    /// When it does not say.
    pub fn tally(&mut self) -> Result<Tally, LiveError> {
        // The kernel counts from zero again after each answer.
        let (received, dropped) = sys::statistics(self.socket.as_fd())
            .map_err(|source| LiveError::system(&self.device, "read the statistics", source))?;
        self.tally.received += u64::from(received);
        self.tally.dropped += u64::from(dropped);
        self.tally.missed = self.missed.count();
        Ok(self.tally)
    }
}

impl Source {
    fn current(&self) -> Raw<'_> {
        match self {
            Self::Ring(walk) => walk.current(),
            Self::Calls { buffer, last } => Raw {
                secs: last.secs,
                nanos: last.nanos,
                original: last.original.try_into().unwrap_or(u32::MAX),
                bytes: buffer.get(..last.captured).unwrap_or_default(),
                vlan: last.vlan,
                address: last.address,
            },
        }
    }
}

fn is_down(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NetworkDown
}

/// What has to be done to the packets of a device, and a socket for whole frames that is bound to it.
fn dressing(device: &Device) -> Result<(Dressing, Socket), LiveError> {
    let socket = socket(device, Type::RAW)?;
    if device.index == 0 {
        return Ok((Dressing::Cooked2, socket));
    }
    let told = |doing| move |source| LiveError::system(device, doing, source);
    sys::bind(socket.as_fd(), device.index, NO_PROTOCOL).map_err(told("bind"))?;
    let hardware = sys::hardware(socket.as_fd()).map_err(told("read its type"))?;
    Ok((Dressing::of(hardware), socket))
}

/// A packet socket that lets nothing in yet: what came in before it is bound would be from any interface.
fn socket(device: &Device, kind: Type) -> Result<Socket, LiveError> {
    let protocol = Protocol::from(i32::from(NO_PROTOCOL));
    let made = Socket::new(Domain::PACKET, kind, Some(protocol));
    made.map_err(|source| LiveError::system(device, "open a packet socket", source))
}

const NO_PROTOCOL: u16 = 0;

/// `ETH_P_ALL`.
const ALL_PROTOCOLS: u16 = 3;

/// `ARPHRD_LOOPBACK`.
const LOOPBACK: u16 = 772;

/// The longest filter that Linux takes (`BPF_MAXINSNS`).
const KERNEL_MAX: usize = 4096;

/// How often an interface that is down is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// How long packets may wait for others to be handed over with them, in milliseconds: not so long that a person
/// would notice. A block is handed over as a whole, so that the time in which all blocks are handed over is the longest
/// that we may be kept from fetching them.
const BATCH_MS: u32 = 100;
const IMMEDIATE_MS: u32 = 8;
