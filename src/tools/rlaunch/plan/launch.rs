//! `rlaunch launch`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::{Conduct, Volume, checked, fitting, number, seconds};
use crate::proto::launch::Name;
use crate::proto::launch::pipeline::Pipeline;
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::endpoint::Servers;

/// What `rlaunch launch` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Launch {
    pub(in crate::tools::rlaunch) server: Servers,
    pub(in crate::tools::rlaunch) payloads: Payloads,
    /// The name of the call, if it has one.
    pub(in crate::tools::rlaunch) name: Option<Name>,
    /// How many calls may be under way at a time.
    pub(in crate::tools::rlaunch) window: u32,
    pub(in crate::tools::rlaunch) journal: Option<PathBuf>,
    /// Where the secret of both ends is.
    pub(in crate::tools::rlaunch) secret: Option<PathBuf>,
    pub(in crate::tools::rlaunch) deadline: Duration,
    pub(in crate::tools::rlaunch) grace: Duration,
    pub(in crate::tools::rlaunch) json: bool,
    pub(in crate::tools::rlaunch) volume: Volume,
}

/// What is launched.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Payloads {
    /// This, once.
    One(Vec<u8>),
    /// The whole of standard input, once.
    Input,
    /// Each line of standard input.
    Lines,
}

impl Launch {
    pub(in crate::tools::rlaunch) fn new(args: args::Launch) -> Result<Self> {
        let name = args.id.map(|typed| {
            let name = typed.parse::<Name>();
            name.map_err(|error| anyhow!("--id {typed}: {error}"))
        });
        let name = name.transpose()?;
        let payloads = match args.payload.map(OsString::into_vec) {
            None => Payloads::Lines,
            Some(payload) if payload == b"-" => Payloads::Input,
            Some(payload) => Payloads::One(fit(name.as_ref(), payload)?),
        };
        Ok(Self {
            server: args.address.parse()?,
            payloads,
            name,
            window: number("--window", &args.window, Pipeline::MOST)?,
            journal: args.journal,
            secret: args.secret.key,
            deadline: seconds("--deadline", &args.patience.deadline)?,
            grace: seconds("--grace", &args.grace)?,
            json: args.patience.json,
            volume: Volume::new(&args.patience),
        })
    }

    /// How one call is asked for.
    pub(in crate::tools::rlaunch) fn conduct(&self) -> Conduct {
        Conduct {
            server: self.server.clone(),
            secret: self.secret.clone(),
            journal: self.journal.clone(),
            deadline: self.deadline,
            grace: self.grace,
            json: self.json,
            volume: self.volume,
        }
    }
}

/// A payload that fits into one request, beside its name if it has one.
pub(in crate::tools::rlaunch) fn fit(name: Option<&Name>, payload: Vec<u8>) -> Result<Vec<u8>> {
    match name {
        Some(name) => fitting(&name.clone().into(), payload),
        None => checked(payload),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::tools::rlaunch::Args;
    use crate::tools::rlaunch::args::Verb;
    use crate::wire::rlaunch::MAX_PAYLOAD;

    fn launch(typed: &[&str]) -> Result<Launch> {
        let words = ["rlaunch", "launch"].iter().chain(typed);
        match Args::try_parse_from(words)?.verb {
            Verb::Launch(args) => Launch::new(args),
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
    fn a_window_is_as_wide_as_a_session_may_be() {
        let window = |typed| launch(&["[::1]:1", "--lines", "--window", typed]);
        assert_eq!(launch(&["[::1]:1", "--lines"]).unwrap().window, 16);
        assert_eq!(window("64").unwrap().window, 64);
        for wrong in ["0", "65", "x"] {
            let error = window(wrong).unwrap_err().to_string();
            assert_eq!(error, format!("--window {wrong}: not a number from 1 to 64"));
        }
    }

    #[test]
    fn a_payload_too_long_for_one_datagram_is_refused_before_anything_is_sent() {
        assert!(launch(&["[::1]:1", &"x".repeat(MAX_PAYLOAD)]).is_ok());
        let error = launch(&["[::1]:1", &"x".repeat(MAX_PAYLOAD + 1)]).unwrap_err();
        assert!(error.to_string().contains("1113 bytes are more than the 1112"));
    }

    #[test]
    fn a_name_is_a_name_and_leaves_room_for_the_payload() {
        let named = launch(&["[::1]:1", "x", "--id", "invoice-42"]).unwrap();
        assert_eq!(named.name, "invoice-42".parse().ok());
        let error = |typed: &[&str]| launch(typed).unwrap_err().to_string();
        assert!(error(&["[::1]:1", "x", "--id", "000000000000beef-3-9"]).contains("server numbered"));
        assert!(error(&["[::1]:1", "x", "--id", ""]).contains("--id : not 1 to 255"));
        assert!(error(&["[::1]:1", &"x".repeat(MAX_PAYLOAD), "--id", "a"]).contains("name and payload"));
        assert!(launch(&["[::1]:1", "--lines", "--id", "a"]).is_err());
    }

    #[test]
    fn a_payload_is_one_a_dash_or_lines() {
        assert_eq!(launch(&["[::1]:1", "-"]).unwrap().payloads, Payloads::Input);
        assert_eq!(launch(&["[::1]:1", "--lines"]).unwrap().payloads, Payloads::Lines);
        assert!(launch(&["[::1]:1"]).is_err());
        assert!(launch(&["[::1]:1", "x", "--lines"]).is_err());
    }
}
