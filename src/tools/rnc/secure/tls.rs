//! The client or the server that the plan asks for, and what is said of its handshakes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, anyhow};
use serde_json::json;

use crate::cli::{Failure, words};
use crate::net::{
    Endpoint, Fingerprint, IdentityFiles, TlsClient, TlsError, TlsServer, TlsSession, TlsSetupError, Trust,
};
use crate::tools::rnc::plan::{Role, Secure};
use crate::tools::rnc::say;

/// A client or a server with all that it needs.
#[derive(Clone, Debug)]
pub(in crate::tools::rnc) struct Tls {
    side: Side,
    /// How long a handshake may take.
    deadline: Option<Duration>,
}

#[derive(Clone, Debug)]
enum Side {
    Client {
        client: TlsClient,
        protocols: Vec<Vec<u8>>,
    },
    Server(TlsServer),
}

impl Tls {
    /// Reads the files. A server without a certificate makes one up, and says what it is known by. A client shakes
    /// hands within the time of `-w`; a server does not wait for ever without one either.
    pub(super) fn prepare(secure: &Secure, timeout: Option<Duration>) -> Result<Self, Failure> {
        let pin = secure.pin.as_deref().map(str::parse::<Fingerprint>).transpose();
        let pin = pin.context("--fingerprint")?;
        let (side, deadline) = match &secure.role {
            Role::Client { name, anyone } => {
                if *anyone {
                    say::warn(
                        "--insecure: the server is not verified: whoever answers for it reads all that is sent",
                    );
                }
                let client = client(secure, name.as_deref(), *anyone, pin);
                let side = Side::Client {
                    client: client.map_err(|error| failure(&error))?,
                    protocols: secure.protocols.clone(),
                };
                (side, timeout)
            }
            Role::Server { host } => {
                let server = server(secure, host.as_deref(), pin).map_err(|error| failure(&error))?;
                if let Some(fingerprint) = server.fingerprint()
                    && (secure.identity.is_none() || say::is_verbose())
                {
                    let text = fingerprint.to_string();
                    say::event("fingerprint", json!({"fingerprint": text}), || {
                        format!("Fingerprint {text}")
                    });
                }
                (Side::Server(server), Some(timeout.unwrap_or(PATIENCE)))
            }
        };
        Ok(Self { side, deadline })
    }

    /// Shakes hands over `socket`, of which `early` has been read already.
    pub(super) async fn shake_hands(&self, socket: Endpoint, early: &[u8]) -> Result<Endpoint, String> {
        let peer = socket.peer();
        let handshake = async {
            match &self.side {
                Side::Client { client, protocols } => client.secure(socket, early, protocols).await,
                Side::Server(server) => server.secure(socket).await,
            }
        };
        let shaken = match self.deadline {
            None => handshake.await,
            Some(deadline) => match tokio::time::timeout(deadline, handshake).await {
                Ok(shaken) => shaken,
                Err(_) => Err(TlsError::Io(io::ErrorKind::TimedOut.into())),
            },
        };
        match shaken {
            Ok((socket, session)) => {
                if say::is_verbose() {
                    tell(&session, peer);
                }
                Ok(socket)
            }
            Err(error) => {
                // A client knows whom it has connected to; a server says which of its clients it was.
                let peer = peer.filter(|_| matches!(self.side, Side::Server(_)));
                let with = peer.map(|peer| format!(" with {} {}", peer.ip().to_canonical(), peer.port()));
                Err(format!(
                    "TLS handshake{}: {}",
                    with.unwrap_or_default(),
                    words(&error)
                ))
            }
        }
    }
}

fn client(
    secure: &Secure,
    name: Option<&str>,
    anyone: bool,
    pin: Option<Fingerprint>,
) -> Result<TlsClient, TlsSetupError> {
    let trust = match &secure.authorities {
        Some(file) => Trust::File(file.clone()),
        // Who is pinned needs nobody to vouch.
        None if anyone || pin.is_some() => Trust::Anyone,
        None => Trust::System,
    };
    let client = TlsClient::new(name.unwrap_or_default(), &trust, identity(secure).as_ref())?;
    Ok(match pin {
        Some(pin) => client.pinned(pin),
        None => client,
    })
}

fn server(secure: &Secure, host: Option<&str>, pin: Option<Fingerprint>) -> Result<TlsServer, TlsSetupError> {
    let server = match identity(secure) {
        Some(files) => TlsServer::new(&files)?,
        None => TlsServer::ephemeral(&addresses(host))?,
    };
    let server = match &secure.authorities {
        Some(file) => server.trusting(&Trust::File(file.clone()))?,
        None => server,
    };
    let server = server.speaking(secure.protocols.clone());
    Ok(match pin {
        Some(pin) => server.pinned(pin),
        None => server,
    })
}

fn identity(secure: &Secure) -> Option<IdentityFiles> {
    let (certificates, key) = secure.identity.clone()?;
    Some(IdentityFiles { certificates, key })
}

/// The addresses that a client on this host reaches a listener by.
fn addresses(host: Option<&str>) -> Vec<IpAddr> {
    match host.and_then(|host| host.parse::<IpAddr>().ok()) {
        Some(address) if !address.is_unspecified() => vec![address],
        _ => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
    }
}

/// What was agreed on, for `-v`.
fn tell(session: &TlsSession, address: Option<SocketAddr>) {
    let peer = session.peer.as_ref();
    let fingerprint = session.fingerprint.map(|print| print.to_string());
    let members = json!({
        "address": address.map(|peer| peer.ip().to_canonical().to_string()),
        "port": address.map(|peer| peer.port()),
        "version": session.version,
        "cipherSuite": session.suite,
        "alpn": session.protocol,
        "subject": peer.map(|peer| &peer.subject),
        "issuer": peer.map(|peer| &peer.issuer),
        "notBefore": peer.map(|peer| &peer.not_before),
        "notAfter": peer.map(|peer| &peer.not_after),
        "fingerprint": fingerprint,
    });
    say::event("secured", members, || {
        let mut line = format!("{}, {}", session.version, session.suite);
        if let Some(protocol) = &session.protocol {
            line.push_str(&format!(", ALPN {protocol}"));
        }
        if let (Some(peer), Some(fingerprint)) = (peer, &fingerprint) {
            line.push_str(&format!(
                "; peer {}, issued by {}, valid {} to {}, {fingerprint}",
                peer.subject, peer.issuer, peer.not_before, peer.not_after
            ));
        }
        line
    });
}

fn failure(error: &TlsSetupError) -> Failure {
    Failure::from(anyhow!(words(error)))
}

/// A client that is slower than that has nothing to say.
const PATIENCE: Duration = Duration::from_secs(10);
