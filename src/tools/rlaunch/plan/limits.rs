//! How much a server takes on.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Keep, number};
use crate::proto::launch::{Limits, Rate};
use crate::tools::rlaunch::args;

/// The limits that were typed, as far as they have a meaning where the id set is kept.
pub(super) fn limits(args: &args::Limits, keep: &Keep) -> Result<Limits> {
    let (alone, kept) = match keep {
        Keep::Folder(_) => (true, true),
        Keep::Ephemeral => (true, false),
        Keep::Shared(_) => (false, true),
    };
    for (flag, is_typed) in [
        ("--rate", args.rate.is_some()),
        ("--sync-outcome", args.sync_outcome),
        ("--accept-rollback", args.accept_rollback),
    ] {
        ensure!(
            alone || !is_typed,
            "{flag}: not for an id set that several servers share"
        );
    }
    ensure!(
        kept || !args.sync_outcome,
        "--sync-outcome: --ephemeral makes nothing durable"
    );
    ensure!(
        kept || !args.accept_rollback,
        "--accept-rollback: --ephemeral keeps nothing that could be rolled back"
    );
    let most = |flag, typed: Option<&String>, default, most| {
        typed.map_or(Ok(default), |typed| number(flag, typed, most))
    };
    let default = Limits::DEFAULT;
    Ok(Limits {
        running: number("--jobs", &args.jobs, MOST_JOBS)?,
        sessions: most(
            "--max-sessions",
            args.max_sessions.as_ref(),
            default.sessions,
            MOST_SESSIONS,
        )?,
        ids: most("--max-ids", args.max_ids.as_ref(), default.ids, MOST_IDS)?,
        rate: args.rate.as_deref().map(rate).transpose()?,
        sync_outcome: args.sync_outcome,
        ..default
    })
}

fn rate(typed: &str) -> Result<Rate> {
    let number: Option<f64> = typed.parse().ok();
    let every = number
        .filter(|number| (SLOWEST..=FASTEST).contains(number))
        .map(|number| Duration::from_secs_f64(number.recip()));
    let every = every.with_context(|| format!("--rate {typed}: not a number from {SLOWEST} to {FASTEST}"))?;
    Ok(Rate { every })
}

const MOST_JOBS: usize = 4096;
const MOST_SESSIONS: usize = 1 << 20;
const MOST_IDS: usize = 1 << 26;
/// About one in a day.
const SLOWEST: f64 = 0.00001;
const FASTEST: f64 = 1_000_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_of_launches_in_a_second() {
        let every = |typed| rate(typed).map(|rate| rate.every).ok();
        assert_eq!(every("4"), Some(Duration::from_millis(250)));
        assert_eq!(every("0.5"), Some(Duration::from_secs(2)));
        for typed in ["0", "-1", "nan", "inf", "1e9", "x", ""] {
            assert_eq!(every(typed), None, "{typed}");
        }
    }
}
