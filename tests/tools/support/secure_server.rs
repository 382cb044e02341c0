//! Name servers over TLS, HTTPS, HTTP and QUIC in the test itself, with an authority of their own.

use std::future::Future;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use data_encoding::BASE64URL_NOPAD;
use quinn::crypto::rustls::QuicServerConfig;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::name_server::{Asked, Said, asked};

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    Tls,
    Https,
    Http,
    Quic,
}

/// What a server is like, besides what it speaks.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// The versions of TLS that it has.
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    /// What it calls its protocol in the handshake, if it is not the usual name.
    pub(crate) protocol: Option<&'static [u8]>,
    /// Whether nobody but itself vouches for it.
    pub(crate) self_signed: bool,
    /// Whether it asks clients for certificates of the same authority.
    pub(crate) knows_clients: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            versions: rustls::ALL_VERSIONS,
            protocol: None,
            self_signed: false,
            knows_clients: false,
        }
    }
}

/// A server on 127.0.0.1, called `ns.test`, that runs until the test process ends.
pub(crate) struct SecureServer {
    port: u16,
    folder: TempDir,
    connections: Arc<AtomicUsize>,
}

type Zone = fn(&Asked) -> Vec<Said>;

impl SecureServer {
    pub(crate) fn start(speaks: Speaks, zone: Zone) -> Self {
        Self::with(speaks, Manner::default(), zone)
    }

    pub(crate) fn with(speaks: Speaks, manner: Manner, zone: Zone) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the authority");
        let config = config(speaks, manner, &folder);
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let (port, ports) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let tell = |address: SocketAddr| port.send(address.port()).expect("the test waits for it");
            runtime.expect("a runtime").block_on(async move {
                match speaks {
                    Speaks::Quic => serve_quic(config, tell, &counted, zone).await,
                    _ => serve_tcp(speaks, config, tell, &counted, zone).await,
                }
            });
        });
        Self {
            port: ports.recv().expect("the server listens"),
            folder,
            connections,
        }
    }

    pub(crate) fn port(&self) -> String {
        self.port.to_string()
    }

    /// The certificate of the authority that vouches for the server and for [`client`](Self::client).
    pub(crate) fn authority(&self) -> String {
        self.file("ca.pem")
    }

    /// The certificate and the key of a client.
    pub(crate) fn client(&self) -> [String; 2] {
        [self.file("client.pem"), self.file("client.key")]
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.into_os_string().into_string().expect("a path in text")
    }
}

fn config(speaks: Speaks, manner: Manner, folder: &TempDir) -> ServerConfig {
    let key = || KeyPair::generate().expect("a key");
    let params = |names: &[&str]| {
        let typed: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(typed).expect("names");
        // Each authority has a name of its own.
        let common = format!("{} {:?}", folder.path().display(), names.first());
        params.distinguished_name.push(DnType::CommonName, common);
        params
    };
    let mut authority = params(&[]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = key();
    let root = authority.self_signed(&authority_key).expect("an authority");
    let issuer = Issuer::new(authority, authority_key);
    let (server_key, client_key) = (key(), key());
    let server = params(&["ns.test", "127.0.0.1"]);
    let server = match manner.self_signed {
        true => server.self_signed(&server_key),
        false => server.signed_by(&server_key, &issuer),
    };
    let server = server.expect("a certificate for the server");
    let client = params(&["client.test"]).signed_by(&client_key, &issuer);
    for (name, text) in [
        ("ca.pem", root.pem()),
        ("client.pem", client.expect("a certificate for the client").pem()),
        ("client.key", client_key.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("the folder can be written to");
    }
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(manner.versions)
        .expect("versions that ring has");
    let builder = if manner.knows_clients {
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).expect("an authority");
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build();
        builder.with_client_cert_verifier(verifier.expect("a verifier"))
    } else {
        builder.with_no_client_auth()
    };
    let chain: Vec<CertificateDer<'static>> = vec![server.der().clone()];
    let key = PrivateKeyDer::try_from(server_key.serialize_der()).expect("a key");
    let mut config = builder
        .with_single_cert(chain, key)
        .expect("they belong together");
    let usual: &[u8] = match speaks {
        Speaks::Tls => b"dot",
        Speaks::Https | Speaks::Http => b"h2",
        Speaks::Quic => b"doq",
    };
    config.alpn_protocols = vec![manner.protocol.unwrap_or(usual).to_vec()];
    config
}

async fn serve_tcp(
    speaks: Speaks,
    config: ServerConfig,
    tell: impl Fn(SocketAddr),
    connections: &AtomicUsize,
    zone: Zone,
) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback has a free port");
    tell(listener.local_addr().expect("a bound socket has an address"));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that goes away in the middle is no concern of the server's.
            let _ = match speaks {
                Speaks::Http => serve_http(stream, zone).await,
                Speaks::Https => match acceptor.accept(stream).await {
                    Ok(stream) => serve_http(stream, zone).await,
                    Err(_) => None,
                },
                _ => match acceptor.accept(stream).await {
                    Ok(stream) => serve_tls(stream, zone).await,
                    Err(_) => None,
                },
            };
        });
    }
}

