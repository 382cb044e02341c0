//! `--relay`: from where to where.

use anyhow::{Context, bail};

use super::{Port, text};
use crate::tools::rnc::Args;

/// What is passed on.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tools::rnc) struct Forward {
    /// Where clients come to; everywhere if no host was said.
    pub(in crate::tools::rnc) host: Option<String>,
    pub(in crate::tools::rnc) port: Port,
    /// Whom they get to.
    pub(in crate::tools::rnc) target: String,
    pub(in crate::tools::rnc) target_port: Port,
    /// `-s`: from where.
    pub(in crate::tools::rnc) source: Option<String>,
}

impl Forward {
    pub(super) fn parse(args: Args) -> anyhow::Result<Self> {
        let found = [
            (args.crlf, "-C"),
            (args.detach, "-d"),
            (args.pass, "-F"),
            (args.interval.is_some(), "-i"),
            (args.keep, "-k"),
            (args.listen, "-l"),
            (args.half_close, "-N"),
            (args.port.is_some(), "-p"),
            (args.quit.is_some(), "-q"),
            (args.random, "-r"),
            (args.telnet, "-t"),
            (args.unix, "-U"),
            (args.limit.is_some(), "-W"),
            (args.proxy.is_some(), "-x"),
            (args.scan, "-z"),
            (args.secure.tls, "--tls"),
        ];
        if let Some((_, flag)) = found.iter().find(|(found, _)| *found) {
            bail!("cannot use --relay and {flag}");
        }
        let operands = args.operands.into_iter().map(text);
        let operands = operands.collect::<anyhow::Result<Vec<_>>>()?;
        let [listen, target] = operands.as_slice() else {
            bail!(USAGE);
        };
        let (host, port) = split(listen)?;
        let (target, target_port) = split(target)?;
        if target_port == Port::Number(0) {
            bail!("port number too small: 0");
        }
        Ok(Self {
            host,
            port,
            target: target.context(USAGE)?,
            target_port,
            source: args.source.map(text).transpose()?,
        })
    }
}

/// `PORT`, `HOST:PORT` or `[ADDRESS]:PORT`.
fn split(place: &str) -> anyhow::Result<(Option<String>, Port)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").with_context(|| invalid(place))?,
        None => place.rsplit_once(':').unwrap_or(("", place)),
    };
    if host.contains(':') && !place.starts_with('[') {
        bail!(invalid(place));
    }
    Ok((
        Some(host.to_owned()).filter(|host| !host.is_empty()),
        Port::parse(port)?,
    ))
}

fn invalid(place: &str) -> String {
    format!("not HOST:PORT or [ADDRESS]:PORT: {place}")
}

const USAGE: &str = "usage: rnc --relay [-u] [--chaos spec] [address:]port host:port";

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(place: &str) -> Result<(Option<String>, Port), String> {
        split(place).map_err(|error| error.to_string())
    }

    #[test]
    fn a_place_is_a_port_or_a_host_and_a_port() {
        let here = |host: &str, port| Ok((Some(host.to_owned()), port));
        assert_eq!(parts("53"), Ok((None, Port::Number(53))));
        assert_eq!(parts(":53"), Ok((None, Port::Number(53))));
        assert_eq!(parts("127.0.0.1:0"), here("127.0.0.1", Port::Number(0)));
        assert_eq!(parts("[::1]:53"), here("::1", Port::Number(53)));
        assert_eq!(
            parts("a.example:domain"),
            here("a.example", Port::Name("domain".to_owned()))
        );
    }

    #[test]
    fn an_address_with_colons_needs_its_brackets() {
        for place in ["::1:53", "[::1]", "[::1", "[::1]53", "fe80::1%lo:53"] {
            assert_eq!(parts(place), Err(invalid(place)));
        }
        for place in ["a:70000", "a:-1"] {
            assert!(parts(place).is_err(), "{place}");
        }
    }
}
