//! What a connection is given to, and how a listener treats those who come.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use ipnet::IpNet;

use super::number::{self, Number};
use crate::tools::command::CommandLine;
use crate::tools::rnc::Args;

/// What a connection is given to, and how a listener treats those who come.
#[derive(Debug)]
pub(in super::super) struct Serve {
    pub(in super::super) task: Task,
    /// `--max-conns`.
    pub(in super::super) most: usize,
    /// `--allow`, `--allow-file`; none if everybody is welcome.
    pub(in super::super) allow: Option<Guests>,
    /// `--deny`, `--deny-file`.
    pub(in super::super) deny: Guests,
    /// `--idle-timeout`.
    pub(in super::super) idle: Option<Duration>,
    /// `--ready-fd`.
    pub(in super::super) ready: Option<i32>,
}

/// What a connection is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Task {
    /// The standard streams.
    Relay,
    /// `--exec`, `--sh-exec`.
    Exec(CommandLine),
    /// `--broker`.
    Broker,
}

/// Those who are meant, as far as it is known without asking anybody.
#[derive(Debug, Default)]
pub(in super::super) struct Guests {
    pub(in super::super) listed: Vec<Guest>,
    /// Lists that are still to be read.
    pub(in super::super) files: Vec<PathBuf>,
}

/// One who is meant, or many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Guest {
    /// An address, or a network.
    Net(IpNet),
    /// A name that is to be looked up.
    Name(String),
}

impl Serve {
    /// Checks the options that are for listeners.
    pub(super) fn parse(args: &Args) -> anyhow::Result<Self> {
        let given = &args.serve;
        let allow = Guests::new(&given.allow, &given.allow_file)?;
        let deny = Guests::new(&given.deny, &given.deny_file)?;
        let restricted = !allow.is_empty() || !deny.is_empty();
        for (found, what) in [
            (given.max_conns.is_some(), "--max-conns"),
            (restricted, "--allow and --deny"),
            (given.ready_fd.is_some() && !args.link.relay, "--ready-fd"),
            (given.broker, "--broker"),
        ] {
            ensure!(args.listen || !found, "must use -l with {what}");
        }
        ensure!(
            args.keep || given.max_conns.is_none(),
            "must use -k with --max-conns"
        );
        if given.max_conns.is_some() && args.udp {
            bail!("datagrams have no connections for --max-conns to count");
        }
        ensure!(
            !(restricted && args.unix),
            "clients of a UNIX-domain socket have no address for --allow and --deny"
        );
        Ok(Self {
            task: Task::parse(args)?,
            most: match &given.max_conns {
                Some(text) => usize::try_from(Number::new("--max-conns", 1..=i64::MAX).parse(text)?)?,
                None => usize::MAX,
            },
            allow: Some(allow).filter(|guests| !guests.is_empty()),
            deny,
            idle: given
                .idle_timeout
                .as_deref()
                .map(|text| number::time("--idle-timeout", text))
                .transpose()?,
            ready: given.ready_fd.as_deref().map(descriptor).transpose()?,
        })
    }
}

impl Task {
    fn parse(args: &Args) -> anyhow::Result<Self> {
        let given = &args.serve;
        match (&given.exec, &given.sh_exec, given.broker) {
            (None, None, false) => Ok(Self::Relay),
            (Some(line), None, false) => {
                refuse_with("--exec", args, &[])?;
                let words =
                    CommandLine::words(line).context("--exec: no command, or a quote without its end")?;
                Ok(Self::Exec(words))
            }
            (None, Some(line), false) => {
                refuse_with("--sh-exec", args, &[])?;
                Ok(Self::Exec(
                    CommandLine::shell(line).context("--sh-exec: no command")?,
                ))
            }
            (None, None, true) => {
                let timers = "-i, -q, -w or -W";
                let sink = [&args.interval, &args.quit, &args.timeout, &args.limit];
                refuse_with(
                    "--broker",
                    args,
                    &[
                        (sink.iter().any(|given| given.is_some()), timers),
                        (args.crlf || args.telnet, "-C or -t"),
                        (args.half_close, "-N"),
                        (args.bytes.hex_dump.is_some(), "--hex-dump"),
                    ],
                )?;
                Ok(Self::Broker)
            }
            _ => bail!("only one of --exec, --sh-exec and --broker"),
        }
    }
}

/// Refuses what makes no sense where the standard streams are not in use, and what else makes none.
fn refuse_with(what: &str, args: &Args, others: &[(bool, &str)]) -> anyhow::Result<()> {
    let all = [
        (args.udp, "-u"),
        (args.link.relay, "--relay"),
        (args.scan || args.pass, "-z or -F"),
        (args.detach, "-d or --recv-only"),
        (args.bytes.send_only, "--send-only"),
        (args.watch.progress, "--progress"),
    ];
    match all.iter().chain(others).find(|(found, _)| *found) {
        Some((_, with)) => bail!("cannot use {what} with {with}"),
        None => Ok(()),
    }
}

impl Guests {
    fn new(lists: &[String], files: &[PathBuf]) -> anyhow::Result<Self> {
        let mut listed = Vec::new();
        for list in lists {
            ensure!(!list.trim().is_empty(), "an empty list of addresses");
            listed.extend(guests(list)?);
        }
        Ok(Self {
            listed,
            files: files.to_vec(),
        })
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.files.is_empty()
    }
}

/// Those that a text lists: with commas or space between them, and comments from `#` to the end of the line.
pub(in super::super) fn guests(text: &str) -> anyhow::Result<Vec<Guest>> {
    text.lines()
        .map(|line| line.split_once('#').map_or(line, |(before, _)| before))
        .flat_map(|line| line.split(|c: char| c == ',' || c.is_whitespace()))
        .filter(|word| !word.is_empty())
        .map(guest)
        .collect()
}

fn guest(word: &str) -> anyhow::Result<Guest> {
    if let Ok(address) = word.parse() {
        return Ok(Guest::Net(IpNet::new_assert(
            address,
            if address.is_ipv4() { 32 } else { 128 },
        )));
    }
    if word.contains('/') {
        return word
            .parse()
            .map(Guest::Net)
            .map_err(|_| anyhow!("no network: {word}"));
    }
    Ok(Guest::Name(word.to_owned()))
}

/// A descriptor that can be written to: standard input is none.
fn descriptor(text: &str) -> anyhow::Result<i32> {
    let number = Number::new("--ready-fd", 1..=i64::from(i32::MAX)).parse(text)?;
    Ok(i32::try_from(number)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_addresses_networks_and_names() {
        let net = |text: &str| Guest::Net(text.parse().unwrap());
        assert_eq!(
            guests("127.0.0.1,10.0.0.0/8 2001:db8::/32\n# all of these\nhost.example # and this\n").unwrap(),
            [
                net("127.0.0.1/32"),
                net("10.0.0.0/8"),
                net("2001:db8::/32"),
                Guest::Name("host.example".to_owned())
            ]
        );
    }

    #[test]
    fn what_is_no_network_is_said() {
        for text in ["10.0.0.0/33", "10.0.0/8", "host.example/8", "/8", "::/129"] {
            let error = guests(text).unwrap_err();
            assert_eq!(error.to_string(), format!("no network: {text}"));
        }
    }
}
