//! DNS over HTTPS (RFC 8484): each query is a request of HTTP/2, inside TLS or in the clear.

use std::fmt;
use std::io::{self, Cursor};
use std::net::SocketAddr;

use data_encoding::BASE64URL_NOPAD;
use h2::client::{Builder, ResponseFuture, SendRequest};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Request};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::secure::shake_hands;
use super::{ExchangeError, Seal, Site};
use crate::proto::dns::{Method, Transport};

/// A connection of HTTP/2.
pub(super) struct Https {
    server: SocketAddr,
    method: Method,
    uri: String,
    requests: SendRequest<Cursor<Vec<u8>>>,
    /// Moves the bytes of all requests.
    driver: JoinHandle<()>,
    /// The reply to come.
    pending: Option<ResponseFuture>,
    seal: Option<Seal>,
}

impl Https {
    /// Speaks over a connection: inside TLS unless `transport` is HTTP in the clear.
    pub(super) async fn over(
        stream: TcpStream,
        server: SocketAddr,
        transport: Transport,
        method: Method,
        site: Option<&Site>,
    ) -> Result<Self, ExchangeError> {
        let (requests, driver, seal) = if let Transport::Http(_) = transport {
            let (requests, driver) = begin(stream, server).await?;
            (requests, driver, None)
        } else {
            let (stream, seal) = shake_hands(stream, server, site, HTTP2).await?;
            if seal.protocol.as_deref() != Some(HTTP2) {
                return Err(ExchangeError::NotHttp2 { server });
            }
            let (requests, driver) = begin(stream, server).await?;
            (requests, driver, Some(seal))
        };
        let by_address = || Site {
            host: server.ip().to_string(),
            path: DEFAULT_PATH.to_owned(),
            ..Site::default()
        };
        let site = site.cloned().unwrap_or_else(by_address);
        Ok(Self {
            server,
            method,
            uri: site.uri(transport, server.port()),
            requests,
            driver,
            pending: None,
            seal,
        })
    }

    pub(super) fn seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }

    /// Sends a query; its reply takes the place of one that nobody has received.
    pub(super) async fn send(&mut self, message: &[u8]) -> Result<(), ExchangeError> {
        let server = self.server;
        let fail = |error| from_h2(server, &error);
        let request = match self.method {
            Method::Post => Request::post(&self.uri)
                .header(CONTENT_TYPE, MEDIA_TYPE)
                .header(CONTENT_LENGTH, message.len()),
            Method::Get => Request::get(format!("{}?dns={}", self.uri, BASE64URL_NOPAD.encode(message))),
        };
        let request = request.header(ACCEPT, MEDIA_TYPE).body(());
        let request = request.map_err(|error| ExchangeError::Protocol {
            server,
            why: error.to_string(),
        })?;
        let is_all = self.method == Method::Get;
        let mut requests = self.requests.clone().ready().await.map_err(fail)?;
        let (response, mut body) = requests.send_request(request, is_all).map_err(fail)?;
        if !is_all {
            body.send_data(Cursor::new(message.to_vec()), true)
                .map_err(fail)?;
        }
        self.pending = Some(response);
        Ok(())
    }

    /// Receives the reply.
    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, ExchangeError> {
        let server = self.server;
        let fail = |error| from_h2(server, &error);
        let response = self.pending.take().ok_or(ExchangeError::Closed { server })?;
        let response = response.await.map_err(fail)?;
        let status = response.status().as_u16();
        if !response.status().is_success() || !is_dns(response.headers()) {
            return Err(ExchangeError::Http { server, status });
        }
        let mut body = response.into_body();
        let mut message = Vec::new();
        while let Some(part) = body.data().await {
            let part = part.map_err(fail)?;
            if message.len() + part.len() > usize::from(u16::MAX) {
                return Err(ExchangeError::Http { server, status });
            }
            message.extend_from_slice(&part);
            body.flow_control().release_capacity(part.len()).map_err(fail)?;
        }
        Ok(message)
    }
}

impl Drop for Https {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Https")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

/// Begins to speak HTTP/2, without asking whether the other side does.
async fn begin<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    server: SocketAddr,
) -> Result<(SendRequest<Cursor<Vec<u8>>>, JoinHandle<()>), ExchangeError> {
    let begun = Builder::new()
        .enable_push(false)
        .max_header_list_size(MAX_HEADERS)
        .handshake(stream)
        .await;
    let (requests, connection) = begun.map_err(|error| from_h2(server, &error))?;
    // What breaks the connection is told to each request.
    let driver = tokio::spawn(async move { drop(connection.await) });
    Ok((requests, driver))
}

/// Whether what comes is a DNS message.
fn is_dns(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next());
    media_type.is_some_and(|value| value.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}

fn from_h2(server: SocketAddr, error: &h2::Error) -> ExchangeError {
    match error.get_io().map(io::Error::kind) {
        // What h2 calls it when the server closes the connection.
        Some(io::ErrorKind::BrokenPipe) => ExchangeError::Closed { server },
        Some(kind) => ExchangeError::from_io(server, "ask", kind.into()),
        None => ExchangeError::Protocol {
            server,
            why: error.to_string(),
        },
    }
}

/// The name of HTTP/2 in the handshake of TLS (RFC 9113 section 3.1).
const HTTP2: &[u8] = b"h2";
const MEDIA_TYPE: &str = "application/dns-message";
const DEFAULT_PATH: &str = "/dns-query";
/// More headers, in bytes, than any server of the DNS has to send.
const MAX_HEADERS: u32 = 16 * 1024;
