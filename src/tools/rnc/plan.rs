//! What was typed, checked: what is to be done, and nothing that makes no sense.

mod bytes;
mod chaos;
mod number;
mod ports;
mod proxy;
mod relay;
mod reliable;
mod scan;
mod secure;
mod serve;
mod tos;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use self::number::Number;
pub(super) use self::ports::Port;
pub(super) use self::proxy::{Proxy, ProxyProtocol};
pub(super) use self::relay::Forward;
pub(super) use self::reliable::Reliable;
pub(super) use self::scan::Scan;
#[cfg(feature = "tls")]
pub(super) use self::secure::Role;
pub(super) use self::secure::Secure;
pub(super) use self::serve::{Guest, Guests, Serve, Task, guests};
use super::Args;
use super::secure::Guard;
use crate::net::dns::Family;
use crate::net::{Relay, SocketOptions, Transport, UnixName};
use crate::proto::link::Spec;
use crate::proto::relay::{Crlf, Filter, Rules, Telnet};

/// A checked command line.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) mode: Mode,
    pub(super) transport: Transport,
    pub(super) family: Family,
    /// `-n`.
    pub(super) numeric: bool,
    /// `-v`, or `--json`.
    pub(super) verbose: bool,
    /// `-w`, for the connection to be made.
    pub(super) timeout: Option<Duration>,
    /// `-i`, between two ports.
    pub(super) interval: Option<Duration>,
    pub(super) options: SocketOptions,
    /// `-S`.
    pub(super) signed: bool,
    pub(super) relay: Relay,
    /// `--tls`.
    pub(super) secure: Option<Secure>,
    /// The same, with what is in its files.
    pub(super) guard: Guard,
    pub(super) serve: Serve,
    /// `--hex-dump`.
    pub(super) hex_dump: Option<PathBuf>,
    /// `--chaos`, with a seed.
    pub(super) chaos: Option<Spec>,
    /// `--reliable`.
    pub(super) reliable: Option<Reliable>,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Mode {
    /// Connect to each port of the target in turn.
    Connect { target: Target, purpose: Purpose },
    /// See which ports of the target are open.
    Scan { target: Target, scan: Scan },
    /// Connect to a UNIX-domain socket.
    ConnectUnix {
        to: UnixName,
        /// `-s`: where a datagram client is answered.
        from: Option<UnixName>,
        purpose: Purpose,
    },
    /// Wait for others.
    Listen {
        /// Where; everywhere if it was not said.
        host: Option<String>,
        port: Port,
        /// `-k`.
        keep: bool,
    },
    /// Wait for others at a UNIX-domain socket.
    ListenUnix { name: UnixName, keep: bool },
    /// `--relay`: pass on what comes.
    Forward(Forward),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To move bytes.
    Relay,
    /// `-z`: to see whether it can be made.
    Scan,
    /// `-F`: to be passed on.
    Pass,
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
    /// `-x`.
    pub(super) proxy: Option<Proxy>,
}

