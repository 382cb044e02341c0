//! What `-T` and `--decode-as` name: a printer, and the port it is for.

use anyhow::{Result, bail};

use crate::print::{DecodeAs, Decoder, Transport};

/// The printer that `-T` names.
pub(super) fn packet_type(name: &str) -> Result<Decoder> {
    match Decoder::named(&name.to_ascii_lowercase()) {
        Some(decoder) => Ok(decoder),
        None => bail!("-T {name}: no such packet type; known are {}", known(None)),
    }
}

/// The port and the printer of one `--decode-as tcp.8443=http`.
pub(super) fn parse(typed: &str) -> Result<DecodeAs> {
    let Some((port, name)) = typed.split_once('=') else {
        bail!("--decode-as {typed}: not of the form tcp.8443=http");
    };
    let (transport, number) = match port.split_once('.') {
        Some(("tcp", number)) => (Transport::Tcp, number),
        Some(("udp", number)) => (Transport::Udp, number),
        _ => bail!("--decode-as {typed}: not of the form tcp.8443=http or udp.5004=rtp"),
    };
    let Ok(port) = number.parse() else {
        bail!("--decode-as {typed}: invalid port {number}");
    };
    match Decoder::named(name).filter(|decoder| decoder.over(transport)) {
        Some(decoder) => Ok(DecodeAs {
            transport,
            port,
            decoder,
        }),
        None => bail!(
            "--decode-as {typed}: no printer {name} for this transport; known are {}",
            known(Some(transport))
        ),
    }
}

fn known(transport: Option<Transport>) -> String {
    Decoder::names(transport).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_and_a_printer() {
        let http = DecodeAs {
            transport: Transport::Tcp,
            port: 8443,
            decoder: Decoder::Http,
        };
        assert_eq!(parse("tcp.8443=http").unwrap(), http);
        assert_eq!(parse("udp.5004=rtp").unwrap().decoder, Decoder::Rtp);
    }

    #[test]
    fn what_cannot_be_is_refused_in_one_line() {
        let error = |typed| parse(typed).unwrap_err().to_string();
        assert!(error("http").contains("not of the form"));
        assert!(error("sctp.1=http").contains("not of the form"));
        assert!(error("tcp.70000=http").ends_with("invalid port 70000"));
        assert!(error("tcp.80=tftp").contains("known are bgp, domain, ftp, http"));
        assert!(
            packet_type("nosuch")
                .unwrap_err()
                .to_string()
                .contains("aodv, bfd, bgp, carp, ")
        );
    }
}
