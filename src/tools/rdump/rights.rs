//! From root to next to nothing, once everything is open: `-Z`, and the seal.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::plan::Plan;
use super::sink::Sink;
use super::writing::{Target, Write};
use crate::capture::{Account, Needs, seal};
use crate::cli::message;

/// Becomes another user if that was asked for, and gives up all rights but those that the rest of the run needs.
/// Whatever else has to be started with more rights than that is started in between; threads are started after it.
///
/// # Errors
/// When there is no such user, or the system refuses.
pub(super) fn give_up(plan: &Plan, sink: &mut Sink) -> Result<()> {
    let account = match &plan.user {
        Some(name) => Account::other(name).context("-Z")?,
        None => None,
    };
    if let Some(account) = account {
        sink.give_to(account.ids())?;
        account.assume().context("-Z")?;
        message(format_args!(
            "dropped privs to {}",
            plan.user.as_deref().unwrap_or_default()
        ));
    }
    sink.start_helper()?;
    seal(&needs(plan)).context("give up rights")
}

fn needs(plan: &Plan) -> Needs {
    let network = plan
        .output
        .print
        .as_ref()
        .is_some_and(|print| print.names.is_some());
    let mut files = plan.later_files();
    // A filter may be compiled again for another link type.
    if network || !plan.expression.is_empty() {
        files.extend(NAMES.iter().map(PathBuf::from));
    }
    Needs {
        folder: plan.output.write.as_ref().and_then(folder),
        files,
        network: network || plan.may_look_up(),
    }
}

/// Where the files will be made that follow the first one: what of their name is the same for all.
fn folder(write: &Write) -> Option<PathBuf> {
    let turns = &write.turns;
    let Target::File(path) = &write.file else {
        return None;
    };
    if turns.size.is_none() && turns.period.is_none() {
        return None;
    }
    let changes =
        |part: &Component<'_>| turns.period.is_some() && part.as_os_str().as_encoded_bytes().contains(&b'%');
    let folder: PathBuf = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .take_while(|part| !changes(part))
        .collect();
    Some(if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder
    })
}

/// What names are made of.
const NAMES: &[&str] = &[
    "/etc/ethers",
    "/etc/hosts",
    "/etc/networks",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
];

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::tools::rdump::Args;

    fn needs_of(typed: &str) -> Needs {
        let argv = std::iter::once("rdump").chain(typed.split_whitespace());
        needs(&Plan::new(&Args::try_parse_from(argv).unwrap()).unwrap())
    }

    #[test]
    fn who_prints_numbers_needs_nothing() {
        assert_eq!(needs_of("-n -r x"), Needs::default());
        assert_eq!(needs_of("-w x"), Needs::default());
    }

    #[test]
    fn files_that_follow_are_made_below_the_part_of_the_name_that_stays() {
        let folder = |typed: &str| needs_of(typed).folder.unwrap();
        assert_eq!(folder("-w x -C 1"), Path::new("."));
        assert_eq!(folder("-w /a/b/x -C 1"), Path::new("/a/b"));
        assert_eq!(folder("-w /a/%Y/b/x -G 1"), Path::new("/a"));
        assert_eq!(folder("-w /a/%Y/x -C 1"), Path::new("/a/%Y"));
    }

    #[test]
    fn names_need_files_and_the_network() {
        let needs = needs_of("-r x");
        assert!(needs.network && needs.files.contains(&"/etc/hosts".into()));
    }
}
