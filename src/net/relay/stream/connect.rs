//! Reaching the server.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use socket2::{Domain, Socket};
use tokio::io::Interest;

use crate::net::relay::Route;
use crate::net::{DialError, Transport, sys};

/// A connection to the first address that takes one; else which was the last, and what it said.
pub(super) async fn first(route: &Route) -> Result<OwnedFd, (Option<SocketAddr>, io::Error)> {
    let mut last = (None, io::Error::from(Errno::DESTADDRREQ));
    for to in &route.targets {
        let attempt = one(route, *to);
        let end = match route.idle {
            Some(patience) => tokio::time::timeout(patience, attempt)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            None => attempt.await,
        };
        match end {
            Ok(socket) => return Ok(socket),
            Err(error) => last = (Some(*to), error),
        }
    }
    Err(last)
}

async fn one(route: &Route, to: SocketAddr) -> io::Result<OwnedFd> {
    let domain = Domain::for_address(to);
    let socket = Socket::new(domain, Transport::Tcp.socket_type(), None)?;
    route
        .options
        .apply(&socket, domain)
        .map_err(|error| match error {
            DialError::Option { source, .. } => source,
            other => io::Error::other(other),
        })?;
    if let Some(address) = route.origin.address {
        let any = match to {
            SocketAddr::V4(_) => address.is_ipv4(),
            SocketAddr::V6(_) => address.is_ipv6(),
        };
        if !any {
            return Err(Errno::AFNOSUPPORT.into());
        }
        socket.bind(&SocketAddr::new(IpAddr::to_canonical(&address), 0).into())?;
    }
    socket.set_nonblocking(true)?;
    match socket.connect(&to.into()) {
        Ok(()) => return Ok(socket.into()),
        Err(error) if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) => {}
        Err(error) => return Err(error),
    }
    let socket = sys::watch(socket.into()).map_err(|(_, error)| error)?;
    drop(socket.ready(Interest::WRITABLE).await?);
    rustix::net::sockopt::socket_error(&socket)??;
    Ok(socket.into_inner())
}
