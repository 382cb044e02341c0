//! What was typed, typed: checked, without any I/O.

mod action;
mod bench;
mod cluster;
mod conduct;
mod doubt;
mod launch;
mod limits;
mod operator;
mod pair;
mod resume;
mod serve;
mod volume;

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::wire::rlaunch::MAX_PAYLOAD;

pub(in crate::tools::rlaunch) use action::Action;
pub(in crate::tools::rlaunch) use bench::Bench;
pub(in crate::tools::rlaunch) use cluster::Cluster;
pub(in crate::tools::rlaunch) use conduct::Conduct;
pub(in crate::tools::rlaunch) use doubt::Doubt;
pub(in crate::tools::rlaunch) use launch::{Launch, Payloads, fit};
pub(in crate::tools::rlaunch) use operator::{Log, Operate, Place};
pub(in crate::tools::rlaunch) use pair::Pair;
pub(in crate::tools::rlaunch) use resume::{Cancel, Known, Resume, What, fitting};
pub(in crate::tools::rlaunch) use serve::{Keep, Serve};
pub(in crate::tools::rlaunch) use volume::Volume;

/// A payload that fits into one request.
///
/// # Errors
/// When it does not.
pub(in crate::tools::rlaunch) fn checked(payload: Vec<u8>) -> Result<Vec<u8>> {
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

fn number<N>(flag: &str, typed: &str, most: N) -> Result<N>
where
    N: FromStr + From<u8> + PartialOrd + Copy + Display,
{
    let number = typed.parse().ok();
    let number = number.filter(|number| (N::from(1)..=most).contains(number));
    number.with_context(|| format!("{flag} {typed}: not a number from 1 to {most}"))
}

/// A year: long enough for ever, short enough to be added to any time.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
