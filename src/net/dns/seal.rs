//! How a reply was protected on its way.

/// How a reply was protected on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The name by which the server was verified; `None` if it may be anyone.
    pub verified: Option<String>,
    /// The version of TLS.
    pub version: &'static str,
    /// The protocol that both sides agreed on (ALPN), if they did.
    pub protocol: Option<Vec<u8>>,
}