async fn serve_tls(mut stream: impl AsyncRead + AsyncWrite + Unpin, zone: Zone) -> Option<()> {
    loop {
        let length = stream.read_u16().await.ok()?;
        let mut query = vec![0; length.into()];
        stream.read_exact(&mut query).await.ok()?;
        stream.write_all(&framed(&query, zone)).await.ok()?;
        stream.flush().await.ok()?;
    }
}

async fn serve_http(stream: impl AsyncRead + AsyncWrite + Unpin, zone: Zone) -> Option<()> {
    let builder = h2::server::Builder::new();
    let mut connection = builder.handshake::<_, Cursor<Vec<u8>>>(stream).await.ok()?;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let (head, body) = request.into_parts();
        let query = head.uri.query().and_then(|query| query.strip_prefix("dns="));
        let query = match (head.method == http::Method::POST, query) {
            (true, _) => in_step(&mut connection, read_all(body)).await?,
            (false, Some(query)) => BASE64URL_NOPAD.decode(query.as_bytes()).ok()?,
            (false, None) => return None,
        };
        let said = zone(&asked(&query));
        let name = asked(&query).name;
        let answer = said.into_iter().next().map(|said| said.bytes).unwrap_or_default();
        let (status, media_type, body) = match (head.uri.path(), name.as_str()) {
            ("/dns-query", "type.test") => (200, "text/html", answer),
            ("/dns-query", "big.http.test") => (200, "application/dns-message", vec![0; 70_000]),
            ("/dns-query", _) => (200, "Application/DNS-Message; x=y", answer),
            _ => (404, "text/plain", b"no".to_vec()),
        };
        let response = http::Response::builder().status(status);
        let response = response.header("content-type", media_type).body(()).ok()?;
        let mut stream = respond.send_response(response, false).ok()?;
        stream.send_data(Cursor::new(body), true).ok()?;
    }
    Some(())
}

/// Waits for `future` while the connection goes on.
async fn in_step<T, S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut h2::server::Connection<S, Cursor<Vec<u8>>>,
    future: impl Future<Output = Option<T>>,
) -> Option<T> {
    tokio::select! {
        result = future => result,
        _ = std::future::poll_fn(|context| connection.poll_closed(context)) => None,
    }
}

async fn read_all(mut body: h2::RecvStream) -> Option<Vec<u8>> {
    let mut query = Vec::new();
    while let Some(part) = body.data().await {
        query.extend_from_slice(&part.ok()?);
    }
    Some(query)
}

async fn serve_quic(config: ServerConfig, tell: impl Fn(SocketAddr), connections: &AtomicUsize, zone: Zone) {
    let config = QuicServerConfig::try_from(config).expect("a configuration with TLS 1.3");
    let config = quinn::ServerConfig::with_crypto(Arc::new(config));
    let address = "127.0.0.1:0".parse().expect("an address");
    let endpoint = quinn::Endpoint::server(config, address).expect("loopback has a free port");
    tell(endpoint.local_addr().expect("a bound socket has an address"));
    while let Some(incoming) = endpoint.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let connection = incoming.await.ok()?;
            loop {
                let (mut replies, mut queries) = connection.accept_bi().await.ok()?;
                let query = queries.read_to_end(65_537).await.ok()?;
                assert_eq!(
                    query.get(2..4),
                    Some([0, 0].as_slice()),
                    "RFC 9250 wants the id 0"
                );
                replies.write_all(&framed(query.get(2..)?, zone)).await.ok()?;
                replies.finish().ok()?;
            }
            #[expect(unreachable_code, reason = "says what the question marks return")]
            Some(())
        });
    }
}

/// The replies to a query, each behind its length.
fn framed(query: &[u8], zone: Zone) -> Vec<u8> {
    let mut bytes = Vec::new();
    for said in zone(&asked(query)) {
        let length = u16::try_from(said.bytes.len()).expect("a message is short enough");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&said.bytes);
    }
    bytes
}
