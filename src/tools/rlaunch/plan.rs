//! What was typed, typed: checked, without any I/O.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::action::Action;
use super::args;
use super::endpoint::Endpoint;
use crate::wire::rlaunch::MAX_PAYLOAD;

/// `rlaunch serve`.
#[derive(Debug)]
pub(super) struct Serve {
    pub(super) address: Endpoint,
    pub(super) store: PathBuf,
    pub(super) action: Action,
    pub(super) jobs: usize,
    pub(super) verbose: bool,
}

/// `rlaunch launch`.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) server: Endpoint,
    pub(super) payloads: Payloads,
    /// How many calls may be under way at a time.
    pub(super) window: usize,
    pub(super) journal: Option<PathBuf>,
    pub(super) deadline: Duration,
    pub(super) grace: Duration,
    pub(super) volume: Volume,
}

/// What is launched.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Payloads {
    /// This, once.
    One(Vec<u8>),
    /// The whole of standard input, once.
    Input,
    /// Each line of standard input.
    Lines,
}

/// `rlaunch get` and `rlaunch set`.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) server: Endpoint,
    pub(super) key: Vec<u8>,
    /// `None` asks for it.
    pub(super) value: Option<Vec<u8>>,
    pub(super) deadline: Duration,
    pub(super) volume: Volume,
}

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Volume {
    /// How it ended, unless all is well.
    Quiet,
    /// Whenever something had to be done again.
    Normal,
    /// Everything.
    Verbose,
}

impl Serve {
    pub(super) fn new(args: args::Serve) -> Result<Self> {
        Ok(Self {
            address: args.address.parse()?,
            store: args.store,
            action: Action::parse(&args.exec)?,
            jobs: number("--jobs", &args.jobs, MOST_JOBS)?,
            verbose: args.verbose,
        })
    }
}

impl Launch {
    pub(super) fn new(args: args::Launch) -> Result<Self> {
        let payloads = match args.payload.map(OsString::into_vec) {
            None => Payloads::Lines,
            Some(payload) if payload == b"-" => Payloads::Input,
            Some(payload) => Payloads::One(checked(payload)?),
        };
        Ok(Self {
            server: args.address.parse()?,
            payloads,
            window: number("--window", &args.window, MOST_WINDOW)?,
            journal: args.journal,
            deadline: seconds("--deadline", &args.patience.deadline)?,
            grace: seconds("--grace", &args.grace)?,
            volume: Volume::new(&args.patience),
        })
    }
}

impl Pair {
    /// `default` is the server that the environment names.
    pub(super) fn get(args: args::Get, default: Option<&str>) -> Result<Self> {
        Self::new(args.key, None, &args.server, &args.patience, default)
    }

    /// `default` is the server that the environment names.
    pub(super) fn set(args: args::Set, default: Option<&str>) -> Result<Self> {
        Self::new(args.key, Some(args.value), &args.server, &args.patience, default)
    }

    fn new(
        key: OsString,
        value: Option<OsString>,
        server: &args::Server,
        patience: &args::Patience,
        default: Option<&str>,
    ) -> Result<Self> {
        let (key, value) = (key.into_vec(), value.map(OsString::into_vec));
        let length = 2 + key.len() + value.as_ref().map_or(0, Vec::len);
        ensure!(
            length <= MAX_PAYLOAD,
            "key and value: {length} bytes are more than the {MAX_PAYLOAD} of one request"
        );
        Ok(Self {
            server: server
                .server
                .as_deref()
                .or(default)
                .unwrap_or(DEFAULT_SERVER)
                .parse()?,
            key,
            value,
            deadline: seconds("--deadline", &patience.deadline)?,
            volume: Volume::new(patience),
        })
    }
}

impl Volume {
    fn new(patience: &args::Patience) -> Self {
        match (patience.quiet, patience.verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Normal,
        }
    }
}

/// A payload that fits into one request.
///
/// # Errors
/// When it does not.
pub(super) fn checked(payload: Vec<u8>) -> Result<Vec<u8>> {
    let length = payload.len();
    ensure!(
        length <= MAX_PAYLOAD,
        "payload: {length} bytes are more than the {MAX_PAYLOAD} of one request"
    );
    Ok(payload)
}

fn seconds(flag: &str, typed: &str) -> Result<Duration> {
    let number: Option<f64> = typed.parse().ok();
    number
        .and_then(|number| Duration::try_from_secs_f64(number).ok())
        .filter(|time| *time <= LONGEST)
        .with_context(|| format!("{flag} {typed}: not a number of seconds"))
}

fn number(flag: &str, typed: &str, most: usize) -> Result<usize> {
    let number = typed.parse().ok().filter(|number| (1..=most).contains(number));
    number.with_context(|| format!("{flag} {typed}: not a number from 1 to {most}"))
}

const DEFAULT_SERVER: &str = "127.0.0.1:4517";
const MOST_JOBS: usize = 4096;
/// As many as a server lets a session have unsettled.
const MOST_WINDOW: usize = 16;
/// A year: long enough for ever, short enough to be added to any time.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::Args;
    use super::super::args::Verb;
    use super::*;

    fn launch(typed: &[&str]) -> Result<Launch> {
        let words = ["rlaunch", "launch"].iter().chain(typed);
        match Args::try_parse_from(words)?.verb {
            Verb::Launch(args) => Launch::new(args),
            other => panic!("{other:?}"),
        }
    }

    fn get(typed: &[&str], environment: Option<&str>) -> Result<Pair> {
        let words = ["rlaunch", "get"].iter().chain(typed);
        match Args::try_parse_from(words)?.verb {
            Verb::Get(args) => Pair::get(args, environment),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn seconds_may_have_a_fraction_and_must_be_a_time() {
        assert_eq!(
            launch(&["[::1]:1", "x", "--deadline", "0.5"]).unwrap().deadline,
            Duration::from_millis(500)
        );
        for wrong in ["-1", "inf", "NaN", "x", "1e300"] {
            let error = launch(&["[::1]:1", "x", &format!("--deadline={wrong}")]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("--deadline {wrong}: not a number of seconds")
            );
        }
    }

    #[test]
    fn a_payload_too_long_for_one_datagram_is_refused_before_anything_is_sent() {
        assert!(launch(&["[::1]:1", &"x".repeat(MAX_PAYLOAD)]).is_ok());
        let error = launch(&["[::1]:1", &"x".repeat(MAX_PAYLOAD + 1)]).unwrap_err();
        assert!(error.to_string().contains("1113 bytes are more than the 1112"));
    }

    #[test]
    fn the_server_of_a_key_is_the_flag_then_the_environment_then_loopback() {
        let server = |typed: &[&str], environment| get(typed, environment).unwrap().server.to_string();
        assert_eq!(server(&["k"], None), "127.0.0.1:4517");
        assert_eq!(server(&["k"], Some("[::1]:5")), "[::1]:5");
        assert_eq!(
            server(&["k", "--server", "127.0.0.1:6"], Some("[::1]:5")),
            "127.0.0.1:6"
        );
    }

    #[test]
    fn a_payload_is_one_a_dash_or_lines() {
        assert_eq!(launch(&["[::1]:1", "-"]).unwrap().payloads, Payloads::Input);
        assert_eq!(launch(&["[::1]:1", "--lines"]).unwrap().payloads, Payloads::Lines);
        assert!(launch(&["[::1]:1"]).is_err());
        assert!(launch(&["[::1]:1", "x", "--lines"]).is_err());
    }
}
