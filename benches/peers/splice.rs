//! The best splice loop that can be written for one purpose: no options, no other direction, blocking calls, a pipe
//! of 1 MiB and an `SO_RCVLOWAT` of 4 MiB. What a netcat cannot be much better than.
//!
//! It runs in a process of its own: this benchmark, started with `--splice-loop`.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};

use rustix::fs::sendfile;
use rustix::io::Errno;
use rustix::net::{Shutdown, shutdown};
use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, pipe, splice};

/// The argument that makes this process such a loop, before `listen` or `connect` and a port or a path.
pub(crate) const FLAG: &str = "--splice-loop";

/// Runs it: `connect` sends standard input, `listen` receives into standard output.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> io::Result<()> {
    let (role, place) = (
        arguments.next().unwrap_or_default(),
        arguments.next().unwrap_or_default(),
    );
    let port = place.parse::<u16>();
    let socket: OwnedFd = match (role.as_str(), port) {
        ("listen", Ok(port)) => TcpListener::bind(("127.0.0.1", port))?.accept()?.0.into(),
        ("listen", Err(_)) => UnixListener::bind(&place)?.accept()?.0.into(),
        (_, Ok(port)) => TcpStream::connect(("127.0.0.1", port))?.into(),
        (_, Err(_)) => UnixStream::connect(&place)?.into(),
    };
    if role == "listen" {
        receive(socket.as_fd())
    } else {
        send(socket.as_fd())?;
        shutdown(&socket, Shutdown::Write)?;
        // The peer has taken all of it when it ends.
        rustix::io::read(&socket, &mut [0_u8; 1])?;
        Ok(())
    }
}

fn send(socket: BorrowedFd<'_>) -> io::Result<()> {
    let stdin = rustix::stdio::stdin();
    loop {
        let moved = match sendfile(socket, stdin, None, PIPE_SIZE) {
            Err(Errno::INVAL | Errno::SPIPE) => splice(
                stdin,
                None,
                socket,
                None,
                PIPE_SIZE,
                SpliceFlags::MOVE | SpliceFlags::MORE,
            )?,
            moved => moved?,
        };
        if moved == 0 {
            return Ok(());
        }
    }
}

fn receive(socket: BorrowedFd<'_>) -> io::Result<()> {
    let stdout = rustix::stdio::stdout();
    let (reader, writer) = pipe()?;
    fcntl_setpipe_size(&writer, PIPE_SIZE)?;
    set_low_water(socket);
    loop {
        let mut held = splice(socket, None, &writer, None, PIPE_SIZE, SpliceFlags::MOVE)?;
        if held == 0 {
            return Ok(());
        }
        while held > 0 {
            held -= splice(&reader, None, stdout, None, held, SpliceFlags::MOVE)?;
        }
    }
}

#[expect(unsafe_code, reason = "no safe wrapper sets SO_RCVLOWAT")]
fn set_low_water(socket: BorrowedFd<'_>) {
    let value: libc::c_int = 4 << 20;
    let size = libc::socklen_t::try_from(size_of_val(&value)).unwrap_or_default();
    // SAFETY: the descriptor is borrowed, hence open; `value` outlives the call, and `size` is its size.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVLOWAT,
            (&raw const value).cast(),
            size,
        );
    }
}

const PIPE_SIZE: usize = 1 << 20;
