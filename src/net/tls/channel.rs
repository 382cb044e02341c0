//! A connection after its handshake, as the layer above a socket: the byte pump reads and writes through it.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::os::fd::BorrowedFd;

use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, Shutdown, recv, send, sendmsg, shutdown};
use rustls::Connection;

use super::fault::TlsError;
use crate::net::layer::Layer;

/// A TLS connection.
#[derive(Debug)]
pub(super) struct Channel {
    connection: Connection,
    inbox: Inbox,
    /// A read has ended for want of room, or at the end: there may be more without the socket.
    holds_more: bool,
    /// Found behind bytes that are to be given first.
    fault: Option<io::Error>,
    sending: Sending,
    was_cut: bool,
}

/// Whether the peer can still be told anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    Open,
    /// The last word is on its way.
    Closing,
    /// The socket is shut down for writing.
    Closed,
    /// The socket takes no more.
    Broken(ErrorKind),
}

/// What the socket has given and the connection has not taken yet: a call of the kernel for each 4 KiB that rustls
/// asks for would cost more than the copy.
#[derive(Debug)]
pub(super) struct Inbox {
    room: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Channel {
    /// The layer that `connection` is after its handshake; `inbox` may hold what came behind it.
    pub(super) fn new(mut connection: Connection, inbox: Inbox) -> Self {
        connection.set_buffer_limit(Some(UNSENT));
        Self {
            connection,
            inbox,
            holds_more: true,
            fault: None,
            sending: Sending::Open,
            was_cut: false,
        }
    }

    /// Reads until there is no more room or nothing more on the socket.
    fn fill(&mut self, socket: BorrowedFd<'_>, bytes: &mut [u8], filled: &mut usize) -> io::Result<()> {
        while let Some(room) = bytes.get_mut(*filled..).filter(|room| !room.is_empty()) {
            match self.connection.reader().read(room) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    *filled += count;
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    self.was_cut = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            self.connection.read_tls(&mut self.inbox.of(socket))?;
            let processed = self.connection.process_new_packets();
            if self.connection.wants_write() {
                // An answer of TLS itself, or an alert; who writes next will notice what is wrong.
                drop(self.flush(socket));
            }
            // What came before it is whole.
            self.fault = processed
                .err()
                .map(|error| io::Error::other(TlsError::from(error)));
        }
        Ok(())
    }
}

impl Layer for Channel {
    fn read(&mut self, socket: BorrowedFd<'_>, bytes: &mut [u8]) -> io::Result<usize> {
        if self.has_unsent() {
            drop(self.flush(socket));
        }
        let mut filled = 0;
        let result = self.fill(socket, bytes, &mut filled);
        let blocked = result
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        self.holds_more = !blocked;
        match result {
            Err(fault) if filled == 0 => return Err(fault),
            Err(fault) if !blocked => self.fault = Some(fault),
            _ => {}
        }
        Ok(filled)
    }

    fn write(&mut self, socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        // Where it blocks there may be room in memory all the same.
        let flushed = self.flush(socket);
        let taken = self.connection.writer().write(bytes)?;
        match flushed {
            Err(error) if error.kind() != ErrorKind::WouldBlock || taken == 0 => return Err(error),
            Err(_) => {}
            // What is left goes later; what is wrong is told then.
            Ok(()) => drop(self.flush(socket)),
        }
        Ok(taken)
    }

    fn flush(&mut self, socket: BorrowedFd<'_>) -> io::Result<()> {
        if let Sending::Broken(kind) = self.sending {
            return Err(kind.into());
        }
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut Outbox(socket)) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    if error.kind() != ErrorKind::WouldBlock {
                        self.sending = Sending::Broken(error.kind());
                    }
                    return Err(error);
                }
            }
        }
        if self.sending == Sending::Closing {
            self.sending = Sending::Closed;
            // A peer that is gone already is noticed by whoever reads.
            let _ = shutdown(socket, Shutdown::Write);
        }
        Ok(())
    }

    fn close(&mut self) {
        if self.sending == Sending::Open {
            self.connection.send_close_notify();
            self.sending = Sending::Closing;
        }
    }

    fn is_closed(&self) -> bool {
        matches!(self.sending, Sending::Closing | Sending::Closed)
    }

    fn holds_more(&self) -> bool {
        self.holds_more || self.fault.is_some()
    }

    fn has_unsent(&self) -> bool {
        match self.sending {
            Sending::Open | Sending::Closed => self.connection.wants_write(),
            Sending::Closing => true,
            Sending::Broken(_) => false,
        }
    }

    fn was_cut(&self) -> bool {
        self.was_cut
    }
}

impl Inbox {
    /// An inbox with `early` in it.
    pub(super) fn new(early: &[u8]) -> Self {
        let mut room = vec![0; INBOX.max(early.len())].into_boxed_slice();
        if let Some(place) = room.get_mut(..early.len()) {
            place.copy_from_slice(early);
        }
        Self {
            room,
            start: 0,
            end: early.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether what came first is the header of a record (RFC 8446 section 5.1).
    pub(super) fn begins_with_tls(&self) -> bool {
        match self.room.get(..self.end.min(2)) {
            Some([kind]) => KINDS.contains(kind),
            Some([kind, major]) => KINDS.contains(kind) && *major == 3,
            _ => true,
        }
    }

    /// The inbox and the socket that fills it.
    pub(super) fn of<'a>(&'a mut self, socket: BorrowedFd<'a>) -> Filled<'a> {
        Filled { inbox: self, socket }
    }
}

/// Reads from the inbox, or from the socket when that is empty.
pub(super) struct Filled<'a> {
    inbox: &'a mut Inbox,
    socket: BorrowedFd<'a>,
}

impl Read for Filled<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let inbox = &mut *self.inbox;
        if inbox.start == inbox.end {
            inbox.start = 0;
            inbox.end = 0;
            loop {
                match recv(self.socket, &mut *inbox.room, RecvFlags::DONTWAIT) {
                    Ok((count, _)) => {
                        inbox.end = count;
                        break;
                    }
                    Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let held = inbox.room.get(inbox.start..inbox.end).unwrap_or_default();
        let count = held.len().min(bytes.len());
        if let (Some(to), Some(from)) = (bytes.get_mut(..count), held.get(..count)) {
            to.copy_from_slice(from);
        }
        inbox.start += count;
        Ok(count)
    }
}

/// Writes to a socket without waiting.
pub(super) struct Outbox<'a>(pub(super) BorrowedFd<'a>);

impl Write for Outbox<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(self.0, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut nothing = SendAncillaryBuffer::default();
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        Ok(sendmsg(self.0, pieces, &mut nothing, flags)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How much may be encrypted and not sent.
const UNSENT: usize = 1 << 20;
/// Of records: change of cipher, alert, handshake, data.
const KINDS: std::ops::RangeInclusive<u8> = 20..=23;
const INBOX: usize = 256 << 10;
