//! Servers that answer with what they are asked: what a server that does nothing costs.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::net::datagrams::{Inbox, send_datagrams};
use crate::net::{runtime, widen};
use crate::wire::rlaunch::MAX_DATAGRAM;

/// An echo on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Echo {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Echo {
    /// The fastest that the system's calls allow: a thread that waits for many datagrams with one call and answers
    /// all of them with another.
    ///
    /// # Errors
    /// When there is no socket or thread.
    pub fn bulk() -> io::Result<Self> {
        Self::start(|socket, stop| {
            let mut inbox = Inbox::with_room(MAX_DATAGRAM + 1);
            while !stop.load(Ordering::Relaxed) {
                let Ok(mut left) = inbox.wait(&socket) else {
                    continue;
                };
                let mut datagrams = inbox.datagrams();
                while left > 0 {
                    let count = send_datagrams(&socket, datagrams.by_ref()).unwrap_or(left).max(1);
                    left = left.saturating_sub(count);
                }
            }
        })
    }

    /// As anybody would write it first: a task that receives one datagram and sends it back.
    ///
    /// # Errors
    /// When there is no socket or thread.
    pub fn plain() -> io::Result<Self> {
        Self::start(|socket, stop| {
            let Ok(runtime) = runtime() else { return };
            runtime.block_on(async {
                let Ok(()) = socket.set_nonblocking(true) else {
                    return;
                };
                let Ok(socket) = tokio::net::UdpSocket::from_std(socket) else {
                    return;
                };
                let mut datagram = [0; MAX_DATAGRAM + 1];
                while !stop.load(Ordering::Relaxed) {
                    let Ok((length, from)) = socket.recv_from(&mut datagram).await else {
                        continue;
                    };
                    let _ = socket
                        .send_to(datagram.get(..length).unwrap_or_default(), from)
                        .await;
                }
            });
        })
    }

    fn start(run: impl FnOnce(UdpSocket, &AtomicBool) + Send + 'static) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        widen(&socket, RECEIVE_BUFFER)?;
        let address = socket.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("echo".to_owned())
            .spawn(move || run(socket, &told))?;
        Ok(Self {
            address,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // It looks up at the next datagram.
        let told = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.send_to(b"", self.address));
        if let (Ok(_), Some(thread)) = (told, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

const RECEIVE_BUFFER: usize = 4 << 20;
