//! `-x`: connecting through a proxy.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::anyhow;
use rustix::io::Errno;

use super::password::password;
use super::plan::{Plan, Proxy, ProxyProtocol, Purpose, Target, Task};
use super::{dial, exec, names, run, say, secure};
use crate::cli::{Exit, Failure, proxy_password};
use crate::net::dns::{Family, literal};
use crate::net::{Clock, Endpoint, HandshakeError, Relay, pass_socket, shake_hands};
use crate::proto::relay::proxy::{
    self, Answer, Challenge, Credentials, Host, HttpConnect, Login, ProxyError, Socks4, Socks5,
};
use crate::tools::signals;

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
    let mut asker = Asker {
        proxy,
        login: proxy.user.clone().map_or(Login::Anonymous, Login::Named),
        challenge: None,
    };
    loop {
        let Some((socket, _)) = dial::to(plan, target, &proxy.host, proxy_port)? else {
            return Ok(Exit::FAILURE);
        };
        let runtime = run::runtime()?;
        let _inside = runtime.enter();
        let socket = run::endpoint(socket)?;
        let early = match runtime.block_on(in_time(plan, asker.ask(wanted.clone(), &socket))) {
            Ok(early) => early,
            Err(HandshakeError::Refused(error)) if asker.find_out(&error)? => continue,
            Err(HandshakeError::Refused(error)) => return Err(Failure::from(anyhow!(error))),
            Err(HandshakeError::Broken(error)) => return Err(say::failure("proxy", &error)),
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
                    let (socket, early) = if plan.guard.is_open() {
                        (socket, early)
                    } else {
                        (secure::admit(plan, socket, &early).await?, Vec::new())
                    };
                    let relay = Relay {
                        early,
                        ..plan.relay.clone()
                    };
                    match &plan.serve.task {
                        Task::Exec(line) => {
                            let end = async { Ok(exec::bridge(&relay, line, socket).await) };
                            signals::or_die(end).await
                        }
                        _ => Ok(run::serve(&relay, &stdio, socket).await),
                    }
                })
            }
        };
    }
}

/// What is known of who asks, and what the proxy wanted to know.
struct Asker<'a> {
    proxy: &'a Proxy,
    login: Login,
    challenge: Option<Challenge>,
}

impl Asker<'_> {
    async fn ask(&self, target: proxy::Target, socket: &Endpoint) -> Result<Vec<u8>, HandshakeError> {
        let clock = Clock::start();
        match self.proxy.protocol {
            ProxyProtocol::Socks4 | ProxyProtocol::Socks4a => {
                let user = self.proxy.user.as_deref().unwrap_or_default();
                shake_hands(&clock, Socks4::new(target, user), socket).await
            }
            ProxyProtocol::Socks5 => {
                shake_hands(&clock, Socks5::new(target, self.login.clone()), socket).await
            }
            ProxyProtocol::Http => {
                let answer = match (&self.login, &self.challenge) {
                    (Login::Known(credentials), Some(challenge)) => Some(Answer {
                        credentials: credentials.clone(),
                        challenge: challenge.clone(),
                        cnonce: rand::random(),
                    }),
                    _ => None,
                };
                shake_hands(&clock, HttpConnect::new(target, answer), socket).await
            }
        }
    }

    /// Finds out what the proxy wants to know. False if there is nothing more to tell it.
    fn find_out(&mut self, error: &ProxyError) -> Result<bool, Failure> {
        let Login::Named(user) = &self.login else {
            return Ok(false);
        };
        self.challenge = match error {
            ProxyError::PasswordWanted => None,
            ProxyError::Unauthorized {
                challenge: Some(challenge),
                ..
            } => Some(challenge.clone()),
            _ => return Ok(false),
        };
        let prompt = format!("Proxy password for {user}@{}: ", self.proxy.host);
        let password = password(proxy_password(), "the proxy password", &prompt)?;
        let user = user.clone();
        self.login = Login::Known(Credentials { user, password });
        Ok(true)
    }
}

/// The handshake as a whole has the time of `-w`, or of most people's patience: a proxy that says a byte now and then
/// does not hold us up for ever.
async fn in_time<T>(
    plan: &Plan,
    handshake: impl Future<Output = Result<T, HandshakeError>>,
) -> Result<T, HandshakeError> {
    let patience = plan
        .timeout
        .filter(|timeout| !timeout.is_zero())
        .unwrap_or(PATIENCE);
    match tokio::time::timeout(patience, handshake).await {
        Ok(end) => end,
        Err(_) => Err(HandshakeError::Broken(Errno::TIMEDOUT.into())),
    }
}

/// The host as the proxy is told of it: SOCKS 4 without 4a knows IPv4 addresses only, the others resolve names
/// themselves.
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

/// How long a handshake may take if nobody says.
const PATIENCE: Duration = Duration::from_secs(60);
