//! What was typed, checked: what is to be done, and nothing that makes no sense.

mod number;
mod ports;
mod tos;

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context, bail};

use self::number::Number;
pub(super) use self::ports::Port;
use super::Args;
use crate::net::{Relay, SocketOptions, Transport};
use crate::proto::relay::{Crlf, Filter, Rules, Telnet};

/// A checked command line.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) mode: Mode,
    pub(super) transport: Transport,
    pub(super) family: Family,
    /// `-n`.
    pub(super) numeric: bool,
    /// `-v`.
    pub(super) verbose: bool,
    /// `-w`, for the connection to be made.
    pub(super) timeout: Option<Duration>,
    /// `-i`, between two ports.
    pub(super) interval: Option<Duration>,
    pub(super) options: SocketOptions,
    pub(super) relay: Relay,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Mode {
    /// Connect to each of `ports` in turn.
    Connect(Target),
    /// The same, but only to see whether it can be done.
    Scan(Target),
    /// Wait for others.
    Listen {
        /// Where; everywhere if it was not said.
        host: Option<String>,
        port: Port,
        /// `-k`.
        keep: bool,
    },
}

/// Whom to connect to.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) ports: Vec<Port>,
    /// `-r`.
    pub(super) random: bool,
    /// `-s`.
    pub(super) source: Option<String>,
    /// `-p`.
    pub(super) source_port: Option<Port>,
}

/// `-4` and `-6`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Family {
    #[default]
    Any,
    V4,
    V6,
}

impl Family {
    pub(super) fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

impl Plan {
    /// Checks what was typed, in the order in which nc does, and with its words.
    pub(super) fn new(args: Args) -> anyhow::Result<Self> {
        let interval = seconds("interval", args.interval.as_deref(), 0)?.filter(|pause| !pause.is_zero());
        let quit = match &args.quit {
            Some(text) => {
                Some(Number::new("quit timer", i64::from(i32::MIN)..=i64::from(i32::MAX)).parse(text)?)
            }
            None => None,
        };
        let timeout = seconds("timeout", args.timeout.as_deref(), 0)?;
        let options = options(&args)?;
        let limit = count(&args)?;
        refuse_contradictions(&args)?;
        let relay = Relay {
            rules: Rules {
                half_close: args.half_close || quit.is_some_and(|quit| quit >= 0),
                peer_decides: args.listen,
                idle: timeout,
                linger: quit
                    .and_then(|quit| u64::try_from(quit).ok())
                    .filter(|quit| *quit > 0)
                    .map(Duration::from_secs),
                pause: interval,
                limit,
            },
            detached: args.detach,
            up: Filter {
                crlf: args.crlf.then(Crlf::default),
                telnet: None,
                lines: interval.is_some(),
                answered: args.telnet,
            },
            down: Filter {
                telnet: args.telnet.then(Telnet::default),
                ..Filter::default()
            },
        };
        Ok(Self {
            transport: if args.udp { Transport::Udp } else { Transport::Tcp },
            family: match (args.v4, args.v6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            numeric: args.numeric,
            verbose: args.verbose > 0,
            timeout,
            interval,
            options,
            relay,
            mode: mode(args)?,
        })
    }
}

fn mode(args: Args) -> anyhow::Result<Mode> {
    let operands = args
        .operands
        .into_iter()
        .map(text)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let source = args.source.map(text).transpose()?;
    let source_port = args.port;
    if args.listen {
        let (host, port) = match (operands.as_slice(), source, source_port) {
            ([], host, Some(port)) => (host, port),
            ([port], None, None) => (None, port.clone()),
            ([host, port], None, None) => (Some(host.clone()), port.clone()),
            ([] | [_], _, None) => bail!("missing port number"),
            _ => bail!("usage: rnc -l [address] port, or rnc -l [-s address] -p port"),
        };
        let port = Port::parse(&port)?;
        return Ok(Mode::Listen {
            host,
            port,
            keep: args.keep,
        });
    }
    let mut operands = operands.into_iter();
    let host = operands
        .next()
        .context("usage: rnc [options] destination port, or rnc -l [address] port")?;
    let ports = ports::parse(operands.as_slice())?;
    let target = Target {
        host,
        ports,
        random: args.random,
        source,
        source_port: source_port.as_deref().map(Port::parse).transpose()?,
    };
    Ok(if args.scan {
        Mode::Scan(target)
    } else {
        Mode::Connect(target)
    })
}

fn refuse_contradictions(args: &Args) -> anyhow::Result<()> {
    if args.listen && args.scan {
        bail!("cannot use -z and -l");
    }
    if args.udp || args.unix {
        bail!("-u and -U are not here yet");
    }
    if args.keep && !args.listen {
        bail!("must use -l with -k");
    }
    Ok(())
}

fn options(args: &Args) -> anyhow::Result<SocketOptions> {
    let buffer = |what, text: Option<&str>| -> anyhow::Result<Option<usize>> {
        let range = 1..=65536 << 14;
        Ok(text
            .map(|text| Number::new(what, range).parse(text))
            .transpose()?
            .and_then(|size| usize::try_from(size).ok()))
    };
    Ok(SocketOptions {
        tos: args.tos.as_deref().map(tos::parse).transpose()?,
        ttl: args
            .ttl
            .as_deref()
            .map(|text| number::ttl("ttl", text))
            .transpose()?,
        min_ttl: args
            .min_ttl
            .as_deref()
            .map(|text| number::ttl("minttl", text))
            .transpose()?,
        receive_buffer: buffer("TCP receive window", args.receive_buffer.as_deref())?,
        send_buffer: buffer("TCP send window", args.send_buffer.as_deref())?,
        broadcast: args.broadcast,
        debug: args.debug,
    })
}

fn count(args: &Args) -> anyhow::Result<Option<NonZeroU32>> {
    let Some(text) = &args.limit else {
        return Ok(None);
    };
    let limit = Number::new("receive limit", 1..=i64::from(i32::MAX)).parse(text)?;
    Ok(u32::try_from(limit).ok().and_then(NonZeroU32::new))
}

fn seconds(what: &'static str, text: Option<&str>, least: i64) -> anyhow::Result<Option<Duration>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let seconds = Number::new(what, least..=i64::from(u32::MAX) / 1000).parse(text)?;
    Ok(u64::try_from(seconds).ok().map(Duration::from_secs))
}

fn text(argument: OsString) -> anyhow::Result<String> {
    argument
        .into_string()
        .map_err(|argument| anyhow::anyhow!("not UTF-8: {}", argument.to_string_lossy()))
}
