//! `-x`: connecting through a proxy.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr};

use anyhow::anyhow;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::plan::{Plan, Proxy, ProxyProtocol, Purpose, Target};
use super::{dial, names, run, say, secure};
use crate::cli::{Exit, Failure};
use crate::net::dns::{Family, literal};
use crate::net::{Clock, Endpoint, HandshakeError, Relay, pass_socket, shake_hands};
use crate::proto::relay::proxy::{self, Credentials, Host, HttpConnect, ProxyError, Socks4, Socks5};

/// Connects to `port` of the target by way of `proxy`, and does what the connection is for.
pub(super) fn connect(
    plan: &Plan,
    target: &Target,
    proxy: &Proxy,
    port: u16,
    purpose: Purpose,
) -> Result<Exit, Failure> {
    let wanted = proxy::Target {
        host: host(plan, &target.host, port, proxy)?,
        port,
    };
    let proxy_port = names::port(plan, &proxy.port)?;
    let mut credentials = None;
    loop {
        let Some((socket, _)) = dial::to(plan, target, &proxy.host, proxy_port)? else {
            return Ok(Exit::FAILURE);
        };
        let runtime = run::runtime()?;
        let _inside = runtime.enter();
        let socket = run::endpoint(socket)?;
        let handshake = ask(&proxy.protocol, wanted.clone(), credentials.clone(), &socket);
        let early = match runtime.block_on(in_time(plan, handshake)) {
            Ok(early) => early,
            Err(error) => match (error, &proxy.protocol) {
                (
                    HandshakeError::Refused(ProxyError::Unauthorized(_)),
                    ProxyProtocol::Http { user: Some(user) },
                ) if credentials.is_none() => {
                    credentials = Some(ask_password(user, &proxy.host)?);
                    continue;
                }
                (HandshakeError::Broken(error), _) => return Err(say::failure("proxy", &error)),
                (HandshakeError::Refused(error), _) => return Err(Failure::from(anyhow!(error))),
            },
        };
        if plan.verbose {
            say::connected_by_name(plan, &target.host, port);
        }
        return match purpose {
            Purpose::Scan => Ok(Exit::SUCCESS),
            Purpose::Pass => {
                pass_socket(&*socket).map_err(|error| say::failure("sendmsg", &error))?;
                Ok(Exit::SUCCESS)
            }
            Purpose::Relay => {
                let stdio = run::stdio()?;
                runtime.block_on(async {
                    if !plan.guard.is_open() {
                        let socket = secure::admit(plan, socket, &early).await?;
                        return Ok(run::serve(&plan.relay, &stdio, socket).await);
                    }
                    let relay = Relay {
                        early,
                        ..plan.relay.clone()
                    };
                    Ok(run::serve(&relay, &stdio, socket).await)
                })
            }
        };
    }
}

async fn ask(
    protocol: &ProxyProtocol,
    target: proxy::Target,
    credentials: Option<Credentials>,
    socket: &Endpoint,
) -> Result<Vec<u8>, HandshakeError> {
    let clock = Clock::start();
    match protocol {
        ProxyProtocol::Socks4 => shake_hands(&clock, Socks4::new(target), socket).await,
        ProxyProtocol::Socks5 => shake_hands(&clock, Socks5::new(target), socket).await,
        ProxyProtocol::Http { .. } => {
            shake_hands(&clock, HttpConnect::new(target, credentials), socket).await
        }
    }
}

/// The time of `-w` is for the handshake as well.
async fn in_time<T>(
    plan: &Plan,
    handshake: impl Future<Output = Result<T, HandshakeError>>,
) -> Result<T, HandshakeError> {
    match plan.timeout {
        Some(timeout) => match tokio::time::timeout(timeout, handshake).await {
            Ok(end) => end,
            Err(_) => Err(HandshakeError::Broken(io::ErrorKind::TimedOut.into())),
        },
        None => handshake.await,
    }
}

/// The host as the proxy is told of it: SOCKS 4 knows IPv4 addresses only, the others resolve names themselves.
fn host(plan: &Plan, host: &str, port: u16, proxy: &Proxy) -> anyhow::Result<Host> {
    let address = match literal(host, port) {
        Some(address) => Some(address.ip()),
        None if proxy.protocol == ProxyProtocol::Socks4 => names::addresses_of(plan, host, port, Family::V4)?
            .first()
            .map(SocketAddr::ip),
        None => None,
    };
    Ok(match address {
        Some(IpAddr::V4(address)) => Host::V4(address),
        Some(IpAddr::V6(address)) => Host::V6(address),
        None => Host::Name(host.to_owned()),
    })
}

/// Asks for the password on the terminal, which does not show it.
fn ask_password(user: &str, host: &str) -> Result<Credentials, Failure> {
    let read = || -> io::Result<String> {
        let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        write!(terminal, "Proxy password for {user}@{host}: ")?;
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        let mut line = String::new();
        let read = BufReader::new(&terminal).read_line(&mut line);
        tcsetattr(&terminal, OptionalActions::Flush, &before)?;
        read?;
        writeln!(terminal)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    Ok(Credentials {
        user: user.to_owned(),
        password: read().map_err(|error| say::failure("read the proxy password", &error))?,
    })
}
