//! `--tls`: who is who, and what is spoken inside.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::tools::rnc::Args;

/// TLS as it was asked for.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "tls"),
    expect(dead_code, reason = "without it nobody gets one")
)]
pub(in crate::tools::rnc) struct Secure {
    /// `--ca`: the only authorities to trust.
    pub(in crate::tools::rnc) authorities: Option<PathBuf>,
    /// `--cert` and `--key`, which is in the same file if it was not given.
    pub(in crate::tools::rnc) identity: Option<(PathBuf, PathBuf)>,
    /// `--alpn`.
    pub(in crate::tools::rnc) protocols: Vec<Vec<u8>>,
    /// `--fingerprint`, as it was typed.
    pub(in crate::tools::rnc) pin: Option<String>,
    pub(in crate::tools::rnc) role: Role,
}

/// Which end of the handshake is ours.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "tls"),
    expect(dead_code, reason = "without it nobody gets one")
)]
pub(in crate::tools::rnc) enum Role {
    Client {
        /// What the server is asked for and verified by: `--sni`, or the host as it was typed. A UNIX-domain socket
        /// has none.
        name: Option<String>,
        /// `--insecure`.
        anyone: bool,
    },
    Server {
        /// The address or name to listen at, if it was typed.
        host: Option<String>,
    },
}

impl Secure {
    /// Checks what was typed about TLS.
    pub(super) fn parse(args: &Args) -> anyhow::Result<Option<Self>> {
        let typed = &args.secure;
        if !typed.tls {
            let without = [
                (typed.ca.is_some(), "--ca"),
                (typed.cert.is_some(), "--cert"),
                (typed.key.is_some() && !args.link.reliable, "--key"),
                (typed.alpn.is_some(), "--alpn"),
                (typed.sni.is_some(), "--sni"),
                (typed.fingerprint.is_some(), "--fingerprint"),
                (typed.insecure, "--insecure"),
            ];
            if let Some((_, flag)) = without.iter().find(|(found, _)| *found) {
                bail!("must use --tls with {flag}");
            }
            return Ok(None);
        }
        if !cfg!(feature = "tls") {
            bail!("--tls needs the feature 'tls', which is not built in");
        }
        refuse_contradictions(args)?;
        let name = match (&typed.sni, args.unix) {
            (Some(name), _) => host(Some(name)),
            (None, true) => None,
            (None, false) => host(args.operands.first().and_then(|host| host.to_str())),
        };
        let role = if args.listen {
            let first = match args.operands.as_slice() {
                [host, _port] => host.to_str(),
                _ => args.source.as_deref().and_then(|host| host.to_str()),
            };
            Role::Server {
                host: host(first).filter(|_| !args.unix),
            }
        } else {
            let anyone = typed.insecure;
            if args.unix && name.is_none() && typed.fingerprint.is_none() && !anyone {
                bail!(
                    "a UNIX-domain socket has no host name to verify: use --sni, --fingerprint or --insecure"
                );
            }
            Role::Client { name, anyone }
        };
        Ok(Some(Self {
            authorities: typed.ca.clone(),
            identity: match (&typed.cert, &typed.key) {
                (Some(certificate), key) => {
                    Some((certificate.clone(), key.as_ref().unwrap_or(certificate).clone()))
                }
                (None, _) => None,
            },
            protocols: protocols(typed.alpn.as_deref())?,
            pin: typed.fingerprint.clone(),
            role,
        }))
    }
}

fn refuse_contradictions(args: &Args) -> anyhow::Result<()> {
    let typed = &args.secure;
    let contradictions = [
        (args.udp, "no TLS support for UDP mode"),
        (args.scan, "cannot use --tls and -z"),
        (args.pass, "cannot use --tls and -F"),
        (
            typed.key.is_some() && typed.cert.is_none(),
            "must use --cert with --key",
        ),
        (args.listen && typed.sni.is_some(), "cannot use --sni and -l"),
        (args.listen && typed.insecure, "cannot use --insecure and -l"),
        (
            typed.insecure && typed.ca.is_some(),
            "cannot use --insecure and --ca",
        ),
        (
            typed.insecure && typed.fingerprint.is_some(),
            "cannot use --insecure and --fingerprint",
        ),
    ];
    match contradictions.iter().find(|(found, _)| *found) {
        Some((_, words)) => bail!(*words),
        None => Ok(()),
    }
}

/// A host as a certificate names it: an address has no zone there, and a name is in its `xn--` form.
fn host(typed: Option<&str>) -> Option<String> {
    let typed = typed?;
    Some(match typed.split_once('%') {
        Some((address, _zone)) if address.contains(':') => address.to_owned(),
        _ if typed.is_ascii() => typed.to_owned(),
        _ => idna::domain_to_ascii(typed).unwrap_or_else(|_| typed.to_owned()),
    })
}

/// RFC 7301: names of 1 to 255 bytes.
fn protocols(typed: Option<&str>) -> anyhow::Result<Vec<Vec<u8>>> {
    let Some(typed) = typed else {
        return Ok(Vec::new());
    };
    typed
        .split(',')
        .map(|name| {
            let is_name = (1..=255).contains(&name.len());
            is_name.then(|| name.as_bytes().to_vec())
        })
        .collect::<Option<_>>()
        .with_context(|| format!("not a list of protocols: {typed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_names_with_a_length() {
        assert_eq!(
            protocols(Some("h2,http/1.1")).unwrap(),
            [b"h2".to_vec(), b"http/1.1".to_vec()]
        );
        for wrong in ["", "h2,", ",h2", &"x".repeat(256)] {
            assert!(protocols(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_is_verified_as_certificates_name_it() {
        assert_eq!(
            host(Some("bücher.example")).as_deref(),
            Some("xn--bcher-kva.example")
        );
        assert_eq!(host(Some("fe80::1%eth0")).as_deref(), Some("fe80::1"));
        assert_eq!(host(Some("www.example")).as_deref(), Some("www.example"));
    }
}