impl Plan {
    /// Checks what was typed, and complains in nc's words.
    pub(super) fn new(args: Args) -> anyhow::Result<Self> {
        let interval = seconds("interval", args.interval.as_deref())?.filter(|pause| !pause.is_zero());
        let timeout = seconds("timeout", args.timeout.as_deref())?;
        let options = options(&args)?;
        let serve = Serve::parse(&args)?;
        let relay = relay(&args, interval, timeout, serve.idle)?;
        let proxy = Proxy::parse(&args)?;
        refuse_contradictions(&args)?;
        let reliable = Reliable::parse(&args, timeout)?;
        let scan = Scan::parse(&args, timeout, interval)?;
        let secure = Secure::parse(&args)?;
        bytes::refuse_contradictions(&args)?;
        let chaos = chaos::parse(&args)?;
        Ok(Self {
            transport: if args.udp { Transport::Udp } else { Transport::Tcp },
            family: match (args.v4, args.v6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            numeric: args.numeric,
            verbose: args.verbose > 0 || args.watch.json,
            timeout,
            interval,
            options,
            signed: args.signed,
            relay,
            secure,
            guard: Guard::default(),
            serve,
            hex_dump: bytes::hex_dump(&args)?,
            chaos,
            reliable,
            mode: if args.link.relay {
                Mode::Forward(Forward::parse(args)?)
            } else if args.unix {
                unix_mode(args)?
            } else {
                mode(args, proxy, scan)?
            },
        })
    }
}

fn relay(
    args: &Args,
    pause: Option<Duration>,
    idle: Option<Duration>,
    abandon: Option<Duration>,
) -> anyhow::Result<Relay> {
    let whole = i64::from(i32::MIN)..=i64::from(i32::MAX);
    let quit = args
        .quit
        .as_deref()
        .map(|text| Number::new("quit timer", whole).parse(text));
    let quit = quit.transpose()?.and_then(|quit| u64::try_from(quit).ok());
    Ok(Relay {
        rules: Rules {
            half_close: args.half_close || quit.is_some() || args.bytes.send_only,
            peer_decides: args.listen,
            sender_decides: args.bytes.send_only,
            idle,
            abandon,
            // As in Debian's nc, -q 0 is only -N.
            linger: quit.filter(|quit| *quit > 0).map(Duration::from_secs),
            pause,
            limit: limit(args.limit.as_deref())?,
        },
        detached: args.detach,
        mute: args.bytes.send_only,
        dump: None,
        early: Vec::new(),
        up: Filter {
            crlf: args.crlf.then(Crlf::default),
            lines: pause.is_some(),
            answered: args.telnet,
            ..Filter::default()
        },
        down: Filter {
            telnet: args.telnet.then(Telnet::default),
            ..Filter::default()
        },
    })
}

fn mode(args: Args, proxy: Option<Proxy>, scan: Option<Scan>) -> anyhow::Result<Mode> {
    let purpose = Purpose::of(&args);
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
            ([], None, None) => bail!("missing port number"),
            _ => bail!(LISTEN_USAGE),
        };
        let port = Port::parse(&port)?;
        let keep = args.keep || args.serve.broker;
        return Ok(Mode::Listen { host, port, keep });
    }
    let mut operands = operands.into_iter();
    let host = operands.next().context(CONNECT_USAGE)?;
    let target = Target {
        host,
        ports: ports::parse(operands.as_slice())?,
        random: args.random,
        source,
        source_port: source_port.as_deref().map(Port::parse).transpose()?,
        proxy,
    };
    Ok(match scan {
        Some(scan) => Mode::Scan { target, scan },
        None => Mode::Connect { target, purpose },
    })
}

fn unix_mode(args: Args) -> anyhow::Result<Mode> {
    let purpose = Purpose::of(&args);
    let [name] = args.operands.as_slice() else {
        bail!(UNIX_USAGE);
    };
    let name = UnixName::new(name);
    let from = args.source.as_deref().map(UnixName::new);
    if args.port.is_some() || (from.is_some() && (args.listen || !args.udp)) {
        bail!(UNIX_USAGE);
    }
    Ok(if args.listen {
        let keep = args.keep || args.serve.broker;
        Mode::ListenUnix { name, keep }
    } else {
        Mode::ConnectUnix {
            to: name,
            from,
            purpose,
        }
    })
}

impl Purpose {
    fn of(args: &Args) -> Self {
        match (args.scan, args.pass) {
            (true, _) => Self::Scan,
            (_, true) => Self::Pass,
            _ => Self::Relay,
        }
    }
}

fn refuse_contradictions(args: &Args) -> anyhow::Result<()> {
    let proxied = args.proxy.is_some();
    let contradictions = [
        (args.listen && args.scan, "cannot use -z and -l"),
        (args.listen && args.pass, "cannot use -F and -l"),
        (args.signed && args.udp, "cannot use -S and -u"),
        (args.signed && args.unix, "cannot use -S and -U"),
        (args.scan && args.pass, "cannot use -F and -z"),
        (args.keep && !args.listen, "must use -l with -k"),
        (proxied && args.udp, "no proxy support for UDP mode"),
        (proxied && args.listen, "no proxy support for listen"),
        (proxied && args.unix, "no proxy support for unix sockets"),
    ];
    match contradictions.iter().find(|(found, _)| *found) {
        Some((_, words)) => bail!(*words),
        None => Ok(()),
    }
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
        // It is not known before the plan is made.
        signature: None,
    })
}

fn limit(text: Option<&str>) -> anyhow::Result<Option<NonZeroU32>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let limit = Number::new("receive limit", 1..=i64::from(i32::MAX)).parse(text)?;
    Ok(u32::try_from(limit).ok().and_then(NonZeroU32::new))
}

fn seconds(what: &'static str, text: Option<&str>) -> anyhow::Result<Option<Duration>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let seconds = Number::new(what, 0..=i64::from(u32::MAX) / 1000).parse(text)?;
    Ok(u64::try_from(seconds).ok().map(Duration::from_secs))
}

fn text(argument: OsString) -> anyhow::Result<String> {
    argument
        .into_string()
        .map_err(|argument| anyhow::anyhow!("not UTF-8: {}", argument.to_string_lossy()))
}

const CONNECT_USAGE: &str = "usage: rnc [options] destination port ...";
const LISTEN_USAGE: &str = "usage: rnc -l [options] [address] port, or rnc -l [options] [-s address] -p port";
const UNIX_USAGE: &str = "usage: rnc -U [-l] [options] path, or rnc -uU [-s path] [options] path";
