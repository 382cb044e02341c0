//! `rlaunch get` and `rlaunch set`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Volume, seconds};
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::endpoint::Servers;
use crate::wire::rlaunch::MAX_PAYLOAD;

/// What `rlaunch get` or `rlaunch set` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Pair {
    pub(in crate::tools::rlaunch) server: Servers,
    pub(in crate::tools::rlaunch) key: Vec<u8>,
    /// `None` asks for it.
    pub(in crate::tools::rlaunch) value: Option<Vec<u8>>,
    /// Where the secret of both ends is.
    pub(in crate::tools::rlaunch) secret: Option<PathBuf>,
    pub(in crate::tools::rlaunch) deadline: Duration,
    pub(in crate::tools::rlaunch) json: bool,
    pub(in crate::tools::rlaunch) volume: Volume,
}

impl Pair {
    /// `default` is the server that the environment names.
    pub(in crate::tools::rlaunch) fn get(args: args::Get, default: Option<&str>) -> Result<Self> {
        Self::new(
            args.name,
            None,
            (args.server, args.secret),
            &args.patience,
            default,
        )
    }

    /// `default` is the server that the environment names.
    pub(in crate::tools::rlaunch) fn set(args: args::Set, default: Option<&str>) -> Result<Self> {
        Self::new(
            args.name,
            Some(args.value),
            (args.server, args.secret),
            &args.patience,
            default,
        )
    }

    fn new(
        key: OsString,
        value: Option<OsString>,
        (server, secret): (args::Server, args::Secret),
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
            secret: secret.key,
            deadline: seconds("--deadline", &patience.deadline)?,
            json: patience.json,
            volume: Volume::new(patience),
        })
    }
}

const DEFAULT_SERVER: &str = "127.0.0.1:4517";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::tools::rlaunch::Args;
    use crate::tools::rlaunch::args::Verb;

    fn get(typed: &[&str], environment: Option<&str>) -> Result<Pair> {
        let words = ["rlaunch", "get"].iter().chain(typed);
        match Args::try_parse_from(words)?.verb {
            Verb::Get(args) => Pair::get(args, environment),
            other => panic!("{other:?}"),
        }
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
}
