//! TLS.

use std::path::PathBuf;

use clap::Args;

/// TLS.
#[derive(Args, Clone, Debug, Default)]
pub struct SecureArgs {
    /// Speak TLS
    #[arg(long)]
    pub tls: bool,
    /// Trust the authorities in this file instead of the system's; with -l ask clients for certificates
    #[arg(long, value_name = "file")]
    pub ca: Option<PathBuf>,
    /// Certificate to show, in PEM, with those between it and an authority
    #[arg(long, value_name = "file")]
    pub cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM; with --reliable the secret of both ends
    #[arg(long, value_name = "file")]
    pub key: Option<PathBuf>,
    /// Protocols to speak inside, the dearest first
    #[arg(long, value_name = "protocol[,protocol]")]
    pub alpn: Option<String>,
    /// Name that the server is asked for and verified by
    #[arg(long, value_name = "name")]
    pub sni: Option<String>,
    /// Take the peer whose certificate has this SHA-256 hash, and no other
    #[arg(long, value_name = "SHA256:hex")]
    pub fingerprint: Option<String>,
    /// Take whoever answers for the server
    #[arg(long)]
    pub insecure: bool,
}
